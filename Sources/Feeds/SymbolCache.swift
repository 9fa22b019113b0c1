internal import MarketModel

/// The ids of symbols seen of late, in front of the `SymbolTable`: one probe compares two words.
///
/// Direct-mapped; symbols of more than 16 bytes are not kept. An entry is overwritten by the next symbol that
/// falls on it, so the cache never needs to be emptied.
struct SymbolCache {
    struct Entry {
        var first: UInt64 = 0
        var second: UInt64 = 0
        /// 0: free.
        var length: UInt32 = 0
        var symbol: UInt32 = 0
    }

    private static let bits: UInt64 = 11
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: 1 << Int(SymbolCache.bits))
        entries.initialize(repeating: Entry(), count: 1 << Int(SymbolCache.bits))
        // What a free entry holds is no name that is looked for there; zeros would be one in the first.
        entries[0].first = 1
    }

    func deallocate() { entries.deallocate() }

    /// A name's two words, the second 0 up to eight bytes, and how long it is.
    struct Name {
        var first: UInt64
        var second: UInt64
        var length: Int

        /// The name at a place, up to the first byte that is `mark`.
        ///
        /// - Returns: nil for no name, and for one of more than sixteen bytes.
        @inline(__always)
        init?(_ place: UnsafeRawPointer, upTo mark: UInt8, _ scan: QuickScan) {
            let pattern = EightBytes.spread(mark)
            let low = scan.word(place)
            let ends = EightBytes.equal(low, pattern)
            if ends != 0 {
                // The bits below the first mark's byte.
                first = low & ((ends ^ (ends &- 1)) &>> 8)
                second = 0
                length = EightBytes.first(ends)
                if length == 0 { return nil }
            } else {
                let high = scan.word(place + 8)
                let ends = EightBytes.equal(high, pattern)
                first = low
                second = high
                length = 16
                if ends != 0 {
                    second &= (ends ^ (ends &- 1)) &>> 8
                    length = 8 &+ EightBytes.first(ends)
                } else if UInt8(truncatingIfNeeded: scan.word(place + 16)) != mark {
                    return nil
                }
            }
        }
    }

    @inline(__always)
    private static func slot(_ first: UInt64, _ second: UInt64) -> Int {
        let hash = (first ^ (second &* 0x9e37_79b9_7f4a_7c15)) &* 0xd6e8_feb8_6659_fd93
        return Int(truncatingIfNeeded: hash &>> (64 - SymbolCache.bits))
    }

    /// The id of a name that was seen of late: then it is also known to be a plain symbol.
    ///
    /// No symbol has a byte 0, so the words alone tell how long it is.
    @inline(__always)
    func find(_ name: Name) -> SymbolID? {
        let entry = entries + SymbolCache.slot(name.first, name.second)
        guard entry.pointee.first == name.first, entry.pointee.second == name.second else { return nil }
        return SymbolID(index: entry.pointee.symbol)
    }

    /// The symbol's id, from `table` if it is not here. Only plain symbols are asked for here.
    ///
    /// - Parameters:
    ///   - cursor: over memory that holds the name.
    ///   - isNew: whether a name that the table does not know is given an id.
    /// - Returns: nil when the table is full, or does not know the name.
    @inline(__always)
    func intern(
        _ name: UnsafeRawBufferPointer, in cursor: Cursor, _ table: SymbolTable, isNew: Bool = true
    ) -> SymbolID? {
        let length = name.count
        guard length <= 16, let start = name.baseAddress else {
            return isNew ? table.intern(name) : table.find(name)
        }
        var first = cursor.word(at: start)
        var second: UInt64 = 0
        if length < 8 {
            first &= EightBytes.mask(length)
        } else if length > 8 {
            // The last eight bytes, without those that `first` holds.
            second = EightBytes.load(start + (length - 8)) &>> UInt64(truncatingIfNeeded: 8 &* (16 &- length))
        }
        let entry = entries + SymbolCache.slot(first, second)
        if entry.pointee.first == first, entry.pointee.second == second, entry.pointee.length == length {
            return SymbolID(index: entry.pointee.symbol)
        }
        guard let symbol = isNew ? table.intern(name) : table.find(name) else { return nil }
        entry.pointee = Entry(first: first, second: second, length: UInt32(length), symbol: symbol.index)
        return symbol
    }
}
