/// Grid windows, `1d by 1m`: their lower edge moves from grid point to grid point, and with `ending` the
/// upper edge too (LANGUAGE 4.1).
extension InputState {
    private func number(of time: Int64) -> Int64 { BucketRing.floor(time - 1, step) }

    /// Buckets from this number on are in the window.
    private func lowestNumber(at t: Int64) -> Int64 { BucketRing.floor(t - ending - length, step) }

    /// Buckets before this number have entered; without `ending` the open bucket has too.
    private func endNumber(at t: Int64) -> Int64 {
        ending == 0 ? Int64.max : BucketRing.floor(t - ending, step)
    }

    private func leaving(_ number: Int64) -> Int64 { (number + 1) * step + length + ending }

    private func entering(_ number: Int64) -> Int64 { (number + 1) * step + ending }

    /// - Returns: when the warm-up ends, if it has not.
    private mutating func settleWarmUp(at t: Int64, lostThrough: Int64) -> Int64 {
        let start = stream.pointee.start
        let isObserved = start <= t - length - ending
        isKnown = isObserved && lostThrough <= lowestNumber(at: t) * step
        if isObserved || start == FeedState.notStarted {
            return isKnown || lostThrough == Int64.min ? Int64.max : leaving(number(of: lostThrough))
        }
        return start + length + ending
    }

    @inline(never)
    mutating func advanceBuckets(to t: Int64) -> Int64 {
        let stream = stream!
        buckets.pointee.consumed = max(buckets.pointee.consumed, stream.pointee.head)
        while buckets.pointee.consumed < stream.pointee.tail {
            let point = stream.pointee[buckets.pointee.consumed]
            buckets.pointee.insert(point, aggregates)
            buckets.pointee.consumed += 1
            if ending == 0 {
                upper += 1
                insert(point, at: Int(number(of: point.time)))
                buckets.pointee.entered = buckets.pointee.tail
            }
        }
        let end = endNumber(at: t)
        while buckets.pointee.entered < buckets.pointee.tail {
            let bucket = buckets.pointee.bucket(buckets.pointee.entered)
            if bucket.pointee.number >= end { break }
            enter(bucket)
            buckets.pointee.entered += 1
        }
        let lowest = lowestNumber(at: t)
        while buckets.pointee.head < buckets.pointee.entered {
            let bucket = buckets.pointee.bucket(buckets.pointee.head)
            if bucket.pointee.number >= lowest { break }
            leave(bucket)
            buckets.pointee.removeFirst()
        }
        for index in 0..<extremesCount { extremes[index].evict(before: Int(lowest)) }
        var next = settleWarmUp(at: t, lostThrough: buckets.pointee.lostThrough)
        if buckets.pointee.head < buckets.pointee.entered {
            next = min(next, leaving(buckets.pointee.bucket(buckets.pointee.head).pointee.number))
        }
        if buckets.pointee.entered < buckets.pointee.tail {
            next = min(next, entering(buckets.pointee.bucket(buckets.pointee.entered).pointee.number))
        }
        return seesEveryTick ? min(next, nextTick(after: t)) : next
    }

    /// Every grid tick is a change point (LANGUAGE 5); one at which nothing moves matters to `crosses` alone.
    private func nextTick(after t: Int64) -> Int64 { (BucketRing.floor(t, step) + 1) * step }

    private mutating func enter(_ bucket: UnsafeMutablePointer<Bucket>) {
        upper += bucket.pointee.count
        sums.insert(bucket.pointee.sums)
        extras?.pointee.insert(bucket)
        for index in 0..<extremesCount {
            extremes[index].insert(bucket.pointee.range(index), at: Int(bucket.pointee.number))
        }
    }

    private mutating func leave(_ bucket: UnsafeMutablePointer<Bucket>) {
        lower += bucket.pointee.count
        sums.remove(bucket.pointee.sums)
        extras?.pointee.remove(bucket)
    }

    @inline(never)
    mutating func advanceGridPoints(to t: Int64) -> Int64 {
        let stream = stream!
        let end = endNumber(at: t)
        while upper < stream.pointee.tail, number(of: stream.pointee[upper].time) < end {
            insert(stream.pointee[upper], at: upper)
            upper += 1
        }
        let lowest = lowestNumber(at: t)
        while lower < upper, number(of: stream.pointee[lower].time) < lowest {
            evict(stream.pointee[lower])
            lower += 1
        }
        for index in 0..<extremesCount { extremes[index].evict(before: lower) }
        var next = settleWarmUp(at: t, lostThrough: stream.pointee.lostThrough)
        if lower < upper { next = min(next, leaving(number(of: stream.pointee[lower].time))) }
        if upper < stream.pointee.tail {
            next = min(next, entering(number(of: stream.pointee[upper].time)))
        }
        return seesEveryTick ? min(next, nextTick(after: t)) : next
    }

    /// The first or the last point of the window; nil when it is empty.
    @inline(__always)
    func edgePoint(first wantsFirst: Bool) -> Point? {
        if count == 0 { return nil }
        if kind != .buckets { return stream.pointee[wantsFirst ? lower : upper &- 1] }
        if wantsFirst { return buckets.pointee.bucket(buckets.pointee.head).pointee.first }
        return buckets.pointee.bucket(buckets.pointee.entered - 1).pointee.last
    }

    /// The positions of the points of the stream's last instant that are in the window.
    func lastInstantInside() -> Range<Int> {
        let stream = stream!
        let tail = stream.pointee.tail
        if kind != .buckets {
            let first = max(lower, stream.pointee.lastInstant)
            return first..<max(first, upper)
        }
        let time = stream.pointee.newest.time
        let isInside =
            buckets.pointee.entered > buckets.pointee.head
            && buckets.pointee.bucket(buckets.pointee.entered - 1).pointee.number == number(of: time)
        return isInside ? stream.pointee.lastInstant..<tail : tail..<tail
    }
}
