/// What is measured, and how often.
struct BenchmarkOptions {
    var trades = 10_000_000
    var symbols = 200
    var runs = 5
    /// Where the generated input is kept between runs.
    var cache = ".cache/bench"
    var rules = "Benchmarks/eight.rules"
    /// Measure the engine alone.
    var onlyEngine = false
    /// Measure how the engine's cost grows with the rules.
    var onlyManyRules = false
    /// Compare with other programs, some minutes for DuckDB.
    var comparesPeers = true
    var onlyPeers = false

    static let usage = """
        usage: throughput [--quick] [--trades N] [--runs N] [--rules FILE] [--cache DIRECTORY]
                          [--only-engine | --only-many-rules | --only-peers | --without-peers]

        Measures, over a generated CSV export, how fast trades are read, decoded and evaluated, where the
        time of a dry-run goes, and how the engine's cost grows with the number of rules. --quick takes a
        twentieth of the trades and three runs. --only-engine measures trades in memory to transitions, for a
        profiler; --only-many-rules how that grows. The comparison with Polars, DuckDB and JSON parsers takes
        some minutes: --without-peers leaves it out, --only-peers the rest.

        example: swift run -c release throughput --trades 1000000 --runs 7
        """

    /// - Returns: nil for arguments that it does not know, and for `--help`.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch option {
            case "--quick":
                trades = 500_000
                runs = 3
            case "--trades":
                guard let count = rest.popFirst().flatMap(Int.init), count > 0 else { return nil }
                trades = count
            case "--runs":
                guard let count = rest.popFirst().flatMap(Int.init), count > 0 else { return nil }
                runs = count
            case "--rules":
                guard let path = rest.popFirst() else { return nil }
                rules = path
            case "--cache":
                guard let path = rest.popFirst() else { return nil }
                cache = path
            case "--only-engine": onlyEngine = true
            case "--only-peers": onlyPeers = true
            case "--without-peers": comparesPeers = false
            case "--only-many-rules": onlyManyRules = true
            default: return nil
            }
        }
    }
}
