import Engine
import Feeds
import Foundation
import Kafka
import MarketModel
import RuleCompiler

/// One run over a Kafka cluster, from the first question to the last commit. It blocks its thread; `LiveRun`,
/// the demo and the tests give it what differs: where transitions go, what time it is, when it is over.
struct LiveSession: Sendable {
    /// How long the cluster may take to answer the first question.
    static let reachableWithin = Duration.seconds(10)

    var configuration: RunConfiguration
    /// `host:port,...`: the configured servers, or the embedded broker's.
    var bootstrap: String
    var rules: CompiledRules
    var console: Console
    /// Where it says what happens; nil: on the console.
    var notices: LiveNotices?
    var counters: LiveCounters
    var stop: StopSignal
    /// The wall clock, milliseconds since the epoch.
    var now: @Sendable () -> Int64
    /// Whether the outbox cannot take more.
    var isHeldUp: @Sendable () -> Bool = { false }
    /// What is not as it should be, for the status line.
    var redStatus: @Sendable () -> [String] = { [] }
    /// What became of notifications, for the alerts about the engine.
    var receivers: @Sendable () -> [EngineAlerts.Signs.Receiver] = { [] }
    /// Alerts about the engine that an earlier run left firing; nil: there are none, and none is raised.
    var openEngineAlerts: [EngineAlerts.Name]?
    /// Records taken in one poll.
    var greatestPoll = 4096
    /// How often a checkpoint is kept, milliseconds.
    var checkpointsEvery: Int64 = 5000
    /// What an earlier run has left; nil: reading begins where the group has committed.
    var recovery: RunRecovery?
    /// Rules that are to be gone on with; asked after each batch.
    var reload: @Sendable () -> ReloadedRules? = { nil }
    var onReload: @Sendable (ReloadedRules) -> Void = { _ in }
    /// Whether the input is finite: then its end closes every instant, as in a dry-run.
    var finishesAtEnd = false
    /// Where what is accepted is kept for a while; nil: nowhere.
    var history: RecentHistory?
    /// How often a status line comes, milliseconds; nil: never.
    var statusInterval: Int64?
    var threads: EngineThreads = ProcessInfo.processInfo.activeProcessorCount > 1 ? .ahead : .caller

    /// - Parameter isOver: asked after each batch.
    /// - Returns: the outbox, after everything that was read is evaluated and handed to it.
    /// - Throws: `.failure` with what is wrong with the cluster.
    func run<Outbox: TransitionOutbox & Sendable>(
        into outbox: Outbox, isOver: (LiveCounters.Snapshot, _ isDrained: Bool) -> Bool = { _, _ in false }
    ) throws(CommandFailure) -> LiveResult<Outbox> {
        let notices = notices ?? LiveNotices(console, now: now)
        let symbols = SymbolTable()
        let inputs = try TopicInputs(configuration.trades, symbols: symbols)
        do {
            let consumer = try KafkaConsumer(properties: configuration.consumerProperties(bootstrap))
            let producer = try KafkaProducer(properties: configuration.commonProperties(bootstrap))
            try consumer.connection.ensureReachable(within: LiveSession.reachableWithin)
            for topic in inputs.topics { try check(topic, producer.connection) }
            let letters = DeadLetters(
                producer: producer, topic: configuration.deadLetters, counters: counters, notices: notices)
            let parts = LiveSourceParts(
                consumer: consumer, inputs: inputs, deadLetters: letters, counters: counters,
                notices: notices,
                now: now, isHeldUp: isHeldUp, greatestPoll: greatestPoll)
            return try run(
                parts, symbols,
                makeRates: { (rules) throws(CommandFailure) in try rateFollower(rules, letters) },
                into: outbox, isOver: isOver)
        } catch {
            let failure =
                switch error {
                case let error as KafkaError: CommandFailure(.failure, error.description)
                case let failure as CommandFailure: failure
                default: CommandFailure(.failure, "\(error)")
                }
            counters.status.fail(failure.message)
            throw failure
        }
    }

