internal import MarketModel

/// Where a record came from.
struct RecordOrigin {
    var origin: OriginID
    var sequence: Int64
    /// The message's key, or nil: the symbol of a record that carries none.
    var key: UnsafeRawBufferPointer?
}

extension Trade {
    /// The trade of a record that is still to be read.
    @inline(__always)
    init(_ record: RecordOrigin) {
        self.init(
            symbol: SymbolID(index: 0), time: 0,
            price: FixedPoint(uncheckedMantissa: 0, scale: 0),
            size: FixedPoint(uncheckedMantissa: 0, scale: 0),
            origin: record.origin, sequence: record.sequence)
    }
}

/// Turns the slots of a scanned record into a trade, within the limits of LANGUAGE 3.1. JSON and CSV share
/// it.
///
/// All state lives behind constant pointers: the loop touches no property that needs an exclusivity check.
struct TradeAssembly {
    struct State {
        var limits: TradeLimits
        var days = DayMemory()
    }

    let table: FieldTable
    let symbols: SymbolTable
    let cache: SymbolCache
    let state: UnsafeMutablePointer<State>

    init(mapping: FieldMapping, limits: TradeLimits, symbols: SymbolTable) {
        table = FieldTable(mapping)
        self.symbols = symbols
        cache = SymbolCache()
        state = .allocate(capacity: 1)
        state.initialize(to: State(limits: limits))
    }

