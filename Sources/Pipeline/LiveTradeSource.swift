import Feeds
import Kafka
import MarketModel

/// Trades out of Kafka: poll, decode, intern, put into one order; and the commits that answer them.
///
///     poll -> decode -> lanes of PartitionMerge -> batch            refused -> dead letters
///                       CommitLedger <- watermark                   held up -> partitions pause
///
/// One owner, one thread: librdkafka's consumer wants that, and so does the engine behind it.
struct LiveTradeSource: TradeSource {
    /// Records taken in one poll; a few milliseconds' work.
    static let greatestPoll = 4096
    /// A lane that holds more trades than the first waits for the others; it reads on below the second.
    static let laneIsFull = 65_536
    static let laneHasRoom = 8192
    /// For how long a partition with a backlog may keep the others waiting, milliseconds.
    static let patience: Int64 = 5000

    private let consumer: KafkaConsumer
    private let inputs: TopicInputs
    private let deadLetters: DeadLetters
    private let counters: LiveCounters
    private let notices: LiveNotices
    private let now: @Sendable () -> Int64
    /// Whether what is behind cannot take more: then nothing is read.
    private let isHeldUp: @Sendable () -> Bool
    private var merge: PartitionMerge
    private var ledger = CommitLedger()
    /// How many batches `next` has made.
    private var batches = 0
    /// Where reading stands, by lane: the offset behind the last record, or the partition's end.
    private var positions: [Int32: Int64] = [:]
    private var revoked: [TopicPartition] = []
    private var paused: Set<TopicPartition> = []
    private var waitingSince: Int64?
    private var scratch: [Trade] = []
    /// Since when no broker can be reached.
    private var isCutOff = false

    init(_ parts: LiveSourceParts, grace: Int64) {
        consumer = parts.consumer
        inputs = parts.inputs
        deadLetters = parts.deadLetters
        counters = parts.counters
        notices = parts.notices
        now = parts.now
        isHeldUp = parts.isHeldUp
        merge = PartitionMerge(grace: grace)
    }

    /// Whether every assigned partition has been read and released to its end.
    var isDrained: Bool {
        !consumer.assignment.isEmpty && merge.pending == 0 && !merge.isWaiting
    }

