import Diagnostics
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

/// Rules that are left alone while nothing can move them, against rules that never are.
@Suite("Safe regions")
struct SafeRegionTests {
    @Test(arguments: 0..<8)
    func `Random rules over small steps of a price tell the same with regions and without`(_ part: UInt64)
        throws
    {
        var total = 0
        for seed in part * 40 + 1...part * 40 + 40 {
            var random = SeededGenerator(seed: seed)
            let rules = (0..<3).map { Self.rule($0, &random) }.joined(separator: "\n")
            let tape = Self.tape(&random)
            let with = try Self.transitions(rules, tape, usesSafeRegions: true)
            let without = try Self.transitions(rules, tape, usesSafeRegions: false)
            total += without.count
            if with == without { continue }
            let known = Set(with)
            Issue.record(
                """
                seed \(seed)
                \(rules)
                missing: \(without.filter { !known.contains($0) }.prefix(3))
                too many: \(with.filter { !Set(without).contains($0) }.prefix(3))
                """)
            return
        }
        #expect(total > 400)
    }

    @Test func `A range is bounded though its quotient is rounded once and its bounds' difference is not`()
        throws
    {
        let tape: [Print] = [(0, 9903, 1), (62_000, 9922, 1), (63_000, 9884, 1)]
        let rule = "rule r on A\n  when range(1m) >= 0.38\n"
        let told = try Self.transitions(rule, tape, usesSafeRegions: true)
        #expect(told == ["63000 r firing [0.38]"])
    }

    @Test func `A move that is unknown leaves the value that stands in for it`() throws {
        let tape: [Print] = [(0, 10_001, 1), (1_000, 10_015, 1), (2_000, 10_001, 1)]
        let rule = "rule r on A\n  when coalesce(move(price, 5m), price) > 100.1\n"
        let told = try Self.transitions(rule, tape, usesSafeRegions: true)
        #expect(told == ["1000 r firing [nan, 100.15]", "2000 r resolved [nan, 100.01]"])
    }

    @Test func `What the cap drops does not depend on whether rules are left alone`() throws {
        let early: [Print] = [(0, 100, 1), (100_000, 100, 1)]
        let burst: [Print] = (0..<14).map { (105_000 + Int64($0) * 200, 100, 1) }
        let tape = early + burst + [(109_000, 100, 1), (111_000, 100, 2_000)]
        let rule = "rule r on A\n  when volume(10s) > 1000\n"
        let told = try [true, false].map {
            try Self.transitions(rule, tape, usesSafeRegions: $0, pointCap: 16)
        }
        #expect(told[0] == ["111000 r firing [2015.0]"])
        #expect(told[0] == told[1])
    }

    @Test func `A price that the decimals of older ones cannot hold is refused, also when those are gone`()
        throws
    {
        let engine = try Self.engine("rule r on A\n  when max(size, 1d by 1h) > 5\n", usesSafeRegions: true)
        let symbol = try #require(engine.symbols.intern("A"))
        let sizes = ["100000000000"] + Array(repeating: "1", count: 40) + ["0.00000001"]
        for (index, size) in sizes.enumerated() {
            let trade = Trade(
                symbol: symbol, time: 1_741_600_000_000 + Int64(index) * 1000,
                price: try #require(FixedPoint("1")), size: try #require(FixedPoint(size)),
                origin: OriginID(index: 0), sequence: Int64(index))
            engine.engine.append([trade])
            _ = engine.engine.advance()
        }
        _ = engine.engine.finish()
        #expect(engine.engine.counters.tooManyDigits == 1)
    }

    // MARK: Cases

    /// Milliseconds, price in cents, size.
    typealias Print = (time: Int64, price: Int64, size: Int64)

    static func tape(_ random: inout SeededGenerator) -> [Print] {
        var time: Int64 = 0
        var price: Int64 = 10_000
        return (0..<400).map { _ in
            time += [0, 0, 100, 500, 1000, 1000, 3000, 20_000].randomElement(using: &random) ?? 0
            price += Int64.random(in: -2...2, using: &random)
            return (time, price, [0, 1, 1, 2, 5, 100].randomElement(using: &random) ?? 1)
        }
    }

    private static func rule(_ index: Int, _ random: inout SeededGenerator) -> String {
        let condition = Self.condition(&random)
        var text = "rule r\(index) on A\n  when \(condition)\n"
        if Bool.random(using: &random) { text += "  for \(Int.random(in: 1...9, using: &random))s\n" }
        if Int.random(in: 0..<3, using: &random) == 0 { text += "  unless \(Self.condition(&random))\n" }
        if Int.random(in: 0..<4, using: &random) == 0 { text += "  cooldown 30s\n" }
        return text
    }

