import Foundation
import SampleMarket

guard let options = BenchmarkOptions(Array(CommandLine.arguments.dropFirst())) else {
    print(BenchmarkOptions.usage)
    exit(CommandLine.arguments.contains("--help") ? 0 : 2)
}

let input = try BenchmarkInput(options)
let sample = min(options.trades, 2_000_000)
let enriched = input.records(sample) { TradeText.appendEnrichedJSON($0, to: &$1) }
let single = input.records(sample) { TradeText.appendRawJSON($0, to: &$1) }

let csv = try Measurement("CSV reading", runs: options.runs) { try FeedStages.csv(input) }
let tape = try Measurement("reading and ordering", runs: options.runs) { try FeedStages.tape(input) }
let rawJSON = Measurement("JSON, single trade", runs: options.runs) { FeedStages.json(single) }
let enrichedJSON = Measurement("JSON, enriched", runs: options.runs) { FeedStages.json(enriched) }
for m in [csv, tape, rawJSON, enrichedJSON] {
    print(m.name, m.nanoseconds, m.processorNanoseconds, m.perSecond, m.spread)
}
