import MarketModel
import SampleMarket
import StateStore
import Synchronization
import Testing

@testable import Pipeline

/// What a killed run leaves behind, and what the next makes of it (a real broker, no process).
@Suite("A live run goes on where the one before was killed", .serialized)
struct RecoveryTests {
    /// What outlives a run: as in the state file, transitions once an id, the last checkpoint, the last
    /// progress.
    final class Kept: Sendable {
        struct State {
            var transitions: [String: Transition] = [:]
            /// Ids in the order in which they were accepted first.
            var order: [String] = []
            var checkpoint: Checkpoint?
            var progress: Checkpoint?
            var checkpoints = 0
            /// Killed: what comes now is lost.
            var isDead = false
        }

        let state = Mutex(State())

        var recovery: RunRecovery? {
            get throws {
                let (checkpoint, progress) = state.withLock { ($0.checkpoint, $0.progress) }
                guard let checkpoint else { return nil }
                return RunRecovery(
                    checkpoint: try RunCheckpoint(checkpoint),
                    progress: try progress.map { try ReadingPlace($0) })
            }
        }

        var lines: [String] {
            state.withLock { $0.transitions.values.sorted(by: OrderedOutput.precedes).map(\.json) }
        }
    }

    struct KeepingOutbox: TransitionOutbox {
        let kept: Kept
        var progress: Checkpoint?
        let hasTakenAll = true
        let keepsCheckpoints = true

        mutating func accept(_ rendered: [RenderedTransition]) {
            kept.state.withLock { state in
                if state.isDead { return }
                for transition in rendered.map(\.transition) {
                    if let earlier = state.transitions[transition.id] {
                        #expect(earlier.json == transition.json)
                    } else {
                        state.transitions[transition.id] = transition
                        state.order.append(transition.id)
                    }
                }
                if let progress { state.progress = progress }
            }
        }

        mutating func note(late trades: [Trade]) {}

        mutating func reach(_ place: ReadingPlace) throws(CommandFailure) { progress = try place.encoded }

        mutating func keep(_ checkpoint: RunCheckpoint) throws(CommandFailure) -> Bool {
            let encoded = try checkpoint.encoded
            progress = nil
            return kept.state.withLock { state in
                if state.isDead { return false }
                state.checkpoint = encoded
                state.progress = nil
                state.checkpoints += 1
                return true
            }
        }
    }

    static let rules =
        LiveEqualsDryRunTests.rules + """

            rule gridded on all
              when volume(3m by 15s) > 250 or high(2m by 10s) > 1.01 * price
              for 2s
              message "{volume(3m by 15s)} {ago(price, 40s)} {trades(25 trades)}"

            rule decaying on names
              when price > 1.004 * ewma(price, 30s) or rsi(70s by 5s) > 75
              cooldown 20s
              escalate critical when price > 1.01 * ewma(price, 30s)
              message "{ewma(price, 30s)} {count(price, 40 trades)}"

            rule chained on names
              when change(price, 5s) > 0.5% then within 1m change(price, 5s) < -0.5%
              message "{prev(price)} {avg(price, 20 trades)}"

            rule asking on names
              when trades(10s) > 3
              unless firing(fast_move)
            """

    /// One run that is killed after so many records; nil: it may end by itself.
    private func run(
        _ fixture: LiveFixture, _ kept: Kept, killedAfter count: Int?, checkpointEvery polls: Int,
        group: String
    ) throws {
        let ticks = Mutex(Int64(0))
        // The looks at the clock decide, and not the seconds; nobody's patience comes to its end.
        let clock: @Sendable () -> Int64 = {
            ticks.withLock { ticks in
                ticks += 1
                return 1_800_000_000_000 + ticks
            }
        }
        var session = try fixture.session(Self.rules, now: clock)
        session.configuration.group = group
        session.configuration.lateness = 400
        session.finishesAtEnd = false
        session.greatestPoll = 60
        session.checkpointsEvery = Int64(polls * 4)
        session.recovery = try kept.recovery
        kept.state.withLock { $0.isDead = false }
        let end = fixture.count
        // The live source goes on where the progress ends; what is read back is not counted.
        var places = session.recovery?.checkpoint.header.place.records ?? [:]
        places.merge(session.recovery?.progress?.records ?? [:]) { $1 }
        let read = places.values.reduce(0) { $0 + $1.offset }
        _ = try session.run(into: KeepingOutbox(kept: kept)) { counters, isDrained in
            if let count, counters.records >= count {
                kept.state.withLock { $0.isDead = true }
                return true
            }
            return isDrained && Int(read) + counters.records >= end
        }
    }

    @Test("any number of kills leaves the transitions of an uninterrupted run", .timeLimit(.minutes(5)))
    func kills() throws {
        let fixture = try LiveFixture(partitions: 3)
        let rows = LiveEqualsDryRunTests.rows(6000, seed: 21)
        for (number, row) in rows.enumerated() {
            let place = LiveEqualsDryRunTests.symbols.firstIndex(of: row.symbol) ?? 0
            // Some come a little later than they should, and some too late.
            let other = rows[max(0, number - (number % 97 == 0 ? 40 : number % 7 == 0 ? 2 : 0))]
            try fixture.publish(number % 7 == 0 ? other.json : row.json, to: place % 3)
        }
        for rate in LiveEqualsDryRunTests.rates {
            try fixture.publishRate(
                "{\"series\":\"DFF\",\"date\":\"\(rate.date)\",\"value\":\(rate.percent)}")
        }
        try fixture.flush()
        let whole = Kept()
        try run(fixture, whole, killedAfter: nil, checkpointEvery: 3, group: "whole")
        #expect(whole.lines.count > 300)

        let killed = Kept()
        var random = SplitMix64(seed: 5)
        for _ in 0..<6 {
            let count = 150 + Int(random.below(2000))
            try run(
                fixture, killed, killedAfter: count, checkpointEvery: 1 + Int(random.below(3)),
                group: "killed")
        }
        try run(fixture, killed, killedAfter: nil, checkpointEvery: 3, group: "killed")
        #expect(killed.state.withLock { $0.checkpoints } > 1)
        let expected = Set(whole.lines)
        let got = Set(killed.lines)
        #expect(got.subtracting(expected) == [])
        #expect(expected.subtracting(got) == [])
    }
}