    static func condition(_ random: inout SeededGenerator) -> String {
        let w =
            ["5s", "30s", "2m", "1m ending 10s ago", "20 trades", "1m by 10s"].randomElement(using: &random)
            ?? "1m"
        let d = ["1s", "10s", "1m"].randomElement(using: &random) ?? "1m"
        let ticks = { (range: ClosedRange<Int>, random: inout SeededGenerator) -> String in
            let value = Int.random(in: range, using: &random)
            return "\(value / 100).\(String(100 + value % 100).dropFirst())"
        }
        let level = ticks(9_985...10_015, &random)
        let few = ticks(0...20, &random)
        let comparison = [">", ">=", "<", "<=", "==", "!="].randomElement(using: &random) ?? ">"
        let count = Int.random(in: 0...40, using: &random)
        let left = [
            "range(\(w)) \(comparison) \(few)", "price \(comparison) \(level)",
            "move(price, \(d)) \(comparison) \(few)",
            "coalesce(move(price, \(d)), price) \(comparison) \(few)",
            "avg(price, \(w)) \(comparison) \(level)", "vwap(\(w)) \(comparison) \(level)",
            "high(\(w)) \(comparison) \(level)", "low(\(w)) \(comparison) \(level)",
            "high(\(w)) - price \(comparison) \(few)", "price - avg(price, \(w)) \(comparison) \(few)",
            "stddev(price, \(w)) \(comparison) \(few)", "zscore(price, \(d)) \(comparison) 1.5",
            "volume(\(w)) \(comparison) \(count * 5)", "trades(\(w)) \(comparison) \(count)",
            "volume(\(w)) / 30s > 2 * volume(2m) / 2m", "change(price, \(d)) \(comparison) 0.05%",
            "drawdown(\(d)) \(comparison) -0.04%", "rebound(\(d)) \(comparison) 0.04%",
            "deviation(price, vwap(\(w))) \(comparison) 0.02%", "age(price) > \(d)",
            "prev(price) \(comparison) price", "known(avg(price, \(w)))",
        ]
        let first = left.randomElement(using: &random) ?? left[0]
        let second = left.randomElement(using: &random) ?? left[0]
        return switch Int.random(in: 0..<4, using: &random) {
        case 0: "\(first) and \(second)"
        case 1: "\(first) or \(second)"
        case 2: "not (\(first))"
        default: first
        }
    }

    // MARK: Running

    private struct Running {
        var engine: AlertEngine
        var symbols: SymbolTable
        var rules: CompiledRules
    }

    private static func engine(
        _ text: String, usesSafeRegions: Bool, leastThresholds: Int = EngineOptions.defaultLeastThresholds,
        pointCap: Int = EngineOptions.defaultPointCap
    ) throws -> Running {
        let (file, syntax) = parseRules(SourceFile(name: "r.rules", text: Array(text.utf8)))
        let (program, meaning) = checkRules([file])
        let errors = (syntax + meaning).filter { $0.level == .error }
        try #require(errors.isEmpty, "\(DiagnosticRenderer().render(errors))\n\(text)")
        let rules = compileRules(program)
        let symbols = SymbolTable()
        var options = EngineOptions(order: .sorted, pointCap: pointCap)
        options.usesSafeRegions = usesSafeRegions
        options.leastThresholds = leastThresholds
        let engine = AlertEngine(book: rules.book, symbols: symbols, options: options)
        return Running(engine: engine, symbols: symbols, rules: rules)
    }

    static func transitions(
        _ text: String, _ tape: [Print], usesSafeRegions: Bool,
        leastThresholds: Int = EngineOptions.defaultLeastThresholds,
        pointCap: Int = EngineOptions.defaultPointCap
    ) throws -> [String] {
        let running = try engine(
            text, usesSafeRegions: usesSafeRegions, leastThresholds: leastThresholds, pointCap: pointCap)
        let symbol = try #require(running.symbols.intern("A"))
        let base: Int64 = 1_741_600_000_000
        var told: [EngineTransition] = []
        for (index, print) in tape.enumerated() {
            let price = FixedPoint(uncheckedMantissa: print.price, scale: 2)
            let size = FixedPoint(uncheckedMantissa: print.size, scale: 0)
            running.engine.append([
                Trade(
                    symbol: symbol, time: base + print.time, price: price, size: size,
                    origin: OriginID(index: 0), sequence: Int64(index))
            ])
            told += running.engine.advance()
        }
        told += running.engine.finish()
        return told.map {
            "\($0.at - base) \(running.rules.rules[$0.rule].name) \($0.kind.rawValue) \($0.values)"
        }
    }
}
