import Feeds
import Foundation
import MarketModel
import SampleMarket

/// The measured trading day: an export file, generated once, and what is made of it in memory.
struct BenchmarkInput {
    let path: String
    let bytes: Int
    let market: MarketGenerator

    init(_ options: BenchmarkOptions) throws {
        let day = Scene.tradingDay(symbols: options.symbols, trades: options.trades)
        market = MarketGenerator(seed: 2025, scenes: [day])
        path = "\(options.cache)/trades-\(options.symbols)-\(options.trades).csv"
        if !FileManager.default.fileExists(atPath: path) {
            print("writing \(path)")
            try FileManager.default.createDirectory(
                atPath: options.cache, withIntermediateDirectories: true)
            try ExportFile.writeCSV(market, .trades, count: options.trades, to: path)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        bytes = (attributes[.size] as? NSNumber)?.intValue ?? 0
    }

    /// The same export packed by the system's gzip.
    func packed() throws -> String {
        let packed = path + ".gz"
        if !FileManager.default.fileExists(atPath: packed) {
            let gzip = Process()
            gzip.executableURL = URL(fileURLWithPath: "/bin/sh")
            gzip.arguments = ["-c", "gzip -6 -k \"$0\"", path]
            try gzip.run()
            gzip.waitUntilExit()
        }
        return packed
    }

    /// JSON records one after another, and where each ends.
    struct Records {
        var text: [UInt8] = []
        var ends: [Int] = []
    }

    func records(_ count: Int, _ append: (SampleTrade, inout [UInt8]) -> Void) -> Records {
        var records = Records()
        for trade in market.prefix(count) {
            append(trade, &records.text)
            records.ends.append(records.text.count)
        }
        return records
    }
}
