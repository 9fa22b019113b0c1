import Feeds
import MarketModel
import SampleMarket

/// Bytes to trades, without rules.
enum FeedStages {
    /// This program's argument for reading a file in a process of its own.
    static let command = "read-export"

    /// Reads the export and forgets its trades.
    static func csv(_ input: BenchmarkInput) throws -> Int { try export(input.path) }

    static func export(_ path: String) throws -> Int {
        let reader = try ExportReader(path: path, symbols: SymbolTable())
        var trades: [Trade] = []
        var count = 0
        while try reader.read(into: &trades) {
            count += trades.count
            trades.removeAll(keepingCapacity: true)
        }
        return count
    }

    /// Reads the export in the order of event times, on another thread, as a dry-run does.
    static func tape(_ input: BenchmarkInput) throws -> Int {
        let flow = try TradeFlow(patterns: [input.path], symbols: [])
        var count = 0
        while let batch = try flow.next() { count += batch.trades.count }
        return count
    }

    static func json(_ records: BenchmarkInput.Records) -> Int {
        json(records, TradeDecoder(symbols: SymbolTable()))
    }

    static func json(_ records: BenchmarkInput.Records, _ decoder: TradeDecoder) -> Int {
        var trades: [Trade] = []
        var count = 0
        records.text.withUnsafeBytes { bytes in
            var start = 0
            for (index, end) in records.ends.enumerated() {
                _ = decoder.decode(
                    value: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), key: nil,
                    origin: OriginID(index: 0), sequence: Int64(index), into: &trades)
                start = end
                if trades.count >= 4096 {
                    count += trades.count
                    trades.removeAll(keepingCapacity: true)
                }
            }
        }
        return count + trades.count
    }
}