    /// Whether nothing waits to be read, so that silence is the market's and not ours.
    ///
    /// While no broker answers, silence says nothing: what was produced meanwhile must not be late by the
    /// clock.
    mutating func isUpToDate(at time: Int64) -> Bool {
        guard isDrained, paused.isEmpty else { return false }
        if isCutOff {
            isCutOff = !consumer.assignment.allSatisfy { partition in
                guard let lane = inputs.lane(of: partition), let position = positions[lane] else {
                    return false
                }
                do {
                    return try consumer.connection.watermarks(of: partition, within: .milliseconds(200)).high
                        <= position
                } catch {
                    return false
                }
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

    /// Whether no broker can be reached, as far as is known; where it once was so, the brokers are asked.
    mutating func isCutOff(at time: Int64) -> Bool {
        if isCutOff { _ = isUpToDate(at: time) }
        return isCutOff
    }

    /// Partitions are about to go to another member.
    var isGivingUp: Bool { !revoked.isEmpty }

    mutating func next(into batch: inout [Trade], isHurried: Bool) throws(CommandFailure) -> SourceState {
        // What the last poll took away is committed by now: the coming poll gives it up.
        for partition in revoked { forget(partition) }
        revoked.removeAll()
        let time = now()
        try pauseOrResume()
        do {
            let records = try consumer.poll(
                max: LiveTradeSource.greatestPoll, timeout: .milliseconds(isHurried && isDrained ? 1 : 20))
            decode(records, at: time)
            for event in records.events { note(event) }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
        for (lane, position) in positions {
            guard let partition = inputs.partition(lane) else { continue }
            merge.mark(lane, atEnd: consumer.lastKnownEnd(of: partition).map { $0 <= position } ?? false)
        }
        let before = batch.count
        merge.release(into: &batch, at: time, waits: !isOutOfPatience(time))
        batches += 1
        ledger.release(in: batches) { merge.firstPending(of: $0) }
        return batch.count == before ? .quiet : .more
    }

    mutating func commit(closedBefore watermark: Int64, evaluated: Int) throws(CommandFailure) {
        let settled = ledger.take(closedBefore: watermark, evaluatedThrough: evaluated)
        let offsets = settled.compactMap { entry in
            inputs.partition(entry.partition).map { TopicPartitionOffset($0, .at(entry.offset)) }
        }
        guard !offsets.isEmpty else { return }
        do {
            // Partitions that go to another member are committed before they go.
            if revoked.isEmpty {
                try consumer.requestCommit(offsets)
            } else {
                try consumer.commit(offsets, within: .seconds(5))
            }
            counters.update { $0.commits += 1 }
        } catch {
            counters.update { $0.commitFailures += 1 }
            // Uncommitted records come again, with the same transition ids.
            notices.say("commit: \(error.description)")
            if error.isFatal { throw CommandFailure(.failure, error.description) }
        }
    }

    /// Commits what is settled, leaves the group and sends the last dead letters.
    ///
    /// - Precondition: every batch is evaluated.
    mutating func close(closedBefore watermark: Int64?) {
        if let watermark {
            let settled = ledger.take(closedBefore: watermark, evaluatedThrough: batches)
            let offsets = settled.compactMap { entry in
                inputs.partition(entry.partition).map { TopicPartitionOffset($0, .at(entry.offset)) }
            }
            do {
                try consumer.commit(offsets, within: .seconds(5))
                if !offsets.isEmpty { counters.update { $0.commits += 1 } }
            } catch {
                counters.update { $0.commitFailures += 1 }
                notices.say("last commit: \(error.description)")
            }
        }
        do { try consumer.close(within: .seconds(10)) } catch {
            notices.say("leaving the group: \(error.description)")
        }
        deadLetters.close()
    }

    // MARK: Stages 2 and 3

    private mutating func decode(_ records: borrowing KafkaBatch, at time: Int64) {
        if records.isEmpty { return }
        inputs.setClock(Timestamp(milliseconds: time))
        var run = LaneRun()
        records.forEach { message in
            if message.source != run.source {
                flush(&run, at: time)
                run.source = message.source
                run.lane = inputs.lane(of: consumer.partitions[message.source])
            }
            guard let lane = run.lane else { return }
            run.nextOffset = message.offset + 1
            let outcome = inputs.decode(message, lane: lane, into: &scratch)
            if case .decoded = outcome { return }
            run.note(outcome)
            if case .refused(let refusals, _) = outcome { deadLetters.add(message, refusals) }
        }
        flush(&run, at: time)
        counters.update { [count = records.count] in $0.records += count }
        deadLetters.check()
    }

    /// Hands the records of one lane over, from where the lane last changed.
    private mutating func flush(_ run: inout LaneRun, at time: Int64) {
        defer {
            scratch.removeAll(keepingCapacity: true)
            run = LaneRun()
        }
        guard let lane = run.lane, run.nextOffset > 0 else { return }
        merge.append(scratch, to: lane, at: time)
        let greatest = scratch.reduce(Int64.min) { max($0, $1.time) }
        ledger.add(CommitLedger.Entry(nextOffset: run.nextOffset, greatestTime: greatest), of: lane)
        positions[lane] = run.nextOffset
        for warning in run.warnings { notices.say("the feed says: \(warning)") }
        counters.update { [trades = scratch.count, run] in
            $0.trades += trades
            $0.feedWarnings += run.warnings.count
            for (kind, count) in run.ignored {
                $0.ignored += count
                $0.ignoredByKind[kind, default: 0] += count
            }
            $0.deadLettered += run.refused
        }
    }

    // MARK: The group

    private mutating func note(_ event: KafkaEvent) {
        switch event {
        case .assigned(let partitions):
            for partition in partitions {
                guard let lane = inputs.lane(of: partition) else { continue }
                merge.open(lane)
                positions[lane] = positions[lane] ?? -1
            }
            counters.update { $0.rebalances[.assigned, default: 0] += 1 }
            counters.status.enter(.reading)
            notices.say(
                "reading \((consumer.assignment.count + partitions.count).counted("partition"))")
        case .revoked(let partitions, let isLost):
            revoked = partitions
            counters.update { $0.rebalances[isLost ? .lost : .revoked, default: 0] += 1 }
            if partitions.count >= consumer.assignment.count { counters.status.enter(.joining) }
        case .endOfPartition(let place):
            guard case .at(let offset) = place.offset, let lane = inputs.lane(of: place.topicPartition) else {
                return
            }
            positions[lane] = max(positions[lane] ?? -1, offset)
        case .allBrokersDown(let error):
            isCutOff = true
            counters.update { $0.kafkaFaults[.allBrokersDown, default: 0] += 1 }
            notices.say("Kafka: \(error.description)")
        case .brokerDown(let error):
            counters.update { $0.kafkaFaults[.brokerDown, default: 0] += 1 }
            notices.say("Kafka: \(error.description)")
        case .error(let error):
            counters.update { $0.kafkaFaults[.error, default: 0] += 1 }
            notices.say("Kafka: \(error.description)")
        case .committed(_, let error):
            guard let error else { return }
            counters.update { $0.commitFailures += 1 }
            notices.say("commit: \(error.description)")
        case .throttled: counters.update { $0.kafkaFaults[.throttled, default: 0] += 1 }
        case .statistics, .log: break
        }
    }

    private mutating func forget(_ partition: TopicPartition) {
        guard let lane = inputs.lane(of: partition) else { return }
        merge.close(lane)
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
            let pending = inputs.lane(of: partition).map { merge.pending(of: $0) } ?? 0
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
                if isHeldUp { counters.update { $0.pauses += 1 } }
            }
            if !toResume.isEmpty {
                try consumer.resume(toResume)
                paused.subtract(toResume)
            }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    private mutating func isOutOfPatience(_ time: Int64) -> Bool {
        guard merge.isWaiting, merge.pending > 0 else {
            waitingSince = nil
            return false
        }
        let since = waitingSince ?? time
        waitingSince = since
        guard time - since >= LiveTradeSource.patience else { return false }
        waitingSince = nil
        counters.update { $0.impatient += 1 }
        return true
    }
}

/// What a live source is made of.
struct LiveSourceParts {
    var consumer: KafkaConsumer
    var inputs: TopicInputs
    var deadLetters: DeadLetters
    var counters: LiveCounters
    var notices: LiveNotices
    /// The wall clock, milliseconds since the epoch.
    var now: @Sendable () -> Int64
    var isHeldUp: @Sendable () -> Bool
}

/// Consecutive records of one partition.
private struct LaneRun {
    var source = -1
    var lane: Int32?
    var nextOffset: Int64 = 0
    var ignored: [IgnoredRecord: Int] = [:]
    var refused = 0
    var warnings: [String] = []

    mutating func note(_ outcome: DecodeOutcome) {
        switch outcome {
        case .decoded: break
        case .ignored(let kind): ignored[kind, default: 0] += 1
        case .feedWarning(let text): warnings.append(text)
        case .refused: refused += 1
        }
    }
}
