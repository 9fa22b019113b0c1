import AllocationCount
import Diagnostics
import Engine
import Feeds
import Foundation
import MarketModel
import RuleCompiler
import SampleMarket

/// How often memory is asked for, in all threads of this process, once a stage has warmed up: its first half
/// is not counted.
struct AllocationStage {
    static let trades = 2_000_000

    let options: BenchmarkOptions

    func run() throws {
        var options = options
        options.trades = min(options.trades, AllocationStage.trades)
        let input = try BenchmarkInput(options)
        print("\nallocations for a million trades, after a warm-up of as many as are counted")
        show("CSV rows", try csv(input))
        show("CSV rows, ordered, on other threads", try flow(input))
        show("JSON records", json(input.records(options.trades) { TradeText.appendRawJSON($0, to: &$1) }))
        let tape = try EngineStages.Tape(input)
        show("engine, eight rules", engine(try EngineStages(options.rules), tape))
        var broad = options
        broad.symbols = 1_000
        let market = try EngineStages.Tape(try BenchmarkInput(broad))
        let names = (0..<market.symbols.count).map { market.symbols.name(of: SymbolID(index: UInt32($0))) }
        let rules = SourceFile(name: "many.rules", text: Data(RuleTexts.manyRules(names).utf8))
        show("engine, 10,000 rules", engine(try EngineStages(rules), market))
    }

    /// Allocations and the trades that they were for.
    struct Count {
        var allocations = 0
        var trades = 0

        init() { begin() }

        mutating func begin() {
            allocations = bw_allocations()
            trades = 0
            bw_count_allocations(1)
        }

        mutating func end() {
            bw_count_allocations(0)
            allocations = bw_allocations() - allocations
        }

        var perMillion: Double { 1e6 * Double(allocations) / Double(max(1, trades)) }
    }

    private func show(_ name: String, _ count: Count) {
        print(
            name.padding(toLength: 38, withPad: " ", startingAt: 0)
                + String(format: "%10.0f", count.perMillion) + "   (\(count.allocations) in \(count.trades))")
    }

    private var half: Int { min(options.trades, AllocationStage.trades) / 2 }

    private func csv(_ input: BenchmarkInput) throws -> Count {
        let reader = try ExportReader(path: input.path, symbols: SymbolTable())
        var trades: [Trade] = []
        var count = Count()
        var read = 0
        while try reader.read(into: &trades) {
            read += trades.count
            count.trades += trades.count
            trades.removeAll(keepingCapacity: true)
            if read == count.trades, read >= half { count.begin() }
        }
        count.end()
        return count
    }

    private func flow(_ input: BenchmarkInput) throws -> Count {
        let flow = try TradeFlow(patterns: [input.path], symbols: [])
        var count = Count()
        var read = 0
        while let batch = try flow.next() {
            read += batch.trades.count
            count.trades += batch.trades.count
            if read == count.trades, read >= half { count.begin() }
        }
        count.end()
        return count
    }

    private func json(_ records: BenchmarkInput.Records) -> Count {
        let decoder = TradeDecoder(symbols: SymbolTable())
        _ = FeedStages.json(records, decoder)
        var count = Count()
        count.trades = FeedStages.json(records, decoder)
        count.end()
        return count
    }

    private func engine(_ stages: EngineStages, _ tape: EngineStages.Tape) -> Count {
        let engine = AlertEngine(
            book: stages.rules.book, symbols: tape.symbols, options: EngineOptions(order: .sorted))
        var count = Count()
        tape.trades.withUnsafeBufferPointer { trades in
            var start = 0
            while start < trades.count {
                if start <= trades.count / 2, start + 4096 > trades.count / 2 { count.begin() }
                let end = min(start + 4096, trades.count)
                engine.append(UnsafeBufferPointer(rebasing: trades[start..<end]))
                _ = engine.advance()
                count.trades += end - start
                start = end
            }
        }
        count.end()
        return count
    }
}
