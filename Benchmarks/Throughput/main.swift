import Foundation
import Pipeline
import RuleCompiler
import SampleMarket

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case BrokerProcess.command:
    try BrokerProcess.serve(arguments.dropFirst())
    exit(0)
case FeedStages.command:
    _ = try FeedStages.export(arguments[1])
    exit(0)
default: break
}

guard let options = BenchmarkOptions(arguments) else {
    print(BenchmarkOptions.usage)
    exit(arguments.contains("--help") ? 0 : 2)
}

do {
    try measure(options)
} catch let unsound as EngineStages.Unsound {
    print("\(options.rules) does not check:\n\(unsound.diagnostics)")
    exit(1)
}

func measure(_ options: BenchmarkOptions) throws {
    if options.measures(.dryRun) || options.measures(.engine) { try measureDryRun(options) }
    if options.measures(.manyRules) { try ManyRules(options: options).run() }
    if options.measures(.live) || options.measures(.latency) { try measureLive(options) }
    if options.measures(.start) { try StartStage(options: options).run() }
    if options.measures(.memory) { try MemoryStage(options: options).run() }
    if options.measures(.allocations) { try AllocationStage(options: options).run() }
    if options.measures(.peers) { try comparePeers(options) }
}

func measureLive(_ options: BenchmarkOptions) throws {
    let embedded = try LiveCluster.embedded([
        (name: "trades", partitions: LiveStage.partitions), (name: "latency", partitions: 1),
        (name: RunConfiguration.deadLetters, partitions: 1),
    ])
    for cluster in [embedded, LiveCluster.named].compactMap({ $0 }) {
        print("")
        if options.measures(.live) { try LiveStage(options, cluster).run() }
        if options.measures(.latency) { try LatencyStage(options, cluster).run() }
    }
    embedded.broker?.stop()
}

func measureEngine(_ stages: EngineStages, _ input: BenchmarkInput, _ options: BenchmarkOptions) throws {
    let trades = try EngineStages.Tape(input)
    var result = EngineStages.Result()
    let engine = Measurement("engine alone", runs: options.runs, warmsUp: false) {
        result = stages.engine(trades)
        return result.trades
    }
    print(ResultTable.engineText(engine, result))
}

func measureDryRun(_ options: BenchmarkOptions) throws {
    let stages = try EngineStages(options.rules)
    let input = try BenchmarkInput(options)
    print(
        "\(options.trades) trades, \(options.symbols) symbols, \(stages.rules.rules.count) rules, "
            + "\(input.bytes / 1_000_000) MB of CSV; median of \(options.runs) runs after one to warm up\n")

    if options.measures(.engine) { return try measureEngine(stages, input, options) }

    let csv = try Measurement("CSV reading", runs: options.runs) { try FeedStages.csv(input) }
    let packed = try input.packed()
    let gzip = try Measurement("CSV reading, gzip", runs: options.runs) { try FeedStages.export(packed) }
    let tape = try Measurement("reading and ordering", runs: options.runs) { try FeedStages.tape(input) }

    var transitions = 0
    let trades = try EngineStages.Tape(input)
    let engine = Measurement("engine alone", runs: options.runs) {
        let result = stages.engine(trades)
        transitions = result.transitions
        return result.trades
    }
    trades.trades = []
    let dryRuns = try [
        ("whole dry-run, 1 thread", input.path, 1), ("whole dry-run, all cores", input.path, nil),
        ("the same, gzip", packed, nil),
    ].map { name, path, threads in
        try Measurement(name, runs: options.runs) {
            try DryRunStage.run(path, rules: options.rules, trades: options.trades, threads: threads)
        }
    }

    // A JSON record is three times a row's length; a part of the day says as much.
    let sample = min(options.trades, 2_000_000)
    let single = input.records(sample) { TradeText.appendRawJSON($0, to: &$1) }
    let rawJSON = Measurement("JSON, single trade", runs: options.runs) { FeedStages.json(single) }
    let enriched = input.records(sample) { TradeText.appendEnrichedJSON($0, to: &$1) }
    let enrichedJSON = Measurement("JSON, with quote", runs: options.runs) { FeedStages.json(enriched) }

    print(
        ResultTable(
            csv: csv, gzip: gzip, tape: tape, engine: engine, dryRuns: dryRuns, json: [rawJSON, enrichedJSON]
        )
        .text)
    print("\(transitions) transitions\n")
}

func comparePeers(_ options: BenchmarkOptions) throws {
    let stages = try PeerStages(options)
    guard let peers = try stages.peers() else { return }
    print(PeerTable(own: try stages.own(options.rules), peers: peers, trades: stages.trades).text)
}
