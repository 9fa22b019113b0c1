/// The scan over one object's members: their names, and the values of those that matter.
extension TradeDecoder {
    /// Reads a member's name the careful way, from behind the value before it to its own value, and
    /// remembers it.
    ///
    /// - Returns: nil at the object's end.
    @inline(never)
    func readName(
        _ cursor: inout Cursor, _ position: Int, _ tokens: UnsafeMutablePointer<MemberMemory.Token>
    ) throws(JSONFault) -> FieldTable.Meaning? {
        let start = cursor.place
        cursor.skipSpace()
        if cursor.byte == UInt8(ascii: "}") {
            cursor.place += 1
            return nil
        }
        if position > 0 {
            guard cursor.byte == UInt8(ascii: ",") else {
                throw cursor.fault("a comma or the object's closing brace")
            }
            cursor.place += 1
            cursor.skipSpace()
        }
        guard cursor.byte == UInt8(ascii: "\"") else { throw cursor.fault("a member's name in quotes") }
        let (first, length, isEscaped) = try cursor.string()
        cursor.skipSpace()
        guard cursor.byte == UInt8(ascii: ":") else { throw cursor.fault("a colon") }
        cursor.place += 1
        cursor.skipSpace()
        let name = UnsafeRawBufferPointer(start: first, count: length)
        let meaning =
            isEscaped
            ? unescaped(name).withUnsafeBytes { assembly.table.meaning(of: $0) }
            : assembly.table.meaning(of: name)
        if position < MemberMemory.positions {
            MemberMemory.learn(tokens + position, from: start, to: cursor.place, in: cursor, meaning)
        }
        return meaning
    }

    /// Reads a value the careful way into its role's slot; null leaves the slot as it was.
    @inline(never)
    func readValue(
        _ cursor: inout Cursor, _ meaning: FieldTable.Meaning, _ bank: FieldSlots, _ scan: inout ObjectScan
    ) throws(JSONFault) {
        let index = Int(meaning.slot)
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: index)
        if scan.seen & bit != 0 {
            let isBetter = try readSecond(&cursor, meaning, bank, &scan)
            if !isBetter { return }
        }
        let slot = bank[index]
        let byte = cursor.byte
        if byte == UInt8(ascii: "\"") {
            // A number in quotes is read as the number.
            if index >= 2, index <= 6 {
                if let after = cursor.quotedNumber(into: slot) {
                    cursor.place = after
                    slot.pointee.rank = meaning.rank
                    scan.seen |= bit
                    return
                }
            }
            let (first, length, isEscaped) = try cursor.string()
            slot.pointee.start = first
            slot.pointee.length = length
            slot.pointee.kind = isEscaped ? .escapedText : .text
        } else if byte &- 48 <= 9 || byte == UInt8(ascii: "-"), let after = cursor.number(into: slot) {
            cursor.place = after
        } else if try !readWord(&cursor, slot) {
            return
        }
        slot.pointee.rank = meaning.rank
        scan.seen |= bit
    }

    /// null, true, NaN, arrays: whatever is no string and no number.
    ///
    /// - Returns: false for null.
    @inline(never)
    private func readWord(
        _ cursor: inout Cursor, _ slot: UnsafeMutablePointer<FieldValue>
    ) throws(JSONFault) -> Bool {
        if cursor.skipWord("null") { return false }
        let start = cursor.place
        slot.pointee.kind = .other
        if cursor.skipWord("NaN") || cursor.skipWord("Infinity") || cursor.skipWord("-Infinity") {
            slot.pointee.kind = .notFinite
        } else {
            try cursor.skipValue()
        }
        slot.pointee.start = start
        slot.pointee.length = cursor.place - start
        return true
    }

    /// A second member for a role that has a value already: steps over it unless it is preferred.
    @inline(never)
    private func readSecond(
        _ cursor: inout Cursor, _ meaning: FieldTable.Meaning, _ bank: FieldSlots, _ scan: inout ObjectScan
    ) throws(JSONFault) -> Bool {
        let rank = bank[Int(meaning.slot)].pointee.rank
        let twin = FieldTable.Meaning.twinBit
        if rank & meaning.rank & twin != 0, rank != meaning.rank, cursor.byte != UInt8(ascii: "n") {
            scan.isAmbiguous = true
        }
        if meaning.rank & ~twin <= rank & ~twin { return true }
        try cursor.skipValue()
        return false
    }
}
