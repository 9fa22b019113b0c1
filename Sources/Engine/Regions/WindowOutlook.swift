/// What a window's content can be while a region lasts: some points stay throughout, others may be inside or
/// not - those that leave, those that enter, those that arrive.
struct WindowOutlook {
    /// Of the points that stay.
    var count: Int
    var sums: WindowSums
    /// How many of them come first in the window and leave.
    var leaving = 0
    /// Points that may be inside.
    var others = 0
    var range = PointRange()
    /// The greatest sum of b that the others can have.
    var weight: Double = 0

    /// More points than this are not looked at.
    static let budget = 512

    init(count: Int, sums: WindowSums) {
        self.count = count
        self.sums = sums
    }

    /// The first points of the window.
    mutating func mayLeave(
        _ positions: Range<Int>, of stream: UnsafeMutablePointer<PointStream>, _ aggregates: WindowAggregates
    ) {
        if positions.isEmpty { return }
        sums.remove(positions, of: stream, aggregates)
        count &-= positions.count
        leaving &+= positions.count
        mayEnter(positions, of: stream)
    }

    mutating func mayEnter(_ positions: Range<Int>, of stream: UnsafeMutablePointer<PointStream>) {
        others &+= positions.count
        for position in positions {
            let point = stream.pointee[position]
            range.insert(point)
            weight += Double(max(0, point.b))
        }
    }

    mutating func mayArrive(_ region: SafeRegion) {
        guard region.remaining > 0 else { return }
        others &+= region.remaining
        range.insert(region)
        weight += Double(region.weight)
    }
}

/// The least and greatest a, b and b - a of some points, in mantissas.
struct PointRange {
    var leastA = Int64.max
    var greatestA = Int64.min
    var leastB = Int64.max
    var greatestB = Int64.min
    var leastSpread = Int64.max
    var greatestSpread = Int64.min

    @inline(__always) var isEmpty: Bool { leastA > greatestA }

    mutating func insert(_ point: Point) {
        leastA = min(leastA, point.a)
        greatestA = max(greatestA, point.a)
        leastB = min(leastB, point.b)
        greatestB = max(greatestB, point.b)
        leastSpread = min(leastSpread, point.b &- point.a)
        greatestSpread = max(greatestSpread, point.b &- point.a)
    }

    /// All points that a region admits.
    mutating func insert(_ region: SafeRegion) {
        guard region.remaining > 0 else { return }
        leastA = min(leastA, region.leastA)
        greatestA = max(greatestA, region.greatestA)
        leastB = min(leastB, region.leastB)
        greatestB = max(greatestB, region.greatestB)
        leastSpread = min(leastSpread, region.leastB &- region.greatestA)
        greatestSpread = max(greatestSpread, region.greatestB &- region.leastA)
    }

    /// - Precondition: not empty.
    func of(_ column: Column) -> (least: Int64, greatest: Int64) {
        switch column {
        case .a, .real: (leastA, greatestA)
        case .b: (leastB, greatestB)
        case .mid: (leastA &+ leastB, greatestA &+ greatestB)
        case .spread: (leastSpread, greatestSpread)
        }
    }
}

extension InputState {
    /// - Returns: false where too many points would have to be looked at.
    mutating func look(
        _ place: RegionPlace, _ region: SafeRegion, _ outlook: UnsafeMutablePointer<WindowOutlook>
    ) -> Bool {
        outlook.pointee = WindowOutlook(count: count, sums: sums)
        switch kind {
        case .window:
            if !followTime(place, outlook) { return false }
            if place.start &+ 1 &+ ending <= place.end { outlook.pointee.mayArrive(region) }
        case .lastPoints:
            let leaving = min(count, max(0, count &+ region.remaining &- Int(length)))
            if leaving > WindowOutlook.budget { return false }
            outlook.pointee.mayLeave(lower..<lower &+ leaving, of: stream, aggregates)
            outlook.pointee.mayArrive(region)
        case .buckets:
            // Nothing leaves before the deadline, which ends the region.
            if ending == 0 { outlook.pointee.mayArrive(region) }
        default: return false
        }
        return true
    }

    /// Whether it is unknown throughout: its feed has not been observed for long enough by then.
    func staysUnknown(_ place: RegionPlace) -> Bool {
        if isKnown || !warmsUp { return false }
        let start = stream.pointee.start
        return start == FeedState.notStarted || start &+ length &+ ending > place.end
    }

    /// When the first point that arrives after `t` may take effect, for what moves from grid point to grid
    /// point.
    func firstStep(after t: Int64) -> Int64 {
        switch kind {
        case .samples: samples.pointee.nextTick(after: t)
        case .buckets, .gridPoints:
            ending > 0 ? (BucketRing.floor(t, step) &+ 1) &* step &+ ending : Int64.max
        case .window, .lag, .deadline, .rate, .lastPoints, .decay, .firing: Int64.max
        }
    }

    private mutating func followTime(_ place: RegionPlace, _ outlook: UnsafeMutablePointer<WindowOutlook>)
        -> Bool
    {
        let stream = stream!
        let oldest = place.end &- length &- ending
        var position = lower
        let limit = min(upper, lower &+ WindowOutlook.budget)
        while position < limit, stream.pointee[position].time <= oldest { position &+= 1 }
        if position == limit, limit < upper { return false }
        outlook.pointee.mayLeave(lower..<position, of: stream, aggregates)
        let newest = place.end &- ending
        position = upper
        let tail = min(stream.pointee.tail, upper &+ WindowOutlook.budget)
        while position < tail, stream.pointee[position].time <= newest { position &+= 1 }
        outlook.pointee.mayEnter(upper..<position, of: stream)
        return position < tail || tail == stream.pointee.tail
    }

    /// The points that may prevail at `t - length` while the region lasts; empty for none, nil for too many.
    mutating func lagRange(_ place: RegionPlace, _ region: SafeRegion) -> PointRange? {
        let stream = stream!
        var range = PointRange()
        if isKnown { range.insert(stream.pointee[upper &- 1]) }
        let bound = place.end &- length
        var position = upper
        let tail = stream.pointee.tail
        while position < tail {
            let point = stream.pointee[position]
            if point.time > bound { return range }
            if position &- upper == WindowOutlook.budget { return nil }
            range.insert(point)
            position &+= 1
        }
        if place.start &+ 1 &+ length <= place.end { range.insert(region) }
        return range
    }
}

/// The instants of a region: after `start`, to `end` inclusive.
struct RegionPlace {
    var start: Int64
    var end: Int64
}
