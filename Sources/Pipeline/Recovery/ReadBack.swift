import Feeds
import Kafka
import Logging
import MarketModel

/// Brings a new engine to where the one before stood, by reading again what its windows hold and what it had
/// evaluated since the checkpoint.
///
///     offsets of a partition
///     start ============ checkpoint ============ progress ------------ end
///           windows only            evaluated again,      the live source
///           (past)                  same transitions      goes on here
///
/// Which records came too late is remembered, so that the same ones are left out, whatever the clock says
/// now.
/// It works before the live source does, with the same consumer, on the same thread.
struct ReadBack {
    /// A lane that holds more trades than the first waits for the others; it reads on below the second.
    private static let laneIsFull = 65_536
    private static let laneHasRoom = 8192

    /// For so long a partition that was given up may come back, milliseconds.
    private static let patience: Int64 = 60_000

    private struct Lane {
        let number: Int32
        let partition: TopicPartition
        /// The first record that the checkpoint does not cover, and the first that nothing covers.
        let checkpoint: ReadingPlace.Record
        let progress: ReadingPlace.Record
        /// The offset behind the last record that was read.
        var position: Int64
        var isPaused = false
        /// Since when the partition is given up, and may come back.
        var awaySince: Int64?

        init(
            _ number: Int32, _ partition: TopicPartition, checkpoint: ReadingPlace.Record,
            progress: ReadingPlace.Record, position: Int64 = 0
        ) {
            (self.number, self.partition) = (number, partition)
            (self.checkpoint, self.progress, self.position) = (checkpoint, progress, position)
        }
    }

    private let parts: LiveSourceParts
    private let header: RunCheckpoint.Header
    private let place: ReadingPlace
    private let progress: ReadingPlace?
    private let lateTrades: Set<ReadingPlace.LateTrade>
    /// From this time on the engine needs all; nil: none.
    private let after: Int64?
    private var lanes: [Lane] = []
    /// Of the other partitions, the first records that came meanwhile.
    private var left: [TopicPartition: Int64] = [:]
    /// What is before the checkpoint, and what is behind it.
    private var past = PartitionMerge()
    private var again = PartitionMerge()
    /// After this time nothing is missed.
    private(set) var wholeAfter = Int64.min
    private var hasLost = false
    /// All partitions that were assigned; nil for one that the checkpoint does not know.
    private(set) var adopted: [(lane: Int32, record: ReadingPlace.Record?)] = []

    var starts: [Int32: ReadingPlace.Record] {
        Dictionary(adopted.compactMap { lane in lane.record.map { (lane.lane, $0) } }) { $1 }
    }
    /// Since the checkpoint, and those that it holds.
    var late: [ReadingPlace.LateTrade] { progress?.late ?? [] }
    var lateBefore: [ReadingPlace.LateTrade] { header.place.late }
    /// With a partition gone, not all that led to the progress is here: what is missing may yet come.
    var watermarks: [String: Int64] { hasLost ? header.place.watermarks : place.watermarks }
    /// With what is read between the checkpoint and where the transitions went.
    private(set) var index: TimeIndex

    /// - Parameters:
    ///   - header: with this configuration's numbers of partitions.
    ///   - progress: what came after the checkpoint.
    ///   - after: `AlertEngine.readBackAfter`.
    init(
        _ parts: LiveSourceParts, _ header: RunCheckpoint.Header, progress: ReadingPlace?, after: Int64?
    ) {
        self.parts = parts
        self.header = header
        place = progress ?? header.place
        self.progress = progress
        index = header.index
        lateTrades = Set(header.place.late).union(place.late)
        self.after = after
    }

    /// Reads until the checkpoint, and then until where the transitions went.
    ///
    /// - Returns: false when it was told to stop before it was done.
    mutating func run<Outbox: TransitionOutbox>(
        until stop: StopSignal, _ path: inout TradePath<LiveTradeSource, Outbox>
    ) throws(CommandFailure) -> Bool {
        try assign(until: stop)
        var trades: [Trade] = []
        var hasResumed = false
        while !stop.isRequested {
            trades.removeAll(keepingCapacity: true)
            dropLost()
            if !hasResumed {
                markEnds(&past) { $0.checkpoint.end }
                past.release(into: &trades, at: parts.now())
                path.takePast(trades)
                if past.pending == 0, isRead({ $0.checkpoint.end }) {
                    try path.resume(self)
                    hasResumed = true
                    continue
                }
            } else {
                markEnds(&again) { $0.progress.end }
                again.release(into: &trades, at: parts.now())
                try path.takeAgain(&trades)
                if again.pending == 0, isRead({ $0.progress.end }) {
                    try handOver()
                    return true
                }
            }
            try poll()
        }
        return false
    }

    // MARK: Inner steps

