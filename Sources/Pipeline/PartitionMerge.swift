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
/// - Complexity: O(log lanes) a trade, and O(lanes) a release.
/// - SeeAlso: `max.task.idle.ms` of Kafka Streams (KIP-353, KIP-695), the same idea.
struct PartitionMerge {
    private struct Lane {
        let number: Int32
        /// Those at hand from `next` to `last` wait; then come the `later` ones.
        private var trades: [Trade] = []
        /// Where the lane's trades at hand begin, and how far they have been released.
        private var first = 0
        private var next = 0
        private var last = 0
        private var later: [Piece] = []
        private var laterCount = 0
        /// Whether the trades at hand are in an array of the lane's own.
        private var isOwn = true
        /// Greatest event time released so far.
        private var frontier = Int64.min
        /// When the pending trades came: so many since the lane was opened, at a time of the wall clock.
        private var arrivals: [(count: Int, at: Int64)] = []
        /// How many have been released.
        private(set) var released = 0
        /// The offset behind the last record.
        private var end: Int64 = 0
        /// Whether the partition has been read to its end.
        var isAtEnd = false

        init(number: Int32) { self.number = number }

        var pending: Int { last - next + laterCount }
        /// Everything before this offset has been released.
        var releasedBefore: Int64 { pending > 0 ? trades[next].sequence : end }

        /// Trades of the record at `releasedBefore` that have been released.
        var split: Int {
            if pending == 0 { return 0 }
            var begin = next
            while begin > first, trades[begin - 1].sequence == trades[next].sequence { begin -= 1 }
            return next - begin
        }

        var head: Int64 { max(frontier, trades[next].time) }

        /// Whether the next trade came at `time` or before.
        func isRipe(by time: Int64) -> Bool {
            guard let arrival = arrivals.first(where: { $0.count > released }) else { return true }
            return arrival.at <= time
        }

        /// The next trade.
        @inline(__always)
        mutating func release() -> Trade {
            let trade = trades[next]
            frontier = max(frontier, trade.time)
            next += 1
            released += 1
            if next == last { turn() }
            return trade
        }

        private mutating func turn() {
            if later.isEmpty {
                if isOwn { trades.removeAll(keepingCapacity: true) } else { trades = [] }
                (isOwn, first, next, last) = (true, 0, 0, 0)
            } else {
                let piece = later.removeFirst()
                laterCount -= piece.range.count
                (trades, isOwn, next, last) = (
                    piece.trades, piece.isOwn, piece.range.lowerBound, piece.range.upperBound
                )
                first = next
            }
        }

        mutating func dropArrivals() { arrivals.removeAll { $0.count <= released } }

        /// - Parameter offset: behind the last record that the trades are of.
        mutating func append(_ piece: Piece, before offset: Int64, at time: Int64?) {
            end = offset
            if piece.range.isEmpty { return }
            if piece.range.count >= Piece.leastShared {
                keep(piece)
            } else {
                copy(piece.trades[piece.range])
            }
            if let time { arrivals.append((released + pending, time)) }
        }

        private mutating func keep(_ piece: Piece) {
            later.append(piece)
            laterCount += piece.range.count
            if next == last { turn() }
        }

        private mutating func copy(_ few: ArraySlice<Trade>) {
            if later.isEmpty, isOwn {
                if next > 4096, next * 2 > last {
                    let count = next - split
                    trades.removeFirst(count)
                    (next, last) = (next - count, last - count)
                }
                trades.append(contentsOf: few)
                last += few.count
            } else if let piece = later.last, piece.isOwn {
                later[later.count - 1].append(few)
                laterCount += few.count
            } else {
                keep(Piece(Array(few), isOwn: true))
            }
        }
    }

    /// Trades of a lane that came together: in the array of the batch that brought them, or copied.
    private struct Piece {
        /// Fewer are copied: they would keep the whole batch in memory.
        static let leastShared = 1024

        private(set) var trades: [Trade]
        private(set) var range: Range<Int>
        let isOwn: Bool

        init(_ trades: [Trade], _ range: Range<Int>? = nil, isOwn: Bool = false) {
            self.trades = trades
            self.range = range ?? 0..<trades.count
            self.isOwn = isOwn
        }

        mutating func append(_ few: ArraySlice<Trade>) {
            trades.append(contentsOf: few)
            range = range.lowerBound..<trades.count
        }
    }

