import Engine
import MarketModel
import RuleCompiler
import RuleSemantics

/// Where trades come from: stages 1 to 3 of a trade's path, and stage 10, which answers them.
protocol TradeSource {
    /// Appends the next trades in the order of their arrival, or by lanes. What it refuses, it counts.
    ///
    /// - Parameter isHurried: something else waits, so that it should not wait long for trades.
    mutating func next(into batch: inout TradeBatch, isHurried: Bool) throws(CommandFailure) -> SourceState
    /// Takes note of how far the merge of its lanes has come, once for each batch with lanes: what came of it
    /// is in the outbox.
    mutating func note(_ lanes: LaneStates)
    /// Every transition of the instants before `watermark` is in the outbox: what led to them need not be
    /// read again.
    mutating func commit(closedBefore watermark: Int64) throws(CommandFailure)
    /// Whether the coming commit is the last for part of the input: then everything is evaluated before it.
    var isGivingUp: Bool { get }
    /// Whether what it has put aside, which is not read again behind a checkpoint, is safe.
    mutating func settleRefused() -> Bool
    /// What a later run finds its way back by; nil where the input is not read again.
    var header: RunCheckpoint.Header? { get }
    /// What is not later than `time` is not read again.
    mutating func forgetWay(before time: Int64)
}

extension TradeSource {
    var isGivingUp: Bool { false }
    mutating func note(_ lanes: LaneStates) {}
    mutating func commit(closedBefore watermark: Int64) {}
    mutating func settleRefused() -> Bool { true }
    var header: RunCheckpoint.Header? { nil }
    mutating func forgetWay(before time: Int64) {}
}

enum SourceState: Sendable {
    case more
    /// Nothing came within the poll's wait.
    case quiet
    case ended
}

/// Where transitions go: stage 8; stage 9 goes on behind it.
protocol TransitionOutbox {
    /// Takes transitions in their order, each once.
    mutating func accept(_ transitions: [RenderedTransition]) throws(CommandFailure)
    /// Whether it has room for all that it was given; while not, nothing is committed.
    var hasTakenAll: Bool { get }
    /// Takes note of trades that came too late.
    mutating func note(late trades: [Trade])
    /// Tries again to find room for what it still holds.
    ///
    /// - Parameter watermark: every transition of the instants before it was given; nil before the first.
    mutating func settle(closedBefore watermark: Int64?)
    /// Takes the end of alerts that the engine knows no more, for those who were told of them.
    mutating func resolve(_ forgotten: [RenderedTransition]) throws(CommandFailure)
    /// Goes on with other rules and receivers.
    mutating func adopt(_ reloaded: ReloadedRules, _ changes: [RuleChange])
    /// The engine stands where the earlier run did. What fired then and is known to it no more is over.
    ///
    /// - Parameter forgotten: alerts of rules that mean something else now, by `Transition.alertName`.
    mutating func begin(forgotten: Set<String>, closedBefore watermark: Int64?)
    /// Whether it keeps what a later run goes on from.
    var keepsCheckpoints: Bool { get }
    /// The transitions that are given next go so far: it is to be kept with them.
    mutating func reach(_ place: ReadingPlace) throws(CommandFailure)
    /// Keeps what a later run goes on from.
    ///
    /// - Precondition: it has taken all.
    /// - Returns: false when it cannot now.
    mutating func keep(_ checkpoint: RunCheckpoint) throws(CommandFailure) -> Bool
}

extension TransitionOutbox {
    mutating func settle(closedBefore watermark: Int64?) {}
    mutating func resolve(_ forgotten: [RenderedTransition]) throws(CommandFailure) {
        try accept(forgotten)
    }
    mutating func adopt(_ reloaded: ReloadedRules, _ changes: [RuleChange]) {}
    mutating func begin(forgotten: Set<String>, closedBefore watermark: Int64?) {}
    var keepsCheckpoints: Bool { false }
    mutating func reach(_ place: ReadingPlace) {}
    mutating func keep(_ checkpoint: RunCheckpoint) -> Bool { false }
}

/// A transition with what its delivery needs to know of its rule.
struct RenderedTransition: Sendable {
    /// Index into the compiled rules; nil: an alert about the engine itself.
    var rule: Int?
    var transition: Transition
}

