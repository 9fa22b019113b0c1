import Diagnostics

/// Cuts a text into tokens, one at a time on demand (LANGUAGE 10).
///
/// On demand, because a REGEX may stand only where a target name may: the parser, which knows the place,
/// asks for the token at a `/` to be read again as a pattern. A slot of a message is read by a lexer of
/// its own, bounded by the slot; there `:` begins the format, and neither clocks nor comments exist.
///
/// - Complexity: linear in the text; it never fails: what cannot be read becomes a token with a problem.
struct Lexer {
    let file: SourceFile
    let end: Int
    let isSlot: Bool
    var position: Int
    /// Bytes at and after `end` read as 0.
    let text: [UInt8]

    init(_ file: SourceFile) {
        self.file = file
        text = file.text
        end = file.text.count
        isSlot = false
        position = file.text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    }

    init(_ file: SourceFile, slot: Range<Int>) {
        self.file = file
        text = file.text
        end = slot.upperBound
        isSlot = true
        position = slot.lowerBound
    }

    func byte(at offset: Int) -> UInt8 { offset >= 0 && offset < end ? text[offset] : 0 }

    func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

    /// The scalar at an offset and its length in bytes; nil where the bytes are not UTF-8.
    func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        guard offset < end else { return nil }
        if text[offset] < 0x80 { return (Unicode.Scalar(text[offset]), 1) }
        var decoder = UTF8()
        var bytes = text[offset..<min(offset + 4, end)].makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return nil }
        return (scalar, UTF8.width(scalar))
    }

    /// The next token; `.end` at the end, as often as asked.
    mutating func next() -> Token {
        let trivia = skipTrivia()
        let start = position
        var token: Token
        let first = byte(at: position)
        if position >= end {
            token = Token(kind: .end, start: end, end: end, leadsLine: true)
        } else if first.isDigit {
            token = number()
        } else if first.isLower || first == UInt8(ascii: "_") {
            token = word()
        } else if first.isUpper {
            token = symbol()
        } else {
            token = other(first)
        }
        assert(position > start || token.isEnd)
        token.leadsLine = trivia.sawNewline || start == 0
        token.comments = trivia.comments
        token.problems = trivia.problems + token.problems
        return token
    }

    private mutating func other(_ first: UInt8) -> Token {
        switch first {
        case UInt8(ascii: "\""): return quoted()
        case UInt8(ascii: "`"): return backQuoted()
        default: return mark() ?? foreign()
        }
    }

    /// One of our marks, the longest that fits.
    private mutating func mark() -> Token? {
        guard let one = Mark(rawValue: String(UnicodeScalar(text[position]))) ?? exclamation() else {
            return nil
        }
        if one == .assign || one == .less, let token = foreignMark() { return token }
        let next = byte(at: position + 1)
        switch one {
        case .point where next == UInt8(ascii: "."): return take(2, .mark(.range))
        case .less where next == UInt8(ascii: "="): return take(2, .mark(.lessOrEqual))
        case .greater where next == UInt8(ascii: "="): return take(2, .mark(.greaterOrEqual))
        case .assign where next == UInt8(ascii: "="): return take(2, .mark(.equal))
        case .notEqual: return take(2, .mark(.notEqual))
        default: return take(1, .mark(one))
        }
    }

    /// `!` is a mark of ours only before `=`.
    private func exclamation() -> Mark? {
        text[position] == UInt8(ascii: "!") && byte(at: position + 1) == UInt8(ascii: "=") ? .notEqual : nil
    }

    func matches(_ spelling: [UInt8]) -> Bool {
        position + spelling.count <= end && text[position..<position + spelling.count].elementsEqual(spelling)
    }

    /// A token of the next bytes.
    mutating func take(_ length: Int, _ kind: Token.Kind) -> Token {
        let start = position
        position = min(end, start + length)
        return Token(kind: kind, start: start, end: position, leadsLine: false)
    }

    /// A token of the next bytes with a problem of its own; it stands in the tree only if it is mendable.
    mutating func take(_ length: Int, _ kind: Token.Kind, _ problem: SyntaxProblem) -> Token {
        var token = take(length, kind)
        token.problems = [LocatedProblem(problem: problem, start: token.start, end: token.end)]
        token.isSpoilt = !problem.isMendable
        return token
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLower: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isUpper: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isWordPart: Bool { isDigit || isLower || isUpper || self == UInt8(ascii: "_") }
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0d || self == 0x0a }
    var isControl: Bool { self < 0x20 && self != 0x09 || self == 0x7f }
}
