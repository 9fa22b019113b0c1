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
}

extension TradeSource {
    var isGivingUp: Bool { false }
    mutating func note(_ lanes: LaneStates) {}
    mutating func commit(closedBefore watermark: Int64) {}
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
}

extension TransitionOutbox {
    mutating func settle(closedBefore watermark: Int64?) {}
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
    let rules: [CheckedRule]
    /// What those who ask why are answered from; nil: nobody can ask. Its trades come from the engine's
    /// thread.
    private let history: RecentHistory?
    private let renderer: TransitionRenderer
    private var caps = WindowCapAlerts()
    private var batch = TradeBatch()
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
        guard outbox.hasTakenAll else { return }
        try source.commit(closedBefore: watermark)
    }

    private mutating func settle(_ answer: EngineAnswer) throws(CommandFailure) {
        evaluatedCount += answer.count
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
        try outbox.accept(rendered)
    }
}
