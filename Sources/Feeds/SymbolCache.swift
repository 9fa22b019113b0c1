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
    }

    func deallocate() { entries.deallocate() }

    /// The symbol's id, from `table` if it is not here.
    ///
    /// - Parameter cursor: over memory that holds the name.
    /// - Returns: nil when the table is full.
    @inline(__always)
    func intern(_ name: UnsafeRawBufferPointer, in cursor: Cursor, _ table: SymbolTable) -> SymbolID? {
        let length = name.count
        guard length <= 16, let start = name.baseAddress else { return table.intern(name) }
        var first = cursor.word(at: start)
        var second: UInt64 = 0
        if length < 8 {
            first &= EightBytes.mask(length)
        } else if length > 8 {
            // The last eight bytes, without those that `first` holds.
            second = EightBytes.load(start + (length - 8)) &>> UInt64(truncatingIfNeeded: 8 &* (16 &- length))
        }
        let hash = (first ^ (second &* 0x9e37_79b9_7f4a_7c15)) &* 0xd6e8_feb8_6659_fd93
        let entry = entries + Int(truncatingIfNeeded: hash &>> (64 - SymbolCache.bits))
        if entry.pointee.first == first, entry.pointee.second == second, entry.pointee.length == length {
            return SymbolID(index: entry.pointee.symbol)
        }
        guard let symbol = table.intern(name) else { return nil }
        entry.pointee = Entry(first: first, second: second, length: UInt32(length), symbol: symbol.index)
        return symbol
    }
}
