import Pipeline

/// `bellwether dry-run` as a user runs it, its output thrown away.
enum DryRunStage {
    /// - Returns: `trades`, what the file holds.
    static func run(_ input: BenchmarkInput, rules: String, trades: Int) throws -> Int {
        let request = DryRunRequest(rules: [rules], trades: [input.path])
        let console = Console(output: Nowhere(), status: Nowhere())
        _ = try DryRun(try DryRunOptions(request), environment: [:], console: console).run()
        return trades
    }

    private struct Nowhere: TextSink {
        func write(_ text: String) {}
    }
}
