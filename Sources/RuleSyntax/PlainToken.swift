public import Diagnostics

/// A token of the text without its meaning: what an editor knows of a place in a text that need not be whole.
public struct PlainToken: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case keyword, name, symbol, number, duration, clock, string, pattern, mark, comment
        /// What no token of the language looks like.
        case other
    }

    public var kind: Kind
    /// As it is written.
    public var text: String
    /// Byte offsets.
    public var range: Range<Int>
    /// The first on its line.
    public var leadsLine: Bool

    public init(kind: Kind, text: String, range: Range<Int>, leadsLine: Bool) {
        self.kind = kind
        self.text = text
        self.range = range
        self.leadsLine = leadsLine
    }
}

/// Every token and comment of a text in order, whatever is wrong with it.
public func plainTokens(of source: SourceFile) -> [PlainToken] {
    plainTokens(Lexer(source))
}

/// The tokens of a message's slot, which holds neither comments nor clocks.
///
/// - Parameter slot: byte offsets between the braces.
public func plainTokens(of source: SourceFile, slot: Range<Int>) -> [PlainToken] {
    let bounds = slot.clamped(to: 0..<source.text.count)
    return plainTokens(Lexer(source, slot: bounds))
}

private func plainTokens(_ start: Lexer) -> [PlainToken] {
    var lexer = start
    var tokens: [PlainToken] = []
    while true {
        var token = lexer.next()
        for comment in token.comments {
            let end = lexer.text[comment.offset...].firstIndex(of: UInt8(ascii: "\n")) ?? lexer.end
            tokens.append(
                PlainToken(
                    kind: .comment, text: lexer.string(comment.offset..<end), range: comment.offset..<end,
                    leadsLine: comment.isOnOwnLine))
        }
        if token.isEnd { return tokens }
        // A REGEX stands where a name of a target may; elsewhere `/` divides.
        if token.is(.slash), let last = tokens.last(where: { $0.kind != .comment }), last.opensTarget {
            let leadsLine = token.leadsLine
            token = lexer.pattern(from: token.start)
            token.leadsLine = leadsLine
        }
        tokens.append(
            PlainToken(
                kind: token.plainKind, text: lexer.string(token.start..<token.end),
                range: token.start..<token.end, leadsLine: token.leadsLine))
    }
}

extension PlainToken {
    fileprivate var opensTarget: Bool {
        kind == .keyword && (text == "on" || text == "except")
            || kind == .mark && (text == "," || text == "=")
    }
}

extension Token {
    fileprivate var plainKind: PlainToken.Kind {
        switch kind {
        case .word: .name
        case .keyword: .keyword
        case .symbol: .symbol
        case .number, .percent, .basisPoints: .number
        case .duration: .duration
        case .clock: .clock
        case .string: .string
        case .pattern: .pattern
        case .mark: .mark
        case .end, .invalid: .other
        }
    }
}

/// The words of the language, for editors and their grammars.
public enum Vocabulary {
    public static let items = Keyword.items.map(\.rawValue)
    /// In the canonical order.
    public static let clauses = Keyword.clauses.map(\.rawValue)
    /// Every reserved word.
    public static let keywords = Keyword.allCases.map(\.rawValue)
    /// Words only in their places.
    public static let placeWords = [
        "trades", "ago", "above", "below", "keep", "clear", "regular", "extended",
    ]
    public static let levels = ["info", "warning", "critical"]
    public static let days = Parser.days

    /// Whether a text may name something.
    public static func admitsName(_ text: String) -> Bool { isName(text) }
}
