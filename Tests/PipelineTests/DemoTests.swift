import MarketModel
import SampleMarket
import Testing

@testable import Pipeline

@Suite("bellwether demo", .serialized)
struct DemoTests {
    @Test("the market goes through the broker to the receiver, and the summary counts it")
    func demo() async throws {
        let place = try TemporaryDirectory()
        try place.write(
            """
            rule lively on SPY
              when trades(1m) >= 1
              severity critical
              message "{symbol} trades"
            """, to: "rules/a.rules")
        let output = MemorySink()
        let said = MemorySink()
        var options = DemoOptions(rules: ["\(place.path)/rules"])
        options.headless = true
        options.speed = 4000
        options.duration = .seconds(6)
        let demo = Demo(
            options, environment: [:], console: Console(output: output, status: said), stop: StopSignal())
        #expect(try await demo.run() == .success)
        let first = try #require(output.text.split(separator: "\n").first)
        #expect(first.contains("FIRING    CRITICAL  lively"))
        #expect(first.hasSuffix("SPY trades"))
        #expect(said.text.contains("1 rule; alerts arrive at http://127.0.0.1:"))
        #expect(said.text.contains(", 0 late, 0 refused"), "\(said.text)")
        #expect(said.text.contains("arrived at the receiver"))
    }

    @Test("at the pace of a demo without a duration the first crash is there within ten seconds")
    func firstAlert() throws {
        let crash = Timestamp(year: 2010, month: 5, day: 6, millisecondOfDay: 66_916_573).milliseconds
        let before = try SampleReplay.trades(seed: 1).prefix { $0.time < crash }.count
        #expect(Double(before) / Demo.unhurriedPace < 10, "\(before) trades come before it")
    }

    @Test("without rules it says where to run it")
    func noRules() async throws {
        let demo = Demo(
            DemoOptions(rules: ["/nonexistent/rules"]), environment: [:],
            console: Console(output: MemorySink(), status: MemorySink()), stop: StopSignal())
        let failure = await #expect(throws: CommandFailure.self) { try await demo.run() }
        #expect(failure?.status == .usage)
        #expect(failure?.help.first?.contains("--rules") == true)
    }
}
