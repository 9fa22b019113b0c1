import Foundation
import SampleMarket

/// What other programs make of the same file, beside what we make of it.
///
/// They are Python packages that `.ci/bench-deps.sh` installs; without them the comparison is left out.
struct PeerStages {
    /// One line of peers.py.
    struct Peer: Decodable {
        var name: String
        var group: String
        var seconds: [Double]
        var rows: Int
        var onsets: [String: Int]
    }

    /// DuckDB takes half a minute for so many.
    static let greatestTrades = 1_000_000
    private static let python = ".cache/venv-bench/bin/python"
    private static let script = "Benchmarks/Peers/peers.py"

    let input: BenchmarkInput
    let trades: Int
    private let runs: Int
    private let records: String

    init(_ options: BenchmarkOptions) throws {
        var smaller = options
        smaller.trades = min(options.trades, PeerStages.greatestTrades)
        trades = smaller.trades
        runs = options.runs
        input = try BenchmarkInput(smaller)
        records = input.path.replacing(".csv", with: ".ndjson")
        if !FileManager.default.fileExists(atPath: records) {
            var text: [UInt8] = []
            for trade in input.market.prefix(trades) {
                TradeText.appendRawJSON(trade, to: &text)
                text.append(10)
            }
            try Data(text).write(to: URL(fileURLWithPath: records))
        }
    }

    /// - Returns: nil, after saying why, when they cannot be run here.
    func peers() throws -> [Peer]? {
        guard FileManager.default.isExecutableFile(atPath: PeerStages.python) else {
            print("no comparison: \(PeerStages.python) is missing; .ci/bench-deps.sh installs it")
            return nil
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: PeerStages.python)
        process.arguments = [PeerStages.script, input.path, records, String(runs)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            print("no comparison: \(PeerStages.script) failed; its message stands above")
            return nil
        }
        return try bytes.split(separator: 10).map { try JSONDecoder().decode(Peer.self, from: $0) }
    }

    /// Ours on the peers' files.
    struct Own {
        var csv: Measurement
        var json: Measurement
        var dryRun: Measurement
        /// Alerts by rule.
        var alerts: [String: Int]
    }

    func own(_ rules: String) throws -> Own {
        let csv = try Measurement("CSV", runs: runs) { try FeedStages.csv(input) }
        let json = try Measurement("JSON", runs: runs) { try FeedStages.export(records) }
        let dryRun = try Measurement("dry-run", runs: runs) {
            try DryRunStage.run(input.path, rules: rules, trades: trades, threads: nil)
        }
        return Own(csv: csv, json: json, dryRun: dryRun, alerts: try DryRunStage.alerts(input, rules: rules))
    }
}
