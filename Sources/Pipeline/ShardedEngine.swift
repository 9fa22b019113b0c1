import Engine
import MarketModel

/// Who evaluates.
enum EngineThreads: Equatable {
    /// Whoever asks.
    case caller
    /// A thread of its own, while the caller reads on: for live input.
    case ahead
    /// So many threads, each with a part of the symbols: only for input in the order of event times.
    case shards(Int)
}

/// What came of a batch.
struct EngineAnswer {
    /// The batch's, where it was in its order.
    var trades: [Trade] = []
    /// How many trades the engine has been given.
    var count = 0
    /// Of the trades, those that came too late; in their order, but for several shards.
    var late: [Trade] = []
    /// In the order (at, rule, key).
    var transitions: [EngineTransition] = []
    /// What was dropped at the point cap.
    var losses: [WindowLoss] = []
    /// Instants before it are evaluated; nil before the first trade.
    var watermark: Int64?
    /// How far the merge has come; nil where there is none.
    var lanes: LaneStates?
    /// Where there are transitions: of each feed, the instants before it are evaluated.
    var watermarks: [String: Int64] = [:]

    init() {}

    /// Takes out of an engine what it has done with the trades.
    init(_ trades: [Trade], _ transitions: [EngineTransition], of engine: AlertEngine) {
        self.init(ofPiece: trades.count, transitions, of: engine)
        self.trades = trades
    }

    /// Takes out of an engine what it has done with so many trades.
    init(ofPiece count: Int, _ transitions: [EngineTransition], of engine: AlertEngine) {
        self.count = count
        self.transitions = transitions
        late = engine.takeLateTrades()
        losses = engine.takeWindowLosses()
        watermark = engine.watermark
        if !transitions.isEmpty { watermarks = engine.watermarks }
    }

    /// Adds what came of the trades that follow.
    mutating func add(_ next: EngineAnswer) {
        count += next.count
        late += next.late
        transitions += next.transitions
        losses += next.losses
        watermark = next.watermark
        if !next.watermarks.isEmpty { watermarks = next.watermarks }
    }
}

/// An engine on the caller's thread or on others: the same transitions, in the same order, as of one
/// `AlertEngine` with the same input.
///
///     append(batch k) --+--> shard 0 on a thread --+--> answers to earlier batches
///                       +--> shard 1 on a thread --+
///
/// With threads the answer to a batch may come with a later call; `drain` and `finish` return all.
///
/// - Invariant: one owner; not for two threads at once. Several shards are given their rates before the first
///   trade.
final class ShardedEngine {
    private enum Mode {
        case caller(MergingEngine)
        case ahead(ShardCrew)
        case shards(ShardCrew)
    }

    /// Of fewer trades handing them to a thread would take longer than evaluating them here. A live run that
    /// keeps up has such batches only, and so no delay.
    static let leastHandedOver = 1024
    /// Batches under way. One shard may have more of a batch than another: a few even it out.
    private static let depthOfShards = 8
    /// A fetch brings thousands of records of one partition after the other, and the last one's set free what
    /// waited for them: reading goes on with the next fetch while that is evaluated.
    private static let depthAhead = 32

    private let mode: Mode
    private var book: RuleBook
    private let options: EngineOptions
    private let symbols: SymbolTable
    /// Answers that came while something else was asked.
    private var early: [EngineAnswer] = []
    /// As of the last answer.
    private(set) var watermark: Int64?

    /// - Throws: `.failure` when the system has no thread for it.
    init(
        book: RuleBook, symbols: SymbolTable, options: EngineOptions, threads: EngineThreads = .caller,
        merge: MergeOptions = MergeOptions()
    ) throws(CommandFailure) {
        self.book = book
        self.options = options
        self.symbols = symbols
        func crew(_ shards: Int, depth: Int) throws(CommandFailure) -> ShardCrew {
            try ShardCrew(
                book: book, symbols: symbols, options: options, merge, shards: shards, depth: depth)
        }
        switch threads {
        case .caller:
            let engine = AlertEngine(book: book, symbols: symbols, options: options)
            mode = .caller(MergingEngine(engine, symbols: symbols, merge))
        case .ahead: mode = .ahead(try crew(1, depth: ShardedEngine.depthAhead))
        case .shards(let count): mode = .shards(try crew(count, depth: ShardedEngine.depthOfShards))
        }
    }

    @discardableResult
    func appendRate(series: Int, date: CivilDate, ratio: Double, knownAt: Int64) -> Int64 {
        if case .ahead(let crew) = mode { while let answer = crew.collect() { early += made(answer) } }
        var effective = knownAt
        for engine in engines {
            effective = engine.appendRate(series: series, date: date, ratio: ratio, knownAt: knownAt)
        }
        return effective
    }

    /// Takes a batch and evaluates what it closes.
    ///
    /// - Parameter batch: other arrays come back, with room for the next.
    func advance(_ batch: inout TradeBatch) -> [EngineAnswer] {
        switch mode {
        case .caller(let engine): return noted([engine.take(batch)])
        case .ahead(let crew):
            if batch.trades.count < ShardedEngine.leastHandedOver, !crew.isAtWork {
                return noted([crew.answerHere(symbols) { $0.take(batch) }])
            }
            var answers = made(crew.submit(&batch, symbols))
            while let answer = crew.collectIfReady() { answers += made(answer) }
            return noted(answers)
        case .shards(let crew): return noted(made(crew.submit(&batch, symbols)))
        }
    }

