import Engine
import MarketModel
import RuleCompiler

/// What the engine makes of a tape.
struct EngineRun {
    private(set) var steps: [TapeStep] = []
    /// The sequence numbers of what came too late.
    private(set) var late: Set<Int64> = []

    /// - Parameters:
    ///   - arrival: the order in which the trades arrive, as indices into the tape's.
    ///   - batches: ranges of `arrival`; after each the engine advances.
    init(
        _ compiled: CompiledRules, _ tape: Tape, order: EngineOptions.Order, arrival: [Int],
        batches: [Range<Int>]
    ) {
        let symbols = SymbolTable()
        let engine = AlertEngine(book: compiled.book, symbols: symbols, options: EngineOptions(order: order))
        for rate in tape.rates {
            guard let series = compiled.rateSeries.firstIndex(of: rate.series) else { continue }
            engine.appendRate(series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt)
        }
        var found: [EngineTransition] = []
        for batch in batches {
            let trades = arrival[batch].compactMap { index -> Trade? in
                var (name, trade) = tape.trades[index]
                guard let symbol = symbols.intern(name) else { return nil }
                trade.symbol = symbol
                return trade
            }
            engine.append(trades)
            found += engine.advance()
        }
        found += engine.finish(through: tape.end)
        steps = found.map { TapeStep(compiled.renderer.render($0, symbols: symbols)) }.sorted()
        late = Set(engine.takeLateTrades().map(\.sequence))
    }
}
