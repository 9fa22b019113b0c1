import Feeds
import Foundation
import MarketModel
import Testing

/// Files that other software wrote: Python's csv and json, pyarrow, DuckDB.
@Suite struct PeerTests {
    enum Python {
        static let path =
            ProcessInfo.processInfo.environment["BELLWETHER_PYTHON"].flatMap {
                FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil
            } ?? Program.path("python3")

        static func has(_ modules: String) -> Bool {
            path.map { (try? Program.run($0, ["-c", "import \(modules)"])) != nil } ?? false
        }

        /// Whether the packages of Tests/requirements.txt are there.
        static let hasPackages = has("duckdb, pyarrow")
    }

    /// Files written by `write_exports.py`, and what is in them.
    func exports() throws -> (scratch: Scratch, expected: [String]) {
        let scratch = try Scratch()
        try Program.run(try #require(Python.path), [Fixture.path("write_exports.py"), scratch.path])
        let expected = String(decoding: try scratch.bytes("expected.txt"), as: UTF8.self)
            .split(separator: "\n").map { line in
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                let time = Timestamp(milliseconds: Int64(fields[1]) ?? 0)
                return "\(fields[0]) \(time) \(fields[2]) x \(fields[3])"
            }
        return (scratch, expected)
    }

    func check(_ names: [String]) throws {
        let (scratch, expected) = try exports()
        #expect(expected.count == 3000)
        for name in names {
            let read = try ReadFile("\(scratch.path)/\(name)", batch: 500)
            #expect(read.refused == [], "\(name)")
            let trades = read.lines.map { line in String(line.drop { $0 != " " }.dropFirst()) }
            let first = zip(trades, expected).first { $0 != $1 }
            #expect(trades.count == expected.count, "\(name)")
            if let first { Issue.record("\(name): read \(first.0), wrote \(first.1)") }
        }
    }

    @Test(.enabled(if: Python.path != nil, "python3 is not installed"))
    func `What Python's csv and json write is read to the last digit`() throws {
        try check([
            "python.csv", "python_quoted.csv", "python_tabs.csv", "python.csv.gz", "python_ascii.ndjson",
            "python_utf8.ndjson",
        ])
    }

    @Test(
        .enabled(
            if: Python.hasPackages,
            "needs a BELLWETHER_PYTHON with duckdb and pyarrow: pip install -r Tests/requirements.txt"
        ))
    func `What DuckDB and pyarrow write is read to the last digit`() throws {
        try check([
            "pyarrow.csv", "pyarrow_semicolon.csv", "duckdb.csv", "duckdb_bar.csv", "duckdb.csv.gz",
            "duckdb.ndjson",
            "duckdb.ndjson.gz",
        ])
    }
}
