internal import MarketModel

/// The scan over a record's objects: which of them are trades, and which wrap trades.
extension TradeDecoder {
    /// - Returns: how many trades stood there, accepted or not.
    @inline(__always)
    func scanTop(
        _ cursor: inout Cursor, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) -> Int {
        if cursor.byte != UInt8(ascii: "{") {
            if cursor.word(at: cursor.place) & 0xff_ffff == 0xbf_bbef { cursor.place += 3 }
            cursor.skipSpace()
        }
        var found = 0
        switch cursor.byte {
        case UInt8(ascii: "{"): found = try scanObject(&cursor, level: 0, record, &trades)
        case UInt8(ascii: "["): found = try scanArray(&cursor, level: 0, record, &trades)
        default: throw cursor.fault("a JSON object")
        }
        if cursor.place < cursor.end {
            cursor.skipSpace()
            if cursor.place < cursor.end { throw cursor.fault("nothing after the record") }
        }
        return found
    }

    private func scanArray(
        _ cursor: inout Cursor, level: Int, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) -> Int {
        var found = 0
        cursor.place += 1
        cursor.skipSpace()
        if cursor.byte == UInt8(ascii: "]") {
            cursor.place += 1
            return 0
        }
        while true {
            if cursor.byte == UInt8(ascii: "{") {
                found += try scanObject(&cursor, level: level, record, &trades)
            } else {
                refusals.append(
                    DecodeRefusal(.notATrade, "an element of the list of trades is not an object"))
                try cursor.skipValue()
            }
            if cursor.byte <= 32 { cursor.skipSpace() }
            let byte = cursor.byte
            cursor.place += 1
            if byte == UInt8(ascii: "]") { return found }
            guard byte == UInt8(ascii: ",") else {
                cursor.place -= 1
                throw cursor.fault("a comma or the array's closing bracket")
            }
            if cursor.byte <= 32 { cursor.skipSpace() }
        }
    }

    /// Scans one object: a trade, or a wrapper whose envelope holds trades.
    private func scanObject(
        _ cursor: inout Cursor, level: Int, _ record: RecordOrigin, _ trades: inout [Trade]
    ) throws(JSONFault) -> Int {
        let bank = FieldSlots(base: slots + level * FieldSlots.count)
        let tokens = memory.tokens + level * MemberMemory.positions
        let firstTrade = trades.count
        let firstRefusal = refusals.count
        let opening = cursor.place
        var scan = ObjectScan()
        var position = 0
        cursor.place += 1
        while true {
            let meaning: FieldTable.Meaning
            if position < MemberMemory.positions, MemberMemory.matches(tokens + position, cursor) {
                meaning = tokens[position].meaning
                cursor.place += tokens[position].length
            } else if let read = try readName(&cursor, position, tokens) {
                meaning = read
            } else {
                break
            }
            position += 1
            if meaning.slot < UInt8(FieldSlots.count), meaning.slot != FieldTable.Meaning.envelope {
                try readValue(&cursor, meaning, bank, &scan)
            } else if meaning.slot == FieldTable.Meaning.envelope, level + 1 < MemberMemory.levels {
                try readEnvelope(&cursor, level, record, &trades, &scan)
            } else {
                try cursor.skipValue()
            }
            if cursor.byte == UInt8(ascii: "}") {
                cursor.place += 1
                break
            }
        }
        let isTrade = scan.seen & ObjectScan.tradeBits == ObjectScan.tradeBits
        if scan.hasEnvelope {
            // A wrapper with a price and a time of its own is the trade; what it wraps is something else.
            if !isTrade { return scan.found }
            trades.removeLast(trades.count - firstTrade)
            refusals.removeLast(refusals.count - firstRefusal)
        } else if !isTrade, isControl(bank, scan.seen) {
            return 0
        }
        do throws(DecodeRefusal) {
            if scan.isAmbiguous { throw RecordRefusal.ambiguous(assembly.table) }
            trades.append(try assembly.trade(bank, seen: scan.seen, cursor: cursor, from: record))
        } catch {
            refusals.append(RecordRefusal.explain(error, cursor, opening, level))
        }
        return 1
    }

    private func readEnvelope(
        _ cursor: inout Cursor, _ level: Int, _ record: RecordOrigin, _ trades: inout [Trade],
        _ scan: inout ObjectScan
    ) throws(JSONFault) {
        switch cursor.byte {
        case UInt8(ascii: "{"):
            scan.hasEnvelope = true
            scan.found += try scanObject(&cursor, level: level + 1, record, &trades)
        case UInt8(ascii: "["):
            scan.hasEnvelope = true
            scan.found += try scanArray(&cursor, level: level + 1, record, &trades)
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
            isPing = true
            return true
        case "error":
            let hasMessage = seen & (1 << UInt32(FieldSlots.message)) != 0
            warning = hasMessage ? excerptOf(bank[FieldSlots.message].pointee.bytes) : "no message"
            return true
        default: return false
        }
    }
}

/// What one object has shown so far.
struct ObjectScan {
    /// Price and time.
    static let tradeBits: UInt32 = 1 << 2 | 1 << 4

    /// One bit for each slot that has a value.
    var seen: UInt32 = 0
    var found = 0
    var hasEnvelope = false
    var isAmbiguous = false
}
