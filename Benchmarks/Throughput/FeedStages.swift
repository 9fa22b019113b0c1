import Feeds
import MarketModel
import SampleMarket

/// Bytes to trades, without rules.
enum FeedStages {
    /// Reads the export and forgets its trades.
    static func csv(_ input: BenchmarkInput) throws -> Int {
        let reader = try ExportReader(path: input.path, symbols: SymbolTable())
        var trades: [Trade] = []
        var count = 0
        while try reader.read(into: &trades) {
            count += trades.count
            trades.removeAll(keepingCapacity: true)
        }
        return count
    }

    /// Reads the export and brings it into the order of event times.
    static func tape(_ input: BenchmarkInput) throws -> Int {
        let tape = try TradeTape(patterns: [input.path], symbols: SymbolTable())
        var count = 0
        while let batch = try tape.nextBatch() { count += batch.count }
        return count
    }

    static func json(_ records: BenchmarkInput.Records) -> Int {
        let decoder = TradeDecoder(symbols: SymbolTable())
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
