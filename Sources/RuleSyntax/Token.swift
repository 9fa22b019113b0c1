import Diagnostics

/// A word of the text, with the comments before it and what is wrong with it.
struct Token {
    enum Kind: Equatable {
        case end
        /// NAME, and the words that are words only in their places.
        case word(String)
        case keyword(Keyword)
        case symbol(String)
        case number(text: String, value: Double)
        case percent(text: String, value: Double)
        case basisPoints(text: String, value: Double)
        case duration(Int64)
        /// Minutes after midnight.
        case clock(open: Int, close: Int)
        /// Quotes included; the parser decodes it, since slots hold expressions.
        case string
        /// Between the slashes, `\/` unescaped.
        case pattern(String)
        case mark(Mark)
        case invalid
    }

    var kind: Kind
    var start: Int
    var end: Int
    /// The first token on its line.
    var leadsLine: Bool
    var comments: [PlacedComment] = []
    /// Told when the token is consumed or skipped, once.
    var problems: [LocatedProblem] = []
    /// One of the problems spoils the token itself: nothing more is said about it.
    var isSpoilt = false

    var isEnd: Bool { kind == .end }

    func `is`(_ keyword: Keyword) -> Bool { kind == .keyword(keyword) }
    func `is`(_ mark: Mark) -> Bool { kind == .mark(mark) }
    func `is`(word: String) -> Bool { kind == .word(word) }

    var startsItem: Bool { if case .keyword(let keyword) = kind { keyword.startsItem } else { false } }
    var startsClause: Bool { if case .keyword(let keyword) = kind { keyword.startsClause } else { false } }
    var isWord: Bool { if case .word = kind { true } else { false } }
    var isNumber: Bool { if case .number = kind { true } else { false } }
}

enum Mark: String {
    case open = "(", close = ")", comma = ",", point = ".", range = "..", colon = ":", assign = "="
    case plus = "+", minus = "-", star = "*", slash = "/"
    case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", equal = "==", notEqual = "!="
}

struct LocatedProblem: Equatable {
    var problem: SyntaxProblem
    var start: Int
    var end: Int
}

/// A comment and where it stands, until it is attached to an item or clause.
struct PlacedComment: Equatable {
    var comment: Comment
    var offset: Int
    /// Nothing stands before it on its line.
    var isOnOwnLine: Bool
    /// Blanks before it, where it is on its own line.
    var indent: Int
}
