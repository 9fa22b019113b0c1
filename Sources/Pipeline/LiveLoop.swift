import Engine
import Logging
import MarketModel
import RuleCompiler

/// What a live run does until it is asked to stop: rates, trades, quiet time, a status line now and then.
struct LiveLoop<Outbox: TransitionOutbox> {
    var path: TradePath<LiveTradeSource, Outbox>
    var rates: RateFollower?
    /// Rules that are to be gone on with.
    var reload: @Sendable () -> ReloadedRules? = { nil }
    /// Follows the rates that other rules read.
    var makeRates: (CompiledRules, RateFollower?) throws(CommandFailure) -> RateFollower? = { $1 }
    /// Told of what was taken.
    var onReload: @Sendable (ReloadedRules) -> Void = { _ in }
    let timing: LiveTiming
    let counters: LiveCounters
    let notices: LiveNotices
    /// How often the status line comes, milliseconds; nil: never.
    var statusInterval: Int64?
    var redStatus: @Sendable () -> [String] = { [] }
    /// nil: nobody is told how the engine fares.
    var engineAlerts: EngineAlerts?
    var receivers: @Sendable () -> [EngineAlerts.Signs.Receiver] = { [] }
    /// How often it writes down how it stands, milliseconds.
    static var looksEvery: Int64 { 1000 }
    private var nextCheckpoint: Int64
    private var keptRates: [Int32: Int64]
    private var lastIdle: Int64
    private var lastLook = Int64.min / 2
    private var lastStatus: Int64
    private var tradesAtStatus = 0

    init(
        path: TradePath<LiveTradeSource, Outbox>, rates: RateFollower?, timing: LiveTiming,
        counters: LiveCounters, notices: LiveNotices
    ) {
        self.path = path
        self.rates = rates
        self.timing = timing
        self.counters = counters
        self.notices = notices
        keptRates = rates?.offsets ?? [:]
        lastIdle = timing.now()
        nextCheckpoint = lastIdle + timing.checkpointsEvery
        lastStatus = lastIdle
    }

    /// - Parameter isOver: asked after each batch; a demo or a test ends by it.
    mutating func run(
        until stop: StopSignal, isOver: (LiveCounters.Snapshot, _ isDrained: Bool) -> Bool
    ) throws(CommandFailure) {
        while !stop.isRequested {
            try rates?.follow(into: path.engine)
            // From when a rate counts is known to nobody else: it is kept at once.
            if let offsets = rates?.offsets, offsets != keptRates {
                keptRates = offsets
                nextCheckpoint = min(nextCheckpoint, timing.now())
            }
            _ = try path.step()
            // The coming poll gives partitions up: what they led to is to be safe before.
            if path.source.isGivingUp { _ = try keepCheckpoint() }
            counters.update { [trades = path.evaluatedCount] in
                $0.evaluated = trades
                $0.batches += 1
            }
            try tick()
            if let reloaded = reload() { try adopt(reloaded, stop) }
            if isOver(counters.snapshot, path.source.isDrained) { break }
        }
        try look(timing.now())
    }

    private mutating func tick() throws(CommandFailure) {
        let now = timing.now()
        if now - lastLook >= Self.looksEvery { try look(now) }
        // Time moves on with the clock only where nothing waits to be read: else the clock would make it
        // late.
        if let idle = timing.idle, now - lastIdle >= idle {
            lastIdle = now
            if path.source.isUpToDate(at: now) { try path.idle(to: now - timing.lateness) }
        }
        if now >= nextCheckpoint {
            // Where it cannot be kept, it is tried again in a second.
            let isKept = try keepCheckpoint()
            let cost = min(max(0, timing.now() - now), 10_000)
            let pause = isKept ? 20 * cost : min(1000, timing.checkpointsEvery)
            nextCheckpoint = now + (isKept ? max(timing.checkpointsEvery, pause) : pause)
        }
        if let statusInterval, now - lastStatus >= statusInterval { showStatus(now) }
    }

