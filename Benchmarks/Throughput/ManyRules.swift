import Diagnostics
import Foundation
import MarketModel

/// How the engine's cost a trade grows with the number of rules.
struct ManyRules {
    let options: BenchmarkOptions

    func run() throws {
        print("\nthe engine alone, trades in memory; median of \(options.runs) runs")
        print("rules, symbols".padded(to: 34) + "ns/trade   evaluations   transitions")
        let broad = try tape(symbols: 1_000, trades: options.trades)
        let names = (0..<broad.symbols.count).map { broad.symbols.name(of: SymbolID(index: UInt32($0))) }
        try measure("10,000 on 1,000 symbols", RuleTexts.manyRules(Array(names.prefix(1_000))), broad)
        let narrow = try tape(symbols: 1, trades: min(options.trades, 1_000_000))
        let name = narrow.symbols.name(of: SymbolID(index: 0))
        for count in [10, 100] {
            try measure("\(count) on one symbol", RuleTexts.sharedWindows(count, on: name), narrow)
        }
        for count in [10, 100, 1_000] {
            let rules = RuleTexts.ladder(count, on: name, around: narrow.priceRange)
            try measure("\(count) close to its price", rules, narrow)
        }
    }

    private func tape(symbols: Int, trades: Int) throws -> EngineStages.Tape {
        var options = options
        options.symbols = symbols
        options.trades = trades
        return try EngineStages.Tape(try BenchmarkInput(options))
    }

    private func measure(_ name: String, _ rules: String, _ tape: EngineStages.Tape) throws {
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
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
