/// The least or the greatest value of a first-in-first-out window in amortised constant time: values that
/// a newer one makes irrelevant are dropped on insertion, so the front is the answer.
///
/// - SeeAlso: D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per
///   element" (2006).
struct MonotonicDeque: ~Copyable {
    private struct Entry {
        var position: Int
        var value: Int64
    }

    static let entryBytes = MemoryLayout<Entry>.stride
    /// The ring that a deque begins with.
    static let emptyBytes = 8 * entryBytes

    private var entries: UnsafeMutablePointer<Entry>
    private var mask: Int
    private var head = 0
    private var tail = 0

    init() {
        entries = .allocate(capacity: 8)
        mask = 7
    }

    init(copying other: borrowing MonotonicDeque) {
        mask = other.mask
        head = other.head
        tail = other.tail
        entries = .allocate(capacity: mask + 1)
        for index in head..<tail { entries[index & mask] = other.entries[index & mask] }
    }

    deinit { entries.deallocate() }

    @inline(__always)
    var front: Int64? { head < tail ? entries[head & mask].value : nil }

    /// What stands in front once everything before `position` has left.
    func front(from position: Int) -> Int64? {
        var index = head
        while index < tail, entries[index & mask].position < position { index &+= 1 }
        return index < tail ? entries[index & mask].value : nil
    }

    /// - Parameter sign: 1 keeps the greatest value in front, -1 the least.
    @inline(__always)
    mutating func insert(_ value: Int64, at position: Int, sign: Int64) {
        let signed = value &* sign
        while tail > head, entries[(tail &- 1) & mask].value &* sign <= signed { tail &-= 1 }
        // What leaves together with a value before it that is ahead of it will never be in front.
        if tail > head, entries[(tail &- 1) & mask].position == position { return }
        if tail &- head > mask { grow() }
        entries[tail & mask] = Entry(position: position, value: value)
        tail &+= 1
    }

    /// Forgets what stands before `position`.
    @inline(__always)
    mutating func evict(before position: Int) {
        while head < tail, entries[head & mask].position < position { head &+= 1 }
    }

    mutating func rescale(by factor: Int64) {
        for index in head..<tail { entries[index & mask].value *= factor }
    }

    private mutating func grow() {
        let capacity = (mask + 1) * 2
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        for index in head..<tail { larger[index & (capacity - 1)] = entries[index & mask] }
        entries.deallocate()
        entries = larger
        mask = capacity - 1
    }
}
