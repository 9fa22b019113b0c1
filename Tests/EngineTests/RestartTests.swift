import Diagnostics
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

@testable import Engine

/// `ReferenceTests` restarts under the same rules; here the rules change meanwhile, or the checkpoint does.
struct RestartTests {
    private func program(_ text: String) throws -> CheckedProgram {
        let (file, syntax) = parseRules(SourceFile(name: "test.rules", text: text.utf8))
        let (program, meaning) = checkRules([file])
        let errors = (syntax + meaning).filter { $0.level == .error }
        try #require(errors.isEmpty, "\(DiagnosticRenderer().render(errors))")
        return program
    }

    /// They look further back than the random ones, share their streams, and stand before and behind them.
    static let others = """

        series other = A.price / B.price
        rule another on all
          when change(price, 30s) > 5% or avg(bid, 25s) > 10
        rule zeta on A, B
          when high(40s by 2s) > 10 or ewma(price, 7s) > 9 or avg(other, 20s) > 1
          for 1s
        rule zulu
          when A.price crosses above 10

        """

    private func steps(
        _ before: CheckedProgram, _ after: CheckedProgram, _ random: RandomProgram, restart: Int
    ) throws -> [TapeStep] {
        let count = random.tape.trades.count
        return try EngineRun(
            compileRules(before), random.tape, order: .sorted, arrival: Array(0..<count),
            batches: (0..<count).map { $0..<$0 + 1 }, restarts: [restart], successor: compileRules(after),
            handsOver: restart % 2 == 0
        ).steps
    }

    @Test(arguments: 1...300)
    func `Rules that stay are not disturbed by rules that come or go`(_ seed: Int) throws {
        let random = RandomProgram(seed: UInt64(seed))
        if random.tape.trades.isEmpty { return }
        let few = try program(random.rules)
        let many = try program(Self.others + random.rules)
        let expected = ReferenceInterpreter(few, random.tape).run()
        let ownNames = Set(few.rules.map(\.name))
        let restart = seed % random.tape.trades.count
        let grown = try steps(few, many, random, restart: restart)
        #expect(grown.filter { ownNames.contains($0.rule) } == expected)
        let shrunk = try steps(many, few, random, restart: restart)
        #expect(shrunk.filter { ownNames.contains($0.rule) } == expected)
    }

    @Test func `Any byte of a checkpoint that is another is noticed`() throws {
        let random = RandomProgram(seed: 4)
        let compiled = compileRules(try program(random.rules))
        let symbols = SymbolTable()
        let engine = AlertEngine(
            book: compiled.book, symbols: symbols, options: EngineOptions(order: .sorted))
        for (name, var trade) in random.tape.trades {
            trade.symbol = try #require(symbols.intern(name))
            engine.append([trade])
            _ = engine.advance()
        }
        let checkpoint = engine.checkpoint()
        #expect(checkpoint.count > 100)
        func restore(_ bytes: [UInt8]) throws {
            try AlertEngine(
                book: compiled.book, symbols: SymbolTable(), options: EngineOptions(order: .sorted)
            ).restore(bytes)
        }
        try restore(checkpoint)
        for place in checkpoint.indices {
            var damaged = checkpoint
            damaged[place] ^= 1 << UInt8(place % 8)
            #expect(throws: CheckpointError.self) { try restore(damaged) }
        }
        for length in [0, 1, 7, 8, checkpoint.count - 1] {
            #expect(throws: CheckpointError.self) { try restore(Array(checkpoint.prefix(length))) }
        }
    }

