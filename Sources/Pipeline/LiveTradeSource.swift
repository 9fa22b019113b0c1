import Feeds
import Kafka
import Logging
import MarketModel

/// Trades out of Kafka: poll, decode, intern; and the commits that answer them.
///
///     poll -> decode -> batch by lanes -> MergingEngine             refused -> dead letters
///                       CommitLedger <- LaneStates, watermark       held up -> partitions pause
///
/// One owner, one thread: librdkafka's consumer wants that. Bringing the lanes into one order is the engine's
/// thread's part; how far it has come is known as of the last answer.
struct LiveTradeSource: TradeSource {
    /// A lane that holds more trades than the first waits for the others; it reads on below the second.
    static let laneIsFull = 65_536
    static let laneHasRoom = 8192
    /// Offsets are committed at most so often, milliseconds: each time is a request to the broker.
    static let commitPace: Int64 = 100

    private let consumer: any RecordConsumer
    private let inputs: TopicInputs
    private let deadLetters: DeadLetters
    private let counters: LiveCounters
    private let notices: LiveNotices
    private let now: @Sendable () -> Int64
    /// Whether what is behind cannot take more: then nothing is read.
    private let isHeldUp: @Sendable () -> Bool
    private let greatestPoll: Int
    private var ledger = CommitLedger()
    private var index = TimeIndex()
    /// Of lanes that the next batch opens.
    private var opened: [Int32] = []
    /// Trades of a lane's first record that an earlier run has taken.
    private var taken: [Int32: ReadingPlace.Record] = [:]
    /// Of lanes that were given up: what the group knew of them, and how far the engine has been given them.
    private var givenUp: [Int32: (committed: Int64?, record: ReadingPlace.Record)] = [:]
    /// Where reading of a lane began, if not where the group had committed.
    private var begun: [Int32: ReadingPlace.Record] = [:]
    /// By lane, what was committed last.
    private var committed: [Int32: Int64] = [:]
    private var lastCommit: Int64?
    /// How far the merge has come, as of the last answer.
    private var states = LaneStates()
    /// Batches that are not answered yet.
    private var underWay = 0
    /// Where reading stands, by lane: the offset behind the last record, or the partition's end.
    private var positions: [Int32: Int64] = [:]
    /// Trades of each lane that were handed over since it was opened.
    private var handedOver: [Int32: Int] = [:]
    /// Whether every partition had been read to its end.
    private var isRead = false
    /// Of lanes that the next batch closes.
    private var closed: [Int32] = []
    private var revoked: [TopicPartition] = []
    private var paused: Set<TopicPartition> = []
    /// Whether a broker was lost, and not all partitions have been found at their ends since.
    private var isCutOff = false
    /// How often a broker was lost.
    private var losses = 0
    private let probe: EndProbe

    init(_ parts: LiveSourceParts) {
        consumer = parts.consumer
        probe = parts.consumer.endProbe
        inputs = parts.inputs
        deadLetters = parts.deadLetters
        counters = parts.counters
        notices = parts.notices
        now = parts.now
        isHeldUp = parts.isHeldUp
        greatestPoll = parts.greatestPoll
    }

    /// Whether every assigned partition has been read and released to its end.
    var isDrained: Bool {
        !consumer.assignment.isEmpty && underWay == 0 && states.pending == 0 && !states.isWaiting
    }

    /// Whether nothing waits to be read, so that silence is the market's and not ours.
    ///
    /// While no broker answers, silence says nothing: what was produced meanwhile must not be late by the
    /// clock.
    mutating func isUpToDate(at time: Int64) -> Bool {
        guard isDrained, paused.isEmpty else { return false }
        if isCutOff, let ends = probe.ends(of: consumer.assignment, question: losses) {
            isCutOff = !consumer.assignment.allSatisfy { partition in
                guard let lane = inputs.lane(of: partition), let position = positions[lane],
                    let end = ends[partition]
                else { return false }
                return end <= position
            }
        }
        return !isCutOff
    }

