import Diagnostics
import Foundation
import MarketModel

/// How the engine's cost a trade grows with the number of rules.
struct ManyRules {
    let options: BenchmarkOptions

    func run() throws {
        print("\nthe engine alone, trades in memory; median of \(options.runs) runs, processor time")
        print("rules, symbols".padded(to: 34) + "ns/trade   evaluations   transitions")
        var broadOptions = options
        broadOptions.symbols = 1_000
        let input = try BenchmarkInput(broadOptions)
        try measureBroad(input)
        let narrow = try tape(symbols: 1, trades: min(options.trades, 1_000_000))
        let name = narrow.symbols.name(of: SymbolID(index: 0))
        let times = try [10, 100].map { count in
            try measure("\(count) on one symbol", RuleTexts.sharedWindows(count, on: name), narrow)
        }
        print(
            String(
                format: "  100 rules cost %.2f times what 10 cost (goal: less than 2)", times[1] / times[0]))
        for count in [10, 100, 1_000] {
            let rules = RuleTexts.ladder(count, on: name, around: narrow.priceRange)
            try measure("\(count) close to its price", rules, narrow)
        }
    }

    /// Ten thousand rules, each with bounds of its own: the engine alone, and a dry-run of them.
    private func measureBroad(_ input: BenchmarkInput) throws {
        var rules = ""
        try withExtendedLifetime(try EngineStages.Tape(input)) { broad in
            let names = (0..<broad.symbols.count).map { broad.symbols.name(of: SymbolID(index: UInt32($0))) }
            rules = RuleTexts.manyRules(Array(names.prefix(1_000)))
            try measure("10,000 on 1,000 symbols", rules, broad)
        }
        let path = "\(options.cache)/many.rules"
        try Data(rules.utf8).write(to: URL(fileURLWithPath: path))
        let dryRun = try Measurement("", runs: options.runs, warmsUp: false) {
            try DryRunStage.run(input.path, rules: path, trades: options.trades, threads: nil)
        }
        print(
            String(
                format: "  the whole dry-run of it on all cores: %.1f ns a trade on the wall, %.2f million "
                    + "trades a second, %.2f times the goal of 2 million",
                dryRun.nanoseconds, dryRun.perSecond / 1e6, dryRun.perSecond / 2e6))
    }

    private func tape(symbols: Int, trades: Int) throws -> EngineStages.Tape {
        var options = options
        options.symbols = symbols
        options.trades = trades
        return try EngineStages.Tape(try BenchmarkInput(options))
    }

    /// - Returns: nanoseconds of the processor a trade.
    @discardableResult
    private func measure(_ name: String, _ rules: String, _ tape: EngineStages.Tape) throws -> Double {
        let stages = try EngineStages(SourceFile(name: name, text: Data(rules.utf8)))
        var result = EngineStages.Result()
        let measured = Measurement(name, runs: options.runs, warmsUp: false) {
            result = stages.engine(tape)
            return result.trades
        }
        print(
            name.padded(to: 34)
                + String(
                    format: "%8.1f %13.3f %13d", measured.processorNanoseconds,
                    Double(result.evaluations) / Double(result.trades), result.transitions))
        return measured.processorNanoseconds
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
