import Delivery
import MarketModel
import RuleCompiler
import StateStore
import Synchronization
import Testing

@testable import Pipeline

/// An outbox on a disk that is full for a while.
private final class FullOutbox: Outbox {
    let isFull = Mutex(true)
    let attempts = Mutex(0)
    let past = Mutex<[Transition]>([])
    private let inner = MemoryOutbox()
    private let lastTrouble = Mutex<StateError?>(nil)

    func open(receiver: String, retryFor: Duration, pace: ReceiverPace) {
        inner.open(receiver: receiver, retryFor: retryFor, pace: pace)
    }

    func enqueue(_ batch: OutboxBatch, at now: Timestamp) throws(StateError) -> [Enqueued] {
        attempts.withLock { $0 += 1 }
        let trouble: StateError? = isFull.withLock { $0 ? .full(file: "state/bellwether.sqlite") : nil }
        lastTrouble.withLock { $0 = trouble }
        if let trouble { throw trouble }
        past.withLock { $0 += batch.transitions }
        return try inner.enqueue(batch, at: now)
    }

    func next(for receiver: String, at now: Timestamp) -> OutboxStep { inner.next(for: receiver, at: now) }
    func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition {
        inner.record(result, of: ticket, at: now)
    }
    func pending(for receiver: String) -> Int { inner.pending(for: receiver) }
    func counters(of receiver: String) -> DeliveryCounters { inner.counters(of: receiver) }
    func circuit(of receiver: String) -> Circuit { inner.circuit(of: receiver) }
    var trouble: StateError? { lastTrouble.withLock { $0 } }
}

/// A clock that stands until it is moved.
private final class StandingClock: DeliveryClock {
    let time = Mutex<Int64>(0)
    func now() -> Timestamp { Timestamp(milliseconds: time.withLock { $0 }) }
    func pause(until next: Timestamp) -> Duration { .seconds(60) }
}

@Suite("When the state file cannot be written")
struct OutboxTroubleTests {
    @Test("what a queue has no room for although there was some is given again, and holds the commit")
    func filledMeanwhile() throws {
        let delivery = LiveDelivery(
            [.webhook(name: "desk", url: "http://127.0.0.1:9/")], outbox: MemoryOutbox(limit: 2),
            capacity: 100,
            notices: LiveNotices(Console(output: MemorySink(), status: MemorySink()), now: { 0 }),
            clock: StandingClock())
        defer { _ = delivery.courier.stop() }
        let rules = try compiled("rule dear on A\n  when price > 100\n  notify desk\n")
        var outbox = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes, counters: LiveCounters())
        outbox.accept(
            (0..<3).map { number in
                RenderedTransition(
                    rule: 0,
                    transition: Transition(
                        rule: "dear", key: "K\(number)", kind: .firing,
                        at: Timestamp(milliseconds: Int64(number))))
            })
        #expect(!outbox.hasTakenAll)
        outbox.settle(closedBefore: nil)
        #expect(!outbox.hasTakenAll)
        #expect(delivery.courier.counters(of: "desk")?.queued == 2)
    }

    @Test("reading pauses, the status is red, nothing is lost; with room again it goes on")
    func diskFull() throws {
        let clock = StandingClock()
        let file = FullOutbox()
        let status = MemorySink()
        let notices = LiveNotices(
            Console(output: MemorySink(), status: status), now: { clock.time.withLock { $0 } })
        // Nothing listens there: what is queued stays.
        let delivery = LiveDelivery(
            [.webhook(name: "desk", url: "http://127.0.0.1:9/")], outbox: file, capacity: 100,
            notices: notices, clock: clock)
        defer { _ = delivery.courier.stop() }
        let rules = try compiled("rule dear on A\n  when price > 100\n  notify desk\n")
        var outbox = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes, counters: LiveCounters())
        let fires = (0..<3).map { number in
            RenderedTransition(
                rule: 0,
                transition: Transition(
                    rule: "dear", key: "A", kind: number % 2 == 0 ? .firing : .resolved,
                    at: Timestamp(milliseconds: Int64(number))))
        }
        outbox.accept(fires)
        #expect(!outbox.hasTakenAll && delivery.isHeldUp)
        #expect(
            delivery.redStatus.first
                == "NOT READING: the disk is full: state/bellwether.sqlite cannot be written")
        #expect(status.text.contains("reading pauses: the disk is full"))
        let metrics = LiveMetrics(
            counters: LiveCounters(), delivery: delivery, startedAt: 0, requests: ConsoleRequests(),
            notices: notices, now: { 0 })
        #expect(metrics.text.contains("bellwether_state_writable 0\n"))
        #expect(metrics.text.contains("bellwether_state_write_failures_total 1\n"))
        let signs = Health.Signs(
            status: LiveStatus().snapshot, isStopping: false, trouble: delivery.trouble?.description,
            patience: 60_000, now: 0)
        #expect(Health.liveness(signs).reasons.first?.contains("the disk is full") == true)
        // Not at every poll, but once a second.
        for _ in 0..<50 { outbox.settle(closedBefore: nil) }
        #expect(file.attempts.withLock { $0 } == 1)
        clock.time.withLock { $0 += 1000 }
        outbox.settle(closedBefore: nil)
        #expect(file.attempts.withLock { $0 } == 2 && !outbox.hasTakenAll)

        file.isFull.withLock { $0 = false }
        clock.time.withLock { $0 += 1000 }
        outbox.settle(closedBefore: nil)
        #expect(
            outbox.hasTakenAll && !delivery.isHeldUp && !delivery.redStatus.contains { $0.hasPrefix("NOT") })
        #expect(file.past.withLock { $0 } == fires.map(\.transition))
        #expect(file.counters(of: "desk").queued == 3)
        #expect(status.text.contains("the state file can be written again: reading goes on"))
    }
}
