import BigInt
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
            if let difference = try outcome.difference() {
                Issue.record("seed \(seed)\n\(difference)")
                return
            }
        }
        // A generator whose rules never fire would prove nothing.
        #expect(count < 10 || transitions > Int(count) * 2)
    }

    @Test func `The random rules use every function, every clause that makes transitions and every session`()
    {
        let text = (1...1_500).map { RandomProgram(seed: $0).rules }.joined()
        let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        let clauses = [
            "then within", "for 2 trades", "until", "unless", "during", "after", "cooldown", "repeat",
            "unknown clear", "escalate warning", "escalate critical", "use t", "ending", " by ", "in 9.5..",
            "crosses above", "crosses below", "limits.", "on all except", "list", "let ",
        ]
        #expect(BuiltinTable.rows.map(\.name).filter { !words.contains($0) } == [])
        #expect((clauses + SessionEdge.all.map(\.session)).filter { !text.contains($0) } == [])
    }

    @Test func `A fraction is rounded to the nearest Double, ties to even`() throws {
        for vector in try ExactArithmeticTests.vectors("quotient") {
            let numerator = try #require(BigInt(vector.operands[0]))
            let denominator = try #require(BigInt(vector.operands[1]))
            let quotient = Rational(numerator) / Rational(denominator)
            #expect((quotient.rounded + 0).bitPattern == vector.result, "\(vector)")
        }
    }
}

/// One random case through both.
struct Comparison {
    let seed: UInt64
    let random: RandomProgram
    let program: CheckedProgram
    let expected: [TapeStep]

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
        expected = ReferenceInterpreter(program, random.tape).run()
    }

    /// nil: they agree on sorted input, also when several engines share the symbols, on input out of order
    /// within the lateness, and on what is left of input with late trades (LANGUAGE 2.6).
    func difference() throws -> String? {
        let runs: [(order: EngineOptions.Order, batch: Int, shards: Int, restarts: Int)] = [
            (.sorted, 7, 1, 0), (.arrival(lateness: 5000), 1, 1, 3), (.arrival(lateness: 250), 3, 1, 0),
            (.sorted, 5, 2 + Int(seed % 2), 0), (.arrival(lateness: 250), 2, 1, 4),
        ]
        let compiled = compileRules(program)
        for run in runs {
            let count = random.tape.trades.count
            let batches = stride(from: 0, to: count, by: run.batch).map { $0..<min($0 + run.batch, count) }
            let got = try EngineRun(
                compiled, random.tape, order: run.order,
                arrival: run.order == .sorted ? Array(0..<count) : disorder(),
                batches: batches, shards: run.shards,
                leastThresholds: run.shards > 1 || run.restarts == 4 ? 1 : nil,
                restarts: restarts(run.restarts, of: batches.count),
                handsOver: run.restarts == 3 && seed % 2 == 0)
            let wanted =
                got.late.isEmpty
                ? expected : ReferenceInterpreter(program, random.tape.without(got.late)).run()
            if got.steps == wanted { continue }
            return """
                \(random.rules)
                tape:
                \(tape)
                order \(run.order), \(run.shards) shards, \(run.restarts) restarts, late \(got.late.sorted())
                only the reference: \(wanted.filter { !got.steps.contains($0) })
                only the engine:    \(got.steps.filter { !wanted.contains($0) })
                """
        }
        return nil
    }

    private func restarts(_ count: Int, of batches: Int) -> Set<Int> {
        var generator = SeededGenerator(seed: seed &+ 77)
        if batches == 0 { return [] }
        return Set((0..<count).map { _ in Int.random(in: 0..<batches, using: &generator) })
    }

    private var tape: String {
        var lines = random.tape.trades.map { symbol, trade in
            let price = FixedPoint(uncheckedMantissa: trade.price, scale: trade.priceScale)
            let size = FixedPoint(uncheckedMantissa: trade.size, scale: trade.sizeScale)
            let bid = FixedPoint(uncheckedMantissa: trade.bid, scale: trade.quoteScale)
            let ask = FixedPoint(uncheckedMantissa: trade.ask, scale: trade.quoteScale)
            return "\(trade.time - random.base)ms \(symbol) \(price) x \(size)"
                + (trade.hasQuote ? " @ \(bid)/\(ask)" : "")
        }
        lines += random.tape.rates.map {
            "\($0.knownAt - random.base)ms rate \($0.series) \($0.ratio)"
        }
        let base = Timestamp(milliseconds: random.base)
        return (lines + ["end \(random.tape.end - random.base)ms, 0ms is \(base)"]).joined(separator: "\n")
    }

    /// Exchanges neighbours that lie less than a second apart; several exchanges may add up.
    private func disorder() -> [Int] {
        var generator = SeededGenerator(seed: seed)
        let trades = random.tape.trades
        var arrival = Array(trades.indices)
        guard arrival.count > 1 else { return arrival }
        for _ in arrival {
            let place = Int.random(in: 0..<arrival.count - 1, using: &generator)
            let (first, second) = (trades[arrival[place]].trade.time, trades[arrival[place + 1]].trade.time)
            if abs(first - second) < 1000 { arrival.swapAt(place, place + 1) }
        }
        return arrival
    }
}
