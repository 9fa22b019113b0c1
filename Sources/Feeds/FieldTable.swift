/// The mapping, compiled: what to do with a member or column of a given name.
struct FieldTable {
    /// A name's part in the record.
    struct Meaning: Equatable {
        /// A slot's index, or `ignored`.
        var slot: UInt8
        /// The lowest counts. The top bit tells that the role has this one-letter name in the other case too:
        /// of two such members in one record, which one is meant would be a guess.
        var rank: UInt8

        static let twinBit: UInt8 = 0x80
        static let ignored = Meaning(slot: 255, rank: 0)
        static let envelope = UInt8(FieldMapping.Role.envelope.index)
    }

    let mapping: FieldMapping
    private let meanings: [String: Meaning]

    init(_ mapping: FieldMapping) {
        self.mapping = mapping
        var meanings: [String: Meaning] = [:]
        for entry in mapping.entries {
            let twin = FieldTable.otherCase(entry.name)
            let hasTwin = twin.map { twin in mapping[entry.role].contains(twin) } ?? false
            let rank = UInt8(min(entry.rank, 127)) | (hasTwin ? Meaning.twinBit : 0)
            meanings[entry.name] = Meaning(slot: UInt8(entry.role.index), rank: rank)
        }
        // What tells pings and complaints from trades, unless the mapping wants these names itself.
        for (name, slot) in [("type", FieldSlots.type), ("msg", FieldSlots.message)]
        where meanings[name] == nil {
            meanings[name] = Meaning(slot: UInt8(slot), rank: 0)
        }
        self.meanings = meanings
    }

    /// The same one letter in the other case.
    private static func otherCase(_ name: String) -> String? {
        guard name.utf8.count == 1, let byte = name.utf8.first, byte | 0x20 >= 97, byte | 0x20 <= 122 else {
            return nil
        }
        return String(decoding: [byte ^ 0x20], as: UTF8.self)
    }

    func meaning(of name: UnsafeRawBufferPointer) -> Meaning {
        guard name.count <= 64 else { return .ignored }
        let normalized = FieldMapping.normalized(String(decoding: name, as: UTF8.self))
        return meanings[normalized] ?? .ignored
    }

    /// What a message lists as the names that would do for a role: `p, price, last, ...`.
    func names(of role: FieldMapping.Role) -> String {
        let names = mapping[role]
        return names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", ..." : "")
    }
}

/// What the members of earlier records were, so that the next record's need no look-up.
///
/// A producer writes its members in one order and spacing. For each member's position this remembers the
/// text between two values, say `,"price": `, and its meaning; a record that repeats it, as nearly all do,
/// is read by comparing a few words. A text that differs is read the careful way and remembered in its
/// stead.
struct MemberMemory {
    /// At most 32 bytes of text, as words to compare.
    struct Token {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var last: UInt64 = 0
        var firstMask: UInt64 = 0
        /// 0: nothing remembered.
        var length = 0
        var meaning = FieldTable.Meaning.ignored
    }

    static let positions = 32
    static let levels = 4
    static let greatestLength = 32

    let tokens: UnsafeMutablePointer<Token>

    init() {
        tokens = .allocate(capacity: MemberMemory.positions * MemberMemory.levels)
        tokens.initialize(repeating: Token(), count: MemberMemory.positions * MemberMemory.levels)
    }

    func deallocate() { tokens.deallocate() }

    /// Whether the token stands here, directly before a value: a producer that puts a space behind its
    /// colons writes a text that begins with the token of one that does not.
    @inline(__always)
    static func matches(_ token: UnsafeMutablePointer<Token>, _ cursor: Cursor) -> Bool {
        let length = token.pointee.length
        let place = cursor.place
        guard length > 0, cursor.end - place > length, place.load(fromByteOffset: length, as: UInt8.self) > 32
        else { return false }
        guard cursor.word(at: place) & token.pointee.firstMask == token.pointee.first else { return false }
        if length <= 8 { return true }
        guard EightBytes.load(place + (length - 8)) == token.pointee.last else { return false }
        if length <= 16 { return true }
        return EightBytes.load(place + 8) == token.pointee.second
            && (length <= 24 || EightBytes.load(place + 16) == token.pointee.third)
    }

    /// Remembers the text from `start` to `end` as what stands before a value of this meaning.
    static func learn(
        _ token: UnsafeMutablePointer<Token>, from start: UnsafeRawPointer, to end: UnsafeRawPointer,
        in cursor: Cursor, _ meaning: FieldTable.Meaning
    ) {
        let length = end - start
        guard length > 0, length <= greatestLength else {
            token.pointee.length = 0
            return
        }
        let mask = length >= 8 ? UInt64.max : EightBytes.mask(length)
        token.pointee.firstMask = mask
        token.pointee.first = cursor.word(at: start) & mask
        if length > 8 { token.pointee.last = EightBytes.load(start + (length - 8)) }
        if length > 16 { token.pointee.second = EightBytes.load(start + 8) }
        if length > 24 { token.pointee.third = EightBytes.load(start + 16) }
        token.pointee.length = length
        token.pointee.meaning = meaning
    }
}
