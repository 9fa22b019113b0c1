/// What is measured, and how often.
struct BenchmarkOptions {
    var trades = 10_000_000
    var symbols = 200
    var runs = 5
    /// Where the generated input is kept between runs.
    var cache = ".cache/bench"
    var rules = "Benchmarks/eight.rules"
    /// What is measured; empty: everything.
    var stages: Set<Stage> = []
    /// Compare with other programs, some minutes for DuckDB.
    var comparesPeers = true

    enum Stage: String, CaseIterable {
        case dryRun = "dry-run"
        case engine
        case manyRules = "many-rules"
        case live
        case latency
        case start
        case memory
        case allocations
        case peers
    }

    func measures(_ stage: Stage) -> Bool {
        // The dry-run's table holds the engine too.
        if stages.isEmpty { return stage != .engine && (stage != .peers || comparesPeers) }
        return stages.contains(stage)
    }

    static let usage = """
        usage: throughput [--quick] [--trades N] [--runs N] [--rules FILE] [--cache DIRECTORY]
                          [--without-peers] [STAGE...]

        Measures, over a generated trading day, the stages that are named, or all:

          dry-run       reading, decoding, ordering, rules: where the time of a dry-run goes
          engine        trades in memory to transitions, for a profiler
          many-rules    how the engine's cost grows with the number of rules
          live          trades out of Kafka through 100 rules, beside the raw consumer
          latency       from a trade's produce to the webhook that it leads to
          start         how long `bellwether check` takes on a thousand rules
          memory        resident bytes of a trade in windows, of reading, of a large market
          allocations   how often memory is asked for once a stage has warmed up
          peers         Polars, DuckDB and JSON parsers on the same files; some minutes

        --quick takes a twentieth of the trades and three runs. live and latency use librdkafka's own broker,
        in a process of its own, and besides the one that BELLWETHER_KAFKA names. latency, start and
        memory run the binary bellwether that lies beside this one.

        example: swift run -c release throughput --trades 1000000 --runs 7 dry-run peers
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
            case "--without-peers": comparesPeers = false
            default:
                guard let stage = Stage(rawValue: option) else { return nil }
                stages.insert(stage)
            }
        }
    }
}
