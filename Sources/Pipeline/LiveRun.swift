import Configuration
import Delivery
import Diagnostics
import Engine
import Foundation
import Kafka
import Logging
public import MarketModel
import RuleCompiler
import StateStore

/// `bellwether run`: Kafka to notifications, until it is asked to stop.
public struct LiveRun: Sendable {
    /// For how long the last notifications are tried after the stop.
    static let drainsWithin = Duration.seconds(10)
    /// For so long lag without progress is taken for work where `engine-alerts` says nothing; milliseconds.
    static let patience: Int64 = 60_000

    private let configuration: RunConfiguration
    private let environment: [String: String]
    private let console: Console
    private let stop: StopSignal
    private let counters: LiveCounters
    private let style: LogStyle
    private let secrets: SecretFilter

    /// - Parameters:
    ///   - counters: what the run has done so far, for whoever watches it.
    ///   - style: how it says what happens.
    public init(
        _ configuration: RunConfiguration, environment: [String: String], console: Console, stop: StopSignal,
        counters: LiveCounters = LiveCounters(), style: LogStyle = LogStyle()
    ) {
        self.configuration = configuration
        self.environment = environment
        self.style = style
        secrets = SecretFilter()
        secrets.add(configuration.secrets)
        self.console = style.console(console, secrets)
        self.stop = stop
        self.counters = counters
    }

    /// Says why it ended, as it says all else.
    public func show(_ failure: CommandFailure) { style.show(failure, on: console) }

