import Diagnostics
import RuleSemantics
import RuleSyntax

/// What may be written at the cursor, judged by the tokens before it alone: the text there is seldom whole.
struct CursorPlace: Equatable {
    enum Expected: Equatable {
        /// In a comment, a name being given, a number: nothing to offer.
        case nothing
        case item
        /// A clause, or an item; `and` and `or` where a condition stands before.
        case clause(afterCondition: Bool)
        case operand
        /// Behind a complete operand.
        case infix
        /// Behind a window's length: `by`, `ending`.
        case windowForm
        case ago
        case duration
        /// `within`, and what else may stand there.
        case within
        case word([String])
        case target(mayBeAll: Bool)
        case session
        /// Behind `session us =`: days, or an exchange with its hours.
        case sessionHours
        case template
        case notifier
        case rule
        case rateSeries
        case series
        case type
        case timeZone
        /// Behind a point: of a symbol (or a parameter that is one), or of a table.
        case member(of: String)
    }

    var expected: Expected
    /// What is typed already of the word at the cursor: byte offsets up to the cursor.
    var typed: Range<Int>
    /// The item being written, by its first token.
    var item: PlainToken?
    /// The clauses that stand in the item already.
    var clauses: [String] = []
    /// Those of the item's header.
    var parameters: [HeaderParameter] = []
}

/// `d: duration`, as the tokens have it.
struct HeaderParameter: Equatable {
    var name: String
    var type: String
}

extension CursorPlace {
    init(in source: SourceFile, at offset: Int) {
        let all = plainTokens(of: source)
        if let comment = all.last(where: { $0.kind == .comment && $0.range.lowerBound < offset }),
            offset <= comment.range.upperBound
        {
            self.init(expected: .nothing, typed: offset..<offset)
            return
        }
        var before = all.filter { $0.kind != .comment && $0.range.lowerBound < offset }
        if let last = before.last, last.range.upperBound > offset || last.isOpenString {
            // Within a string, or in the middle of a word.
            if last.kind == .string || last.isOpenString {
                self.init(inString: last, before: before.dropLast(), in: source, at: offset)
                return
            }
        }
        var typed = offset..<offset
        if let last = before.last, last.range.upperBound >= offset, last.isWordLike {
            typed = last.range.lowerBound..<offset
            before.removeLast()
        }
        let word = all.first { $0.range.lowerBound == typed.lowerBound }
        let leadsLine = word.map { $0.leadsLine && !typed.isEmpty } ?? false
        var scan = PlaceScan(before, leadsLine: leadsLine || Self.isFirstOnLine(source, typed.lowerBound))
        self.init(expected: scan.expected(), typed: typed)
        item = scan.item
        clauses = scan.clauses
        parameters = scan.parameters
    }

    /// In a message's slot an expression stands; in a session's string a time zone.
    private init(
        inString string: PlainToken, before: ArraySlice<PlainToken>, in source: SourceFile, at offset: Int
    ) {
        let nothing = CursorPlace(expected: .nothing, typed: offset..<offset)
        var outer = PlaceScan(Array(before), leadsLine: false)
        _ = outer.expected()
        self = nothing
        item = outer.item
        parameters = outer.parameters
        if outer.item?.text == "session" {
            expected = .timeZone
            typed = string.range.lowerBound + 1..<max(string.range.lowerBound + 1, offset)
            return
        }
        guard outer.clauseWord == "message", let slot = Self.slotStart(in: source, string.range, offset)
        else {
            return
        }
        let tokens = plainTokens(of: source, slot: slot..<offset)
        // Behind the colon a format stands.
        if tokens.contains(where: { $0.text == ":" }) { return }
        var inner = tokens
        if let last = tokens.last, last.range.upperBound == offset, last.isWordLike {
            typed = last.range
            inner.removeLast()
        }
        var scan = PlaceScan(inner, leadsLine: false)
        expected = scan.expectedInExpression()
    }

    private static func slotStart(in source: SourceFile, _ string: Range<Int>, _ offset: Int) -> Int? {
        var start: Int?
        var place = string.lowerBound + 1
        while place < min(offset, source.text.count) {
            switch source.text[place] {
            case UInt8(ascii: "\\") where start == nil: place += 1
            case UInt8(ascii: "{"): start = place + 1
            case UInt8(ascii: "}"): start = nil
            default: break
            }
            place += 1
        }
        return start
    }

    private static func isFirstOnLine(_ source: SourceFile, _ offset: Int) -> Bool {
        source.text[..<min(offset, source.text.count)].reversed()
            .first { $0 != 0x20 && $0 != 0x09 }
            .map { $0 == 0x0a || $0 == 0x0d } ?? true
    }
}

extension PlainToken {
    var isOpenString: Bool {
        text.hasPrefix("\"") && (text.utf8.count == 1 || !text.hasSuffix("\"") || kind == .other)
    }

    /// What completion replaces.
    var isWordLike: Bool { [.name, .keyword, .symbol].contains(kind) || kind == .other && isWordish }

    private var isWordish: Bool { text.utf8.first.map { $0 == 0x5f || $0 >= 0x41 && $0 <= 0x7a } ?? false }

    /// An operand may end with it.
    var endsOperand: Bool {
        switch kind {
        case .name, .symbol, .number, .duration, .string, .pattern, .clock: true
        case .keyword: text == "true" || text == "false"
        case .mark: text == ")"
        case .comment, .other: false
        }
    }
}
