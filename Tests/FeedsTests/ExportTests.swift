import Feeds
import Foundation
import MarketModel
import Testing

/// A directory of its own for one test, removed with it.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("feeds-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }
}

/// What a reader made of a file.
struct ReadFile {
    var lines: [String]
    var refused: [String]
    var format: ExportReader.Format

    init(_ path: String, options: ExportOptions = ExportOptions(), batch: Int = 3) throws {
        let symbols = SymbolTable()
        let reader = try ExportReader(path: path, symbols: symbols, options: options)
        var trades: [Trade] = []
        while try reader.read(into: &trades, atMost: batch) {}
        lines = trades.map { "\($0.sequence) " + describe($0, symbols) }
        refused = reader.refused.kept.map { "\($0.line) \($0.refusal.reason)" }
        format = reader.format
    }
}

@Suite struct ExportTests {
    @Test func `A BigQuery export in CSV is read, its broken lines counted`() throws {
        let scratch = try Scratch()
        let path = try scratch.write(
            "a.csv",
            """
            symbol,price,timestamp,volume,time
            AAPL,129.58,1672348887666,1,2022-12-29 21:21:27.666 UTC
            MSFT,abc,1672348887666,1,2022-12-29 21:21:27.666 UTC
            "BRK.B",1e2,1672348887667,,2022-12-29 21:21:27.667 UTC
            MSFT,1,2
            IC MARKETS:1,1.5,1672348887,0.25,2022-12-29 21:21:27 UTC

            """)
        let read = try ReadFile(path)
        #expect(
            read.lines == [
                "2 AAPL 2022-12-29T21:21:27.666Z 129.58 x 1",
                "4 BRK.B 2022-12-29T21:21:27.667Z 100 x 0",
                "6 IC MARKETS:1 2022-12-29T21:21:27.000Z 1.5 x 0.25",
            ])
        #expect(
            read.refused == [
                #"3 the price "abc" is not a number"#, "5 3 fields instead of 5; is the line cut off?",
            ])
    }

    @Test func `A tape merges shards by time, then by file`() throws {
        let scratch = try Scratch()
        try scratch.write("t-1.csv", "symbol,price,time\nA,1,1672348887000\nB,2,1672348885000\n")
        try scratch.write("t-2.csv", "symbol,price,time\nC,3,1672348885000\nD,4,1672348889000\n")
        let symbols = SymbolTable()
        let tape = try TradeTape(patterns: ["\(scratch.path)/t-*.csv"], symbols: symbols)
        var names: [String] = []
        while let batch = try tape.nextBatch() { names += batch.map { symbols.name(of: $0.symbol) } }
        #expect(names == ["B", "C", "A", "D"])
    }
}
