/// What a block reads beyond the last point of its streams: a window, a lag, a deadline, a rate and so on,
/// with the instant at which it next changes by itself.
///
///     stream   ... [lower ======= upper) ....... tail
///                   t-e-w < time <= t-e           newer than t-e (only with `ending e ago`)
///
/// - Invariant: after `advance(to: t)` it shows instant t; `next > t`.
struct InputState: ~Copyable {
    enum Kind: UInt8 {
        case window, lag, deadline, rate, lastPoints, gridPoints, buckets, samples, decay, firing
    }

    let kind: Kind
    /// Nothing but messages reads it: it never wakes its block and is advanced when asked.
    let isPassive: Bool
    /// Unknown until its feed has been observed for the whole span (LANGUAGE 4.2).
    let warmsUp: Bool
    /// An operand of `crosses`: each of its change points is seen.
    let seesEveryTick: Bool
    /// Whether its value is known at the instant of the last advance (windows: the warm-up is over).
    var isKnown = false
    /// Whether the last advance changed anything: samples ignore the points between two grid points.
    var hasChanged = true
    let aggregates: WindowAggregates
    let stream: UnsafeMutablePointer<PointStream>!
    let rates: UnsafeMutablePointer<RateTimeline>!
    /// The window's length, the lag's or deadline's delay, the rate's `within`; milliseconds. The number of
    /// `lastPoints`.
    let length: Int64
    let ending: Int64
    /// Of grid windows.
    let step: Int64
    /// Position of the oldest point in the window. Of buckets: how many points have left.
    var lower = 0
    /// One past the newest point in the window; past the prevailing point of a lag; count of rate steps in
    /// effect. Of buckets: how many points have entered.
    var upper = 0
    var sums = WindowSums()
    var extremes: UnsafeMutablePointer<WindowExtremes>!
    let extremesCount: Int
    /// Aggregates that few windows keep.
    var extras: UnsafeMutablePointer<WindowExtras>!
    var buckets: UnsafeMutablePointer<BucketRing>!
    var samples: UnsafeMutablePointer<GridSamples>!
    var decay: UnsafeMutablePointer<DecayingMean>!
    let signal: UnsafeMutablePointer<FiringSignal>!

    init(_ request: InputRequest, _ place: InputPlace) {
        isPassive = place.isPassive
        seesEveryTick = place.seesEveryTick
        var aggregates: WindowAggregates = []
        var ending: Int64 = 0
        var step: Int64 = 0
        stream = request.stream.map { place.streams[$0] }
        var timeline: UnsafeMutablePointer<RateTimeline>?
        switch request {
        case .window(_, let window):
            aggregates = window.aggregates
            switch window.extent {
            case .time(let length, let shift):
                kind = .window
                self.length = length
                ending = shift
            case .grid(let length, let shift, let width):
                // An order of values cannot be put together from buckets: it keeps the points.
                kind = aggregates.orderedColumns.isEmpty ? .buckets : .gridPoints
                self.length = length
                ending = shift
                step = width
            case .points(let count):
                kind = .lastPoints
                length = Int64(count)
            }
        case .lag(_, let delay):
            kind = .lag
            length = delay
        case .deadline(_, let delay):
            kind = .deadline
            length = delay
        case .rate(let series, let within):
            kind = .rate
            timeline = place.rates + series
            length = within ?? Int64.max
        case .samples(_, let request):
            kind = .samples
            length = request.length
            ending = request.ending
            samples = .allocate(capacity: 1)
            samples.initialize(to: GridSamples(request))
        case .decay(_, let column, let halfLife):
            kind = .decay
            length = halfLife
            decay = .allocate(capacity: 1)
            decay.initialize(to: DecayingMean(column: column, halfLife: halfLife))
        case .firing:
            kind = .firing
            length = 0
        }
        self.ending = ending
        self.step = step
        warmsUp = request.warmsUp
        rates = timeline
        signal = place.signal
        let columns = Column.allCases.filter { aggregates.contains(.extremes($0)) }
        extremesCount = columns.count
        let isSeries = if case .series? = stream?.pointee.kind { true } else { false }
        let request = WindowExtras.Request(aggregates, isSeries: isSeries)
        // The mantissas of a named series are bit patterns: only its exact sums mean something.
        self.aggregates =
            isSeries ? aggregates.subtracting([.sumA, .sumB, .sumAA, .sumAB, .sumBB]) : aggregates
        keep(columns, request)
    }

    private mutating func keep(_ columns: [Column], _ request: WindowExtras.Request?) {
        if !columns.isEmpty {
            extremes = .allocate(capacity: columns.count)
            for (index, column) in columns.enumerated() {
                (extremes + index).initialize(to: WindowExtremes(column: column))
            }
        }
        if let request {
            extras = .allocate(capacity: 1)
            extras.initialize(to: WindowExtras(request))
        }
        if kind == .buckets {
            buckets = .allocate(capacity: 1)
            buckets.initialize(to: BucketRing(step: step, columns: columns, extras: request))
        }
    }

    deinit {
        extremes?.deinitialize(count: extremesCount)
        extremes?.deallocate()
        extras?.deinitialize(count: 1)
        extras?.deallocate()
        buckets?.deinitialize(count: 1)
        buckets?.deallocate()
        samples?.deinitialize(count: 1)
        samples?.deallocate()
        decay?.deinitialize(count: 1)
        decay?.deallocate()
    }

    @inline(__always)
    var isWarmingUp: Bool { warmsUp && !isKnown }

