/// Aggregates of a window beyond integer sums and extremes: exact sums of a named series' Doubles, sums over
/// times, values in their order.
struct WindowExtras: ~Copyable {
    /// Which of them; never none.
    struct Request {
        let sumsReals: Bool
        let sumsTimes: Bool
        let keepsSquares: Bool
        let columns: [Column]

        init?(_ aggregates: WindowAggregates, isSeries: Bool) {
            sumsReals = isSeries && !aggregates.isDisjoint(with: [.sumA, .sumAA])
            keepsSquares = aggregates.contains(.sumAA)
            sumsTimes = aggregates.contains(.times)
            columns = aggregates.orderedColumns
            if !sumsReals, !sumsTimes, columns.isEmpty { return nil }
        }
    }

    let request: Request
    var reals: RealSums
    var times: TimeSums?
    private var orders: UnsafeMutablePointer<OrderedValues>!
    private let orderCount: Int

    init(_ request: Request) {
        self.request = request
        reals = RealSums(request)
        times = request.sumsTimes ? TimeSums() : nil
        orderCount = request.columns.count
        if orderCount > 0 {
            orders = .allocate(capacity: orderCount)
            for index in 0..<orderCount { (orders + index).initialize(to: OrderedValues()) }
        }
    }

    /// Takes over the sums of a grid window; it has no order of values.
    mutating func adopt(_ other: borrowing WindowExtras) {
        if times != nil { times = other.times }
        reals.insert(other.reals)
    }

    deinit {
        orders?.deinitialize(count: orderCount)
        orders?.deallocate()
    }

    mutating func insert(_ point: Point) {
        times?.insert(point)
        reals.insert(point)
        for index in 0..<orderCount { orders[index].insert(ordered(point, request.columns[index])) }
    }

    mutating func remove(_ point: Point) {
        times?.remove(point)
        reals.remove(point)
        for index in 0..<orderCount { orders[index].remove(ordered(point, request.columns[index])) }
    }

    mutating func insert(_ bucket: UnsafeMutablePointer<Bucket>) {
        if let sums = bucket.pointee.times { times?.insert(sums) }
        reals.insert(bucket.pointee.reals)
    }

    mutating func remove(_ bucket: UnsafeMutablePointer<Bucket>) {
        if let sums = bucket.pointee.times { times?.remove(sums) }
        reals.remove(bucket.pointee.reals)
    }

    private func ordered(_ point: Point, _ column: Column) -> Int64 {
        let value = point.integer(column)
        return column == .real ? WindowExtremes.ordered(value) : value
    }

    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        times?.rescale(Int128(factorA), Int128(factorB))
        for index in 0..<orderCount {
            orders[index].rescale(by: request.columns[index] == .b ? factorB : factorA)
        }
    }

    /// The value at a place, from 0, of a column's values in ascending order, as it stands in a point.
    func value(at place: Int, of column: Column) -> Int64? {
        for index in 0..<orderCount where request.columns[index] == column {
            let value = orders[index][place]
            return column == .real ? WindowExtremes.ordered(value) : value
        }
        return nil
    }
}

/// Exact sums over a named series; over trades and quotes it takes no room and does nothing.
struct RealSums: ~Copyable {
    let sum: ExactRealSum
    let squares: ExactRealSum
    /// Of value times milliseconds since the epoch.
    let timed: ExactRealSum
    private let isUsed: Bool
    private let keepsSquares: Bool
    private let keepsTimes: Bool

    init(_ request: WindowExtras.Request?) {
        isUsed = request?.sumsReals ?? false
        keepsSquares = isUsed && request?.keepsSquares ?? false
        keepsTimes = isUsed && request?.sumsTimes ?? false
        sum = ExactRealSum(isUsed ? .value : .none)
        squares = ExactRealSum(keepsSquares ? .square : .none)
        timed = ExactRealSum(keepsTimes ? .value : .none)
    }

    /// Bytes beside the struct itself.
    static func heapBytes(_ request: WindowExtras.Request?) -> Int {
        guard let request, request.sumsReals else { return 0 }
        return ExactRealSum.limbBytes(.value) * (request.sumsTimes ? 2 : 1)
            + (request.keepsSquares ? ExactRealSum.limbBytes(.square) : 0)
    }

    init(copying other: borrowing RealSums) {
        isUsed = other.isUsed
        keepsSquares = other.keepsSquares
        keepsTimes = other.keepsTimes
        sum = ExactRealSum(copying: other.sum)
        squares = ExactRealSum(copying: other.squares)
        timed = ExactRealSum(copying: other.timed)
    }

    func insert(_ point: Point) { if isUsed { add(point, negated: false) } }

    func remove(_ point: Point) { if isUsed { add(point, negated: true) } }

    private func add(_ point: Point, negated: Bool) {
        let value = point.real
        sum.add(value, negated: negated)
        if keepsSquares { squares.addSquare(value, negated: negated) }
        if keepsTimes {
            timed.add(value, times: point.time.magnitude, negated: negated != (point.time < 0))
        }
    }

    func insert(_ other: borrowing RealSums) { if isUsed { add(other, negated: false) } }

    func remove(_ other: borrowing RealSums) { if isUsed { add(other, negated: true) } }

    private func add(_ other: borrowing RealSums, negated: Bool) {
        sum.add(other.sum, negated: negated)
        squares.add(other.squares, negated: negated)
        timed.add(other.timed, negated: negated)
    }
}

extension RealSums {
    func write(to writer: inout StateWriter) {
        sum.write(to: &writer)
        squares.write(to: &writer)
        timed.write(to: &writer)
    }

    func read(from reader: inout StateReader) throws(CheckpointError) {
        try sum.read(from: &reader)
        try squares.read(from: &reader)
        try timed.read(from: &reader)
    }
}
