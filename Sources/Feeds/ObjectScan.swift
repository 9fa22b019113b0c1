internal import MarketModel

/// The scan over a record's objects: which of them are trades, and which wrap trades.
extension TradeDecoder {
    /// Scans a whole record.
    @inline(__always)
    func scanTop(
        _ text: Cursor, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) {
        var cursor = text
        if cursor.byte != UInt8(ascii: "{") {
            if cursor.word(at: cursor.place) & 0xff_ffff == 0xbf_bbef { cursor.place += 3 }
            cursor.skipSpace()
        }
        switch cursor.byte {
        case UInt8(ascii: "{"): try scanObject(&cursor, level: 0, record, &trades)
        case UInt8(ascii: "["): try scanArray(&cursor, level: 0, record, &trades)
        default: throw cursor.fault("a JSON object")
        }
        if cursor.place < cursor.end {
            cursor.skipSpace()
            if cursor.place < cursor.end { throw cursor.fault("nothing after the record") }
        }
    }

    private func scanArray(
        _ cursor: inout Cursor, level: Int, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) {
        cursor.place += 1
        cursor.skipSpace()
        if cursor.byte == UInt8(ascii: "]") {
            cursor.place += 1
            return
        }
        while true {
            if cursor.byte == UInt8(ascii: "{") {
                try scanObject(&cursor, level: level, record, &trades)
            } else {
                findings.pointee.refusals.append(
                    DecodeRefusal(.notATrade, "an element of the list of trades is not an object"))
                try cursor.skipValue()
            }
            if cursor.byte <= 32 { cursor.skipSpace() }
            let byte = cursor.byte
            cursor.place += 1
            if byte == UInt8(ascii: "]") { return }
            guard byte == UInt8(ascii: ",") else {
                cursor.place -= 1
                throw cursor.fault("a comma or the array's closing bracket")
            }
            if cursor.byte <= 32 { cursor.skipSpace() }
        }
    }

    /// Scans one object: a trade, or a wrapper whose envelope holds trades.
    ///
    /// One inside a frame is tried by its template first; a record's own was tried before.
    private func scanObject(
        _ opening: inout Cursor, level: Int, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) {
        let template = templates + level
        if level > 0 {
            var trade = Trade(record)
            if let after = quickTrade(opening, template, &trade) {
                opening.place = after
                trades.append(trade)
                return
            }
        }
        template.pointee.misses &+= 1
        try scanAnyObject(&opening, level: level, record, &trades)
    }

    /// The general way.
    ///
    /// The usual member, its name where it was in the record before, its value a plain number or string, is
    /// read here; everything else by the careful ways, which take a copy of the cursor so that the loop's
    /// own stays in registers.
    private func scanAnyObject(
        _ opening: inout Cursor, level: Int, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) {
        let bank = bank(level)
        let tokens = memory.tokens + level * MemberMemory.positions
        let before = (trades: trades.count, refusals: findings.pointee.refusals.count)
        var scan = ObjectScan()
        var position = 0
        var cursor = opening
        cursor.place += 1
        while true {
            let meaning: FieldTable.Meaning
            if position < MemberMemory.positions, MemberMemory.matches(tokens + position, cursor) {
                meaning = tokens[position].meaning
                cursor.place += tokens[position].length
            } else {
                var careful = cursor
                let read = try readName(&careful, position, tokens)
                cursor = careful
                guard let read else { break }
                meaning = read
            }
            position += 1
            if let after = plainValue(cursor, meaning, bank, &scan) {
                cursor.place = after
            } else {
                var careful = cursor
                try readCarefully(&careful, level, meaning, record, &trades, &scan)
                cursor = careful
            }
            if cursor.byte == UInt8(ascii: "}") {
                cursor.place += 1
                break
            }
        }
        let start = opening
        opening = cursor
        if scan.hasEnvelope || scan.seen & ObjectScan.tradeBits != ObjectScan.tradeBits {
            guard isTrade(bank, scan) else { return }
            trades.removeLast(trades.count - before.trades)
            findings.pointee.refusals.removeLast(findings.pointee.refusals.count - before.refusals)
        }
        do throws(DecodeRefusal) {
            if scan.isAmbiguous { throw RecordRefusal.ambiguous() }
            trades.append(try assembly.trade(bank, seen: scan.seen, cursor: cursor, from: record))
            if templates[level].isDue { templates[level].learn(start, tokens, position) }
        } catch {
            findings.pointee.refusals.append(RecordRefusal.explain(error, start))
        }
    }