    /// How far it is behind, by partition.
    var lags: [LiveStatus.Lag] {
        consumer.assignment.map { partition in
            let end = consumer.lastKnownEnd(of: partition)
            let position = inputs.lane(of: partition).flatMap { positions[$0] }
            var lag: Int64?
            if let end, let position, position >= 0 { lag = max(0, end - position) }
            return LiveStatus.Lag(topic: partition.topic, partition: partition.partition, records: lag)
        }
    }

    /// Whether brokers cannot be reached, as far as is known; where one was lost, they are asked.
    mutating func isCutOff(at time: Int64) -> Bool {
        if isCutOff { _ = isUpToDate(at: time) }
        return isCutOff
    }

    /// Partitions are about to go to another member.
    var isGivingUp: Bool { !revoked.isEmpty }

    mutating func next(
        into batch: inout TradeBatch, isHurried: Bool
    ) throws(CommandFailure) -> SourceState {
        // What the last poll took away is committed by now: the coming poll gives it up.
        for partition in revoked { forget(partition) }
        revoked.removeAll()
        let time = now()
        try pauseOrResume()
        var poll = LanePoll(time: time)
        swap(&poll.closed, &closed)
        swap(&poll.opened, &opened)
        do {
            let records = try consumer.poll(
                max: greatestPoll, timeout: .milliseconds(isHurried && isRead ? 1 : 20))
            decode(records, into: &batch.trades, &poll)
            for event in records.events { note(event, &poll) }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
        for (lane, position) in positions {
            guard let partition = inputs.partition(lane) else { continue }
            let isReached = consumer.lastKnownEnd(of: partition).map { $0 <= position } ?? false
            poll.ends.append((lane, isReached))
        }
        isRead = poll.ends.allSatisfy(\.isReached)
        batch.lanes = poll
        underWay += 1
        return batch.trades.isEmpty ? .quiet : .more
    }

    mutating func note(_ lanes: LaneStates) {
        states = lanes
        underWay -= 1
        for lane in lanes.lanes { ledger.evaluate(lane.number, before: lane.releasedBefore) }
        guard lanes.isOutOfPatience else { return }
        counters.update { $0.impatient += 1 }
        notices.say(
            "a partition kept the others waiting for too long and is not waited for", .warning,
            event: "partition_passed_over")
    }

    mutating func settleRefused() -> Bool { deadLetters.settle() }

    /// The topics and the way back by time.
    var header: RunCheckpoint.Header? {
        var header = RunCheckpoint.Header()
        header.topics = inputs.topics
        header.index = index
        return header
    }

    /// Forgets the way back to what no window reaches.
    mutating func forgetWay(before time: Int64) { index.prune(after: time) }

    /// Takes the partitions over that were read back.
    mutating func adopt(_ readBack: ReadBack) {
        index = readBack.index
        for (lane, record) in readBack.adopted {
            opened.append(lane)
            positions[lane] = record?.offset ?? -1
            if let record, record.taken > 0 { taken[lane] = record }
            begun[lane] = record
        }
        counters.update { $0.rebalances[.assigned, default: 0] += 1 }
        counters.status.enter(.reading)
    }

    mutating func commit(closedBefore watermark: Int64) throws(CommandFailure) {
        let time = now()
        if revoked.isEmpty, let lastCommit, abs(time - lastCommit) < LiveTradeSource.commitPace { return }
        let offsets = settled(closedBefore: watermark)
        guard !offsets.isEmpty else { return }
        lastCommit = time
        do {
            // Partitions that go to another member are committed before they go.
            if revoked.isEmpty {
                try consumer.requestCommit(offsets)
            } else {
                try consumer.commit(offsets, within: .seconds(5))
            }
            note(offsets)
            counters.update { $0.commits += 1 }
        } catch {
            counters.update { $0.commitFailures += 1 }
            // Uncommitted records come again, with the same transition ids.
            notices.say("commit: \(error.description)", .warning, event: "commit_failed")
            if error.isFatal { throw CommandFailure(.failure, error.description) }
        }
    }

    /// Commits what is settled, leaves the group and sends the last dead letters.
    ///
    /// - Precondition: every batch is evaluated.
    mutating func close(closedBefore watermark: Int64?) {
        if let watermark {
            do {
                let offsets = settled(closedBefore: watermark)
                try consumer.commit(offsets, within: .seconds(5))
                if !offsets.isEmpty { counters.update { $0.commits += 1 } }
            } catch {
                counters.update { $0.commitFailures += 1 }
                notices.say("last commit: \(error.description)", .warning, event: "commit_failed")
            }
        }
        do {
            try consumer.close(within: .seconds(10))
            notices.say("left the group", .debug, event: "left_group")
        } catch {
            notices.say("leaving the group: \(error.description)", .warning, event: "leaving_failed")
        }
        deadLetters.close()
    }

    private mutating func note(_ offsets: [TopicPartitionOffset]) {
        for place in offsets {
            if case .at(let offset) = place.offset, let lane = inputs.lane(of: place.topicPartition) {
                committed[lane] = offset
            }
        }
    }

    private mutating func settled(closedBefore watermark: Int64) -> [TopicPartitionOffset] {
        ledger.take(closedBefore: watermark).compactMap { entry in
            inputs.partition(entry.partition).map { TopicPartitionOffset($0, .at(entry.offset)) }
        }
    }

    // MARK: Stages 2 and 3

    private mutating func decode(
        _ records: borrowing KafkaBatch, into trades: inout [Trade], _ poll: inout LanePoll
    ) {
        if records.isEmpty { return }
        inputs.setClock(Timestamp(milliseconds: poll.time))
        var dropped = DroppedRecords()
        for stretch in records.stretches {
            guard let lane = inputs.lane(of: consumer.partitions[stretch.source]) else { continue }
            let begin = trades.count
            decode(records, stretch, lane, into: &trades, &dropped)
            if let record = taken.removeValue(forKey: lane), begin < trades.count {
                let count = trades[begin...].prefix { $0.sequence == record.offset }.count
                trades.removeSubrange(begin..<begin + min(count, record.taken))
            }
            let greatest = trades[begin...].reduce(Int64.min) { max($0, $1.time) }
            ledger.add(CommitLedger.Entry(nextOffset: stretch.end, greatestTime: greatest), of: lane)
            index.begin(lane, at: stretch.begin)
            index.note(lane, nextOffset: stretch.end, greatestTime: greatest)
            positions[lane] = stretch.end
            handedOver[lane, default: 0] += trades.count - begin
            poll.stretches.append(
                LanePoll.Stretch(lane: lane, trades: trades.count - begin, nextOffset: stretch.end))
        }
        for warning in dropped.warnings {
            notices.say("the feed says: \(warning)", .warning, event: "feed_warning")
        }
        counters.update { [records = records.count, trades = trades.count, dropped] in
            $0.records += records
            $0.trades += trades
            $0.feedWarnings += dropped.warnings.count
            for (kind, count) in dropped.ignored {
                $0.ignored += count
                $0.ignoredByKind[kind, default: 0] += count
            }
            $0.deadLettered += dropped.refused
        }
        deadLetters.check()
    }

    private func decode(
        _ records: borrowing KafkaBatch, _ stretch: KafkaBatch.Stretch, _ lane: Int32,
        into trades: inout [Trade], _ dropped: inout DroppedRecords
    ) {
        let decoder = inputs.decoder(of: lane)
        let origin = OriginID(index: UInt16(lane))
        records.forEach(in: stretch) { message in
            let outcome = decoder.decode(
                value: message.value ?? UnsafeRawBufferPointer(start: nil, count: 0), key: message.key,
                origin: origin, sequence: message.offset, into: &trades)
            if case .decoded = outcome { return }
            dropped.note(outcome)
            if case .refused(let refusals, _) = outcome { deadLetters.add(message, refusals) }
        }
    }

    // MARK: The group

    private mutating func note(_ event: KafkaEvent, _ poll: inout LanePoll) {
        KafkaNotices(counters: counters, notices: notices).note(event, held: consumer.assignment.count)
        switch event {
        case .assigned(let partitions):
            let starts = partitions.compactMap { start(of: $0) }
            consumer.acceptRebalance(startingAt: starts)
            for partition in partitions {
                guard let lane = inputs.lane(of: partition) else { continue }
                poll.opened.append(lane)
                positions[lane] = positions[lane] ?? -1
            }
        case .revoked(let partitions, _): revoked = partitions
        case .endOfPartition(let place):
            guard case .at(let offset) = place.offset, let lane = inputs.lane(of: place.topicPartition) else {
                return
            }
            positions[lane] = max(positions[lane] ?? -1, offset)
        case .allBrokersDown, .brokerDown:
            isCutOff = true
            losses += 1
        case .error, .committed, .throttled, .statistics, .log: break
        }
    }

    /// Where to begin in a partition that was given up and comes back: behind what the engine has, if nobody
    /// else has read it meanwhile; else windows miss what they have read.
    private mutating func start(of partition: TopicPartition) -> TopicPartitionOffset? {
        guard let lane = inputs.lane(of: partition), let before = givenUp.removeValue(forKey: lane) else {
            return nil
        }
        do {
            if try consumer.committedOffset(of: partition) == before.committed {
                (begun[lane], positions[lane]) = (before.record, before.record.offset)
                if before.record.taken > 0 { taken[lane] = before.record }
                return TopicPartitionOffset(partition, .at(before.record.offset))
            }
        } catch {
            notices.say("\(partition): \(error.description)", .warning, event: "committed_unknown")
        }
        index.forget(lane)
        index.miss(lane, before: now() + 60_000)
        return nil
    }

    private mutating func forget(_ partition: TopicPartition) {
        guard let lane = inputs.lane(of: partition) else { return }
        var record = begun.removeValue(forKey: lane)
        if let state = states.lanes.first(where: { $0.number == lane }), state.releasedBefore > 0 {
            let before = record
            record = ReadingPlace.Record(offset: state.releasedBefore, taken: state.split)
            if let before, before.offset == state.releasedBefore { record?.taken += before.taken }
        }
        if let record {
            givenUp[lane] = (committed[lane] ?? (try? consumer.committedOffset(of: partition)), record)
        }
        closed.append(lane)
        handedOver[lane] = nil
        ledger.forget(lane)
        positions[lane] = nil
        paused.remove(partition)
    }

    // MARK: Back-pressure

    private mutating func pauseOrResume() throws(CommandFailure) {
        let isHeldUp = isHeldUp()
        var toPause: [TopicPartition] = []
        var toResume: [TopicPartition] = []
        for partition in consumer.assignment where !revoked.contains(partition) {
            let pending = inputs.lane(of: partition).map(pending) ?? 0
            if isHeldUp || pending > LiveTradeSource.laneIsFull {
                if !paused.contains(partition) { toPause.append(partition) }
            } else if pending < LiveTradeSource.laneHasRoom, paused.contains(partition) {
                toResume.append(partition)
            }
        }
        do {
            if !toPause.isEmpty {
                try consumer.pause(toPause)
                paused.formUnion(toPause)
                if isHeldUp {
                    counters.update { $0.pauses += 1 }
                    notices.say("reading pauses: the outbox is full", .warning, event: "reading_paused")
                }
            }
            if !toResume.isEmpty {
                try consumer.resume(toResume)
                paused.subtract(toResume)
                notices.say("reading goes on", .debug, event: "reading_resumed")
            }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    /// Trades of a lane that the merge holds, and those under way to it.
    private func pending(of lane: Int32) -> Int { (handedOver[lane] ?? 0) - states.released(of: lane) }
}