    /// The system's wall clock, milliseconds since the epoch.
    public static let wallClock: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }

    public static var present: Timestamp { Timestamp(milliseconds: wallClock()) }

    /// - Throws: `.findings` for rules that do not check, `.failure` for a cluster that cannot be used.
    public func run() async throws(CommandFailure) -> CommandStatus {
        let loaded = try load()
        let (set, rules) = (loaded.set, loaded.rules)
        let (outbox, recovery) = try openState()
        let broker = try startBroker()
        var bootstrap = broker?.bootstrap ?? ""
        if case .servers(let servers) = configuration.bootstrap { bootstrap = servers }
        showHeader(set, bootstrap: bootstrap)
        let notices = LiveNotices(style.logger(console, now: LiveRun.wallClock), now: LiveRun.wallClock)
        let delivery = LiveDelivery(
            set.notifiers.definitions, outbox: outbox, capacity: configuration.outboxCapacity,
            notices: notices)
        if let outbox { showBacklog(outbox, delivery) }
        var session = LiveSession(
            configuration: configuration, bootstrap: bootstrap, rules: rules, console: console,
            counters: counters, stop: stop, now: LiveRun.wallClock)
        session.notices = notices
        session.recovery = recovery
        session.statusInterval = 10_000
        session.isHeldUp = { delivery.isHeldUp }
        session.redStatus = { delivery.redStatus }
        session.receivers = { delivery.receivers }
        session.openEngineAlerts = try openEngineAlerts(outbox)
        let reload = RuleReload(
            watching: watchedPaths, load: load,
            refuse: { [counters] failure in
                counters.update { $0.reloadsRefused += 1 }
                notices.say("the rules in effect stay: \(failure.message)", .error, event: "reload_refused")
            })
        session.reload = { reload.take() }
        let server = try await startConsole(set, delivery, notices, &session)
        let taker = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes, engineRoute: configuration.engineNotify,
            stage: try muteStage(outbox), counters: session.counters,
            keepsCheckpoints: outbox != nil && broker == nil)
        let watch = ReloadWatch(reload)
        // What was queued is sent also when it fails.
        let outcome: Result<LiveResult<CourierOutbox>, CommandFailure>
        do {
            outcome = .success(
                try await onThread("bellwether-run") { [session] () throws(CommandFailure) in
                    try session.run(into: taker)
                })
        } catch {
            outcome = .failure(error)
        }
        withExtendedLifetime((broker, watch)) {}
        console.say("stopped: sending what is left")
        let left = delivery.finish(within: LiveRun.drainsWithin)
        await server?.stop()
        let result = try outcome.get()
        for line in delivery.summary { console.say(line) }
        result.show(
            on: console, counters: session.counters.snapshot, undelivered: left, isKept: outbox != nil)
        return .success
    }

    /// Reads rules and notifiers, shows what is to be said of them, and checks them against the
    /// configuration.
    @Sendable private func load() throws(CommandFailure) -> ReloadedRules {
        var set = RuleSet(
            paths: configuration.rules, notifiers: configuration.notifiers, depth: .full,
            rateSeries: nil, environment: environment)
        set.lookAhead(from: LiveRun.present)
        let rules = try set.requireSound(console)
        try set.requireRoom(for: configuration.pointsPerSymbol, setBy: "points-per-symbol")
        try requireNotifiers(configuration.engineNotify, of: set)
        try configuration.mutes.requireNames(
            rules: rules.rules, notifiers: set.notifiers.definitions.map(\.name))
        try requireSeries(configuration.engineBounds, of: rules)
        secrets.add(set.notifiers.definitions.flatMap(\.secrets))
        return ReloadedRules(set: set, rules: rules)
    }

    /// What a reload looks at.
    private var watchedPaths: [String] {
        let beside = RuleSources(paths: configuration.rules).notifiersBeside
        return configuration.rules + [configuration.notifiers ?? beside].compactMap { $0 }
    }

    /// - Throws: `.findings` for a name under `engine-alerts` that no notifier has.
    private func requireNotifiers(_ names: [String], of set: RuleSet) throws(CommandFailure) {
        let known = set.notifiers.definitions.map(\.name)
        for name in names where !known.contains(name) {
            throw CommandFailure(
                .findings, "`engine-alerts` notifies `\(name)`, and there is no such notifier",
                help: nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
                    ?? "write \(name).yaml in the notifiers' directory")
        }
    }

    /// - Throws: `.findings` for a series under `rates-stale` that no rule reads.
    private func requireSeries(
        _ bounds: EngineAlertBounds, of rules: CompiledRules
    ) throws(CommandFailure) {
        for name in bounds.rateAgeBySeries.keys.sorted() where !rules.rateSeries.contains(name) {
            throw CommandFailure(
                .findings, "`rates-stale` names the series `\(name)`, which no rule reads",
                help: nearestName(to: name, among: rules.rateSeries).map { "did you mean `\($0)`?" }
                    ?? "remove it, or name one of \(rules.rateSeries.joined(separator: ", "))")
        }
    }

    /// What an earlier run left firing, to be resolved when it is over.
    private func openEngineAlerts(_ outbox: DurableOutbox?) throws(CommandFailure) -> [EngineAlerts.Name] {
        if configuration.engineNotify.count == 1, configuration.engineBounds.receiverDown != nil {
            console.say(
                "note: that `\(configuration.engineNotify[0])` is down nobody can be told but itself, later: "
                    + "name a second one under engine-alerts: {notify: [...]}")
        }
        guard let outbox else { return [] }
        do {
            return try outbox.openAlerts(of: EngineAlerts.Rule.allCases.map(\.rawValue)).compactMap { alert in
                EngineAlerts.Rule(rawValue: alert.rule).map { EngineAlerts.Name(rule: $0, key: alert.key) }
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The outbox that outlives this process, and what the one before has left in it; nil where the
    /// configuration wants none. An embedded broker outlives nothing, so there is nothing to go on from.
    private func openState() throws(CommandFailure) -> (DurableOutbox?, RunRecovery?) {
        guard let directory = configuration.state else { return (nil, nil) }
        let outbox: DurableOutbox
        let checkpoint: Checkpoint?
        let progress: Checkpoint?
        do {
            let file = try StateFile(directory: directory, role: .owner)
            checkpoint = try file.checkpoint()
            progress = try file.progress()
            outbox = try DurableOutbox(
                file, limit: configuration.outboxCapacity, seed: UInt64.random(in: 0 ... .max))
        } catch {
            throw CommandFailure(.failure, error.description, help: error.help)
        }
        guard let checkpoint, configuration.bootstrap != .embedded else { return (outbox, nil) }
        var recovery = RunRecovery(checkpoint: try RunCheckpoint(checkpoint))
        if let progress { recovery.progress = try ReadingPlace(progress) }
        return (outbox, recovery)
    }

    private func muteStage(_ outbox: DurableOutbox?) throws(CommandFailure) -> MuteStage {
        guard let outbox else { return MuteStage(configuration.mutes) }
        do { return try outbox.muteStage(configuration.mutes) } catch { throw CommandFailure(error) }
    }

    /// What an earlier run left.
    private func showBacklog(_ outbox: DurableOutbox, _ delivery: LiveDelivery) {
        for (receiver, count) in delivery.courier.pending.sorted(by: { $0.key < $1.key }) {
            console.say("\(receiver): \(count.counted("notification")) of an earlier run left to send")
        }
        for (receiver, count) in outbox.strangers.sorted(by: { $0.key < $1.key }) {
            console.say(
                "warning: \(count.counted("notification")) for \(receiver), which no notifier is called now: "
                    + "`bellwether outbox drop --queued --receiver \(receiver)`, or define it again")
        }
    }

    /// Answers questions about how it stands and about a recent history, which it keeps; unless that is off.
    private func startConsole(
        _ set: RuleSet, _ delivery: LiveDelivery, _ notices: LiveNotices, _ session: inout LiveSession
    ) async throws(CommandFailure) -> ConsoleServer? {
        let settings = configuration.console
        guard let address = settings.listen else { return nil }
        var limits = settings.history
        // What can be asked about is the time that is kept beyond what every window needs.
        limits.span += set.longestReach
        let history = RecentHistory(limits)
        let requests = ConsoleRequests()
        let metrics = LiveMetrics(
            counters: counters, delivery: delivery, startedAt: LiveRun.wallClock(), requests: requests,
            notices: notices, now: LiveRun.wallClock)
        let operations = OperationsEndpoints(
            metrics: metrics, stop: stop, patience: configuration.engineBounds.noProgress ?? LiveRun.patience)
        let why = WhyEndpoint(history, set.program, pointCap: configuration.pointsPerSymbol)
        let server = ConsoleServer(
            address, [why.endpoint] + operations.all, access: ConsoleAccess(settings, address),
            requests: requests, notices: notices)
        do {
            let url = try await server.start()
            let kept = Duration.milliseconds(limits.span).shortText
            console.say(
                "answers at \(url): /metrics, /healthz, /readyz, and \(WhyEndpoint.path) "
                    + "about the last \(kept), at most "
                    + "\((limits.bytes >> 20).grouped) MB of trades"
                    + (address.isLoopback ? "" : "; whoever reaches that address can ask"))
        } catch {
            // The address that nobody has chosen may be another instance's.
            if settings.isChosen { throw error }
            console.say(
                "note: \(error.message); nobody can ask it anything: choose a port with "
                    + "console: {listen: ...}"
            )
            return nil
        }
        session.history = history
        session.onReload = { why.use($0.set.program) }
        return server
    }

    private func startBroker() throws(CommandFailure) -> EmbeddedBroker? {
        guard configuration.bootstrap == .embedded else { return nil }
        do {
            let broker = try EmbeddedBroker()
            for topic in configuration.trades { try broker.createTopic(topic.name, partitions: 4) }
            if let rates = configuration.rates { try broker.createTopic(rates, partitions: 1) }
            try broker.createTopic(configuration.deadLetters, partitions: 1)
            return broker
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    private func showHeader(_ set: RuleSet, bootstrap: String) {
        let origin = configuration.bootstrap == .embedded ? " (embedded, in this process)" : ""
        console.say(
            "\(set.ruleCount.counted("rule")) in \(set.fileCount.counted("file")), "
                + "\(set.notifiers.definitions.count.counted("notifier"))")
        console.say(
            "Kafka: \(bootstrap)\(origin), group \(configuration.group), trades from "
                + configuration.trades.map(\.name).joined(separator: ", ")
                + (configuration.rates.map { ", rates from \($0)" } ?? ""))
        let lateness = Duration.milliseconds(configuration.lateness).shortText
        let idle = configuration.idle.map { Duration.milliseconds($0).shortText } ?? "off"
        console.say(
            "lateness: \(lateness); idle: \(idle); what does not "
                + "decode goes to \(configuration.deadLetters)")
        console.say(
            configuration.state.map { "state: \($0)" }
                ?? "state: off; what waits to be sent is forgotten at the end")
    }
}

extension LiveResult where Outbox == CourierOutbox {
    /// The summary at the end.
    ///
    /// - Parameter isKept: what is not delivered goes on at the next start.
    func show(on console: Console, counters: LiveCounters.Snapshot, undelivered: Int, isKept: Bool = false) {
        console.say("")
        for line in outbox.tally.lines { console.say(line) }
        console.say("")
        for line in refused.lines("record") { console.say(line) }
        for (feed, count) in engine.lateByFeed.sorted(by: { $0.key < $1.key }) {
            let name = feed.isEmpty ? "symbols without a venue" : feed
            console.say("late: \(count.counted("trade")) of \(name)")
        }
        if lostLetters > 0 {
            console.say("\(lostLetters.counted("dead letter")) could not be sent")
        }
        if undelivered > 0 {
            console.say(
                "\(undelivered.counted("notification")) not delivered"
                    + (isKept ? " yet: the next start goes on with them" : ""))
        }
        console.say(
            "\(counters.trades.counted("trade")) of \(symbols.counted("symbol")), "
                + "\(outbox.tally.ruleCount.counted("rule")), "
                + "\(counters.rates.counted("rate")), \(counters.alerts.counted("alert")), "
                + "\(counters.late.grouped) late, \(counters.deadLettered.grouped) refused"
        )
    }
}
