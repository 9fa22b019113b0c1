import Foundation
import Pipeline
import Synchronization

/// `bellwether dry-run` as a user runs it, its output thrown away.
enum DryRunStage {
    /// - Parameter threads: those that evaluate; nil: as many as there are processors.
    /// - Returns: `trades`, what the file holds.
    static func run(_ path: String, rules: String, trades: Int, threads: Int?) throws -> Int {
        var request = DryRunRequest(rules: [rules], trades: [path])
        request.threads = threads
        let console = Console(output: Nowhere(), status: Nowhere())
        _ = try DryRun(try DryRunOptions(request), environment: [:], console: console).run()
        return trades
    }

    private struct Alert: Decodable {
        var rule: String
        var kind: String
    }

    /// How often each rule fires.
    static func alerts(_ input: BenchmarkInput, rules: String) throws -> [String: Int] {
        var request = DryRunRequest(rules: [rules], trades: [input.path])
        request.format = "ndjson"
        let output = Memory()
        let console = Console(output: output, status: Nowhere())
        _ = try DryRun(try DryRunOptions(request), environment: [:], console: console).run()
        var counts: [String: Int] = [:]
        for line in output.text.withLock({ $0 }).split(separator: "\n") {
            let alert = try JSONDecoder().decode(Alert.self, from: Data(line.utf8))
            if alert.kind == "firing" { counts[alert.rule, default: 0] += 1 }
        }
        return counts
    }

    private final class Memory: TextSink {
        let text = Mutex("")
        func write(_ more: String) { text.withLock { $0 += more } }
    }

    private struct Nowhere: TextSink {
        func write(_ text: String) {}
    }
}
