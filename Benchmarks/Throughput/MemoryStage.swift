import AllocationCount
import Diagnostics
import Engine
import Foundation
import MarketModel
import RuleCompiler
import SampleMarket

/// What a trade costs in memory while windows hold it, what reading costs, and what a large market does.
struct MemoryStage {
    static let goal = 40.0
    static let trades = 4_000_000

    let options: BenchmarkOptions

    func run() throws {
        let trades = min(options.trades, MemoryStage.trades)
        print(
            "\nresident memory of a trade that windows hold, \(trades) trades of 200 symbols; goal: 40 bytes")
        for (name, condition) in [
            ("change(price, 4h)", "abs(change(price, 4h)) >= 90%"),
            ("vwap(4h)", "deviation(price, vwap(4h)) >= 90%"),
            ("vwap, high and low(4h)", "deviation(price, vwap(4h)) >= 90% and range(4h) / price > 90%"),
            ("stddev and volume(4h)", "zscore(price, 4h) > 90 and volume(4h) > 0"),
            ("median(price, 4h)", "deviation(price, median(price, 4h)) >= 90%"),
        ] {
            let held = try EngineMemory("rule r on all\n  when \(condition)\n", options, symbols: 200)
            try held.feed(trades)
            let bytes = Double(held.grown) / Double(trades)
            print(name.padding(toLength: 26, withPad: " ", startingAt: 0) + String(format: "%7.1f", bytes))
        }
        try reading()
        try scale(trades)
    }

    /// Reading alone, and a whole dry-run, in processes of their own: what was resident at most.
    private func reading() throws {
        let input = try BenchmarkInput(options)
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        let read = try ChildRun(own, [FeedStages.command, input.path], watchesMemory: true)
        print("\nreading \(options.trades) rows: \(read.memory >> 20) MB resident at most")
        guard let binary = Sibling.bellwether else { return }
        let rules = ["--rules", options.rules, "--trades", input.path]
        let dryRun = try ChildRun(binary.path, ["dry-run"] + rules, watchesMemory: true)
        print("bellwether dry-run of eight rules over them: \(dryRun.memory >> 20) MB")
    }

    static let symbols = 10_000

    private static let exactRules = """
        rule move on all
          when abs(change(price, 1h)) >= 3%
        rule off_vwap on all
          when abs(deviation(price, vwap(1h))) >= 3%
        rule high on all
          when price >= high(1h) and range(1h) / price > 3%

        """
    /// What is not made of points: a mean and a grid.
    private static let otherRules = """
        rule trend on all
          when abs(deviation(price, ewma(price, 10m))) >= 3%
        rule busy on all
          when volume(1h by 1m) > 1000000

        """

    private func scale(_ trades: Int) throws {
        let exact = MemoryStage.exactRules
        for (name, rules) in [
            ("3 rules over exact hours", exact),
            ("the same, a decaying mean, an hour's grid of minutes", exact + MemoryStage.otherRules),
        ] {
            let market = try EngineMemory(rules, options, symbols: MemoryStage.symbols)
            let hour = try market.feed(trades)
            let symbols = Double(MemoryStage.symbols)
            print(
                String(
                    format: "\n%d symbols, %@, %d trades in the last hour:\n"
                        + "  resident  %8.1f MB, %.1f kB a symbol, %.0f bytes a trade",
                    MemoryStage.symbols, name, hour, Double(market.grown) / 1e6,
                    Double(market.grown) / 1e3 / symbols, Double(market.grown) / Double(hour)))
            try checkpoint(of: market)
        }
    }
}

extension MemoryStage {
    /// What a checkpoint takes, and to take it up without what is read back.
    private func checkpoint(of market: EngineMemory) throws {
        var bytes: [UInt8] = []
        let writing = try median { bytes = market.engine.checkpoint() }
        let reading = try median {
            let engine = market.successor()
            try engine.restore(bytes)
            try engine.resume()
        }
        print(
            String(
                format: "  checkpoint %7.2f MB, %.0f bytes a symbol: written in %.1f ms, taken up in %.1f ms",
                Double(bytes.count) / 1e6, Double(bytes.count) / Double(MemoryStage.symbols), writing, reading
            ))
    }

    /// Of five, in milliseconds.
    private func median(_ work: () throws -> Void) throws -> Double {
        var times: [Duration] = []
        for _ in 0..<5 { times.append(try ContinuousClock().measure(work)) }
        return times.sorted()[2] / .milliseconds(1)
    }
}

/// An engine and the memory that it has grown by.
final class EngineMemory {
    let engine: AlertEngine
    private let symbols = SymbolTable()
    private let book: RuleBook
    private let market: MarketGenerator
    private let before: Int

    /// - Parameter symbols: of the made market, which has more trades in a day than are fed.
    init(_ rules: String, _ options: BenchmarkOptions, symbols count: Int) throws {
        let stages = try EngineStages(SourceFile(name: "memory.rules", text: Data(rules.utf8)))
        market = MarketGenerator(
            seed: 2025, scenes: [Scene.tradingDay(symbols: count, trades: 2 * MemoryStage.trades)])
        book = stages.rules.book
        engine = AlertEngine(book: book, symbols: symbols, options: EngineOptions(order: .sorted))
        bw_trim_memory()
        before = EngineMemory.resident
    }

    /// An engine of the same rules that has seen nothing.
    func successor() -> AlertEngine {
        AlertEngine(book: book, symbols: SymbolTable(), options: EngineOptions(order: .sorted))
    }

    /// - Returns: how many of the trades are of the last hour.
    @discardableResult
    func feed(_ count: Int) throws -> Int {
        var ids: [String: SymbolID] = [:]
        var batch: [Trade] = []
        var times: [Int64] = []
        times.reserveCapacity(count)
        for (number, trade) in market.prefix(count).enumerated() {
            guard let id = ids[trade.symbol] ?? symbols.intern(trade.symbol) else { continue }
            ids[trade.symbol] = id
            batch.append(
                Trade(
                    symbol: id, time: trade.time, price: trade.price, size: trade.size,
                    origin: OriginID(index: 0), sequence: Int64(number)))
            times.append(trade.time)
            if batch.count == 4096 {
                engine.append(batch)
                _ = engine.advance()
                batch.removeAll(keepingCapacity: true)
            }
        }
        engine.append(batch)
        _ = engine.advance()
        let last = times.last ?? 0
        let recent = times.count { $0 > last - 3_600_000 }
        times = []
        bw_trim_memory()
        return recent
    }

    /// Bytes; symbols' names and a batch are in it.
    var grown: Int { EngineMemory.resident - before }

    static var resident: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