    func deallocate() {
        cache.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    private static let hasSymbol: UInt32 = 1 << 0
    private static let hasVenue: UInt32 = 1 << 1
    private static let hasPrice: UInt32 = 1 << 2
    private static let hasSize: UInt32 = 1 << 3
    private static let hasTime: UInt32 = 1 << 4
    private static let hasQuote: UInt32 = 3 << 5

    /// - Parameters:
    ///   - seen: the slots that the record filled, one bit each.
    ///   - cursor: over memory that holds all the slots' texts.
    @inline(__always)
    func trade(
        _ slots: FieldSlots, seen: UInt32, cursor: Cursor, from record: RecordOrigin
    ) throws(DecodeRefusal) -> Trade {
        let needed = TradeAssembly.hasPrice | TradeAssembly.hasTime
        guard seen & needed == needed else { throw missing(seen) }
        let price = try fixedPoint(slots[2], .price)
        guard price.mantissa > 0 || state.pointee.limits.allowsNonPositivePrices else {
            throw refusal(
                .notPositive, .price, slots[2], "is not above 0; a feed of such prices must allow them")
        }
        var size = FixedPoint.zero
        if seen & TradeAssembly.hasSize != 0 {
            size = try self.size(slots[3])
            guard size.mantissa >= 0 else { throw refusal(.negativeSize, .size, slots[3], "is below 0") }
        }
        let time = try instant(slots[4], cursor)
        let symbol: SymbolID
        if seen & (TradeAssembly.hasSymbol | TradeAssembly.hasVenue) == TradeAssembly.hasSymbol,
            slots[0].pointee.kind == .text, let plain = try plainSymbol(slots[0], cursor)
        {
            symbol = plain
        } else {
            symbol = try unusualSymbol(slots, seen, record)
        }
        var trade = Trade(
            symbol: symbol, time: time, price: price, size: size, origin: record.origin,
            sequence: record.sequence)
        if seen & TradeAssembly.hasQuote == TradeAssembly.hasQuote {
            try setQuote(&trade, slots)
        }
        return trade
    }

    @inline(__always)
    private func fixedPoint(
        _ slot: UnsafeMutablePointer<FieldValue>, _ role: FieldMapping.Role
    ) throws(DecodeRefusal) -> FixedPoint {
        let mantissa = slot.pointee.mantissa
        if slot.pointee.kind == .number, slot.pointee.scale <= 12,
            mantissa.magnitude <= FixedPoint.greatestMantissa.magnitude
        {
            return FixedPoint(
                uncheckedMantissa: mantissa, scale: UInt8(truncatingIfNeeded: slot.pointee.scale))
        }
        return try unusualNumber(slot, role)
    }

    /// A size may be empty, as a NULL is in a CSV file: then it is 0.
    @inline(__always)
    private func size(_ slot: UnsafeMutablePointer<FieldValue>) throws(DecodeRefusal) -> FixedPoint {
        if slot.pointee.kind == .text, slot.pointee.length == 0 { return .zero }
        return try fixedPoint(slot, .size)
    }

    @inline(never)
    private func unusualNumber(
        _ slot: UnsafeMutablePointer<FieldValue>, _ role: FieldMapping.Role
    ) throws(DecodeRefusal) -> FixedPoint {
        let value = slot.pointee
        switch value.kind {
        case .number:
            if let fixed = FixedPoint(mantissa: value.mantissa, scale: Int(value.scale)) { return fixed }
        case .wideNumber:
            if let (wide, _) = WideNumber.scan(from: value.start, to: value.start + value.length),
                let fixed = wide.fixedPoint
            {
                return fixed
            }
        default:
            if value.spellsNonFinite { throw refusal(.notFinite, role, slot, "is not a finite number") }
            throw refusal(role.badKind, role, slot, "is not a number")
        }
        throw refusal(.tooManyDigits, role, slot, "has more than 15 digits before the decimal point")
    }

    @inline(__always)
    private func instant(
        _ slot: UnsafeMutablePointer<FieldValue>, _ cursor: Cursor
    ) throws(DecodeRefusal) -> Int64 {
        var time: Int64?
        switch slot.pointee.kind {
        case .number:
            time = TimeScan.milliseconds(number: slot.pointee.mantissa, scale: slot.pointee.scale)
        case .text:
            time = TimeScan.milliseconds(
                text: slot.pointee.bytes, limit: cursor.end, days: &state.pointee.days)
        default: time = nil
        }
        guard let time else { throw badTime(slot) }
        guard time <= state.pointee.limits.latest.milliseconds else { throw tooLate(slot, time) }
        guard time >= state.pointee.limits.earliest.milliseconds else {
            throw refusal(.tooOld, .time, slot, "lies before 1900")
        }
        return time
    }

    /// - Returns: nil when the name needs a closer look: space around it, characters beyond ASCII, no
    ///   characters.
    @inline(__always)
    private func plainSymbol(
        _ slot: UnsafeMutablePointer<FieldValue>, _ cursor: Cursor
    ) throws(DecodeRefusal) -> SymbolID? {
        let name = slot.pointee.bytes
        guard name.count > 0, name.count <= TradeLimits.greatestSymbolLength else { return nil }
        guard SymbolText.isPlain(name, cursor) else { return nil }
        guard let symbol = cache.intern(name, in: cursor, symbols) else { throw symbolTableFull(name) }
        return symbol
    }

    /// A plain symbol that has an id, up to `mark`, and the place of the mark.
    ///
    /// - Parameter text: over memory that holds the symbol.
    @inline(__always)
    func quickSymbol(
        _ place: UnsafeRawPointer, _ mark: UInt8, _ text: Cursor, _ scan: QuickScan
    ) -> (symbol: SymbolID, mark: UnsafeRawPointer)? {
        if let name = SymbolCache.Name(place, upTo: mark, scan), let symbol = cache.find(name) {
            return (symbol, place + name.length)
        }
        var cursor = text
        cursor.place = place
        guard let known = knownSymbol(cursor, upTo: mark) else { return nil }
        return (known.symbol, place + known.length)
    }

    /// A plain symbol that the table knows, though it was not seen of late or is a long one.
    ///
    /// One that is new is left to the general way, which gives it an id only once the rest of the record is
    /// known to be sound.
    ///
    /// - Parameter cursor: at the name, over memory that holds it and the mark behind it.
    @inline(never)
    private func knownSymbol(_ cursor: Cursor, upTo mark: UInt8) -> (symbol: SymbolID, length: Int)? {
        let most = min(TradeLimits.greatestSymbolLength + 1, cursor.end - cursor.place)
        let text = UnsafeRawBufferPointer(start: cursor.place, count: most)
        guard let length = text.firstIndex(of: mark), length > 0 else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: text[..<length])
        // A backslash is the beginning of an escape, in JSON.
        guard SymbolText.isPlain(name, cursor), !name.contains(UInt8(ascii: "\\")),
            let symbol = cache.intern(name, in: cursor, symbols, isNew: false)
        else { return nil }
        return (symbol, length)
    }
}
