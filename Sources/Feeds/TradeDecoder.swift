public import MarketModel

/// Reads trades from JSON records: one trade, an array of them, or a frame that wraps either.
///
/// One scan over the bytes; numbers go from their digits to integer mantissas, symbols from their bytes to ids. In
/// steady state nothing is allocated: the members' names are recognised by the text that earlier records had at the
/// same place (`MemberMemory`), symbols by a small cache before the table.
///
/// Of unknown members only the brackets and strings are checked, which is enough to step over them.
///
/// - Invariant: one owner; not for use from several threads.
public final class TradeDecoder {
    private let assembly: TradeAssembly
    private let memory = MemberMemory()
    private let slots: UnsafeMutablePointer<FieldValue>
    private let padding: UnsafeMutableRawPointer
    private var refusals: [DecodeRefusal] = []
    private var warning: String?
    private var isPing = false

    public init(mapping: FieldMapping = .standard, limits: TradeLimits = TradeLimits(), symbols: SymbolTable)
    {
        assembly = TradeAssembly(mapping: mapping, limits: limits, symbols: symbols)
        slots = .allocate(capacity: FieldSlots.count * MemberMemory.levels)
        padding = .allocate(byteCount: 16, alignment: 8)
        slots.initialize(
            repeating: FieldValue(start: padding, length: 0, mantissa: 0, scale: 0, kind: .other, rank: 0),
            count: FieldSlots.count * MemberMemory.levels)
    }

    deinit {
        assembly.deallocate()
        memory.deallocate()
        slots.deallocate()
        padding.deallocate()
    }

    public var limits: TradeLimits {
        get { assembly.state.pointee.limits }
        set { assembly.state.pointee.limits = newValue }
    }

    /// Tells the time: trades more than 60 s later are refused from now on (LANGUAGE 3.1, live only).
    public func setClock(_ now: Timestamp) {
        assembly.state.pointee.limits.latest = Timestamp(
            milliseconds: now.milliseconds + TradeLimits.greatestLead)
    }

    /// Appends the record's trades in their order; all of them bear `origin` and `sequence`.
    ///
    /// - Parameters:
    ///   - value: the record; it is read during the call only.
    ///   - key: the message's key, which names the symbol when the record does not.
    ///   - sequence: the record's offset in its partition, or its line in a file.
    public func decode(
        value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?, origin: OriginID, sequence: Int64,
        into trades: inout [Trade]
    ) -> DecodeOutcome {
        let record = RecordOrigin(origin: origin, sequence: sequence, key: key)
        if value.count >= 8 { return decode(value, record, &trades) }
        if value.isEmpty { return .ignored(.tombstone) }
        // Words are loaded eight bytes at a time: spaces make up the rest.
        padding.initializeMemory(as: UInt8.self, repeating: 32, count: 16)
        padding.copyMemory(from: value.baseAddress.unsafelyUnwrapped, byteCount: value.count)
        return decode(UnsafeRawBufferPointer(start: padding, count: 8), record, &trades)
    }

    private func decode(
        _ value: UnsafeRawBufferPointer, _ record: RecordOrigin, _ trades: inout [Trade]
    ) -> DecodeOutcome {
        let before = trades.count
        var cursor = Cursor(value)
        do {
            let found = try scanTop(&cursor, record, &trades)
            if refusals.isEmpty, warning == nil, trades.count > before {
                return .decoded(trades.count - before)
            }
            return settle(accepted: trades.count - before, found: found)
        } catch {
            trades.removeLast(trades.count - before)
            refusals.removeAll()
            warning = nil
            isPing = false
            return .refused([RecordRefusal.of(value, error)], accepted: 0)
        }
    }

    private func settle(accepted: Int, found: Int) -> DecodeOutcome {
        defer {
            refusals.removeAll()
            warning = nil
            isPing = false
        }
        if let warning { return .feedWarning(warning) }
        if !refusals.isEmpty { return .refused(refusals, accepted: accepted) }
        if accepted > 0 { return .decoded(accepted) }
        return .ignored(isPing ? .ping : .emptyFrame)
    }

    // MARK: - Scanning

    /// - Returns: how many trades stood there, accepted or not.
    @inline(__always)
    private func scanTop(
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

    /// Reads a member's name the careful way, from behind the value before it to its own value, and remembers it.
    ///
    /// - Returns: nil at the object's end.
    @inline(never)
    private func readName(
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

    /// Reads a value into its role's slot; null leaves the slot as it was.
    @inline(__always)
    private func readValue(
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
                let quote = cursor.place
                cursor.place += 1
                if cursor.number(into: slot), cursor.byte == UInt8(ascii: "\"") {
                    cursor.place += 1
                    slot.pointee.rank = meaning.rank
                    scan.seen |= bit
                    return
                }
                cursor.place = quote
            }
            let (first, length, isEscaped) = try cursor.string()
            slot.pointee.start = first
            slot.pointee.length = length
            slot.pointee.kind = isEscaped ? .escapedText : .text
        } else if byte &- 48 <= 9 || byte == UInt8(ascii: "-"), cursor.number(into: slot) {
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
