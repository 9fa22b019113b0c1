import Diagnostics
import Engine
import Feeds
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// Trades to transitions, without files.
struct EngineStages {
    let rules: CompiledRules

    struct Unsound: Error {
        let diagnostics: String
    }

    /// - Throws: `Unsound` when the rules do not check; Foundation's error when they cannot be read.
    init(_ path: String) throws {
        try self.init(SourceFile(name: path, text: try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    init(_ source: SourceFile) throws {
        let parsed = parseRules(source)
        let checked = checkRules([parsed.file])
        let diagnostics = parsed.diagnostics + checked.diagnostics
        guard !diagnostics.hasErrors else {
            throw Unsound(diagnostics: DiagnosticRenderer().render(diagnostics))
        }
        rules = compileRules(checked.program)
    }

    /// Trades in memory, in the order of event times.
    final class Tape {
        let symbols = SymbolTable()
        var trades: [Trade] = []

        /// The least and the greatest price.
        var priceRange: ClosedRange<Double> {
            let prices = trades.lazy.map { Double($0.price) / Double(PowersOfTen.int64[Int($0.priceScale)]) }
            return (prices.min() ?? 0)...(prices.max() ?? 0)
        }

        init(_ input: BenchmarkInput) throws {
            let reader = try ExportReader(path: input.path, symbols: symbols)
            while try reader.read(into: &trades, atMost: 1 << 16) {}
        }
    }

    /// What came of a run.
    struct Result {
        var trades = 0
        var transitions = 0
        /// Evaluations of a block at an instant.
        var evaluations = 0
        /// Of the transitions, in their order: two engines that agree give one sum.
        var checksum: UInt64 = 14_695_981_039_346_656_037

        mutating func add(_ emitted: [EngineTransition]) {
            transitions += emitted.count
            for transition in emitted {
                for part in [UInt64(transition.rule), UInt64(bitPattern: transition.at)]
                    + transition.values.map(\.bitPattern)
                {
                    checksum = (checksum ^ part) &* 1_099_511_628_211
                }
            }
        }
    }

    /// The engine alone, fed as the dry-run feeds it.
    func engine(_ tape: Tape) -> Result {
        let engine = AlertEngine(
            book: rules.book, symbols: tape.symbols, options: EngineOptions(order: .sorted))
        var result = Result()
        result.trades = tape.trades.count
        tape.trades.withUnsafeBufferPointer { trades in
            var start = 0
            while start < trades.count {
                let end = min(start + 4096, trades.count)
                engine.append(UnsafeBufferPointer(rebasing: trades[start..<end]))
                result.add(engine.advance())
                start = end
            }
        }
        result.add(engine.finish(through: nil))
        result.evaluations = engine.counters.evaluations
        return result
    }
}
