import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// Plays a test's tape to the engine, as a dry-run plays an export: sorted by time, lateness none.
struct TapeEngine {
    private static let batchSize = 1024

    let compiled: CompiledRules

    init(_ program: CheckedProgram) { compiled = compileRules(program) }

    /// What the engine emitted, and the table that numbers its symbols.
    struct Play {
        var emitted: [EngineTransition]
        var symbols: SymbolTable
    }

    /// - Parameter known: further values that become known, by rate series.
    func play(
        _ test: RuleTest, emitsPending: Bool, known: [(series: String, at: Int64)] = []
    ) -> Play {
        let symbols = SymbolTable()
        var options = EngineOptions(order: .sorted, emitsPending: emitsPending)
        options.pointCap = EngineOptions.defaultPointCap
        let engine = AlertEngine(book: compiled.book, symbols: symbols, options: options)
        let numbers = Dictionary(
            compiled.rateSeries.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, rate) in test.rates.enumerated() {
            guard let number = numbers[rate.series.text] else { continue }
            // Of values known at one instant the later line prevails, as the later date does.
            let date = CivilDate(daysSinceEpoch: Int64(index))
            let ratio = RateObservation(
                series: rate.series.text, date: date, percent: rate.percent,
                knownAt: Timestamp(milliseconds: rate.knownAt)
            ).ratio
            engine.appendRate(series: number, date: date, ratio: ratio, knownAt: rate.knownAt)
        }
        for (series, at) in known {
            guard let number = numbers[series] else { continue }
            engine.appendRate(series: number, date: CivilDate(daysSinceEpoch: 0), ratio: 1, knownAt: at)
        }
        let trades = trades(test, symbols)
        var emitted: [EngineTransition] = []
        for start in stride(from: 0, to: trades.count, by: TapeEngine.batchSize) {
            engine.append(Array(trades[start..<min(start + TapeEngine.batchSize, trades.count)]))
            emitted += engine.advance()
        }
        emitted += engine.finish(through: test.end)
        return Play(emitted: emitted, symbols: symbols)
    }

    /// In the order (time, line).
    func trades(_ test: RuleTest, _ symbols: SymbolTable) -> [Trade] {
        var trades: [Trade] = []
        trades.reserveCapacity(test.trades.count)
        for (index, line) in test.trades.enumerated() {
            guard let symbol = symbols.intern(line.symbol) else { continue }
            var trade = Trade(
                symbol: symbol, time: line.time, price: line.price, size: line.size,
                origin: OriginID(index: 0), sequence: Int64(index))
            if let bid = line.bid, let ask = line.ask { trade.setQuote(bid: bid, ask: ask) }
            trades.append(trade)
        }
        return trades.sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
    }

    /// The transitions of some rules, in order (instant, rule, key).
    func transitions(_ test: RuleTest, of rules: Set<String>, emitsPending: Bool) -> [Transition] {
        let play = play(test, emitsPending: emitsPending)
        return play.emitted
            .filter { rules.contains(compiled.rules[$0.rule].name) }
            .map { compiled.renderer.render($0, symbols: play.symbols) }
            .sorted {
                if $0.at != $1.at { return $0.at < $1.at }
                if $0.rule != $1.rule { return $0.rule.utf8.lexicographicallyPrecedes($1.rule.utf8) }
                return $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
            }
    }
}