/// A trade's path is one straight line: `step` is all of it, for a live run and for a dry-run alike.
///
/// | stage | in -> out | where |
/// |---|---|---|
/// | 1 poll | broker or file -> messages | `TradeSource.next` |
/// | 2 decode | bytes -> `Trade` | `TradeSource.next`, by module Feeds |
/// | 3 intern | symbol -> dense id | `TradeSource.next`, by `SymbolTable` |
/// | 4 order | event time -> instants closed by the feed's watermark | `AlertEngine.append` |
/// | 5 window | insert, evict | `AlertEngine.advance` |
/// | 6 evaluate | rules of this symbol -> true, false, unknown | `AlertEngine.advance` |
/// | 7 transition | (state, verdict, instant) -> (state, transition?) | `AlertEngine.advance` |
/// | 8 outbox | transition -> queue, once per id | `TransitionOutbox.accept` |
/// | 9 deliver | route -> render -> send, retried | behind the outbox, by module Delivery |
/// | 10 commit | offsets | `TradeSource.commit` |
///
/// Stages 4 to 7 are a `ShardedEngine`'s, on one thread or several. They see no clock, no file and no
/// network; a dry-run swaps the first and the last ones.
struct TradePath<Source: TradeSource, Outbox: TransitionOutbox> {
    var source: Source
    var outbox: Outbox
    let engine: ShardedEngine
    let symbols: SymbolTable
    private(set) var rules: [CheckedRule]
    /// What those who ask why are answered from; nil: nobody can ask. Its trades come from the engine's
    /// thread.
    private let history: RecentHistory?
    private var renderer: TransitionRenderer
    fileprivate var caps = WindowCapAlerts()
    fileprivate var keeper = PlaceKeeper()
    fileprivate var forgotten: Set<String> = []
    fileprivate var isReadingBack = false
    fileprivate var batch = TradeBatch()
    /// Trades that came in, late ones too.
    private(set) var tradeCount = 0
    /// Those of them that the engine has been through.
    private(set) var evaluatedCount = 0
    /// Points that windows had no room for.
    private(set) var lossCount = 0
    /// The least and the greatest time of them; milliseconds.
    private(set) var times: (first: Int64, last: Int64)?
    /// By symbol: whether a trade of it came in.
    private var seen: [Bool] = []

    init(
        source: Source, outbox: Outbox, rules: CompiledRules, symbols: SymbolTable, options: EngineOptions,
        threads: EngineThreads = .caller, merge: MergeOptions = MergeOptions()
    ) throws(CommandFailure) {
        self.source = source
        self.outbox = outbox
        self.symbols = symbols
        self.rules = rules.rules
        engine = try ShardedEngine(
            book: rules.book, symbols: symbols, options: options, threads: threads, merge: merge)
        history = merge.history
        renderer = rules.renderer
    }

    /// Takes one batch the whole way.
    mutating func step() throws(CommandFailure) -> SourceState {
        batch.removeAll()
        let state = try source.next(into: &batch, isHurried: engine.isAtWork)
        count(batch.trades)
        var answers = engine.advance(&batch)
        if source.isGivingUp { answers += engine.drain() }
        try settle(answers)
        return state
    }

    /// Symbols of which a trade came in; the table also holds those that rules only name.
    var symbolCount: Int { seen.reduce(0) { $0 + ($1 ? 1 : 0) } }

    private mutating func count(_ trades: [Trade]) {
        tradeCount += trades.count
        if seen.count < symbols.count {
            seen += Array(repeating: false, count: symbols.count * 2 - seen.count)
        }
        var times = times ?? (Int64.max, Int64.min)
        for trade in trades {
            seen[Int(trade.symbol.index)] = true
            times = (min(times.first, trade.time), max(times.last, trade.time))
        }
        if tradeCount > 0 { self.times = times }
    }

    /// For quiet live input (LANGUAGE 2.5).
    ///
    /// - Parameter time: the wall clock less the lateness, milliseconds.
    mutating func idle(to time: Int64) throws(CommandFailure) {
        try settle(engine.advance(idleTo: time))
    }

    /// Closes every instant up to `time`, by default the greatest trade time; the end of a finite input.
    mutating func finish(through time: Int64? = nil) throws(CommandFailure) {
        try settle(engine.finish(through: time))
    }

    /// Waits until everything that was taken is evaluated.
    mutating func drain() throws(CommandFailure) { try settle(engine.drain()) }

    private mutating func settle(_ answers: [EngineAnswer]) throws(CommandFailure) {
        for answer in answers {
            try settle(answer)
            if let lanes = answer.lanes { source.note(lanes) }
        }
        outbox.settle(closedBefore: engine.watermark)
        guard let watermark = engine.watermark else { return }
        history?.close(before: watermark)
        // What a checkpoint does not cover is read again from there, whatever the group has committed.
        guard outbox.hasTakenAll, !outbox.keepsCheckpoints else { return }
        try source.commit(closedBefore: watermark)
    }

    private mutating func settle(_ answer: EngineAnswer) throws(CommandFailure) {
        evaluatedCount += answer.count
        if outbox.keepsCheckpoints { keeper.note(answer) }
        if !answer.late.isEmpty { outbox.note(late: answer.late) }
        lossCount += answer.losses.count
        let caps = caps.settle(answer.losses, closedBefore: answer.watermark)
        if answer.transitions.isEmpty, caps.isEmpty { return }
        var rendered = answer.transitions.map {
            RenderedTransition(rule: $0.rule, transition: renderer.render($0, symbols: symbols))
        }
        if !caps.isEmpty {
            rendered += caps.map { RenderedTransition(rule: nil, transition: $0) }
            rendered.sort { OrderedOutput.precedes($0.transition, $1.transition) }
        }
        history?.add(rendered)
        // What is evaluated again goes no further than the progress that is there.
        if outbox.keepsCheckpoints, !isReadingBack { try outbox.reach(keeper.place(answer.watermarks)) }
        try outbox.accept(rendered)
    }
}

