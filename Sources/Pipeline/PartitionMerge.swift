import MarketModel

/// Brings the partitions into one order that does not depend on how the broker interleaves them.
///
///     lane 0   [ 10:00:01  10:00:04  10:00:03 ]      head = greatest time of the lane so far
///     lane 1   [ 10:00:02 ]                          released: the least head, then the lower lane
///     lane 2   [ ]  not at its end -> all wait       at its end -> it holds nobody up
///
/// A fetch brings thousands of records of one partition, then thousands of the next. Taken as they come, the
/// first would move the feed's watermark past all of the second, and a whole backlog would be late. So while
/// a partition has a backlog, the others wait for its next record; once all are read to their ends, records
/// pass as they come, after `grace`. Inside a lane the order stays: a record that is late in its partition is
/// late behind it.
///
/// - Invariant: two runs over the same partitions, each with its backlog, release the same sequence.
/// - Complexity: O(lanes) a run of trades between two changes of lane.
/// - SeeAlso: `max.task.idle.ms` of Kafka Streams (KIP-353, KIP-695), the same idea.
struct PartitionMerge {
    struct Lane {
        fileprivate(set) var trades: [Trade] = []
        fileprivate(set) var next = 0
        /// Greatest event time released so far.
        fileprivate(set) var frontier = Int64.min
        /// When the pending trades came: so many up to an index, at a time of the wall clock.
        fileprivate var arrivals: [(end: Int, at: Int64)] = []
        /// Whether the partition has been read to its end.
        var isAtEnd = false

        var pending: Int { trades.count - next }
        /// Sequence of the first record that has not been released.
        var firstPending: Int64? { pending > 0 ? trades[next].sequence : nil }

        fileprivate var head: Int64 { max(frontier, trades[next].time) }

        fileprivate func isRipe(_ now: Int64, _ grace: Int64) -> Bool {
            guard let arrival = arrivals.first(where: { $0.end > next }) else { return true }
            return arrival.at + grace <= now
        }

        fileprivate mutating func dropReleased() {
            arrivals.removeAll { $0.end <= next }
            if next == trades.count {
                trades.removeAll(keepingCapacity: true)
                next = 0
            } else if next > 4096, next * 2 > trades.count {
                trades.removeFirst(next)
                for index in arrivals.indices { arrivals[index].end -= next }
                next = 0
            }
        }
    }

    /// For how long a record waits for partitions that are read to their ends, milliseconds of the wall
    /// clock. 0 where event time passes as the clock does: the lateness covers the same. A replay, in which a
    /// year passes in a second, needs the time that a fetch takes.
    let grace: Int64
    private(set) var lanes: [Int32: Lane] = [:]
    private var order: [Int32] = []

    init(grace: Int64 = 0) { self.grace = grace }

    var pending: Int { lanes.values.reduce(0) { $0 + $1.pending } }
    /// Whether a partition with a backlog has nothing to compare with: the others wait for it.
    var isWaiting: Bool { lanes.values.contains { $0.pending == 0 && !$0.isAtEnd } }

    mutating func open(_ lane: Int32) {
        if lanes[lane] == nil { lanes[lane] = Lane() }
        order = lanes.keys.sorted()
    }

    /// Forgets a lane and what of it was not released: its partition's next owner reads that again.
    mutating func close(_ lane: Int32) {
        lanes[lane] = nil
        order = lanes.keys.sorted()
    }

    /// - Parameter now: the wall clock, milliseconds.
    mutating func append(_ trades: ArraySlice<Trade>, to lane: Int32, at now: Int64) {
        if lanes[lane] == nil { open(lane) }
        guard !trades.isEmpty else { return }
        lanes[lane]?.trades.append(contentsOf: trades)
        if grace > 0, let count = lanes[lane]?.trades.count { lanes[lane]?.arrivals.append((count, now)) }
    }

    mutating func mark(_ lane: Int32, atEnd: Bool) { lanes[lane]?.isAtEnd = atEnd }

    /// Releases all that no other lane may precede any more.
    ///
    /// - Parameters:
    ///   - now: the wall clock, milliseconds.
    ///   - waits: false releases everything, whoever is missing.
    mutating func release(into out: inout [Trade], at now: Int64, waits: Bool = true) {
        while !(waits && isWaiting) {
            var best: (lane: Int32, head: Int64)?
            var second: (lane: Int32, head: Int64)?
            var someAreEmpty = false
            for number in order {
                guard let lane = lanes[number], lane.pending > 0 else {
                    someAreEmpty = true
                    continue
                }
                let candidate = (lane: number, head: lane.head)
                if best.map({ candidate.head < $0.head }) ?? true {
                    second = best
                    best = candidate
                } else if second.map({ candidate.head < $0.head }) ?? true {
                    second = candidate
                }
            }
            guard let best else { return }
            let ripeness = waits && someAreEmpty && grace > 0 ? now : nil
            if drain(best.lane, upTo: second, ripeAt: ripeness, into: &out) == 0 { return }
        }
    }

    /// Releases a lane's trades as long as they come before another lane's head and are ripe.
    ///
    /// - Returns: how many.
    private mutating func drain(
        _ number: Int32, upTo limit: (lane: Int32, head: Int64)?, ripeAt now: Int64?,
        into out: inout [Trade]
    ) -> Int {
        guard var lane = lanes.removeValue(forKey: number) else { return 0 }
        let first = lane.next
        while lane.pending > 0 {
            let head = lane.head
            if let limit, head > limit.head || (head == limit.head && number > limit.lane) { break }
            if let now, !lane.isRipe(now, grace) { break }
            lane.frontier = head
            out.append(lane.trades[lane.next])
            lane.next += 1
        }
        let count = lane.next - first
        lane.dropReleased()
        lanes[number] = lane
        return count
    }
}
