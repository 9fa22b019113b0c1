import Engine
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import Testing

/// Random programs, compiled and run by the engine, against the reference interpreter, which knows neither
/// blocks nor shared subexpressions.
struct CompilerRandomTests {
    /// `BELLWETHER_FUZZ_TREES=5000` runs more of them, `BELLWETHER_FUZZ_SEED` others.
    static let seeds: Range<Int> = {
        let environment = ProcessInfo.processInfo.environment
        let first = Int(environment["BELLWETHER_FUZZ_SEED"] ?? "") ?? 0
        return first..<first + (Int(environment["BELLWETHER_FUZZ_TREES"] ?? "") ?? 100)
    }()

    struct Run {
        var program: CheckedProgram
        var tape: RandomTree.Tape
        var random: RandomTree

        init(seed: Int) {
            random = RandomTree(seed: seed)
            program = random.program(rules: 6)
            tape = random.tape(length: 100, trades: 40)
        }

        var end: Int64 { tape.events.last?.time ?? 0 }
    }

    @Test(arguments: seeds)
    func `The engine emits what the language says, at the same instants, with the same values`(_ seed: Int) {
        var run = Run(seed: seed)
        let expected = reference(run)
        #expect(engine(&run, order: .sorted) == expected)
        // The same input in another order of arrival and in other batches (LANGUAGE 2.6).
        #expect(engine(&run, order: .arrival(lateness: 30)) == expected)
    }

    @Test(arguments: seeds)
    func `Rules compiled together mean what each means alone`(_ seed: Int) {
        var run = Run(seed: seed)
        let together = engine(&run, order: .sorted)
        let rules = run.program.rules
        var alone: [ReferenceInterpreter.Step] = []
        for rule in rules {
            run.program.rules = [rule]
            alone += engine(&run, order: .sorted)
        }
        #expect(together == alone.sorted())
    }

    @Test func `The random programs fire and clear`() {
        let kinds = (0..<60).flatMap { seed in
            var run = Run(seed: seed)
            return engine(&run, order: .sorted).map(\.kind)
        }
        #expect(kinds.filter { $0 == "firing" }.count > 500)
        #expect(kinds.filter { $0 == "resolved" }.count > 300)
    }

    private func engine(_ run: inout Run, order: EngineOptions.Order) -> [ReferenceInterpreter.Step] {
        let compiled = compileRules(run.program)
        let symbols = SymbolTable()
        let engine = AlertEngine(book: compiled.book, symbols: symbols, options: EngineOptions(order: order))
        for rate in run.tape.rates {
            engine.appendRate(series: rate.series, date: rate.day, ratio: rate.ratio, knownAt: rate.knownAt)
        }
        var trades = run.tape.events.enumerated().map { sequence, event in
            var trade = Trade(
                symbol: symbols.intern(event.symbol) ?? SymbolID(index: 0), time: event.time,
                price: event.price, size: event.size, origin: OriginID(index: 0), sequence: Int64(sequence))
            if let quote = event.quote { trade.setQuote(bid: quote.bid, ask: quote.ask) }
            return trade
        }
        if case .arrival(let lateness) = order {
            trades = run.random.arrival(of: trades, bound: Int(lateness))
        }
        var steps: [EngineTransition] = []
        for batch in run.random.batches(trades.count) {
            engine.append(Array(trades[batch]))
            steps += engine.advance()
        }
        steps += engine.finish()
        #expect(engine.counters.late == 0)
        return steps.map { step in
            let rendered = compiled.renderer.render(step, symbols: symbols)
            return ReferenceInterpreter.Step(
                at: step.at, rule: rendered.rule, key: rendered.key, kind: rendered.kind.rawValue,
                severity: rendered.severity.rawValue,
                values: rendered.values.map { ReferenceInterpreter.bits($0.value ?? .nan) })
        }
    }

    private func reference(_ run: Run) -> [ReferenceInterpreter.Step] {
        var input = ReferenceInterpreter.Input()
        input.end = run.end
        for event in run.tape.events {
            let (price, size) = (Rational(event.price), Rational(event.size))
            input.trades.append((event.symbol, .init(time: event.time, value: price, size: size)))
            guard let quote = event.quote else { continue }
            let (bid, ask) = (Rational(quote.bid), Rational(quote.ask))
            input.quotes.append((event.symbol, .init(time: event.time, bid: bid, ask: ask)))
        }
        input.rates = run.tape.rates.map { rate in
            (run.program.rateSeries[rate.series], rate.day, rate.ratio, rate.knownAt)
        }
        return ReferenceInterpreter(run.program, input).run()
    }
}