    /// Begins at the oldest point that the stream keeps. What accumulates goes on from where it is.
    mutating func begin() {
        if kind == .rate || kind == .firing || isAccumulated { return }
        lower = stream.pointee.head
        upper = stream.pointee.head
    }

    /// Whether it is more than what its stream's points still say.
    var isAccumulated: Bool { kind == .buckets || kind == .samples || kind == .decay }

    /// Whether it has taken in any point.
    var hasAccumulated: Bool {
        switch kind {
        case .buckets: buckets.pointee.consumed > 0
        case .samples: samples.pointee.consumed > 0
        case .decay: decay.pointee.consumed > 0
        default: false
        }
    }

    /// Takes over what another input of the same kind has accumulated.
    ///
    /// - Precondition: `other` keeps these aggregates.
    mutating func adopt(_ other: borrowing InputState) {
        switch kind {
        case .buckets:
            buckets.pointee.adopt(other.buckets.pointee)
            lower = other.lower
            upper = other.upper
            sums = other.sums
            extras?.pointee.adopt(other.extras.pointee)
            for index in 0..<extremesCount {
                for place in 0..<other.extremesCount
                where other.extremes[place].column == extremes[index].column {
                    extremes[index] = WindowExtremes(copying: other.extremes[place])
                }
            }
        case .samples: samples.pointee.adopt(other.samples.pointee)
        case .decay: decay.pointee.adopt(other.decay.pointee)
        case .window, .lag, .deadline, .rate, .lastPoints, .gridPoints, .firing: break
        }
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
        case .lastPoints: return advanceLastPoints()
        case .gridPoints: return advanceGridPoints(to: t)
        case .buckets: return advanceBuckets(to: t)
        case .samples: return advanceSamples(to: t)
        case .decay: return advanceDecay(to: t)
        case .firing: return Int64.max
        }
    }

    @inline(__always)
    private mutating func advanceWindow(to t: Int64) -> Int64 {
        let stream = stream!
        let newestTime = t &- ending
        let tail = stream.pointee.tail
        let entering = upper
        if ending == 0 {
            upper = tail
        } else {
            while upper < tail, stream.pointee[upper].time <= newestTime { upper &+= 1 }
        }
        if entering < upper { insert(entering..<upper) }
        let span = length &+ ending
        let oldestTime = t &- span
        let leaving = lower
        while lower < upper, stream.pointee[lower].time <= oldestTime { lower &+= 1 }
        if leaving < lower { evict(leaving..<lower) }
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

    @inline(never)
    private mutating func advanceLastPoints() -> Int64 {
        let stream = stream!
        while upper < stream.pointee.tail {
            insert(stream.pointee[upper], at: upper)
            upper &+= 1
            if count > length {
                evict(stream.pointee[lower])
                lower &+= 1
            }
        }
        for index in 0..<extremesCount { extremes[index].evict(before: lower) }
        isKnown = count == length
        return Int64.max
    }

    @inline(__always)
    private mutating func insert(_ positions: Range<Int>) {
        let stream = stream!
        sums.insert(positions, of: stream, aggregates)
        for index in 0..<extremesCount {
            for position in positions { extremes[index].insert(stream.pointee[position], at: position) }
        }
        if extras != nil { for position in positions { extras.pointee.insert(stream.pointee[position]) } }
    }

    @inline(__always)
    private mutating func evict(_ positions: Range<Int>) {
        let stream = stream!
        sums.remove(positions, of: stream, aggregates)
        if extras != nil { for position in positions { extras.pointee.remove(stream.pointee[position]) } }
    }

    @inline(__always)
    mutating func insert(_ point: Point, at position: Int) {
        if extras != nil { extras.pointee.insert(point) }
        sums.insert(point, aggregates)
        for index in 0..<extremesCount { extremes[index].insert(point, at: position) }
    }

    @inline(__always)
    mutating func evict(_ point: Point) {
        if extras != nil { extras.pointee.remove(point) }
        sums.remove(point, aggregates)
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
        switch kind {
        case .lag: upper = max(upper, head)
        case .window, .lastPoints, .gridPoints:
            while lower < min(upper, head) {
                evict(stream.pointee[lower])
                lower += 1
            }
            lower = max(lower, head)
            upper = max(upper, head)
            for index in 0..<extremesCount { extremes[index].evict(before: lower) }
        case .buckets:
            if buckets.pointee.consumed < head {
                buckets.pointee.lostThrough = stream.pointee[head - 1].time
                buckets.pointee.consumed = head
            }
        case .samples: samples.pointee.consumed = max(samples.pointee.consumed, head)
        case .decay: decay.pointee.consumed = max(decay.pointee.consumed, head)
        case .deadline, .rate, .firing: break
        }
    }

    /// The stream has brought its columns to finer decimals: a by `factorA`, b by `factorB`.
    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        sums.rescale(Int128(factorA), Int128(factorB))
        for index in 0..<extremesCount { extremes[index].rescale(factorA, factorB) }
        extras?.pointee.rescale(factorA, factorB)
        buckets?.pointee.rescale(factorA, factorB)
        samples?.pointee.rescale(factorA, factorB)
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

/// Where an input stands: what it may read.
struct InputPlace {
    var streams: UnsafeMutablePointer<UnsafeMutablePointer<PointStream>>
    var rates: UnsafeMutablePointer<RateTimeline>
    var signal: UnsafeMutablePointer<FiringSignal>?
    var isPassive: Bool
    var seesEveryTick: Bool
}
