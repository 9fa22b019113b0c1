import Diagnostics
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

/// The semantics of the language as text scenarios (Fixtures/scenarios), through parser, checker, compiler
/// and engine.
struct ScenarioTests {
    @Test(arguments: try Scenario.all())
    func `The tape gives exactly the expected transitions`(_ scenario: Scenario) throws {
        for batch in [1, 3, 1000] {
            let transitions = try scenario.run(batch: batch)
            let wantsMessages = scenario.expected.contains { $0.contains(": ") }
            let lines = transitions.map { transition in
                let key = transition.key.isEmpty ? "-" : transition.key
                let time = transition.at.milliseconds - Scenario.base
                let message = wantsMessages ? ": \(transition.message)" : ""
                return "\(time) \(transition.rule) \(key) \(transition.kind.rawValue)\(message)"
            }
            let expected = scenario.expected.map { line in
                wantsMessages && !line.contains(": ") ? line + ": " : line
            }
            let matches =
                lines.count == expected.count
                && zip(lines, expected).allSatisfy { $0 == $1 || ($1.hasSuffix(": ") && $0.hasPrefix($1)) }
            #expect(
                matches,
                """
                batch \(batch)
                expected:
                \(expected.joined(separator: "\n"))
                got:
                \(lines.joined(separator: "\n"))
                """)
        }
    }
}

extension Scenario {
    func run(batch: Int) throws -> [Transition] {
        let (file, syntax) = parseRules(SourceFile(name: "scenario.rules", text: rules.utf8))
        let (program, meaning) = checkRules([file])
        let errors = (syntax + meaning).filter { $0.level == .error }
        guard errors.isEmpty else {
            throw Unreadable(description: DiagnosticRenderer().render(errors))
        }
        let compiled = compileRules(program)
        let symbols = SymbolTable()
        let order: EngineOptions.Order = lateness.map { .arrival(lateness: $0) } ?? .sorted
        let engine = AlertEngine(
            book: compiled.book, symbols: symbols,
            options: EngineOptions(order: order, emitsPending: emitsPending))
        var trades: [Trade] = []
        for (index, item) in events.enumerated() {
            switch item.event {
            case .rate(let series, let percent):
                guard let number = compiled.rateSeries.firstIndex(of: series) else { continue }
                let date = CivilDate(daysSinceEpoch: 20_000 + Int64(index))
                let rate = RateObservation(
                    series: series, date: date, percent: percent,
                    knownAt: Timestamp(milliseconds: Scenario.base + item.time))
                engine.appendRate(
                    series: number, date: date, ratio: rate.ratio, knownAt: rate.knownAt.milliseconds)
            case .trade(let name, let price, let size, let quote):
                guard let symbol = symbols.intern(name) else { continue }
                var trade = Trade(
                    symbol: symbol, time: Scenario.base + item.time, price: price, size: size,
                    origin: OriginID(index: 0), sequence: Int64(index))
                if let quote { trade.setQuote(bid: quote.bid, ask: quote.ask) }
                trades.append(trade)
            }
        }
        if lateness == nil { trades.sort { ($0.time, $0.sequence) < ($1.time, $1.sequence) } }
        var out: [EngineTransition] = []
        for start in stride(from: 0, to: trades.count, by: batch) {
            engine.append(Array(trades[start..<min(start + batch, trades.count)]))
            out += engine.advance()
        }
        out += engine.finish(through: end.map { Scenario.base + $0 })
        return out.map { compiled.renderer.render($0, symbols: symbols) }.sorted {
            ($0.at.milliseconds, $0.rule, $0.key) < ($1.at.milliseconds, $1.rule, $1.key)
        }
    }
}
