import Diagnostics
import RuleSyntax

/// A word of a line: what stands between blanks; a string or a back-quoted symbol is one word.
struct TestWord {
    /// As written, quotes included.
    var text: String
    var span: SourceSpan

    var isString: Bool { text.hasPrefix("\"") }

    /// `AAPL`, `BINANCE:BTCUSDT`, or what stands between back-quotes, as in rules; nil where it is no symbol.
    var symbol: String? {
        if text.hasPrefix("`"), text.hasSuffix("`"), text.utf8.count > 2 {
            return String(text.dropFirst().dropLast())
        }
        return canonicalSymbol(text) == text ? text : nil
    }
}

/// A line of a `*.test` file as words, its comment left out.
struct TestLine {
    let file: SourceFile
    let words: [TestWord]
    private(set) var next = 0

    /// The words of the line that begins at an offset, and the offset of the line behind it.
    ///
    /// - Throws: `TestProblem` for a string without an end.
    static func read(
        _ file: SourceFile, from start: Int
    ) -> (line: Result<TestLine, TestProblem>, next: Int) {
        let text = file.text
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
        let behind = end + 1
        var words: [TestWord] = []
        var place = start
        while place < end {
            if text[place] == UInt8(ascii: "#") { break }
            if text[place] <= 0x20 {
                place += 1
                continue
            }
            guard let stop = wordEnd(text, place, end) else {
                let span = SourceSpan(file: file, start: place, end: end)
                return (.failure(TestProblem(.unterminated, at: span)), behind)
            }
            let span = SourceSpan(file: file, start: place, end: stop)
            words.append(TestWord(text: span.text, span: span))
            place = stop
        }
        return (.success(TestLine(file: file, words: words)), behind)
    }

    /// - Returns: nil for a string or back-quoted symbol that the line does not end.
    private static func wordEnd(_ text: [UInt8], _ start: Int, _ end: Int) -> Int? {
        var place = start
        while place < end, text[place] > 0x20 {
            let byte = text[place]
            place += 1
            guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") else { continue }
            while place < end, text[place] != byte {
                place += text[place] == UInt8(ascii: "\\") && byte == UInt8(ascii: "\"") ? 2 : 1
            }
            if place >= end { return nil }
            place += 1
        }
        return place
    }

    var isEmpty: Bool { words.isEmpty }
    var isAtEnd: Bool { next >= words.count }
    var peek: TestWord? { isAtEnd ? nil : words[next] }

    mutating func take() -> TestWord? {
        guard let word = peek else { return nil }
        next += 1
        return word
    }

    mutating func takes(_ text: String) -> Bool {
        guard peek?.text == text else { return false }
        next += 1
        return true
    }

    /// What is left of it.
    var rest: ArraySlice<TestWord> { words[next...] }

    /// The whole of it.
    var span: SourceSpan {
        guard let first = words.first, let last = words.last else {
            return SourceSpan(file: file, start: 0, end: 0)
        }
        return first.span.joined(with: last.span)
    }

    /// The place behind the last word taken, for what is missing there.
    var endSpan: SourceSpan {
        let last = words[max(0, min(next, words.count) - 1)].span
        return SourceSpan(file: file, start: last.end, end: last.end + 1)
    }
}