    @Test func `A rule that means something else begins anew, and says which alerts are forgotten`() throws {
        let before = try program(
            """
            rule one on A
              when price > 10
            rule two on A, B
              when price > 10
            rule three on A
              when price > 10
            """)
        let after = try program(
            """
            rule one on A
              when price > 10
              message "the same, said otherwise"
            rule two on A, B
              when price > 11
            rule four on A
              when price > 10
            """)
        let symbols = SymbolTable()
        let options = EngineOptions(order: .sorted)
        let old = AlertEngine(book: compileRules(before).book, symbols: symbols, options: options)
        for (name, price, second) in [("A", 9, 0), ("B", 12, 1), ("A", 12, 2), ("A", 12, 3)] {
            old.append([
                Trade(
                    symbol: try #require(symbols.intern(name)), time: Int64(second) * 1000,
                    price: FixedPoint(uncheckedMantissa: Int64(price), scale: 0),
                    size: FixedPoint(uncheckedMantissa: 1, scale: 0), origin: OriginID(index: 0),
                    sequence: Int64(second))
            ])
        }
        #expect(old.finish().count == 4)
        let engine = AlertEngine(book: compileRules(after).book, symbols: symbols, options: options)
        let changes = try engine.takeOver(old)
        #expect(
            changes == [
                RuleChange(name: "four", kind: .added), RuleChange(name: "one", kind: .kept),
                RuleChange(name: "three", kind: .removed, forgotten: ["A"]),
                RuleChange(name: "two", kind: .reset, forgotten: ["A", "B"]),
            ])
        // The new and the changed look at once; the kept one fires already.
        let found = engine.finish(through: 4000)
        #expect(found.map { engine.book.rules[$0.rule].name } == ["four", "two", "two"])
        #expect(found.allSatisfy { $0.kind == .firing && $0.at == 3001 })
    }

    @Test func `A key that leaves a rule is forgotten, and one that comes is looked at`() throws {
        let before = try program(
            """
            rule one on A, B
              when price > 10
            rule other on C
              when price > 100
            """)
        let after = try program(
            """
            rule one on B, C
              when price > 10
            rule other on C
              when price > 100
            """)
        let symbols = SymbolTable()
        let options = EngineOptions(order: .sorted)
        let old = AlertEngine(book: compileRules(before).book, symbols: symbols, options: options)
        for (second, name) in ["A", "B", "C"].enumerated() {
            old.append([
                Trade(
                    symbol: try #require(symbols.intern(name)), time: Int64(second) * 1000,
                    price: FixedPoint(uncheckedMantissa: 12, scale: 0),
                    size: FixedPoint(uncheckedMantissa: 1, scale: 0), origin: OriginID(index: 0),
                    sequence: Int64(second))
            ])
        }
        #expect(old.finish().count == 2)
        let engine = AlertEngine(book: compileRules(after).book, symbols: symbols, options: options)
        #expect(
            try engine.takeOver(old) == [
                RuleChange(name: "one", kind: .kept, forgotten: ["A"]),
                RuleChange(name: "other", kind: .kept),
            ])
        let found = engine.finish(through: 4000)
        #expect(found.map { $0.key.map { symbols.name(of: $0) } } == ["C"])
    }

    @Test func `A checkpoint costs its taker nothing that shows`() throws {
        // Taken after every batch and thrown away: the same transitions.
        for seed in UInt64(1)...40 {
            let random = RandomProgram(seed: seed)
            let program = try program(random.rules)
            let compiled = compileRules(program)
            let symbols = SymbolTable()
            let engine = AlertEngine(
                book: compiled.book, symbols: symbols, options: EngineOptions(order: .sorted))
            for rate in random.tape.rates {
                guard let series = compiled.rateSeries.firstIndex(of: rate.series) else { continue }
                engine.appendRate(series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt)
            }
            var steps: [TapeStep] = []
            func take(_ transitions: [EngineTransition]) {
                steps += transitions.map { TapeStep(compiled.renderer.render($0, symbols: symbols)) }
            }
            for (name, var trade) in random.tape.trades {
                trade.symbol = try #require(symbols.intern(name))
                engine.append([trade])
                take(engine.advance())
                _ = engine.checkpoint()
            }
            take(engine.finish(through: random.tape.end))
            #expect(steps.sorted() == ReferenceInterpreter(program, random.tape).run())
        }
    }
}
