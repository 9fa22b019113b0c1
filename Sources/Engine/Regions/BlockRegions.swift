/// Leaving a block alone while nothing can move its rules.
///
/// After an evaluation the block's code is run once more over intervals: what each register can be if only
/// such points arrive (`SafeRegion`) and no more than so much time passes. If no rule can be moved by that,
/// neither arrivals nor the expiry of windows have it evaluated until the region ends. The inputs catch up
/// then: what they show depends on the instant only, not on how they came to it.
extension BlockState {
    /// Takes note of what brought the end of the last region.
    mutating func endRegion(at t: Int64) {
        if t > regionEnd { return size.ended(.time) }
        if !regionTakesArrivals { return }
        for index in 0..<streamCount where !streams[index].pointee.isEmpty {
            let region = reader(index).pointee.region
            // The sum of sizes allowed is in proportion to the arrivals allowed.
            if region.remaining == 0 || streams[index].pointee.newest.b > region.weight {
                return size.ended(.arrivals)
            }
        }
        size.ended(.bounds)
    }

    /// Readers that a region no longer covers.
    mutating func closeRegion() {
        hasRegion = false
        for index in 0..<streamCount { reader(index).pointee.region.remaining = 0 }
    }

    /// - Parameters:
    ///   - rulesDeadline: when time alone may move a rule.
    mutating func openRegion(at t: Int64, rulesDeadline: Int64, _ emitter: Emitter) {
        if hasRegion { closeRegion() }
        guard thresholds.map({ $0.pointee.restlessCount == 0 }) ?? needsHold(at: t, emitter) else { return }
        let limit = min(rulesDeadline, hardDeadline(at: t))
        if size.isDue(takesArrivals: true) {
            if proves(at: t, limit: limit, takesArrivals: true, emitter) { return }
            size.shrink()
            if proves(at: t, limit: limit, takesArrivals: true, emitter) { return }
            size.failed(takesArrivals: true)
        }
        if size.isDue(takesArrivals: false) {
            if proves(at: t, limit: limit, takesArrivals: false, emitter) { return }
            size.failed(takesArrivals: false)
        }
    }

    private mutating func reader(_ stream: Int) -> UnsafeMutablePointer<StreamReader> {
        streams[stream].pointee.readers.elements + readerIndexes[stream]
    }

    /// What is bounded only until it next changes: rates, samples, grid windows.
    private mutating func hardDeadline(at t: Int64) -> Int64 {
        var deadline = Int64.max
        var hard = hardInputs
        while hard != 0 {
            let index = hard.trailingZeroBitCount
            deadline = min(min(deadline, inputDeadlines[index]), inputs[index].firstStep(after: t))
            hard &= hard &- 1
        }
        return deadline
    }

    private mutating func proves(at t: Int64, limit: Int64, takesArrivals: Bool, _ emitter: Emitter) -> Bool {
        let end = min(t &+ (1 << Int64(size.horizon)), limit == Int64.max ? limit : limit &- 1)
        guard end > t else { return false }
        let scratch = scratch.takeUnretainedValue()
        for index in 0..<streamCount {
            scratch.regions[index] = takesArrivals ? proposal(index) : SafeRegion()
        }
        scratch.forgetOutlooks()
        let place = RegionPlace(start: t, end: end)
        if let thresholds {
            guard provesChanges(thresholds, place, scratch, at: t, emitter) else { return false }
        } else {
            guard provesAll(place, scratch, at: t, emitter) else { return false }
        }
        size.succeeded(takesArrivals: takesArrivals)
        hasRegion = true
        regionTakesArrivals = takesArrivals
        regionEnd = end
        for index in 0..<streamCount { reader(index).pointee.region = scratch.regions[index] }
        changed |= activeMask
        timer = min(limit, end &+ 1)
        return true
    }

    private mutating func provesAll(
        _ place: RegionPlace, _ scratch: RegionScratch, at t: Int64, _ emitter: Emitter
    ) -> Bool {
        let suspect = rules[size.suspect].need(at: t, emitter.clocks[rules[size.suspect].rule])
        let suspectRegister = suspect.register
        for index in 0..<codeCount {
            let out = Int(code[index].out)
            scratch.intervals[out] = interval(of: code[index], place, scratch)
            if out == suspectRegister, !suspect.holds(in: scratch.intervals) { return false }
        }
        for index in 0..<ruleCount {
            let need = rules[index].need(at: t, emitter.clocks[rules[index].rule])
            if need.holds(in: scratch.intervals) { continue }
            size.suspect = index
            return false
        }
        return true
    }

    private mutating func needsHold(at t: Int64, _ emitter: Emitter) -> Bool {
        for index in 0..<ruleCount
        where !rules[index].need(at: t, emitter.clocks[rules[index].rule]).holds(now: registers) {
            return false
        }
        return true
    }

    /// Points near the newest one.
    private mutating func proposal(_ index: Int) -> SafeRegion {
        let stream = streams[index]
        var region = SafeRegion()
        if stream.pointee.isEmpty { return region }
        let newest = stream.pointee.newest
        let reachA = newest.a.magnitude >> UInt64(-size.band)
        region.leastA = newest.a &- Int64(reachA)
        region.greatestA = newest.a &+ Int64(reachA)
        region.remaining = 1 << size.arrivals
        if bStreams & (1 << UInt64(index)) == 0 {
            region.leastB = Int64.min
            region.greatestB = Int64.max
        } else if stream.pointee.kind == .quotes {
            let reachB = newest.b.magnitude >> UInt64(-size.band)
            region.leastB = newest.b &- Int64(reachB)
            region.greatestB = newest.b &+ Int64(reachB)
        } else {
            region.leastB = 0
            // Twice what as many arrivals have brought of late.
            let (sum, count) = recentSizes(stream)
            region.weight = min(sum, Int64.max >> 12) / Int64(count) &* 2 &* Int64(region.remaining)
            region.greatestB = Int64.max
        }
        return region
    }

    /// - Precondition: the stream is not empty.
    private mutating func recentSizes(_ stream: UnsafeMutablePointer<PointStream>) -> (sum: Int64, count: Int)
    {
        let tail = stream.pointee.tail
        let first = max(stream.pointee.head, min(tail &- 1, tail &- 16))
        var sum: Int64 = 0
        for position in first..<tail { sum &+= max(0, stream.pointee[position].b) }
        return (sum, tail &- first)
    }
}
