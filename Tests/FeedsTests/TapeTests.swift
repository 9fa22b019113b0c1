import Feeds
import Foundation
import MarketModel
import Testing

/// Shards as one tape, in the order (event time, file as given, line).
@Suite struct TapeTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    struct Row {
        var symbol: String
        var cents: Int
        var time: Int64

        var price: String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)" }
        var csv: String { "\(symbol),\(price),\(time)\n" }
        var json: String { #"{"symbol":"\#(symbol)","price":\#(price),"timestamp":"\#(time)"}"# + "\n" }
    }

    static func rows(_ count: Int, seed: UInt64, isSorted: Bool = false) -> [Row] {
        var random = SeededGenerator(seed: seed)
        var time: Int64 = 1_672_348_887_000
        return (0..<count).map { _ in
            time += Int64.random(in: isSorted ? 0...3 : -2000...2010, using: &random)
            return Row(
                symbol: "S\(Int.random(in: 0..<40, using: &random))",
                cents: Int.random(in: 1...999_999, using: &random),
                time: time)
        }
    }

    /// The tape's trades as `file:line symbol price time`.
    func tape(_ patterns: [String], memory: Int = 1 << 30) throws -> [String] {
        let symbols = SymbolTable()
        let tape = try TradeTape(
            patterns: patterns, symbols: symbols, options: ExportOptions(tapeMemory: memory))
        var lines: [String] = []
        while let batch = try tape.nextBatch() {
            #expect(!batch.isEmpty)
            for trade in batch {
                lines.append("\(trade.origin.index):\(trade.sequence) \(describe(trade, symbols))")
            }
        }
        #expect(tape.progress.bytesRead == tape.progress.totalBytes)
        #expect(tape.progress.trades == lines.count)
        return lines
    }

    /// The same by sorting everything at once.
    func expected(_ shards: [[Row]], firstLine: Int) -> [String] {
        let all = shards.enumerated().flatMap { file, rows in
            rows.enumerated().map { (file: file, line: $0.offset + firstLine, row: $0.element) }
        }
        let sorted = all.sorted { ($0.row.time, $0.file, $0.line) < ($1.row.time, $1.file, $1.line) }
        return sorted.map { entry in
            let price = FixedPoint(entry.row.price)?.description ?? "?"
            return
                "\(entry.file):\(entry.line) \(entry.row.symbol) "
                + "\(Timestamp(milliseconds: entry.row.time)) \(price) x 0"
        }
    }

    static let header = "symbol,price,timestamp\n"

    @Test(arguments: [1, 2, 3, 7])
    func `Unsorted shards come out in the order of time, file and line`(count: Int) throws {
        let shards = (0..<count).map { Self.rows(2000 + 300 * $0, seed: UInt64($0 + count)) }
        for (index, rows) in shards.enumerated() {
            try scratch.write("t-00000000000\(index).csv", Self.header + rows.map(\.csv).joined())
        }
        #expect(try tape(["\(scratch.path)/t-*.csv"]) == expected(shards, firstLine: 2))
    }

    @Test func `Sorted shards, one after the other or interleaved, keep their order`() throws {
        let first = Self.rows(9000, seed: 1, isSorted: true)
        let later = Self.rows(9000, seed: 2, isSorted: true).map { row in
            Row(symbol: row.symbol, cents: row.cents, time: row.time + 100_000)
        }
        let overlapping = Self.rows(9000, seed: 3, isSorted: true)
        for (index, rows) in [first, later, overlapping].enumerated() {
            try scratch.write("t-\(index).csv", Self.header + rows.map(\.csv).joined())
        }
        let paths = [0, 1, 2].map { "\(scratch.path)/t-\($0).csv" }
        #expect(try tape(Array(paths[..<2])) == expected([first, later], firstLine: 2))
        #expect(try tape(paths) == expected([first, later, overlapping], firstLine: 2))
        // The order of the arguments settles ties.
        #expect(try tape(paths.reversed()) == expected([overlapping, later, first], firstLine: 2))
    }

    @Test func `CSV, NDJSON and both packed give the same trades`() throws {
        let rows = Self.rows(5000, seed: 9)
        let csv = Array((Self.header + rows.map(\.csv).joined()).utf8)
        // A blank line stands for the header, so that the lines agree.
        let json = Array(("\n" + rows.map(\.json).joined()).utf8)
        let expected = expected([rows], firstLine: 2)
        #expect(try tape([scratch.write("a.csv", csv)]) == expected)
        #expect(try tape([scratch.write("a.json", json)]) == expected)
        #expect(try tape([scratch.write("b.csv.gz", try scratch.gzipped(csv))]) == expected)
        #expect(try tape([scratch.write("b.json.gz", try scratch.gzipped(json))]) == expected)
    }

    @Test func `A tape that does not fit into memory is the same tape`() throws {
        let shards = (0..<3).map { Self.rows(40_000, seed: UInt64(20 + $0)) }
        for (index, rows) in shards.enumerated() {
            try scratch.write("t-\(index).csv", Self.header + rows.map(\.csv).joined())
        }
        let pattern = "\(scratch.path)/t-*.csv"
        let expected = expected(shards, firstLine: 2)
        #expect(try tape([pattern], memory: 0) == expected)
        #expect(try tape([pattern], memory: 40_000 * 64) == expected)
    }

    @Test func `The trades of one frame stay together and in order`() throws {
        let frame =
            #"{"data":[{"p":1,"s":"A","t":1672348887666},{"p":2,"s":"A","t":1672348887666},"#
            + #"{"p":3,"s":"A","t":1672348887665}]}"#
        let lines = try tape([
            scratch.write("f.json", frame + "\n" + frame.replacing("\"p\":", with: "\"p\":1"))
        ])
        #expect(lines.map { $0.split(separator: " ")[3] } == ["3", "13", "1", "2", "11", "12"])
    }

    @Test func `A file that two patterns name is read once`() throws {
        try scratch.write("a.csv", Self.header + "A,1,1672348887666\n")
        try scratch.write("b.csv", Self.header + "B,1,1672348887666\n")
        let directory = scratch.path
        let tape = try TradeTape(
            patterns: ["\(directory)/b.csv", "\(directory)/*.csv", "\(directory)/./a.csv"],
            symbols: SymbolTable())
        #expect(tape.files == ["\(directory)/b.csv", "\(directory)/a.csv"])
    }

    @Test func `A name with the characters of a pattern is that file`() throws {
        let path = try scratch.write("a[1]*.csv", Self.header + "A,1,1672348887666\n")
        #expect(try TradeTape(patterns: [path], symbols: SymbolTable()).files == [path])
    }

    @Test func `A tape of empty shards ends at once, and its span is known otherwise`() throws {
        try scratch.write("a.csv", "")
        try scratch.write("b.csv", Self.header)
        #expect(try tape(["\(scratch.path)/*.csv"]) == [])
        try scratch.write("c.csv", Self.header + "A,1,1672348887666\nA,0,5\nA,1,1672348880000\n")
        let loaded = try TradeTape(patterns: ["\(scratch.path)/*.csv"], symbols: SymbolTable())
        var reports = 0
        try loaded.load { _ in reports += 1 }
        #expect(reports >= 3)
        #expect(
            loaded.span == Timestamp(
                milliseconds: 1_672_348_880_000)...Timestamp(milliseconds: 1_672_348_887_666))
        #expect(loaded.refused.kept.map(\.line) == [3])
    }
}
