import Diagnostics
import Engine
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

/// Random well-typed rules over random tapes: the compiled engine against the reference interpreter,
/// transition for transition and value for value.
struct ReferenceTests {
    /// `BELLWETHER_FUZZ_CASES` and `BELLWETHER_FUZZ_SEED` make the run longer or reproduce one case.
    static let caseCount = Int(ProcessInfo.processInfo.environment["BELLWETHER_FUZZ_CASES"] ?? "") ?? 2_000
    static let firstSeed = UInt64(ProcessInfo.processInfo.environment["BELLWETHER_FUZZ_SEED"] ?? "") ?? 1

    @Test(arguments: 0..<8)
    func `Engine and reference interpreter agree on random rules and tapes`(_ part: Int) throws {
        let count = UInt64(max(1, Self.caseCount / 8))
        let first = Self.firstSeed + UInt64(part) * count
        var transitions = 0
        for seed in first..<first + count {
            let outcome = try Comparison(seed: seed)
            transitions += outcome.expected.count
            if let difference = outcome.difference {
                Issue.record("seed \(seed)\n\(difference)")
                return
            }
        }
        // A generator whose rules never fire would prove nothing.
        #expect(count < 10 || transitions > Int(count) * 2)
    }
}

/// One random case through both.
struct Comparison {
    let seed: UInt64
    let random: RandomProgram
    let program: CheckedProgram
    let expected: [ReferenceInterpreter.Step]

    struct Refused: Error, CustomStringConvertible { var description: String }

    init(seed: UInt64) throws {
        self.seed = seed
        random = RandomProgram(seed: seed)
        let (file, syntax) = parseRules(SourceFile(name: "random.rules", text: random.rules.utf8))
        let (program, meaning) = checkRules([file])
        let errors = (syntax + meaning).filter { $0.level == .error }
        guard errors.isEmpty else {
            throw Refused(
                description: "seed \(seed)\n\(random.rules)\n\(DiagnosticRenderer().render(errors))")
        }
        self.program = program
        expected = ReferenceInterpreter(program, random.input).run()
    }

    /// nil: they agree on sorted input, on input out of order within the lateness, and on what is left of
    /// input with late trades (LANGUAGE 2.6).
    var difference: String? {
        let runs: [(order: EngineOptions.Order, batch: Int)] = [
            (.sorted, 7), (.arrival(lateness: 5000), 1), (.arrival(lateness: 250), 3),
        ]
        for run in runs {
            let got = engineSteps(run.order, batch: run.batch)
            let wanted = got.late.isEmpty ? expected : reference(without: got.late)
            if got.steps == wanted { continue }
            return """
                \(random.rules)
                tape:
                \(tape)
                order \(run.order), late \(got.late.sorted())
                only the reference: \(wanted.filter { !got.steps.contains($0) })
                only the engine:    \(got.steps.filter { !wanted.contains($0) })
                """
        }
        return nil
    }

    /// The reference over the tape less the trades that the engine refused as late.
    private func reference(without late: Set<Int>) -> [ReferenceInterpreter.Step] {
        var input = random.input
        let kept = random.input.trades.indices.filter { !late.contains($0) }
        input.trades = kept.map { random.input.trades[$0] }
        input.quotes = kept.compactMap { index in
            guard let quote = random.quotes[index] else { return nil }
            let trade = random.input.trades[index]
            return (
                trade.symbol,
                .init(time: trade.trade.time, bid: Rational(quote.bid), ask: Rational(quote.ask))
            )
        }
        return ReferenceInterpreter(program, input).run()
    }

    private var tape: String {
        var lines = random.input.trades.indices.map { index in
            let trade = random.input.trades[index]
            let quote = random.quotes[index].map { " @ \($0.bid)/\($0.ask)" } ?? ""
            return "\(trade.trade.time - RandomProgram.base)ms \(trade.symbol) "
                + "\(random.prices[index]) x \(random.sizes[index])\(quote)"
        }
        lines += random.input.rates.map {
            "\($0.knownAt - RandomProgram.base)ms rate \($0.series) \($0.ratio)"
        }
        return (lines + ["end \(random.input.end - RandomProgram.base)ms"]).joined(separator: "\n")
    }

    private func engineSteps(
        _ order: EngineOptions.Order, batch: Int
    ) -> (steps: [ReferenceInterpreter.Step], late: Set<Int>) {
        let compiled = compileRules(program)
        let symbols = SymbolTable()
        let engine = AlertEngine(book: compiled.book, symbols: symbols, options: EngineOptions(order: order))
        for rate in random.input.rates {
            guard let series = compiled.rateSeries.firstIndex(of: rate.series) else { continue }
            engine.appendRate(series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt)
        }
        var trades: [Trade] = []
        for (index, item) in random.input.trades.enumerated() {
            guard let symbol = symbols.intern(item.symbol) else { continue }
            var trade = Trade(
                symbol: symbol, time: item.trade.time, price: random.prices[index],
                size: random.sizes[index], origin: OriginID(index: 0), sequence: Int64(index))
            if let quote = random.quotes[index] { trade.setQuote(bid: quote.bid, ask: quote.ask) }
            trades.append(trade)
        }
        if order != .sorted { disorder(&trades) }
        var out: [EngineTransition] = []
        for start in stride(from: 0, to: trades.count, by: batch) {
            engine.append(Array(trades[start..<min(start + batch, trades.count)]))
            out += engine.advance()
        }
        out += engine.finish(through: random.input.end)
        let steps = out.map { transition -> ReferenceInterpreter.Step in
            let rendered = compiled.renderer.render(transition, symbols: symbols)
            let values = program.rules[transition.rule].values.indices.map { index in
                ReferenceInterpreter.bits(rendered.values[index].value ?? .nan)
            }
            return .init(
                at: transition.at, rule: rendered.rule, key: rendered.key, kind: rendered.kind.rawValue,
                severity: rendered.severity.rawValue, values: values)
        }
        return (steps.sorted(), Set(engine.takeLateTrades().map { Int($0.sequence) }))
    }

    /// Exchanges neighbours that lie less than a second apart; several exchanges may add up.
    private func disorder(_ trades: inout [Trade]) {
        var random = SeededGenerator(seed: seed)
        guard trades.count > 1 else { return }
        for _ in 0..<trades.count {
            let index = Int.random(in: 0..<trades.count - 1, using: &random)
            if abs(trades[index].time - trades[index + 1].time) < 1000 { trades.swapAt(index, index + 1) }
        }
    }
}
