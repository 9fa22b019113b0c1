import MarketModel
import Synchronization
import Testing

@testable import Pipeline

/// Quiet input, live (LANGUAGE 2.5): time moves on with the wall clock less the lateness; the test sets the
/// clock.
@Suite("Time in a live session", .serialized)
struct LiveTimeTests {
    static let rule = """
        rule silent on A
          when trades(10s) == 0
          message "{symbol} is silent"
        """
    static let start = Timestamp(year: 2025, month: 3, day: 10).milliseconds

    /// Publishes a trade every five seconds for half a minute, then goes on for twenty seconds of silence.
    private func transitions(idle: Int64?) throws -> [String] {
        let fixture = try LiveFixture(partitions: 2)
        for step in 0...6 {
            let time = Self.start + Int64(step) * 5000
            try fixture.publish("{\"s\":\"A\",\"p\":99,\"v\":1,\"t\":\(time)}", to: 0)
        }
        try fixture.flush()
        let last = Self.start + 30_000
        let now = SharedClock(last)
        var session = try fixture.session(Self.rule, now: { now.time })
        session.configuration.idle = idle
        session.finishesAtEnd = false
        let result = try session.run(into: RecordingOutbox()) { counters, isDrained in
            // Time passes only once everything has been read.
            if counters.records >= 7, isDrained { now.advance(by: 500) }
            return now.time > last + 20_000
        }
        return result.outbox.lines
    }

    @Test("silence fires at the very instant at which the window has emptied")
    func silenceFires() throws {
        let lines = try transitions(idle: 1000)
        #expect(lines.count == 1)
        #expect(
            lines.first?.contains("\"kind\":\"firing\",\"at\":\(Self.start + 40_000),") == true, "\(lines)")
    }

    @Test("with the clock off, as for a replay, silence says nothing")
    func replay() throws {
        #expect(try transitions(idle: nil).isEmpty)
    }
}

/// A wall clock that the test moves, milliseconds.
final class SharedClock: Sendable {
    private let current: Atomic<Int64>

    init(_ time: Int64) { current = Atomic(time) }

    var time: Int64 { current.load(ordering: .acquiring) }
    func advance(by milliseconds: Int64) { current.add(milliseconds, ordering: .acquiringAndReleasing) }
}