    /// Joins the group and begins in each partition where the windows do.
    private mutating func assign(until stop: StopSignal) throws(CommandFailure) {
        let consumer = parts.consumer
        do {
            while !stop.isRequested {
                let records = try consumer.poll(max: 1, timeout: .milliseconds(100))
                var assigned: [TopicPartition]?
                for event in records.events {
                    if case .assigned(let partitions) = event { assigned = partitions } else { note(event) }
                }
                guard let assigned else { continue }
                var starts: [TopicPartitionOffset] = []
                for partition in assigned {
                    if let start = try start(of: partition) {
                        starts.append(TopicPartitionOffset(partition, .at(start)))
                    }
                }
                consumer.acceptRebalance(startingAt: starts)
                KafkaNotices(counters: parts.counters, notices: parts.notices).note(back: assigned)
                return
            }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    /// - Returns: where to begin; nil: at what the group has committed.
    private mutating func start(of partition: TopicPartition) throws(KafkaError) -> Int64? {
        guard let number = parts.inputs.lane(of: partition) else { return nil }
        guard let checkpoint = header.place.records[number] else {
            if let progress = place.records[number] {
                // Its first records came behind the checkpoint, from where the group has committed on.
                add(Lane(number, partition, checkpoint: .init(offset: 0), progress: progress))
            } else {
                adopted.append((number, nil))
            }
            return nil
        }
        let progress = place.records[number] ?? checkpoint
        let range = try parts.consumer.range(of: partition)
        if range.high < checkpoint.offset {
            parts.notices.say(
                "\(partition) ends at \(range.high), and \(checkpoint.offset) had been read: it "
                    + "was made anew; it is read from its beginning", .warning, event: "partition_made_anew")
            wholeAfter = Int64.max
            adopted.append((number, ReadingPlace.Record(offset: range.low)))
            return range.low
        }
        var start = checkpoint.offset
        if let after, let entry = header.index.start(of: number, after: after, before: checkpoint.offset) {
            start = entry.offset
            if entry.time > after { wholeAfter = max(wholeAfter, entry.time) }
        }
        if start < range.low {
            start = min(range.low, checkpoint.offset)
            wholeAfter = max(wholeAfter, header.index.wholeAfter(of: number, from: range.low))
            parts.notices.say(
                "\(partition) begins at \(range.low) now: windows that reach further back are "
                    + "unknown until they are full again", .warning, event: "windows_incomplete")
        }
        let position = max(start, range.low)
        add(Lane(number, partition, checkpoint: checkpoint, progress: progress, position: position))
        return position
    }

    private mutating func add(_ lane: Lane) {
        lanes.append(lane)
        past.open(lane.number)
        again.open(lane.number)
        adopted.append((lane.number, lane.progress))
    }

    private mutating func poll() throws(CommandFailure) {
        do {
            let records = try parts.consumer.poll(max: 4096, timeout: .milliseconds(100))
            decode(records)
            for event in records.events { note(event) }
            try pauseAndResume()
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    private mutating func decode(_ records: borrowing KafkaBatch) {
        if records.isEmpty { return }
        parts.counters.update { [count = records.count] in $0.readBack += count }
        let now = parts.now()
        parts.inputs.setClock(Timestamp(milliseconds: now))
        var trades: [Trade] = []
        let partitions = parts.consumer.partitions
        records.forEach { message in
            let partition = partitions[message.source]
            guard let index = lanes.firstIndex(where: { $0.partition == partition }) else {
                return leave(partition, at: message.offset)
            }
            if message.offset >= lanes[index].progress.end { return }
            trades.removeAll(keepingCapacity: true)
            // What was refused was refused, and told, when it was read first.
            _ = parts.inputs.decoder(of: lanes[index].number).decode(
                value: message.value ?? UnsafeRawBufferPointer(start: nil, count: 0), key: message.key,
                origin: OriginID(index: UInt16(lanes[index].number)), sequence: message.offset,
                into: &trades)
            lanes[index].position = message.offset + 1
            self.index.begin(lanes[index].number, at: message.offset)
            self.index.note(
                lanes[index].number, nextOffset: message.offset + 1,
                greatestTime: trades.reduce(Int64.min) { max($0, $1.time) })
            take(trades, message.offset, lanes[index], at: now)
        }
        // Of a partition that is read to where it was, nothing more is wanted yet.
        for end in records.positions {
            guard case .at(let offset) = end.offset,
                let index = lanes.firstIndex(where: { $0.partition == end.topicPartition })
            else { continue }
            lanes[index].position = max(lanes[index].position, min(offset, lanes[index].progress.end))
        }
    }

    /// A partition that the earlier run knew nothing of has something to read, or ends there: the live source
    /// begins with it.
    private mutating func leave(_ partition: TopicPartition, at offset: Int64) {
        guard let lane = parts.inputs.lane(of: partition),
            let index = adopted.firstIndex(where: { $0.lane == lane }),
            !lanes.contains(where: { $0.number == lane }), left[partition] == nil
        else { return }
        left[partition] = offset
        adopted[index].record = ReadingPlace.Record(offset: offset)
    }

    /// Of one record, some trades may be before the checkpoint and others behind it.
    private mutating func take(_ trades: [Trade], _ offset: Int64, _ lane: Lane, at now: Int64) {
        let before = lane.checkpoint.count(of: trades, at: offset)
        let through = max(before, lane.progress.count(of: trades, at: offset))
        let late = lateTrades
        func accepted(_ range: Range<Int>) -> [Trade] {
            trades[range].filter { !late.contains(ReadingPlace.LateTrade($0)) }
        }
        past.append(accepted(0..<before), to: lane.number, before: offset + 1, at: now)
        again.append(accepted(before..<through), to: lane.number, before: offset + 1, at: now)
    }

    private mutating func note(_ event: KafkaEvent) {
        // What is assigned is counted when the live source takes it over.
        if case .assigned = event {
        } else {
            KafkaNotices(counters: parts.counters, notices: parts.notices).note(
                event, held: parts.consumer.assignment.count)
        }
        switch event {
        case .endOfPartition(let place):
            guard case .at(let offset) = place.offset else { return }
            if let index = lanes.firstIndex(where: { $0.partition == place.topicPartition }) {
                lanes[index].position = max(lanes[index].position, offset)
            } else {
                leave(place.topicPartition, at: offset)
            }
        case .revoked(let partitions, _):
            // Often they come back at once: somebody else has joined or left.
            for partition in partitions {
                if let index = lanes.firstIndex(where: { $0.partition == partition }) {
                    (lanes[index].awaySince, lanes[index].isPaused) = (parts.now(), false)
                } else if let lane = parts.inputs.lane(of: partition) {
                    left[partition] = nil
                    adopted.removeAll { $0.lane == lane }
                }
            }
        case .assigned(let partitions):
            var starts: [TopicPartitionOffset] = []
            for partition in partitions {
                if let index = lanes.firstIndex(where: { $0.partition == partition }) {
                    lanes[index].awaySince = nil
                    if lanes[index].position > 0 {
                        starts.append(TopicPartitionOffset(partition, .at(lanes[index].position)))
                    }
                } else if let lane = parts.inputs.lane(of: partition) {
                    adopted.append((lane, nil))
                }
            }
            parts.consumer.acceptRebalance(startingAt: starts)
        case .allBrokersDown, .brokerDown, .error, .committed, .throttled, .statistics, .log: break
        }
    }

    /// Lets go of partitions that somebody else has for good: what windows miss of them is unknown.
    private mutating func dropLost() {
        let now = parts.now()
        for lane in lanes where lane.awaySince.map({ now - $0 > ReadBack.patience }) ?? false {
            past.close(lane.number)
            again.close(lane.number)
            adopted.removeAll { $0.lane == lane.number }
            lanes.removeAll { $0.number == lane.number }
            wholeAfter = Int64.max
            hasLost = true
        }
    }

    private func isRead(_ bound: (Lane) -> Int64) -> Bool {
        lanes.allSatisfy { $0.awaySince == nil && $0.position >= bound($0) }
    }

    private func markEnds(_ merge: inout PartitionMerge, _ bound: (Lane) -> Int64) {
        for lane in lanes { merge.mark(lane.number, atEnd: lane.position >= bound(lane)) }
    }

    /// A partition waits while it is far ahead of the others, and when it is where it was.
    private mutating func pauseAndResume() throws(KafkaError) {
        for index in lanes.indices where lanes[index].awaySince == nil {
            let pending = past.pending(of: lanes[index].number) + again.pending(of: lanes[index].number)
            let isDone = lanes[index].position >= lanes[index].progress.end
            if isDone || pending > ReadBack.laneIsFull {
                if !lanes[index].isPaused { try parts.consumer.pause([lanes[index].partition]) }
                lanes[index].isPaused = true
            } else if pending < ReadBack.laneHasRoom, lanes[index].isPaused {
                try parts.consumer.resume([lanes[index].partition])
                lanes[index].isPaused = false
            }
        }
    }

    /// The live source reads on from where all this ended.
    private mutating func handOver() throws(CommandFailure) {
        do {
            let places =
                lanes.map { TopicPartitionOffset($0.partition, .at($0.progress.offset)) }
                + left.sorted { $0.key < $1.key }.map { TopicPartitionOffset($0.key, .at($0.value)) }
            if !places.isEmpty { try parts.consumer.seek(places, within: .seconds(10)) }
            let paused = lanes.filter(\.isPaused).map(\.partition)
            if !paused.isEmpty { try parts.consumer.resume(paused) }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }
}

extension ReadingPlace.Record {
    /// Behind it nothing has been taken.
    var end: Int64 { taken > 0 ? offset + 1 : offset }

    /// How many of a record's trades, the first ones, are before it.
    func count(of trades: [Trade], at offset: Int64) -> Int {
        offset < self.offset ? trades.count : offset == self.offset ? min(taken, trades.count) : 0
    }
}

extension ReadingPlace.LateTrade {
    init(_ trade: Trade) {
        self.init(lane: Int32(trade.origin.index), offset: trade.sequence, time: trade.time)
    }
}
