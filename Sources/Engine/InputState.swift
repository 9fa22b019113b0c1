/// What a block reads beyond the last point of its streams: a window, a lag, a deadline or a rate, with the
/// instant at which it next changes by itself.
///
///     stream   ... [lower ======= upper) ....... tail
///                   t-e-w < time <= t-e           newer than t-e (only with `ending e ago`)
///
/// - Invariant: after `advance(to: t)` it shows instant t; `next > t`.
struct InputState: ~Copyable {
    enum Kind: UInt8 { case window, lag, deadline, rate }

    let kind: Kind
    /// Nothing but messages reads it: it never wakes its block and is advanced when asked.
    let isPassive: Bool
    /// Whether its value is known at the instant of the last advance (windows: the warm-up is over).
    var isKnown = false
    let aggregates: WindowAggregates
    let stream: UnsafeMutablePointer<PointStream>!
    let rates: UnsafeMutablePointer<RateTimeline>!
    /// The window's length, the lag's or deadline's delay, the rate's `within`; milliseconds.
    let length: Int64
    let ending: Int64
    /// Position of the oldest point in the window.
    var lower = 0
    /// One past the newest point in the window; past the prevailing point of a lag; count of rate steps in
    /// effect.
    var upper = 0
    var sumA: Int128 = 0
    var sumB: Int128 = 0
    var sumAA: Int128 = 0
    var sumAB: Int128 = 0
    var sumBB: Int128 = 0
    var extremes: UnsafeMutablePointer<WindowExtremes>!
    let extremesCount: Int
    var reals: UnsafeMutablePointer<RealSums>!

    init(
        _ request: InputRequest, streams: UnsafeMutablePointer<UnsafeMutablePointer<PointStream>>,
        rates: UnsafeMutablePointer<RateTimeline>, isPassive: Bool
    ) {
        self.isPassive = isPassive
        var aggregates: WindowAggregates = []
        var stream: UnsafeMutablePointer<PointStream>?
        var timeline: UnsafeMutablePointer<RateTimeline>?
        var ending: Int64 = 0
        switch request {
        case .window(let index, let window):
            kind = .window
            stream = streams[index]
            length = window.length
            ending = window.ending
            aggregates = window.aggregates
        case .lag(let index, let delay):
            kind = .lag
            stream = streams[index]
            length = delay
        case .deadline(let index, let delay):
            kind = .deadline
            stream = streams[index]
            length = delay
        case .rate(let series, let within):
            kind = .rate
            timeline = rates + series
            length = within ?? Int64.max
        }
        self.aggregates = aggregates
        self.stream = stream
        self.rates = timeline
        self.ending = ending
        if case .series? = stream?.pointee.kind, !aggregates.isDisjoint(with: [.sumA, .sumAA]) {
            reals = .allocate(capacity: 1)
            reals.initialize(to: RealSums(withSquares: aggregates.contains(.sumAA)))
        }
        let columns = Column.allCases.filter { aggregates.contains(.extremes($0)) }
        extremesCount = columns.count
        if !columns.isEmpty {
            extremes = .allocate(capacity: columns.count)
            for (index, column) in columns.enumerated() {
                (extremes + index).initialize(to: WindowExtremes(column: column))
            }
        }
    }

    deinit {
        extremes?.deinitialize(count: extremesCount)
        extremes?.deallocate()
        reals?.deinitialize(count: 1)
        reals?.deallocate()
    }

    @inline(__always)
    var isWarmingUp: Bool { kind == .window && !isKnown }

    /// Begins at the oldest point that the stream keeps.
    mutating func begin() {
        if kind == .rate { return }
        lower = stream.pointee.head
        upper = stream.pointee.head
    }

    @inline(__always)
    var count: Int { upper &- lower }

    /// Brings the input to instant `t`.
    ///
    /// - Returns: the next instant at which it changes without a new point; `Int64.max` for never.
    @inline(__always)
    mutating func advance(to t: Int64) -> Int64 {
        switch kind {
        case .window: return advanceWindow(to: t)
        case .lag: return advanceLag(to: t)
        case .deadline:
            if stream.pointee.isEmpty { return Int64.max }
            let due = stream.pointee.newest.time &+ length
            return due > t ? due : Int64.max
        case .rate: return advanceRate(to: t)
        }
    }

    @inline(__always)
    private mutating func advanceWindow(to t: Int64) -> Int64 {
        let stream = stream!
        let newestTime = t &- ending
        let tail = stream.pointee.tail
        while upper < tail {
            let point = stream.pointee[upper]
            if point.time > newestTime { break }
            insert(point, at: upper)
            upper &+= 1
        }
        let span = length &+ ending
        let oldestTime = t &- span
        while lower < upper {
            let point = stream.pointee[lower]
            if point.time > oldestTime { break }
            evict(point)
            lower &+= 1
        }
        for index in 0..<extremesCount { extremes[index].evict(before: lower) }
        var next = lower < upper ? stream.pointee[lower].time &+ span : Int64.max
        if upper < tail { next = min(next, stream.pointee[upper].time &+ ending) }
        let start = stream.pointee.start
        isKnown = start <= oldestTime && stream.pointee.lostThrough <= oldestTime
        if !isKnown, start != FeedState.notStarted {
            next = min(next, max(start, stream.pointee.lostThrough) &+ span)
        }
        return next
    }

