import Feeds
import Foundation
import MarketModel
import Testing

/// Files read, inflated and decoded on other threads: the same tape in the same order.
@Suite struct FlowTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Random shards: `disorder` is how many milliseconds a trade may lie before the one in front of it.
    static func shards(_ count: Int, rows: Int, disorder: Int64, seed: UInt64) -> [[TapeTests.Row]] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { shard in
            var time: Int64 = 1_672_348_887_000 + Int64.random(in: 0...3000, using: &random)
            return (0..<rows).map { _ in
                time += Int64.random(in: 0...3, using: &random)
                return TapeTests.Row(
                    symbol: "S\(shard)-\(Int.random(in: 0..<40, using: &random))",
                    cents: Int.random(in: 1...999_999, using: &random),
                    time: time - Int64.random(in: 0...disorder, using: &random))
            }
        }
    }

    func write(_ shards: [[TapeTests.Row]], packed: Bool = false) throws -> [String] {
        try shards.enumerated().map { index, rows in
            let text = Array((TapeTests.header + rows.map(\.csv).joined()).utf8)
            let name = "t-\(index).csv"
            return packed ? try scratch.write(name, scratch.gzipped(text)) : try scratch.write(name, text)
        }
    }

    struct Taken: Equatable {
        var lines: [String] = []
        var refused: [String] = []
    }

    static func lines(_ flow: TradeFlow, known: [String] = []) throws -> [String] {
        var names = known
        var lines: [String] = []
        while let batch = try flow.next() {
            names += batch.newSymbols
            for trade in batch.trades {
                let price = FixedPoint(uncheckedMantissa: trade.price, scale: trade.priceScale)
                lines.append(
                    "\(trade.origin.index):\(trade.sequence) \(names[Int(trade.symbol.index)]) "
                        + "\(Timestamp(milliseconds: trade.time)) \(price)")
            }
        }
        return lines
    }

    static func flow(_ paths: [String], isSorted: Bool = false, known: [String] = []) throws -> [String] {
        try lines(TradeFlow(patterns: paths, symbols: known, isSorted: isSorted), known: known)
    }

    func expected(_ shards: [[TapeTests.Row]]) -> [String] {
        let all = shards.enumerated().flatMap { file, rows in
            rows.enumerated().map { (file: file, line: $0.offset + 2, row: $0.element) }
        }
        let sorted = all.sorted { ($0.row.time, $0.file, $0.line) < ($1.row.time, $1.file, $1.line) }
        return sorted.map { entry in
            let price = FixedPoint(entry.row.price)?.description ?? "?"
            let time = Timestamp(milliseconds: entry.row.time)
            return "\(entry.file):\(entry.line) \(entry.row.symbol) \(time) \(price)"
        }
    }

    @Test(arguments: [(1, Int64(0)), (1, 40), (3, 0), (3, 900), (7, 2000)])
    func `Files nearly in order are merged while they are read`(count: Int, disorder: Int64) throws {
        let shards = Self.shards(count, rows: 9000, disorder: disorder, seed: UInt64(count))
        let paths = try write(shards)
        #expect(try Self.flow(paths) == expected(shards))
        #expect(try Self.flow(paths, isSorted: true) == expected(shards))
    }

    @Test func `Packed files are the same tape`() throws {
        // Large enough for a thread each to unpack them.
        let shards = Self.shards(2, rows: 45_000, disorder: 100, seed: 5)
        let paths = try write(shards, packed: true)
        #expect(ExportBytesSize.of(paths[0]) > 256 * 1024)
        #expect(try Self.flow(paths) == expected(shards))
    }

    @Test func `Shards that follow one another are opened when they are due, more than may be open at once`()
        throws
    {
        let rows = Self.shards(1, rows: 8000, disorder: 0, seed: 6)[0]
        let shards = (0..<80).map { Array(rows[($0 * 100)..<($0 * 100 + 100)]) }
        #expect(try Self.flow(write(shards)) == expected(shards))
    }

    @Test func `A trade far behind its place is found, and sorting gives the tape`() throws {
        var shards = Self.shards(1, rows: 60_000, disorder: 10, seed: 7)
        shards[0][50_000].time -= 150_000
        let paths = try write(shards)
        #expect(throws: ExportError.outOfOrder(path: paths[0], line: 50_002)) {
            try Self.flow(paths)
        }
        #expect(try Self.flow(paths, isSorted: true) == expected(shards))
        // Two files that each are in order, but the second begins before its first line says.
        let late = Self.shards(1, rows: 30_000, disorder: 0, seed: 8)[0]
        let other = try write([late, late.reversed()])
        #expect(throws: ExportError.self) { try Self.flow(other) }
        #expect(try Self.flow(other, isSorted: true) == expected([late, late.reversed()]))
    }

    @Test func `Symbols known before keep their ids, and new ones follow`() throws {
        let shards = Self.shards(1, rows: 300, disorder: 0, seed: 9)
        let paths = try write(shards)
        #expect(try Self.flow(paths, known: ["X", "S0-3", "Y"]) == expected(shards))
    }

    @Test func `What is refused is told in the files' order`() throws {
        let good = "A,1.5,1672348887666\n"
        let paths = [
            try scratch.write("a.csv", TapeTests.header + good + "A,x,1672348887666\n"),
            try scratch.write("b.csv", TapeTests.header + "B,1\n"),
            try scratch.write("c.csv", TapeTests.header),
        ]
        for isSorted in [false, true] {
            let flow = try TradeFlow(patterns: paths, symbols: [], isSorted: isSorted)
            #expect(try Self.lines(flow).count == 1)
            #expect(flow.refused.kept.map(\.line) == [3, 2])
            #expect(flow.progress.bytesRead == flow.progress.totalBytes)
        }
    }

    @Test func `A fault of a file comes at its place, behind the batches before it`() throws {
        let rows = Self.shards(1, rows: 80_000, disorder: 0, seed: 10)
        var packed = try scratch.bytes(URL(fileURLWithPath: write(rows, packed: true)[0]).lastPathComponent)
        packed.removeLast(packed.count / 4)
        let path = try scratch.write("cut.csv.gz", packed)
        let flow = try TradeFlow(patterns: [path], symbols: [])
        var taken = 0
        #expect(throws: ExportError.truncatedGzip(path: path)) {
            while let batch = try flow.next() { taken += batch.trades.count }
        }
        #expect(taken > 20_000)
        #expect(try flow.next() == nil)
    }

    @Test func `A flow that is dropped or cancelled early ends its threads`() throws {
        let paths = try write(Self.shards(2, rows: 45_000, disorder: 0, seed: 11), packed: true)
        for taken in 0..<6 {
            let flow = try TradeFlow(patterns: paths, symbols: [])
            for _ in 0..<taken { #expect(try flow.next()?.trades.isEmpty == false) }
            if taken % 2 == 0 { flow.cancel() }
            if taken == 4 { #expect(try flow.next() == nil) }
        }
    }
}

enum ExportBytesSize {
    static func of(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}
