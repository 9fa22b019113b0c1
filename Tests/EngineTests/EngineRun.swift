import Engine
import MarketModel
import RuleCompiler

/// What the engine makes of a tape.
struct EngineRun {
    private(set) var steps: [TapeStep] = []
    /// The sequence numbers of what came too late.
    private(set) var late: Set<Int64> = []
    private(set) var counters = EngineCounters()

    /// - Parameters:
    ///   - arrival: the order in which the trades arrive, as indices into the tape's.
    ///   - batches: ranges of `arrival`; after each the engine advances.
    ///   - shards: engines that share the symbols; more than one for sorted input only.
    init(
        _ compiled: CompiledRules, _ tape: Tape, order: EngineOptions.Order, arrival: [Int],
        batches: [Range<Int>], shards: Int = 1, leastThresholds: Int? = nil
    ) {
        let symbols = SymbolTable()
        let engines = (0..<shards).map { index in
            var options = EngineOptions(order: order)
            options.shard = EngineShard(index, of: shards)
            if let leastThresholds { options.leastThresholds = leastThresholds }
            return AlertEngine(book: compiled.book, symbols: symbols, options: options)
        }
        for rate in tape.rates {
            guard let series = compiled.rateSeries.firstIndex(of: rate.series) else { continue }
            for engine in engines {
                engine.appendRate(series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt)
            }
        }
        var found: [EngineTransition] = []
        for batch in batches {
            let trades = arrival[batch].compactMap { index -> Trade? in
                var (name, trade) = tape.trades[index]
                guard let symbol = symbols.intern(name) else { return nil }
                trade.symbol = symbol
                return trade
            }
            for engine in engines { engine.append(trades) }
            found += compiled.book.inOrder(engines.flatMap { $0.advance() }, symbols)
        }
        found += compiled.book.inOrder(engines.flatMap { $0.finish(through: tape.end) }, symbols)
        counters = engines.dropFirst().reduce(into: engines[0].counters) { $0.add($1.counters) }
        steps = found.map { TapeStep(compiled.renderer.render($0, symbols: symbols)) }.sorted()
        late = Set(engines.flatMap { $0.takeLateTrades() }.map(\.sequence))
    }
}
