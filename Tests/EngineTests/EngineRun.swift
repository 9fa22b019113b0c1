import Engine
import MarketModel
import RuleCompiler

/// What the engine makes of a tape.
struct EngineRun {
    private(set) var steps: [TapeStep] = []
    /// The sequence numbers of what came too late.
    private(set) var late: Set<Int64> = []
    private(set) var counters = EngineCounters()

    private var compiled: CompiledRules
    private let successor: CompiledRules?
    private let handsOver: Bool
    private let tape: Tape
    private let options: EngineOptions
    private var symbols = SymbolTable()
    private var engines: [AlertEngine] = []

    /// - Parameters:
    ///   - arrival: the order in which the trades arrive, as indices into the tape's.
    ///   - batches: ranges of `arrival`; after each the engine advances.
    ///   - shards: engines that share the symbols; more than one for sorted input only.
    ///   - handsOver: at a restart the new engine takes over from the old one, and nothing is read again.
    ///   - successor: the rules from the first restart on; nil: the same.
    ///   - restarts: after these batches the engine is thrown away, and another takes up its checkpoint.
    init(
        _ compiled: CompiledRules, _ tape: Tape, order: EngineOptions.Order, arrival: [Int],
        batches: [Range<Int>], shards: Int = 1, leastThresholds: Int? = nil, restarts: Set<Int> = [],
        successor: CompiledRules? = nil, handsOver: Bool = false
    ) throws {
        self.compiled = compiled
        self.successor = successor
        self.handsOver = handsOver
        self.tape = tape
        var options = EngineOptions(order: order)
        if let leastThresholds { options.leastThresholds = leastThresholds }
        self.options = options
        engines = (0..<shards).map { index in
            var options = options
            options.shard = EngineShard(index, of: shards)
            return AlertEngine(book: compiled.book, symbols: symbols, options: options)
        }
        for rate in tape.rates {
            guard let series = compiled.rateSeries.firstIndex(of: rate.series) else { continue }
            for engine in engines {
                engine.appendRate(series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt)
            }
        }
        for (number, batch) in batches.enumerated() {
            let trades = trades(arrival[batch])
            for engine in engines { engine.append(trades) }
            take { $0.advance() }
            if restarts.contains(number) { try restart(after: arrival[..<batch.upperBound]) }
        }
        take { $0.finish(through: tape.end) }
        counters = engines.dropFirst().reduce(into: engines[0].counters) { $0.add($1.counters) }
        steps.sort()
    }

    private func trades(_ indices: some Sequence<Int>) -> [Trade] {
        indices.compactMap { index -> Trade? in
            var (name, trade) = tape.trades[index]
            guard let symbol = symbols.intern(name) else { return nil }
            trade.symbol = symbol
            return trade
        }
    }

    private mutating func take(_ advance: (AlertEngine) -> [EngineTransition]) {
        steps += engines.flatMap(advance).map {
            TapeStep(compiled.renderer.render($0, symbols: symbols))
        }
        late.formUnion(engines.flatMap { $0.takeLateTrades() }.map(\.sequence))
    }

    /// Symbols get other numbers, and only what the new engine asks for is read again.
    private mutating func restart(after arrived: ArraySlice<Int>) throws {
        if handsOver {
            compiled = successor ?? compiled
            let engine = AlertEngine(book: compiled.book, symbols: symbols, options: options)
            try engine.takeOver(engines[0])
            engines = [engine]
            return
        }
        let checkpoint = engines[0].checkpoint()
        compiled = successor ?? compiled
        symbols = SymbolTable()
        for (name, _) in tape.trades.suffix(2) { _ = symbols.intern(name) }
        let engine = AlertEngine(book: compiled.book, symbols: symbols, options: options)
        engines = [engine]
        try engine.restore(checkpoint)
        let after = engine.readBackAfter ?? Int64.max
        let again = arrived.drop { tape.trades[$0].trade.time <= after }
            .filter { !late.contains(tape.trades[$0].trade.sequence) }
        for part in stride(from: 0, to: again.count, by: 5) {
            engine.readBack(trades(again.dropFirst(part).prefix(5)))
        }
        try engine.resume()
    }
}
