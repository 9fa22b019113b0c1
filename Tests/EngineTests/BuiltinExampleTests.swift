import Diagnostics
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

/// The examples of the table of builtins, run.
struct BuiltinExampleTests {
    /// Two hours and a half of two symbols, a trade of each a minute.
    static let tape: Tape = {
        var random = SeededGenerator(seed: 1)
        var tape = Tape()
        let start = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 50_400_000).milliseconds
        var price: Int64 = 10_000
        for minute in 0..<Int64(150) {
            for symbol in ["AAPL", "SPY"] {
                price += Int64.random(in: -90...100, using: &random)
                let offset = (symbol == "SPY" ? 30_000 : 0) + Int64.random(in: 0..<30_000, using: &random)
                let time = start + minute * 60_000 + offset
                guard let value = FixedPoint(mantissa: price, scale: 2),
                    let size = FixedPoint(mantissa: Int64.random(in: 1...20_000, using: &random), scale: 0),
                    let bid = FixedPoint(mantissa: price - 5, scale: 2),
                    let ask = FixedPoint(mantissa: price + 5, scale: 2)
                else { continue }
                tape.append(symbol, at: time, price: value, size: size, quote: (bid, ask))
                tape.end = time
            }
        }
        tape.rates = [("DFF", CivilDate(year: 2025, month: 3, day: 7), 0.0433, start)]
        return tape
    }()

    @Test(arguments: BuiltinTable.rows.map(\.name))
    func `The example of a builtin is known after a while, and the engine follows its definition`(
        _ name: String
    ) throws {
        let row = try #require(BuiltinTable.row(named: name))
        let rules = """
            rule example on AAPL
              when \(row.example)
            rule seen on AAPL
              when known(\(row.example))
            rule other on AAPL
              when price > 100
            """
        let (file, syntax) = parseRules(SourceFile(name: "example.rules", text: rules.utf8))
        let (program, meaning) = checkRules([file])
        let errors = (syntax + meaning).filter { $0.level == .error }
        try #require(errors.isEmpty, "\(DiagnosticRenderer().render(errors))")
        let tape = Self.tape
        let engine = try EngineRun(
            compileRules(program), tape, order: .sorted, arrival: Array(tape.trades.indices),
            batches: [0..<tape.trades.count])
        #expect(engine.steps == ReferenceInterpreter(program, tape).run())
        #expect(engine.steps.contains { $0.rule == "seen" && $0.kind == "firing" })
    }
}