    /// Goes on with other rules, and says what becomes of them.
    private mutating func adopt(_ reloaded: ReloadedRules, _ stop: StopSignal) throws(CommandFailure) {
        var next = rates
        if reloaded.rules.rateSeries != rates?.names ?? [] {
            do { next = try makeRates(reloaded.rules, rates) } catch {
                counters.update { $0.reloadsRefused += 1 }
                return notices.say(
                    "the rules in effect stay: \(error.message)", .error, event: "reload_refused")
            }
        }
        let plan = RulePlan(changes: try path.adopt(reloaded))
        if next !== rates {
            rates = next
            do { try rates?.readBacklog(into: path.engine, now: timing.now, stop: stop) } catch {
                // They are followed all the same, and unknown until they come.
                notices.say("rates: \(error.message)", .warning, event: "rates_unread")
            }
        }
        onReload(reloaded)
        _ = try keepCheckpoint()
        notices.say("rules reloaded: \(plan.summary)")
        for line in plan.lines { notices.say(line) }
        counters.update { $0.reloads += 1 }
    }

    /// Writes down what the next run goes on from.
    mutating func keepCheckpoint() throws(CommandFailure) -> Bool {
        guard path.outbox.keepsCheckpoints else { return false }
        return try path.keepCheckpoint(rates?.offsets ?? [:], rates?.names ?? [])
    }

    /// Writes down how it stands, for metrics and health, and raises the alerts about it.
    private mutating func look(_ now: Int64) throws(CommandFailure) {
        lastLook = now
        // Between batches that another thread evaluates, what the engine has done is not ours to read.
        let evaluations = path.engine.isAtWork ? nil : path.engine.counters.evaluations
        counters.update { [losses = path.lossCount] in
            $0.windowLosses = losses
            $0.evaluations = evaluations ?? $0.evaluations
        }
        let snapshot = counters.snapshot
        counters.status.note(
            LiveStatus.Look(
                at: now, progress: snapshot.records + snapshot.evaluated, lags: path.source.lags,
                series: rates?.series ?? [], symbols: path.symbolCount, watermark: path.engine.watermark,
                isCutOff: path.source.isCutOff(at: now)))
        if engineAlerts == nil { return }
        let signs = EngineAlerts.Signs(
            now: now, status: counters.status.snapshot, counted: snapshot, receivers: receivers())
        let transitions = engineAlerts?.settle(signs) ?? []
        if !transitions.isEmpty {
            try path.outbox.accept(transitions.map { RenderedTransition(rule: nil, transition: $0) })
        }
    }

    private mutating func showStatus(_ now: Int64) {
        let snapshot = counters.snapshot
        let trades = snapshot.trades - tradesAtStatus
        let seconds = Double(now - lastStatus) / 1000
        tradesAtStatus = snapshot.trades
        lastStatus = now
        let watermark =
            path.engine.watermark.map { Timestamp(milliseconds: $0).description } ?? "none yet"
        for red in redStatus() { notices.say(red, .warning, event: "red") }
        notices.say(
            "\(NumberText.rate(trades, seconds)) trades/s  "
                + "\(snapshot.trades.counted("trade"))  \(snapshot.alerts.counted("alert"))  "
                + "\(snapshot.late.grouped) late  \(snapshot.deadLettered.grouped) refused  "
                + "watermark \(watermark)", event: "status",
            [
                "trades": .stringConvertible(snapshot.trades), "alerts": .stringConvertible(snapshot.alerts),
                "late": .stringConvertible(snapshot.late), "watermark": "\(watermark)",
                "refused": .stringConvertible(snapshot.deadLettered),
                "lag": .stringConvertible(Int(counters.status.snapshot.lag)),
            ])
    }
}

/// The clocks of a live run, milliseconds.
struct LiveTiming: Sendable {
    /// The wall clock since the epoch.
    var now: @Sendable () -> Int64
    var lateness: Int64
    /// nil: time does not move on by itself.
    var idle: Int64?
    /// How often a checkpoint is kept; and at most a twentieth of the time goes into it.
    var checkpointsEvery: Int64
}
