import Diagnostics

extension Lexer {
    /// NAME or keyword; `fooBar` and `_x` are neither.
    mutating func word() -> Token {
        let length = wordLength(from: position)
        let spelling = string(position..<position + length)
        if byte(at: position).isLower,
            spelling.utf8.allSatisfy({ $0.isLower || $0.isDigit || $0 == UInt8(ascii: "_") })
        {
            // `{rule}` and `{severity}` are values in a message; no clause begins there.
            let isValue = isSlot && (spelling == "rule" || spelling == "severity")
            if !isValue, let keyword = Keyword(rawValue: spelling) { return take(length, .keyword(keyword)) }
            return take(length, .word(spelling))
        }
        return take(length, .invalid, .malformedWord(spelling))
    }

    /// SYMBOL: `BRK.B`, `BINANCE:BTCUSDT`; in `SPY.price` the point is not a part of it.
    mutating func symbol() -> Token {
        let start = position
        var stop = symbolPart(from: start)
        while Self.isSeparator(byte(at: stop)), byte(at: stop + 1).isUpper || byte(at: stop + 1).isDigit {
            stop = symbolPart(from: stop + 1)
        }
        let tail = wordLength(from: stop)
        if tail > 0 {
            let spelling = string(start..<stop + tail)
            return take(stop + tail - start, .invalid, .malformedWord(spelling))
        }
        // `BINANCE:btcusdt`: outside a slot no symbol is followed by a colon.
        if !isSlot, byte(at: stop) == UInt8(ascii: ":"), wordLength(from: stop + 1) > 0 {
            var last = stop
            while Self.isSeparator(byte(at: last)), wordLength(from: last + 1) > 0 {
                last += 1 + wordLength(from: last + 1)
            }
            return take(last - start, .invalid, .malformedWord(string(start..<last)))
        }
        return take(stop - start, .symbol(string(start..<stop)))
    }

    private func symbolPart(from offset: Int) -> Int {
        var stop = offset
        while byte(at: stop).isUpper || byte(at: stop).isDigit || byte(at: stop) == UInt8(ascii: "_") {
            stop += 1
        }
        return stop
    }

    static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "/")
    }

    /// Bytes of letters, digits and underscores, letters of other alphabets among them.
    func wordLength(from offset: Int) -> Int {
        var stop = offset
        while stop < end {
            if text[stop].isWordPart {
                stop += 1
            } else if text[stop] >= 0x80, let (letter, length) = scalar(at: stop),
                letter.properties.isAlphabetic
            {
                stop += length
            } else {
                break
            }
        }
        return stop - offset
    }

    /// `` `IC MARKETS:1` ``
    mutating func backQuoted() -> Token {
        let start = position
        var stop = start + 1
        while stop < end, text[stop] != UInt8(ascii: "`"), text[stop] != UInt8(ascii: "\n") { stop += 1 }
        guard byte(at: stop) == UInt8(ascii: "`") else {
            return take(lineLength(start, stop), .invalid, .unterminated(.symbol))
        }
        let inside = start + 1..<stop
        if inside.isEmpty { return take(2, .invalid, .emptySymbol) }
        let problem = textProblem(in: inside)
        var token = take(stop + 1 - start, .symbol(string(inside)))
        if let problem {
            token.problems = [problem]
            token.isSpoilt = true
        }
        return token
    }

    /// A string, found by its end alone; a `"` inside a slot ends it, unless it is in a back-quoted symbol.
    mutating func quoted() -> Token {
        let start = position
        var stop = start + 1
        var slot: Int?
        while stop < end, text[stop] != UInt8(ascii: "\n") {
            switch text[stop] {
            case UInt8(ascii: "\\")
            where slot == nil && stop + 1 < end && text[stop + 1] != UInt8(ascii: "\n"):
                stop += 1
            case UInt8(ascii: "\""):
                if let slot { return unclosedSlot(slot, stringEnd: stop + 1) }
                return take(stop + 1 - start, .string)
            case UInt8(ascii: "{") where slot == nil: slot = stop
            case UInt8(ascii: "}"): slot = nil
            case UInt8(ascii: "`") where slot != nil: stop = endOfBackQuotes(stop)
            default: break
            }
            stop += 1
        }
        return take(lineLength(start, stop), .string, .unterminated(.string))
    }

    private mutating func unclosedSlot(_ slot: Int, stringEnd: Int) -> Token {
        var token = take(stringEnd - position, .string)
        token.problems = [LocatedProblem(problem: .unclosedSlot, start: slot, end: slot + 1)]
        token.isSpoilt = true
        return token
    }

    /// The closing back-quote on the same line, or the opening one where there is none.
    private func endOfBackQuotes(_ open: Int) -> Int {
        var stop = open + 1
        while stop < end, text[stop] != UInt8(ascii: "\n") {
            if text[stop] == UInt8(ascii: "`") { return stop }
            stop += 1
        }
        return open
    }

    /// The token at a `/`, read again as a REGEX, because a target name stands here.
    mutating func pattern(from start: Int) -> Token {
        position = start
        var source: [UInt8] = []
        var stop = start + 1
        while stop < end, text[stop] != UInt8(ascii: "\n"), text[stop] != UInt8(ascii: "/") {
            if text[stop] == UInt8(ascii: "\\"), stop + 1 < end, text[stop + 1] != UInt8(ascii: "\n") {
                if text[stop + 1] != UInt8(ascii: "/") { source.append(text[stop]) }
                stop += 1
            }
            source.append(text[stop])
            stop += 1
        }
        guard byte(at: stop) == UInt8(ascii: "/") else {
            return take(lineLength(start, stop), .invalid, .unterminated(.pattern))
        }
        if source.isEmpty { return take(2, .invalid, .emptyPattern) }
        let problem = textProblem(in: start..<stop)
        var token = take(stop + 1 - start, .pattern(String(decoding: source, as: UTF8.self)))
        if let problem {
            token.problems = [problem]
            token.isSpoilt = true
        }
        return token
    }

    /// A `/` with another behind it on its line.
    func isPattern(at start: Int) -> Bool {
        var copy = self
        return !copy.pattern(from: start).isSpoilt
    }

    /// From a start to a line's end, less the blanks before it.
    private func lineLength(_ start: Int, _ lineEnd: Int) -> Int {
        var stop = min(lineEnd, end)
        while stop > start + 1, text[stop - 1].isBlank { stop -= 1 }
        return stop - start
    }
}