    /// The run itself, once there is somebody to read from.
    func run<Outbox: TransitionOutbox & Sendable>(
        _ parts: LiveSourceParts, _ symbols: SymbolTable,
        makeRates: @escaping (CompiledRules) throws(CommandFailure) -> RateFollower?, into outbox: Outbox,
        isOver: (LiveCounters.Snapshot, _ isDrained: Bool) -> Bool
    ) throws -> LiveResult<Outbox> {
        var path = try TradePath(
            source: LiveTradeSource(parts), outbox: outbox, rules: rules, symbols: symbols,
            options: EngineOptions(
                order: .arrival(lateness: configuration.lateness), pointCap: configuration.pointsPerSymbol),
            threads: threads, merge: MergeOptions(grace: configuration.grace, history: history))
        let rates = try makeRates(rules)
        let recovery = recovery?.renumbered(for: parts.inputs.topics)
        let after = try recovery.flatMap { try path.restore($0.checkpoint) }
        if let header = recovery?.checkpoint.header {
            rates?.skip(before: header.rateOffsets, of: header.rateSeries)
        }
        try rates?.readBacklog(into: path.engine, now: now, stop: stop)
        try parts.consumer.subscribe(to: parts.inputs.topics)
        counters.status.enter(.joining)
        // One that was told to stop on the way is not where the earlier run was.
        var keepsCheckpoints = path.outbox.keepsCheckpoints
        if let recovery, try !readBack(recovery, after: after, parts, &path) {
            keepsCheckpoints = false
        } else {
            path.begin()
        }
        var loop = loop(path, rates, parts.notices)
        loop.makeRates = { (rules, before) throws(CommandFailure) in
            let rates = try makeRates(rules)
            rates?.skip(before: before?.offsets ?? [:], of: before?.names ?? [])
            return rates
        }
        // The first transitions' progress counts from a checkpoint.
        if recovery == nil { _ = try loop.keepCheckpoint() }
        try loop.run(until: stop, isOver: isOver)
        counters.status.enter(.stopping)
        if finishesAtEnd { try loop.path.finish() } else { try loop.path.drain() }
        let isKept = try keepsCheckpoints && loop.keepCheckpoint()
        counters.update { [evaluated = loop.path.evaluatedCount] in $0.evaluated = evaluated }
        loop.path.source.close(
            closedBefore: isKept || loop.path.outbox.hasTakenAll && !loop.path.outbox.keepsCheckpoints
                ? loop.path.engine.watermark : nil)
        return LiveResult(
            outbox: loop.path.outbox, engine: loop.path.engine.counters, symbols: loop.path.symbolCount,
            refused: parts.deadLetters.tally, lostLetters: parts.deadLetters.lost)
    }

    private func loop<Outbox: TransitionOutbox & Sendable>(
        _ path: TradePath<LiveTradeSource, Outbox>, _ rates: RateFollower?, _ notices: LiveNotices
    ) -> LiveLoop<Outbox> {
        var loop = LiveLoop(
            path: path, rates: rates,
            timing: LiveTiming(
                now: now, lateness: configuration.lateness, idle: configuration.idle,
                checkpointsEvery: checkpointsEvery),
            counters: counters, notices: notices)
        loop.statusInterval = statusInterval
        loop.redStatus = redStatus
        loop.reload = reload
        loop.onReload = onReload
        loop.receivers = receivers
        loop.engineAlerts = openEngineAlerts.map {
            EngineAlerts(configuration.engineBounds, startedAt: now(), open: $0)
        }
        return loop
    }

    /// Brings the engine to where the earlier run stood.
    ///
    /// - Returns: false when it was told to stop before.
    private func readBack<Outbox: TransitionOutbox & Sendable>(
        _ recovery: RunRecovery, after: Int64?, _ parts: LiveSourceParts,
        _ path: inout TradePath<LiveTradeSource, Outbox>
    ) throws(CommandFailure) -> Bool {
        var readBack = ReadBack(
            parts, recovery.checkpoint.header, progress: recovery.progress, after: after)
        guard try readBack.run(until: stop, &path) else { return false }
        try path.begin(readBack)
        path.source.adopt(readBack)
        return true
    }

    private func check(_ topic: String, _ connection: KafkaConnection) throws(KafkaError) {
        let partitions = try connection.topic(topic, within: LiveSession.reachableWithin).partitions.count
        if partitions > TopicInputs.greatestPartitions {
            console.say(
                "warning: \(topic) has \(partitions) partitions; those from "
                    + "\(TopicInputs.greatestPartitions) on are not read")
        }
    }

    private func rateFollower(
        _ rules: CompiledRules, _ letters: DeadLetters
    ) throws(CommandFailure) -> RateFollower? {
        guard !rules.rateSeries.isEmpty else { return nil }
        guard let topic = configuration.rates else {
            console.say(
                "warning: rules read rate(\(rules.rateSeries.joined(separator: ")) and rate("))) but the "
                    + "configuration names no rates topic: they are unknown; add `rates:` under `topics:`")
            return nil
        }
        let rates = try RateFollower(
            topic: topic, properties: configuration.commonProperties(bootstrap), series: rules.rateSeries,
            counters: counters, deadLetters: letters)
        rates.history = history
        return rates
    }
}

/// What a session leaves behind.
struct LiveResult<Outbox: TransitionOutbox & Sendable>: Sendable {
    var outbox: Outbox
    var engine: EngineCounters
    var symbols: Int
    var refused: RefusalTally
    /// Dead letters that could not be sent.
    var lostLetters: Int
}
