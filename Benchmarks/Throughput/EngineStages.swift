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
        let source = SourceFile(name: path, text: try Data(contentsOf: URL(fileURLWithPath: path)))
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

        init(_ input: BenchmarkInput) throws {
            let reader = try ExportReader(path: input.path, symbols: symbols)
            while try reader.read(into: &trades, atMost: 1 << 16) {}
        }
    }

    /// The engine alone, fed as the dry-run feeds it.
    ///
    /// - Returns: trades, and the transitions that they led to.
    func engine(_ tape: Tape) -> (trades: Int, transitions: Int) {
        let engine = AlertEngine(
            book: rules.book, symbols: tape.symbols, options: EngineOptions(order: .sorted))
        var transitions = 0
        tape.trades.withUnsafeBufferPointer { trades in
            var start = 0
            while start < trades.count {
                let end = min(start + 4096, trades.count)
                engine.append(UnsafeBufferPointer(rebasing: trades[start..<end]))
                transitions += engine.advance().count
                start = end
            }
        }
        transitions += engine.finish(through: nil).count
        return (tape.trades.count, transitions)
    }
}