    /// For quiet live input.
    func advance(idleTo time: Int64) -> [EngineAnswer] {
        func idle(_ engine: AlertEngine) -> EngineAnswer {
            EngineAnswer([], engine.advance(idleTo: time), of: engine)
        }
        switch mode {
        case .caller(let engine): return noted([idle(engine.engine)])
        case .ahead(let crew):
            return noted(all(of: crew) + [crew.answerHere(symbols) { idle($0.engine) }])
        case .shards: preconditionFailure("live input is not divided")
        }
    }

    // MARK: Checkpoints

    /// - Precondition: nothing is under way; the symbols are not divided.
    func checkpoint() -> [UInt8] { engines[0].checkpoint() }

    /// See `AlertEngine.readBackAfter`.
    var readBackAfter: Int64? { engines[0].readBackAfter }

    /// Takes up a checkpoint; see `AlertEngine.restore`.
    ///
    /// - Returns: `AlertEngine.readBackAfter`.
    func restore(_ checkpoint: [UInt8]) throws(CheckpointError) -> Int64? {
        switch mode {
        case .caller(let engine): try engine.engine.restore(checkpoint)
        case .ahead(let crew), .shards(let crew): try crew.restore(checkpoint, symbols)
        }
        return engines[0].readBackAfter
    }

    /// Between `restore` and `resume`: what becomes of the rules that the checkpoint knows.
    var ruleChanges: [RuleChange] { engines[0].ruleChanges }

    /// Goes on with other rules.
    ///
    /// - Precondition: nothing is under way.
    func replace(_ book: RuleBook) throws(CheckpointError) -> [RuleChange] {
        self.book = book
        switch mode {
        case .caller(let engine): return try engine.replace(book, options)
        case .ahead(let crew), .shards(let crew): return try crew.replace(book, options, symbols)
        }
    }

    /// Trades that the checkpoint's engine has accepted.
    func readBack(_ trades: [Trade]) {
        if case .ahead(let crew) = mode { crew.shareNames(symbols) }
        engines[0].readBack(trades)
    }

    func resume(wholeAfter time: Int64) throws(CheckpointError) {
        try engines[0].resume(wholeAfter: time)
    }

    /// Evaluates the instants before the feeds' watermarks of an earlier run.
    func advance(to watermarks: [String: Int64]) -> [EngineAnswer] {
        let before = drain()
        let engine = engines[0]
        return noted(
            before + [EngineAnswer([], engine.advance(to: watermarks), of: engine)])
    }

    /// Of each feed.
    ///
    /// - Precondition: nothing is under way.
    var watermarks: [String: Int64] { engines[0].watermarks }

    /// Whether answers are still to come.
    var isAtWork: Bool {
        switch mode {
        case .caller: false
        case .ahead(let crew), .shards(let crew): crew.isAtWork
        }
    }

    /// Waits for the answers that are still to come.
    func drain() -> [EngineAnswer] {
        switch mode {
        case .caller: []
        case .ahead(let crew), .shards(let crew): noted(all(of: crew))
        }
    }

    /// The end of a finite input.
    func finish(through time: Int64? = nil) -> [EngineAnswer] {
        switch mode {
        case .caller(let engine):
            noted([EngineAnswer([], engine.engine.finish(through: time), of: engine.engine)])
        case .ahead(let crew), .shards(let crew):
            noted(made(crew.submitFinish(through: time)) + all(of: crew))
        }
    }

    /// What has been done so far.
    ///
    /// - Precondition: nothing is under way: after `drain` or `finish`.
    var counters: EngineCounters {
        let engines = engines
        return engines.dropFirst().reduce(into: engines[0].counters) { $0.add($1.counters) }
    }

    // MARK: Inner steps

    private var engines: [AlertEngine] {
        switch mode {
        case .caller(let engine): [engine.engine]
        case .ahead(let crew), .shards(let crew): crew.restingEngines
        }
    }

    private func all(of crew: ShardCrew) -> [EngineAnswer] {
        var answers: [EngineAnswer] = []
        while let answer = crew.collect() { answers += made(answer) }
        return answers
    }

    private func noted(_ answers: [EngineAnswer]) -> [EngineAnswer] {
        let all = early + answers
        early.removeAll()
        if let last = all.last { watermark = last.watermark }
        return all
    }

    /// One answer of the shards' answers to one batch.
    private func made(_ parts: [EngineAnswer]) -> [EngineAnswer] {
        guard var answer = parts.first else { return [] }
        for part in parts.dropFirst() {
            answer.late += part.late
            answer.transitions += part.transitions
            answer.losses += part.losses
        }
        if parts.count > 1, answer.transitions.count > 1 {
            answer.transitions = book.inOrder(answer.transitions, symbols)
        }
        return [answer]
    }
}