// MARK: Recovery

extension TradePath {
    /// Writes down what a later run goes on from, and commits what it covers.
    ///
    /// - Parameters:
    ///   - rateOffsets: of the rates' topic, the next records.
    ///   - rateSeries: the series that are read from it.
    /// - Returns: false when that is not possible now: transitions wait for room, or nothing can be written.
    mutating func keepCheckpoint(
        _ rateOffsets: [Int32: Int64], _ rateSeries: [String]
    ) throws(CommandFailure) -> Bool {
        guard outbox.keepsCheckpoints else { return false }
        try drain()
        guard outbox.hasTakenAll, var header = source.header, source.settleRefused() else { return false }
        if let after = engine.readBackAfter {
            source.forgetWay(before: after)
            header.index.prune(after: after)
        }
        header.place = keeper.wholePlace(engine.watermarks, header.index)
        header.rateOffsets = rateOffsets
        header.rateSeries = rateSeries
        header.cappedUntil = caps.firing
        guard try outbox.keep(RunCheckpoint(header, engine: engine.checkpoint())) else { return false }
        keeper.noteKept(header.place)
        if let watermark = engine.watermark { try source.commit(closedBefore: watermark) }
        return true
    }

    /// Takes up what an earlier run has left, before anything is read.
    ///
    /// - Returns: from after which time on the engine's windows want their trades; nil: they want none.
    mutating func restore(_ checkpoint: RunCheckpoint) throws(CommandFailure) -> Int64? {
        caps = WindowCapAlerts(firing: checkpoint.header.cappedUntil)
        isReadingBack = true
        do {
            let after = try engine.restore(checkpoint.engine)
            for change in engine.ruleChanges {
                for key in change.forgotten {
                    forgotten.insert(
                        Transition(rule: change.name, key: key, kind: .firing, at: .init(milliseconds: 0))
                            .alertName)
                }
            }
            return after
        } catch {
            throw RunCheckpoint.failure(error.detail)
        }
    }

    mutating func takePast(_ trades: [Trade]) {
        engine.readBack(trades)
        history?.add(trades, late: [], symbols)
    }

    mutating func resume(_ readBack: ReadBack) throws(CommandFailure) {
        do { try engine.resume(wholeAfter: readBack.wholeAfter) } catch {
            throw RunCheckpoint.failure(error.detail)
        }
    }

    /// Evaluates again what was evaluated after the checkpoint.
    mutating func takeAgain(_ trades: inout [Trade]) throws(CommandFailure) {
        batch.removeAll()
        swap(&batch.trades, &trades)
        count(batch.trades)
        history?.add(batch.trades, late: [], symbols)
        var answers = engine.advance(&batch)
        answers += engine.drain()
        try settle(answers)
        swap(&batch.trades, &trades)
    }

    /// Stands where the earlier run stood.
    mutating func begin(_ readBack: ReadBack) throws(CommandFailure) {
        keeper.begin(readBack.starts, late: readBack.late, lateBefore: readBack.lateBefore)
        isReadingBack = false
        try settle(engine.advance(to: readBack.watermarks))
    }

    /// What is read from here on is new.
    mutating func begin() {
        outbox.begin(forgotten: forgotten, closedBefore: engine.watermark)
        forgotten = []
    }
}

// MARK: Reloading

extension TradePath {
    /// Goes on with other rules. Alerts that are forgotten by it are resolved, for those who were told of
    /// them.
    mutating func adopt(_ reloaded: ReloadedRules) throws(CommandFailure) -> [RuleChange] {
        try drain()
        let changes: [RuleChange]
        do { changes = try engine.replace(reloaded.rules.book) } catch {
            throw CommandFailure(.failure, "the rules in effect cannot be taken over: \(error.detail)")
        }
        let at = Timestamp(milliseconds: engine.watermark ?? 0)
        let resolved = changes.flatMap { change -> [RenderedTransition] in
            let number = rules.firstIndex { $0.name == change.name }
            let severity = number.map { rules[$0].severity } ?? .warning
            return change.forgotten.map { key in
                RenderedTransition(
                    rule: number,
                    transition: Transition(
                        rule: change.name, key: key, kind: .resolved, at: at, severity: severity,
                        message: change.kind.ending))
            }
        }
        if !resolved.isEmpty {
            history?.add(resolved)
            if outbox.keepsCheckpoints { try outbox.reach(keeper.place(engine.watermarks)) }
            try outbox.resolve(resolved)
        }
        outbox.adopt(reloaded, changes)
        rules = reloaded.rules.rules
        renderer = reloaded.rules.renderer
        return changes
    }
}

extension RuleChange.Kind {
    /// Why alerts of such a rule are over.
    fileprivate var ending: String {
        switch self {
        case .removed: "the rule was removed"
        case .reset, .added: "the rule was changed and begins anew"
        case .kept: "the rule no longer watches it"
        }
    }
}
