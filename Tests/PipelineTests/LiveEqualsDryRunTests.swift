import Foundation
import MarketModel
import SampleMarket
import Testing

@testable import Pipeline

/// The promise that everything else serves (LANGUAGE 2.6): `live(arrivals) == dry_run(arrivals less the late
/// log)`.
@Suite("Live equals dry-run", .serialized)
struct LiveEqualsDryRunTests {
    static let rules = """
        list names = SIM:A, SIM:B, C, D
        series pair = SIM:A.price - C.price

        rule fast_move on names
          when abs(change(price, 10s)) >= 1%
          until abs(change(price, 10s)) < 0.5%
          cooldown 30s
          repeat 20s
          severity critical
          message "{symbol} {change(price, 10s):+0.00%}, now {price}"

        rule busy on all except D
          when volume(20s) / 20s > 2 * volume(2m ending 20s ago) / 2m and trades(20s) >= 5
          for 3s
          message "{symbol} {volume(20s):,0} of {vwap(20s)}"

        rule silent on names
          when trades(15s) == 0
          severity critical

        rule stretched
          when abs(zscore(pair, 2m)) > 2
          until abs(zscore(pair, 2m)) < 1
          message "{pair:0.00} {zscore(pair, 2m):+0.00}"

        rule dear_money on SIM:B
          when rate(DFF) > 1% and price crosses above avg(price, 1m)
          message "{rate(DFF):0.00%} {stddev(price, 1m)}"
        """

    /// One trade as the topic and the export have it.
    struct Row {
        var symbol: String
        var time: Int64
        var price: String
        var size: String

        var json: String {
            "{\"symbol\":\"\(symbol)\",\"price\":\(price),\"volume\":\(size),\"timestamp\":\(time)}"
        }
        var csv: String { "\(symbol),\(price),\(time),\(size)" }
    }

    static let header = "symbol,price,timestamp,volume"
    static let start = Timestamp(year: 2022, month: 3, day: 18, millisecondOfDay: 46_700_000).milliseconds
    static let symbols = ["SIM:A", "SIM:B", "C", "D", "E"]

    /// A walk with jumps, bursts, pauses and equal times.
    static func rows(_ count: Int, seed: UInt64) -> [Row] {
        var random = SplitMix64(seed: seed)
        var time = start
        var cents = [10_000, 5_000, 9_900, 20_000, 150]
        return (0..<count).map { _ in
            let draw = random.below(100)
            time += draw < 30 ? 0 : draw < 97 ? Int64(random.below(400)) : Int64(random.below(20_000))
            let index = Int(random.below(UInt64(symbols.count)))
            let isJump = random.below(40) == 0
            let step = isJump ? cents[index] / 40 : max(1, cents[index] / 2000)
            cents[index] += random.below(2) == 0 ? step : -step
            if cents[index] < 100 { cents[index] = 100 }
            let fraction = cents[index] % 100
            return Row(
                symbol: symbols[index], time: time,
                price: "\(cents[index] / 100).\(fraction < 10 ? "0" : "")\(fraction)",
                size: String(1 + random.below(isJump ? 900 : 20)))
        }
    }

    static let rates: [(date: String, percent: String)] = [
        ("2022-03-16", "0.08"), ("2022-03-17", "0.33"), ("2022-03-18", "1.25"),
    ]

    /// Each symbol in a partition of its own choice, so that its trades keep their order.
    func partition(_ symbol: String, of count: Int) -> Int {
        (LiveEqualsDryRunTests.symbols.firstIndex(of: symbol) ?? 0) % count
    }

    /// Runs the same rows through the broker and through files.
    ///
    /// - Returns: the transitions of both, and how many trades were late.
    func both(_ rows: [Row], partitions: Int) throws -> (live: [String], dryRun: [String], late: Int) {
        let fixture = try LiveFixture(partitions: partitions)
        var files = [[Row]](repeating: [], count: partitions)
        for row in rows {
            let number = partition(row.symbol, of: partitions)
            files[number].append(row)
            try fixture.publish(row.json, to: number)
        }
        for rate in LiveEqualsDryRunTests.rates {
            try fixture.publishRate(
                "{\"series\":\"DFF\",\"date\":\"\(rate.date)\",\"value\":\(rate.percent)}")
        }
        try fixture.flush()
        let live = try fixture.run(fixture.session(LiveEqualsDryRunTests.rules))

        let place = try TemporaryDirectory()
        for (number, rows) in files.enumerated() {
            let kept = rows.enumerated().filter {
                !live.outbox.late.contains([Int64(number), Int64($0.offset)])
            }
            let lines = [LiveEqualsDryRunTests.header] + kept.map(\.element.csv)
            try place.write(lines.joined(separator: "\n") + "\n", to: "trades-\(number).csv")
        }
        let rates = ["observation_date,DFF"] + LiveEqualsDryRunTests.rates.map { "\($0.date),\($0.percent)" }
        try place.write(rates.joined(separator: "\n") + "\n", to: "DFF.csv")
        try place.write(LiveEqualsDryRunTests.rules, to: "test.rules")
        var request = DryRunRequest(
            rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades-*.csv"])
        request.rates = ["DFF=\(place.path)/DFF.csv"]
        request.format = "ndjson"
        let output = MemorySink()
        let dryRun = DryRun(
            try DryRunOptions(request), environment: [:],
            console: Console(output: output, status: MemorySink()), now: { .zero })
        #expect(try dryRun.run() == .success)
        let lines = output.text.split(separator: "\n").map(String.init)
        return (live.outbox.lines, lines, live.outbox.late.count)
    }

    @Test("the same trades through several partitions and through an export give the same transitions")
    func severalPartitions() throws {
        let result = try both(Self.rows(4000, seed: 7), partitions: 3)
        #expect(result.late == 0)
        #expect(result.live.count > 50)
        #expect(result.live == result.dryRun)
    }

    @Test("with late trades, the dry-run over the arrivals less the late log is the same")
    func lateTrades() throws {
        var rows = Self.rows(3000, seed: 11)
        var random = SplitMix64(seed: 5)
        // Some trades come later than they should: a few within the lateness, a few far beyond it.
        for index in stride(from: 20, to: rows.count - 200, by: 17) {
            let target = index + Int(random.below(random.below(3) == 0 ? 120 : 4))
            rows.insert(rows.remove(at: index), at: target)
        }
        let result = try both(rows, partitions: 3)
        #expect(result.late > 10)
        #expect(result.live.count > 50)
        #expect(result.live == result.dryRun)
    }

    @Test("the number of partitions changes nothing")
    func partitionsDoNotMatter() throws {
        let rows = Self.rows(2000, seed: 3)
        let one = try both(rows, partitions: 1)
        let five = try both(rows, partitions: 5)
        #expect(one.live == five.live)
        #expect(!one.live.isEmpty)
    }
}
