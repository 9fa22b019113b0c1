import Diagnostics
import Engine
import Feeds
import MarketModel
import Pipeline
import RuleCompiler

/// Trades to transitions, and the whole way from the file.
struct EngineStages {
    let rules: CompiledRules
    let paths: [String]

    struct Unsound: Error {
        let diagnostics: String
    }

    /// - Throws: `Unsound` when the rules do not check.
    init(_ path: String) throws {
        let set = RuleSet(paths: [path], notifiers: nil, depth: .names, environment: [:])
        guard let compiled = set.compiled else {
            throw Unsound(diagnostics: set.diagnostics.map(\.message).joined(separator: "\n"))
        }
        rules = compiled
        paths = [path]
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

    /// `bellwether dry-run` as a user runs it, its output thrown away.
    func dryRun(_ input: BenchmarkInput, expecting trades: Int) throws -> Int {
        let request = DryRunRequest(rules: paths, trades: [input.path])
        let console = Console(output: Nowhere(), status: Nowhere())
        _ = try DryRun(try DryRunOptions(request), environment: [:], console: console).run()
        return trades
    }

    private struct Nowhere: TextSink {
        func write(_ text: String) {}
    }
}
