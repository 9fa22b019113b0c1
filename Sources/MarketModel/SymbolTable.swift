/// Gives every symbol a dense number, once, without allocating for symbols that it knows.
///
/// Open addressing over a power of two, at most half full; keys are compared by hash, then by bytes.
///
///     slots   [ id+1 | 0 | id+1 | ... ]      0 = free
///     entries [ hash, offset, length ]       one a symbol, by id
///     bytes   A A P L M S F T ...            UTF-8 of all symbols
///
/// - Complexity: `intern` is O(length) for a known symbol.
public final class SymbolTable {
    @usableFromInline
    struct Entry {
        @usableFromInline var hash: UInt64
        @usableFromInline var offset: Int
        @usableFromInline var length: Int

        @usableFromInline
        init(hash: UInt64, offset: Int, length: Int) {
            self.hash = hash
            self.offset = offset
            self.length = length
        }
    }

    public let capacity: Int
    @usableFromInline var slots: [UInt32]
    @usableFromInline var entries: [Entry] = []
    @usableFromInline var bytes: [UInt8] = []

    /// - Parameter capacity: the greatest number of symbols; later ones are refused.
    public init(capacity: Int = 1 << 20) {
        self.capacity = capacity
        slots = [UInt32](repeating: 0, count: 1024)
    }

    public var count: Int { entries.count }

    public func name(of symbol: SymbolID) -> String {
        let entry = entries[Int(symbol.index)]
        return String(decoding: bytes[entry.offset..<(entry.offset + entry.length)], as: UTF8.self)
    }

    /// - Returns: nil when the table is full.
    public func intern(_ name: String) -> SymbolID? {
        var name = name
        return name.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
    }

    /// - Returns: nil when the table is full.
    @inlinable
    public func intern(_ name: UnsafeRawBufferPointer) -> SymbolID? {
        let hash = SymbolTable.hash(name)
        return find(name, hash) ?? insert(name, hash)
    }

    /// - Returns: nil for a name that has no number yet.
    @inlinable
    public func find(_ name: UnsafeRawBufferPointer) -> SymbolID? { find(name, SymbolTable.hash(name)) }

    @inlinable
    func find(_ name: UnsafeRawBufferPointer, _ hash: UInt64) -> SymbolID? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let occupant = slots[slot]
            if occupant == 0 { return nil }
            let entry = entries[Int(occupant - 1)]
            if entry.hash == hash, entry.length == name.count, equalBytes(entry.offset, name) {
                return SymbolID(index: occupant - 1)
            }
            slot = (slot + 1) & mask
        }
    }

    @inlinable
    func equalBytes(_ offset: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < name.count {
            if bytes[offset + index] != name[index] { return false }
            index += 1
        }
        return true
    }

    /// FNV-1a over eight bytes at a time, then a finalizer that spreads the high bits.
    @inlinable
    static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(truncatingIfNeeded: name.count)
        var index = 0
        while index + 8 <= name.count {
            hash = (hash ^ name.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0x100_0000_01b3
            hash ^= hash >> 29
            index += 8
        }
        while index < name.count {
            hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3
            index += 1
        }
        hash ^= hash >> 32
        hash = hash &* 0xd6e8_feb8_6659_fd93
        return hash ^ (hash >> 32)
    }

    @usableFromInline
    func insert(_ name: UnsafeRawBufferPointer, _ hash: UInt64) -> SymbolID? {
        guard entries.count < capacity else { return nil }
        let id = UInt32(entries.count)
        entries.append(Entry(hash: hash, offset: bytes.count, length: name.count))
        bytes.append(contentsOf: name)
        if entries.count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for index in entries.indices { place(UInt32(index), entries[index].hash) }
        } else {
            place(id, hash)
        }
        return SymbolID(index: id)
    }

    private func place(_ id: UInt32, _ hash: UInt64) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = id + 1
    }
}
