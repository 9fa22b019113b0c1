/// Least and greatest of one column of a window's points.
struct WindowExtremes: ~Copyable {
    let column: Column
    private var least = MonotonicDeque()
    private var greatest = MonotonicDeque()

    init(column: Column) { self.column = column }

    init(copying other: borrowing WindowExtremes) {
        column = other.column
        least = MonotonicDeque(copying: other.least)
        greatest = MonotonicDeque(copying: other.greatest)
    }

    @inline(__always)
    mutating func insert(_ point: Point, at position: Int) {
        var value = point.integer(column)
        if column == .real { value = WindowExtremes.ordered(value) }
        least.insert(value, at: position, sign: -1)
        greatest.insert(value, at: position, sign: 1)
    }

    /// Takes in a bucket, which leaves as a whole.
    mutating func insert(_ range: ValueRange, at position: Int) {
        least.insert(range.least, at: position, sign: -1)
        greatest.insert(range.greatest, at: position, sign: 1)
    }

    @inline(__always)
    mutating func evict(before position: Int) {
        least.evict(before: position)
        greatest.evict(before: position)
    }

    @inline(__always)
    var values: (least: Int64, greatest: Int64)? {
        guard let low = least.front, let high = greatest.front else { return nil }
        return column == .real ? (WindowExtremes.ordered(low), WindowExtremes.ordered(high)) : (low, high)
    }

    /// The least or the greatest value of what stands from `position` on.
    func value(greatest wantsGreatest: Bool, from position: Int) -> Int64? {
        wantsGreatest ? greatest.front(from: position) : least.front(from: position)
    }

    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        let factor = column == .b ? factorB : factorA
        least.rescale(by: factor)
        greatest.rescale(by: factor)
    }

    /// Maps a Double's bits to integers of the same order, and back: it is its own inverse.
    static func ordered(_ bits: Int64) -> Int64 { bits < 0 ? bits ^ Int64.max : bits }
}

/// Least and greatest of the values of a bucket.
struct ValueRange {
    var least = Int64.max
    var greatest = Int64.min

    mutating func insert(_ point: Point, _ column: Column) {
        var value = point.integer(column)
        if column == .real { value = WindowExtremes.ordered(value) }
        least = min(least, value)
        greatest = max(greatest, value)
    }

    func rescaled(by factor: Int64) -> ValueRange {
        ValueRange(least: least * factor, greatest: greatest * factor)
    }
}