    /// For how long a record waits for partitions that are read to their ends, milliseconds of the wall
    /// clock. 0 where event time passes as the clock does: the lateness covers the same. A replay, in which a
    /// year passes in a second, needs the time that a fetch takes.
    let grace: Int64
    /// By their numbers.
    private var lanes: [Lane] = []
    /// Of the lanes with something to release, while releasing.
    private var heads = LaneHeads()

    init(grace: Int64 = 0) { self.grace = grace }

    var pending: Int { lanes.reduce(0) { $0 + $1.pending } }
    /// Whether a partition with a backlog has nothing to compare with: the others wait for it.
    var isWaiting: Bool { lanes.contains { $0.pending == 0 && !$0.isAtEnd } }

    var states: LaneStates {
        LaneStates(
            lanes: lanes.map {
                LaneStates.Lane(
                    number: $0.number, released: $0.released, releasedBefore: $0.releasedBefore,
                    split: $0.split)
            }, pending: pending, isWaiting: isWaiting)
    }

    func pending(of lane: Int32) -> Int { index(of: lane).map { lanes[$0].pending } ?? 0 }

    private func index(of number: Int32) -> Int? {
        var low = 0
        var high = lanes.count
        while low < high {
            let middle = (low + high) / 2
            if lanes[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < lanes.count && lanes[low].number == number ? low : nil
    }

    mutating func open(_ lane: Int32) {
        if index(of: lane) != nil { return }
        let place = lanes.firstIndex { $0.number > lane } ?? lanes.count
        lanes.insert(Lane(number: lane), at: place)
    }

    /// Forgets a lane and what of it was not released: its partition's next owner reads that again.
    mutating func close(_ lane: Int32) { lanes.removeAll { $0.number == lane } }

    /// Takes what a poll brought.
    ///
    /// - Parameter trades: those of its stretches, one after the other.
    mutating func take(_ poll: LanePoll, _ trades: [Trade]) {
        for lane in poll.closed { close(lane) }
        var begin = 0
        for stretch in poll.stretches {
            let end = begin + stretch.trades
            append(Piece(trades, begin..<end), to: stretch.lane, before: stretch.nextOffset, at: poll.time)
            begin = end
        }
        for lane in poll.opened { open(lane) }
        for end in poll.ends { mark(end.lane, atEnd: end.isReached) }
    }

    private mutating func append(_ piece: Piece, to lane: Int32, before offset: Int64, at now: Int64) {
        open(lane)
        guard let index = index(of: lane) else { return }
        lanes[index].append(piece, before: offset, at: grace > 0 ? now : nil)
    }

    /// - Parameters:
    ///   - offset: behind the last record that the trades are of.
    ///   - now: the wall clock, milliseconds.
    mutating func append(_ trades: [Trade], to lane: Int32, before offset: Int64, at now: Int64) {
        append(Piece(trades), to: lane, before: offset, at: now)
    }

    mutating func mark(_ lane: Int32, atEnd: Bool) {
        if let index = index(of: lane) { lanes[index].isAtEnd = atEnd }
    }

    /// Releases all that no other lane may precede any more.
    ///
    /// - Parameters:
    ///   - now: the wall clock, milliseconds.
    ///   - waits: false releases everything, whoever is missing.
    ///   - most: no more than so many; the rest with the next call.
    mutating func release(
        into out: inout [Trade], at now: Int64, waits: Bool = true, atMost most: Int = .max
    ) {
        if waits, isWaiting { return }
        var busy = lanes.count { $0.pending > 0 }
        // Apart from self, so that the lanes can be worked on in place.
        var heads = LaneHeads()
        swap(&heads, &self.heads)
        heads.fill(lanes.lazy.map { $0.pending > 0 ? $0.head : nil })
        let count = lanes.count
        let ripeness = waits && grace > 0 ? now - grace : nil
        let before = out.count
        lanes.withUnsafeMutableBufferPointer { lanes in
            while out.count - before < most, let index = heads.first {
                if let ripeness, busy < count, !lanes[index].isRipe(by: ripeness) { break }
                out.append(lanes[index].release())
                let isEmpty = lanes[index].pending == 0
                heads.replace(index, isEmpty ? nil : lanes[index].head)
                if isEmpty {
                    if waits, !lanes[index].isAtEnd { break }
                    busy -= 1
                }
            }
        }
        for index in lanes.indices { lanes[index].dropArrivals() }
        swap(&heads, &self.heads)
    }
}
