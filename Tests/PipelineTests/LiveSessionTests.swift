import MarketModel
import Testing

@testable import Pipeline

@Suite("A live session over bad input", .serialized)
struct LiveSessionTests {
    static let rule = """
        rule dear on A
          when price > 100
          message "{symbol} {price}"
        """
    static let wallClock = Timestamp(year: 2025, month: 3, day: 10).milliseconds

    private func trade(_ price: String, at time: Int64) -> String {
        "{\"s\":\"A\",\"p\":\(price),\"v\":1,\"t\":\(time)}"
    }

    @Test(
        "what does not decode goes to the dead-letter topic with its place and reason, and the loop goes on")
    func deadLetters() throws {
        let fixture = try LiveFixture(partitions: 2)
        let now = Self.wallClock
        let year3000 = Timestamp(year: 3000, month: 1, day: 1).milliseconds
        try fixture.publish(trade("99", at: now - 5000), to: 0)
        try fixture.publish("not json", to: 0)
        try fixture.publish(trade("\"NaN\"", at: now - 4000), to: 0)
        try fixture.publish(trade("101", at: year3000), to: 0)
        try fixture.publish("{\"type\":\"ping\"}", to: 1)
        try fixture.publish(trade("101", at: now + 61_000), to: 0)
        try fixture.publish(trade("102", at: now - 3000), to: 0)
        try fixture.flush()
        let session = try fixture.session(Self.rule, now: { now })
        let result = try fixture.run(session)
        #expect(result.outbox.lines.count == 1)
        #expect(result.outbox.lines.first?.contains("\"message\":\"A 102\"") == true)
        let counters = session.counters.snapshot
        #expect(counters.records == 7)
        #expect(counters.trades == 2)
        #expect(counters.ignored == 1)
        #expect(counters.deadLettered == 4)
        let letters = try fixture.readAll(LiveFixture.letters)
        #expect(letters.map { $0.headers["bellwether.offset"] } == ["1", "2", "3", "4"])
        #expect(letters.map { $0.headers["bellwether.partition"] } == ["0", "0", "0", "0"])
        #expect(
            letters.map { $0.headers["bellwether.kind"] } == [
                "not JSON", "not a finite number", "time too far in the future", "time too far in the future",
            ])
        #expect(letters[0].value == "not json")
        #expect(letters.allSatisfy { $0.headers["bellwether.topic"] == LiveFixture.trades })
        #expect(letters.allSatisfy { !($0.headers["bellwether.reason"] ?? "").isEmpty })
    }

    @Test("a second run goes on behind what the first has committed")
    func commits() throws {
        let fixture = try LiveFixture(partitions: 1)
        let now = Self.wallClock
        for index in 0..<100 { try fixture.publish(trade("99", at: now - 100_000 + Int64(index)), to: 0) }
        try fixture.flush()
        _ = try fixture.run(fixture.session(Self.rule, now: { now }))
        try fixture.publish(trade("101", at: now), to: 0)
        try fixture.flush()
        let second = try fixture.session(Self.rule, now: { now })
        let result = try second.run(into: RecordingOutbox()) { counters, isDrained in
            counters.records >= 1 && isDrained
        }
        #expect(second.counters.snapshot.records == 1)
        #expect(result.outbox.lines.count == 1)
    }

    @Test("a broker that cannot be reached is named, with what to check")
    func unreachableBroker() throws {
        var configuration = RunConfiguration(
            bootstrap: .servers("127.0.0.1:1"), trades: [.init(name: "trades")])
        configuration.rates = nil
        let session = LiveSession(
            configuration: configuration, bootstrap: "127.0.0.1:1", rules: try compiled(Self.rule),
            console: Console(output: MemorySink(), status: MemorySink()), counters: LiveCounters(),
            stop: StopSignal(), now: { 0 })
        let failure = #expect(throws: CommandFailure.self) { try session.run(into: RecordingOutbox()) }
        #expect(failure?.status == .failure)
        #expect(failure?.message.contains("127.0.0.1:1") == true)
        #expect(failure?.message.contains("Check that the broker runs") == true)
    }
}