    /// Reads a member's value if it is a number, a number in quotes or a string without escapes, and steps
    /// over such a value of a member that does not matter.
    ///
    /// - Returns: the place behind the value; nil when it needs the careful way.
    @inline(__always)
    private func plainValue(
        _ cursor: Cursor, _ meaning: FieldTable.Meaning, _ bank: FieldSlots, _ scan: inout ObjectScan
    ) -> UnsafeRawPointer? {
        let byte = cursor.byte
        let isQuoted = byte == UInt8(ascii: "\"")
        guard meaning.slot < UInt8(FieldSlots.count) else {
            return isQuoted ? cursor.plainStringEnd().map { $0 + 1 } : cursor.plainScalarEnd()
        }
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: meaning.slot)
        guard (scan.seen | ObjectScan.envelopeSlot) & bit == 0 else { return nil }
        let slot = bank[Int(meaning.slot)]
        if ObjectScan.numberSlots & bit != 0 {
            let after =
                isQuoted ? cursor.quotedNumber(into: slot) : byte &- 48 <= 9 ? cursor.number(into: slot) : nil
            if let after {
                slot.pointee.rank = meaning.rank
                scan.seen |= bit
                return after
            }
        }
        guard isQuoted, let end = cursor.plainStringEnd() else { return nil }
        slot.pointee.start = cursor.place + 1
        slot.pointee.length = end - cursor.place - 1
        slot.pointee.kind = .text
        slot.pointee.rank = meaning.rank
        scan.seen |= bit
        return end + 1
    }

    /// Whether an object that has an envelope, or lacks a price or a time, is a trade or wants to be one.
    @inline(never)
    private func isTrade(_ bank: FieldSlots, _ scan: ObjectScan) -> Bool {
        // A wrapper with a price and a time of its own is the trade; what it wraps is something else.
        if scan.seen & ObjectScan.tradeBits == ObjectScan.tradeBits { return true }
        return !scan.hasEnvelope && !isControl(bank, scan.seen)
    }

    @inline(never)
    private func readCarefully(
        _ cursor: inout Cursor, _ level: Int, _ meaning: FieldTable.Meaning, _ record: RecordOrigin,
        _ trades: inout [Trade], _ scan: inout ObjectScan
    ) throws(JSONFault) {
        if meaning.slot >= UInt8(FieldSlots.count) {
            try cursor.skipValue()
        } else if meaning.slot != FieldTable.Meaning.envelope {
            try readValue(&cursor, meaning, bank(level), &scan)
        } else if level + 1 < MemberMemory.levels {
            try readEnvelope(&cursor, level, record, &trades, &scan)
        } else {
            try cursor.skipValue()
        }
    }

    private func bank(_ level: Int) -> FieldSlots { FieldSlots(base: slots + level * FieldSlots.count) }

    private func readEnvelope(
        _ cursor: inout Cursor, _ level: Int, _ record: RecordOrigin, _ trades: inout [Trade],
        _ scan: inout ObjectScan
    ) throws(JSONFault) {
        switch cursor.byte {
        case UInt8(ascii: "{"):
            scan.hasEnvelope = true
            try scanObject(&cursor, level: level + 1, record, &trades)
        case UInt8(ascii: "["):
            scan.hasEnvelope = true
            try scanArray(&cursor, level: level + 1, record, &trades)
        case UInt8(ascii: "n"):
            scan.hasEnvelope = true
            try cursor.skipValue()
        default: try cursor.skipValue()
        }
    }

    /// Whether an object that is no trade is the feed's own word: a ping, or a complaint, which is kept.
    private func isControl(_ bank: FieldSlots, _ seen: UInt32) -> Bool {
        guard seen & (1 << UInt32(FieldSlots.type)) != 0, bank[FieldSlots.type].pointee.kind == .text else {
            return false
        }
        switch String(decoding: bank[FieldSlots.type].pointee.bytes, as: UTF8.self) {
        case "ping":
            findings.pointee.isPing = true
            return true
        case "error":
            let hasMessage = seen & (1 << UInt32(FieldSlots.message)) != 0
            findings.pointee.warning =
                hasMessage ? excerptOf(bank[FieldSlots.message].pointee.bytes) : "no message"
            return true
        default: return false
        }
    }
}

/// What one object has shown so far.
struct ObjectScan {
    /// Price and time.
    static let tradeBits: UInt32 = 1 << 2 | 1 << 4
    /// Price, size, time, bid and ask.
    static let numberSlots: UInt32 = 0b111_1100
    static let envelopeSlot: UInt32 = 1 << 7

    /// One bit for each slot that has a value.
    var seen: UInt32 = 0
    var hasEnvelope = false
    var isAmbiguous = false
}
