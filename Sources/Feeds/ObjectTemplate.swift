/// The object that a producer writes again and again: its members' names, their order and spacing, and what
/// each value is. A record that fits is a trade after one pass without a look-up; whatever does not fit is
/// read the general way, from its beginning.
///
/// A template is made only of an object that was a trade, with symbol, price and time, without venue and
/// envelope. Of a role's members the one that counts is read, the others are stepped over.
struct ObjectTemplate {
    enum Kind: UInt8 {
        case ignored
        case symbol, price, size, time, timeText, bid, ask
        /// A number, a string or null, of which only its form matters.
        case number, text, null
    }

    /// A text between two values, quotes included, and the value behind it. The first begins with the brace.
    struct Step {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var last: UInt64 = 0
        var mask: UInt64 = 0
        var length = 0
        var kind = Kind.ignored

        /// Whether the text stands here and something behind it.
        @inline(__always)
        static func matches(
            _ step: UnsafeMutablePointer<Step>, _ place: UnsafeRawPointer, _ end: UnsafeRawPointer,
            _ scan: QuickScan
        ) -> Bool {
            let length = step.pointee.length
            guard end - place > length, (scan.word(place) ^ step.pointee.first) & step.pointee.mask == 0
            else { return false }
            if length <= 8 { return true }
            guard EightBytes.load(place + (length - 8)) == step.pointee.last else { return false }
            if length <= 16 { return true }
            return EightBytes.load(place + 8) == step.pointee.second
                && (length <= 24 || EightBytes.load(place + 16) == step.pointee.third)
        }
    }

    /// What ends an object: its brace, with the last value's quote before it or not.
    struct Closing {
        var text: UInt64 = 0
        var mask: UInt64 = 0
        var length = 0
    }

    /// Steps; 0: nothing is known.
    var count = 0
    var closing = Closing()
    /// Records that did not fit since it was made, or could not be made.
    var misses = 0
    /// How many of them are waited for before another is made.
    private var patience = 0
    let steps: UnsafeMutablePointer<Step>

    /// Making one costs as much as reading some records. A feed of two producers keeps one's template for a
    /// while, and a feed whose objects are none for a template is not tried again soon.
    private static let shortPatience = 4
    private static let longPatience = 100

    init() {
        steps = .allocate(capacity: MemberMemory.positions)
        steps.initialize(repeating: Step(), count: MemberMemory.positions)
    }

    func deallocate() { steps.deallocate() }

    var isDue: Bool { misses >= patience }

    /// Learns an object that has just been read as a trade.
    ///
    /// - Parameters:
    ///   - object: at its opening brace.
    ///   - tokens: the texts before its values, so many.
    @inline(never)
    mutating func learn(
        _ object: Cursor, _ tokens: UnsafeMutablePointer<MemberMemory.Token>, _ members: Int
    ) {
        count = 0
        misses = 0
        patience = ObjectTemplate.longPatience
        guard members <= MemberMemory.positions,
            let chosen = ObjectTemplate.chosen(tokens, ObjectTemplate.values(object, tokens, members))
        else { return }
        var cursor = object
        cursor.place += 1
        // What of the text before a member's name is no token: the brace, or the closing quote of a value.
        var before = 1
        for index in 0..<members {
            let start = cursor.place - before
            cursor.place += tokens[index].length
            let isText = cursor.byte == UInt8(ascii: "\"")
            guard let kind = ObjectTemplate.kind(tokens[index].meaning, chosen.contains(index), cursor),
                (try? cursor.skipValue()) != nil
            else { return }
            let opening = isText && kind != .ignored ? 1 : 0
            let length = before + tokens[index].length + opening
            guard tokens[index].length > 0, length <= MemberMemory.greatestLength else { return }
            steps[index].kind = kind
            steps[index].setText(object.end, from: start, length)
            before = opening
        }
        guard cursor.byte == UInt8(ascii: "}") else { return }
        let length = 1 + before
        let mask = EightBytes.mask(length)
        let text = QuickScan(end: object.end).word(cursor.place - before) & mask
        closing = Closing(text: text, mask: mask, length: length)
        count = members
        patience = ObjectTemplate.shortPatience
    }

    /// The first byte of each member's value; fewer when they are not as the texts before them tell.
    private static func values(
        _ object: Cursor, _ tokens: UnsafeMutablePointer<MemberMemory.Token>, _ members: Int
    ) -> [UInt8] {
        var cursor = object
        cursor.place += 1
        var values: [UInt8] = []
        for index in 0..<members {
            cursor.place += tokens[index].length
            values.append(cursor.byte)
            if (try? cursor.skipValue()) == nil { break }
        }
        return values
    }

    /// The members that count for their roles, which null does not; nil when the object is none for a
    /// template.
    private static func chosen(
        _ tokens: UnsafeMutablePointer<MemberMemory.Token>, _ values: [UInt8]
    ) -> Set<Int>? {
        let twin = FieldTable.Meaning.twinBit
        var best: [UInt8: Int] = [:]
        for index in values.indices {
            let meaning = tokens[index].meaning
            guard meaning.slot < UInt8(FieldSlots.count) else { continue }
            if meaning.slot == FieldTable.Meaning.envelope { return nil }
            if values[index] == UInt8(ascii: "n") { continue }
            if meaning.slot == 1 { return nil }
            if let other = best[meaning.slot] {
                let rank = tokens[other].meaning.rank
                if rank & meaning.rank & twin != 0 { return nil }
                if meaning.rank & ~twin > rank & ~twin { continue }
            }
            best[meaning.slot] = index
        }
        return best[0] != nil && best[2] != nil && best[4] != nil ? Set(best.values) : nil
    }

    /// What a value is to its role; nil when it is nothing that is read at a glance.
    private static func kind(
        _ meaning: FieldTable.Meaning, _ isChosen: Bool, _ cursor: Cursor
    ) -> Kind? {
        let isText = cursor.byte == UInt8(ascii: "\"")
        guard meaning.slot < UInt8(FieldSlots.count) else { return .ignored }
        if cursor.byte == UInt8(ascii: "n") { return .null }
        guard isText || cursor.byte &- 48 <= 9 else { return nil }
        let isRole = isChosen && meaning.slot < UInt8(FieldSlots.type)
        guard isRole else { return isText ? .text : .number }
        switch meaning.slot {
        case 0: return isText ? .symbol : nil
        case 2: return .price
        case 3: return .size
        case 5: return .bid
        case 6: return .ask
        default:
            let scan = QuickScan(end: cursor.end)
            if scan.time(cursor.place + (isText ? 1 : 0)) != nil { return .time }
            return isText ? .timeText : nil
        }
    }
}

extension ObjectTemplate.Step {
    mutating func setText(_ end: UnsafeRawPointer, from start: UnsafeRawPointer, _ length: Int) {
        self.length = length
        mask = length >= 8 ? UInt64.max : EightBytes.mask(length)
        first = QuickScan(end: end).word(start) & mask
        if length > 8 { last = EightBytes.load(start + (length - 8)) }
        if length > 16 { second = EightBytes.load(start + 8) }
        if length > 24 { third = EightBytes.load(start + 16) }
    }
}