    @inline(__always)
    private mutating func insert(_ point: Point, at position: Int) {
        if reals != nil { return insertReal(point, at: position) }
        let a = Int128(point.a)
        let b = Int128(point.b)
        if aggregates.contains(.sumA) { sumA &+= a }
        if aggregates.contains(.sumB) { sumB &+= b }
        if aggregates.contains(.sumAA) { sumAA &+= a &* a }
        if aggregates.contains(.sumAB) { sumAB &+= a &* b }
        if aggregates.contains(.sumBB) { sumBB &+= b &* b }
        for index in 0..<extremesCount { extremes[index].insert(point, at: position) }
    }

    @inline(__always)
    private mutating func evict(_ point: Point) {
        if reals != nil { return reals.pointee.remove(point.real) }
        let a = Int128(point.a)
        let b = Int128(point.b)
        if aggregates.contains(.sumA) { sumA &-= a }
        if aggregates.contains(.sumB) { sumB &-= b }
        if aggregates.contains(.sumAA) { sumAA &-= a &* a }
        if aggregates.contains(.sumAB) { sumAB &-= a &* b }
        if aggregates.contains(.sumBB) { sumBB &-= b &* b }
    }

    @inline(never)
    private mutating func insertReal(_ point: Point, at position: Int) {
        reals.pointee.insert(point.real)
        for index in 0..<extremesCount { extremes[index].insert(point, at: position) }
    }

    private mutating func advanceLag(to t: Int64) -> Int64 {
        let stream = stream!
        let bound = t &- length
        let tail = stream.pointee.tail
        while upper < tail, stream.pointee[upper].time <= bound { upper &+= 1 }
        isKnown = upper > stream.pointee.head
        return upper < tail ? stream.pointee[upper].time &+ length : Int64.max
    }

    private mutating func advanceRate(to t: Int64) -> Int64 {
        while upper < rates.pointee.count, rates.pointee.effective(upper) <= t { upper += 1 }
        var next = upper < rates.pointee.count ? rates.pointee.effective(upper) : Int64.max
        isKnown = false
        if let step = rates.pointee.prevailing(after: upper) {
            isKnown = length == Int64.max || t < step.knownAt &+ length
            if isKnown, length != Int64.max { next = min(next, step.knownAt &+ length) }
        }
        return next
    }

    /// Leaves out what the stream has dropped at its cap.
    mutating func forget(before head: Int) {
        if kind == .lag { upper = max(upper, head) }
        guard kind == .window else { return }
        while lower < min(upper, head) {
            evict(stream.pointee[lower])
            lower += 1
        }
        lower = max(lower, head)
        upper = max(upper, head)
        for index in 0..<extremesCount { extremes[index].evict(before: lower) }
    }

    /// The stream has brought its columns to finer decimals: a by `factorA`, b by `factorB`.
    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        guard kind == .window else { return }
        let a = Int128(factorA)
        let b = Int128(factorB)
        sumA *= a
        sumB *= b
        sumAA *= a * a
        sumAB *= a * b
        sumBB *= b * b
        for index in 0..<extremesCount { extremes[index].rescale(factorA, factorB) }
    }

    /// Least and greatest of one column.
    @inline(__always)
    mutating func extremes(of column: Column) -> (least: Int64, greatest: Int64)? {
        for index in 0..<extremesCount where extremes[index].column == column {
            return extremes[index].values
        }
        return nil
    }
}

/// Least and greatest of one column of a window's points.
struct WindowExtremes: ~Copyable {
    let column: Column
    private var least = MonotonicDeque()
    private var greatest = MonotonicDeque()

    init(column: Column) { self.column = column }

    @inline(__always)
    mutating func insert(_ point: Point, at position: Int) {
        var value = point.integer(column)
        if column == .real { value = WindowExtremes.ordered(value) }
        least.insert(value, at: position, sign: -1)
        greatest.insert(value, at: position, sign: 1)
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

    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        let factor = column == .b ? factorB : factorA
        least.rescale(by: factor)
        greatest.rescale(by: factor)
    }

    /// Maps a Double's bits to integers of the same order, and back: it is its own inverse.
    private static func ordered(_ bits: Int64) -> Int64 { bits < 0 ? bits ^ Int64.max : bits }
}

/// Exact sums over a named series.
struct RealSums: ~Copyable {
    let sum = ExactRealSum(.value)
    let squares = ExactRealSum(.square)
    private let keepsSquares: Bool

    init(withSquares: Bool) { keepsSquares = withSquares }

    func insert(_ value: Double) {
        sum.add(value)
        if keepsSquares { squares.addSquare(value) }
    }

    func remove(_ value: Double) {
        sum.add(value, negated: true)
        if keepsSquares { squares.addSquare(value, negated: true) }
    }
}
