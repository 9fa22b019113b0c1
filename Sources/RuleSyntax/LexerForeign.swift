import Diagnostics

extension Lexer {
    /// What other languages write, understood and corrected; and what nothing understands.
    mutating func foreign() -> Token {
        if let token = foreignMark() { return token }
        if matches([UInt8(ascii: ";")]) { return take(1, .invalid, .semicolon) }
        if matches([UInt8(ascii: "%")]) { return take(1, .invalid, .strayPercent) }
        for quote in Self.foreignQuotes where matches(quote.open) { return foreignString(quote) }
        guard let (scalar, length) = scalar(at: position) else { return notUTF8() }
        var stop = position + length
        while let (next, _) = self.scalar(at: stop), next == scalar { stop += length }
        return take(stop - position, .invalid, .unknownCharacter(scalar))
    }

    /// Asked before our own marks, since `=>` begins with one of them.
    mutating func foreignMark() -> Token? {
        for (spelling, kind, ours) in Self.foreignMarks where matches(spelling) {
            let found = string(position..<position + spelling.count)
            return take(spelling.count, kind, .foreign(found: found, ours: ours))
        }
        return nil
    }

    /// All the bytes in a row that are not UTF-8: one mistake.
    private mutating func notUTF8() -> Token {
        var stop = position
        while stop < end, scalar(at: stop) == nil { stop += 1 }
        return take(max(1, stop - position), .invalid, .notUTF8)
    }

    /// `'text'`: one mistake, up to the closing quote or the end of the line.
    private mutating func foreignString(_ quote: ForeignQuote) -> Token {
        var stop = position + quote.open.count
        while stop < end, text[stop] != UInt8(ascii: "\n") {
            if let close = quote.close.first(where: {
                text[stop..<min(end, stop + $0.count)].elementsEqual($0)
            }) {
                stop += close.count
                break
            }
            stop += 1
        }
        while stop > position + quote.open.count, text[stop - 1].isBlank { stop -= 1 }
        let found = string(position..<position + quote.open.count)
        return take(stop - position, .invalid, .foreignQuote(found))
    }

    private struct ForeignQuote {
        var open: [UInt8]
        var close: [[UInt8]]

        init(_ open: String, _ close: [String]) {
            self.open = Array(open.utf8)
            self.close = close.map { Array($0.utf8) }
        }
    }

    private static let foreignQuotes: [ForeignQuote] = [
        ForeignQuote("'", ["'"]), ForeignQuote("\u{201c}", ["\u{201d}", "\u{201c}", "\""]),
        ForeignQuote("\u{201d}", ["\u{201d}", "\""]),
        ForeignQuote("\u{2018}", ["\u{2019}", "\u{2018}", "'"]),
        ForeignQuote("\u{ab}", ["\u{bb}"]),
    ]

    /// Longest first.
    private static let foreignMarks: [(spelling: [UInt8], kind: Token.Kind, ours: String)] = {
        let table: [(String, Token.Kind, String)] = [
            ("===", .mark(.equal), "=="), ("=>", .mark(.greaterOrEqual), ">="),
            ("=<", .mark(.lessOrEqual), "<="),
            ("<>", .mark(.notEqual), "!="),
            ("&&", .keyword(.and), "and"), ("||", .keyword(.or), "or"), ("&", .keyword(.and), "and"),
            ("|", .keyword(.or), "or"), ("!", .keyword(.not), "not"),
            ("\u{2264}", .mark(.lessOrEqual), "<="), ("\u{2265}", .mark(.greaterOrEqual), ">="),
            ("\u{2260}", .mark(.notEqual), "!="), ("\u{2212}", .mark(.minus), "-"),
            ("\u{2013}", .mark(.minus), "-"),
            ("\u{2014}", .mark(.minus), "-"), ("\u{d7}", .mark(.star), "*"), ("\u{f7}", .mark(.slash), "/"),
            ("\u{2026}", .mark(.range), ".."),
        ]
        return table.map { (Array($0.0.utf8), $0.1, $0.2) }
    }()
}
