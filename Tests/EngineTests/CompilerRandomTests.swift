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
        var tape: Tape
        var random: RandomTree

        init(seed: Int) {
            random = RandomTree(seed: seed)
            program = random.program(rules: 6)
            tape = random.tape(length: 100, trades: 40)
        }
    }

    @Test(arguments: seeds)
    func `The engine emits what the language says, at the same instants, with the same values`(_ seed: Int)
        throws
    {
        var run = Run(seed: seed)
        let expected = ReferenceInterpreter(run.program, run.tape).run()
        #expect(try engine(&run, order: .sorted) == expected)
        // The same input in another order of arrival and in other batches (LANGUAGE 2.6).
        #expect(try engine(&run, order: .arrival(lateness: 30)) == expected)
    }

    @Test(arguments: seeds)
    func `Rules compiled together mean what each means alone`(_ seed: Int) throws {
        var run = Run(seed: seed)
        let together = try engine(&run, order: .sorted)
        let rules = run.program.rules
        var alone: [TapeStep] = []
        for rule in rules {
            run.program.rules = [rule]
            alone += try engine(&run, order: .sorted)
        }
        #expect(together == alone.sorted())
    }

    @Test func `The random programs fire and clear`() throws {
        let kinds = try (0..<60).flatMap { seed in
            var run = Run(seed: seed)
            return try engine(&run, order: .sorted).map(\.kind)
        }
        #expect(kinds.filter { $0 == "firing" }.count > 500)
        #expect(kinds.filter { $0 == "resolved" }.count > 300)
    }

    private func engine(_ run: inout Run, order: EngineOptions.Order) throws -> [TapeStep] {
        var arrival = Array(run.tape.trades.indices)
        if case .arrival(let lateness) = order {
            arrival = run.random.arrival(of: run.tape, bound: Int(lateness))
        }
        let engine = try EngineRun(
            compileRules(run.program), run.tape, order: order, arrival: arrival,
            batches: run.random.batches(arrival.count))
        #expect(engine.late.isEmpty)
        return engine.steps
    }
}
