import Foundation
import MarketModel
import Testing

@testable import Pipeline

/// A symbol with more trades than its windows may hold (LANGUAGE 4.5).
@Suite("The point cap", .serialized)
struct WindowCapTests {
    private static let rules = """
        rule blind on all
          when coalesce(trades(1m), -1) < 0
        rule busy on all
          when trades(1m) > 100
          message "{trades(1m):0}"
        """

    private static let start = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 50_000_000)
        .milliseconds

    /// Two minutes of calm, half a minute with 50 trades of A a second, and calm again; B is always calm.
    private static let trades: [(symbol: String, time: Int64)] = {
        let calm = (0..<72).map { ($0 % 2 == 0 ? "A" : "B", start + Int64($0) * 5_000) }
        let burst = (0..<1_500).map { ("A", start + 120_000 + Int64($0) * 20) }
        return (calm + burst).sorted { $0.1 < $1.1 }
    }()

    private struct Line: Decodable, Equatable {
        var rule: String
        var key: String
        var kind: String
        var at: Int64
    }

    private func dryRun(threads: Int) throws -> (lines: [String], said: String) {
        let place = try TemporaryDirectory()
        let rows = Self.trades.map { "\($0.symbol),10,\($0.time),1" }
        try place.write("symbol,price,timestamp,volume\n" + rows.joined(separator: "\n"), to: "trades.csv")
        try place.write(Self.rules, to: "test.rules")
        var request = DryRunRequest(rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades.csv"])
        request.format = "ndjson"
        request.threads = threads
        request.pointsPerSymbol = 1_000
        let output = MemorySink()
        let said = MemorySink()
        _ = try DryRun(
            try DryRunOptions(request), environment: [:], console: Console(output: output, status: said),
            now: { .zero }
        ).run()
        return (output.text.split(separator: "\n").map(String.init), said.text)
    }

    @Test(
        "its windows are unknown from the first trade without room until they are whole, and an alert says so"
    )
    func raisesAnAlert() throws {
        let (lines, said) = try dryRun(threads: 1)
        let told = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        let cap = told.filter { $0.rule == "engine.window_cap" }
        try #require(cap.map(\.kind) == ["firing", "resolved"])
        #expect(cap.map(\.key) == ["A", "A"])
        // Unknown for the warm-up, and again while the alert fires.
        let blind = told.filter { $0.rule == "blind" && $0.key == "A" }
        #expect(blind.map(\.kind) == ["firing", "resolved", "firing", "resolved"])
        #expect(blind.map(\.at).suffix(2) == cap.map(\.at)[...])
        #expect(told.filter { $0.rule == "blind" && $0.key == "B" }.count == 2)
        // It fired before; an unknown condition does not end it.
        #expect(told.filter { $0.rule == "busy" }.map(\.kind) == ["firing", "resolved"])
        #expect(lines.contains { $0.contains("unknown: shorten them") })
        #expect(said.contains("engine.window_cap"))
    }

    @Test("live and dry-run raise it at the same instant, on however many threads")
    func liveEqualsDryRun() throws {
        let fixture = try LiveFixture(partitions: 1)
        for trade in Self.trades {
            try fixture.publish(
                "{\"symbol\":\"\(trade.symbol)\",\"price\":10,\"volume\":1,\"timestamp\":\(trade.time)}",
                to: 0)
        }
        try fixture.flush()
        var session = try fixture.session(Self.rules)
        session.configuration.pointsPerSymbol = 1_000
        let live = try fixture.run(session).outbox.lines
        #expect(live.contains { $0.contains("engine.window_cap") })
        for threads in [1, 3] { #expect(try dryRun(threads: threads).lines == live) }
    }

    @Test("under long pressure it keeps what it may, and is told once")
    func longPressure() throws {
        let place = try TemporaryDirectory()
        // Twenty times the cap in each window, for an hour.
        let rows = (0..<120_000).map { "A,10,\(Self.start + Int64($0) * 30),1" }
        try place.write("symbol,price,timestamp,volume\n" + rows.joined(separator: "\n"), to: "trades.csv")
        try place.write("rule blind on A\n  when coalesce(trades(10m), -1) < 0\n", to: "test.rules")
        var request = DryRunRequest(rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades.csv"])
        request.format = "ndjson"
        request.pointsPerSymbol = 1_000
        let output = MemorySink()
        _ = try DryRun(
            try DryRunOptions(request), environment: [:],
            console: Console(output: output, status: MemorySink()), now: { .zero }
        ).run()
        let told = try output.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(told.map(\.rule) == ["blind", "engine.window_cap"])
        #expect(output.text.contains("\"points\":875"))
    }

    @Test("a window of more trades than are kept for sure is refused, with the cap that it needs")
    func tooManyTrades() throws {
        let place = try TemporaryDirectory()
        try place.write("symbol,price,timestamp,volume\nA,10,1,1\n", to: "trades.csv")
        try place.write("rule r on A\n  when avg(price, 900 trades) > 10\n", to: "test.rules")
        var request = DryRunRequest(rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades.csv"])
        func run() throws {
            _ = try DryRun(
                try DryRunOptions(request), environment: [:],
                console: Console(output: MemorySink(), status: MemorySink())
            ).run()
        }
        request.pointsPerSymbol = 1_000
        let failure = #expect(throws: CommandFailure.self) { try run() }
        #expect(failure?.description.contains("set `--points-per-symbol` to 1032 or more") == true)
        request.pointsPerSymbol = 1_032
        #expect(throws: Never.self) { try run() }
    }
}
