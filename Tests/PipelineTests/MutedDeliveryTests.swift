import Delivery
import Foundation
import HTTPTransport
import MarketModel
import RuleCompiler
import StateStore
import Synchronization
import Testing

@testable import Pipeline

/// An outbox in a file, with receivers that nobody listens for: what is queued stays, to be looked at.
private final class MutedRun {
    let place: TemporaryDirectory
    let counters = LiveCounters()
    var policy = MutePolicy()
    private var file: StateFile?
    private var durable: DurableOutbox?
    private var delivery: LiveDelivery?
    var outbox: CourierOutbox?

    init() throws { place = try TemporaryDirectory() }

    deinit { _ = delivery?.courier.stop() }

    func start(capacity: Int = 100, rules text: String = rules) throws {
        let durable = try DurableOutbox(owner(), limit: capacity)
        self.durable = durable
        let delivery = LiveDelivery(
            ["desk", "ops", "pager"].map { .webhook(name: $0, url: "http://127.0.0.1:9/") }, outbox: durable,
            capacity: capacity,
            notices: LiveNotices(Console(output: MemorySink(), status: MemorySink()), now: { 0 }),
            clock: StoppedClock())
        self.delivery = delivery
        let rules = try compiled(text)
        outbox = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes, stage: try durable.muteStage(policy),
            counters: counters)
    }

    /// The threads of the run before let go of the file a moment after they have ended.
    private func owner() throws -> StateFile {
        for _ in 0..<1_000_000 {
            do {
                return try StateFile(directory: place.path + "/state", role: .owner)
            } catch StateError.inUse {
                sched_yield()
            }
        }
        return try StateFile(directory: place.path + "/state", role: .owner)
    }

    /// Ends it as `kill -9` would: nothing is drained.
    func kill() {
        outbox = nil
        _ = delivery?.courier.stop()
        delivery = nil
        durable = nil
    }

    /// What a second of the tender does.
    func tend() { _ = durable?.tend(at: Timestamp(milliseconds: 0)) }

    static let rules =
        "rule dear on A\n  when price > 100\n  notify desk, ops\nrule halt\n  when A.price < 1\n"

    func accept(_ rule: String, _ key: String, _ kind: Transition.Kind, at time: Int64) {
        outbox?.accept([
            RenderedTransition(
                rule: rule == "dear" ? 0 : 1,
                transition: Transition(
                    rule: rule, key: key, kind: kind, at: Timestamp(milliseconds: time),
                    message: "\(key) \(kind.rawValue)"))
        ])
    }

    /// `desk firing A`, in the order of queueing.
    var queued: [String] {
        get throws {
            try StateFile(directory: place.path + "/state", role: .visitor).queued().map { row in
                let transition = Notice.stored(row.text)?.transition
                return "\(row.receiver) \(transition?.kind.rawValue ?? "?") \(transition?.key ?? "?")"
            }
        }
    }

    var state: StatePlace { StatePlace(config: place.path + "/bellwether.yaml", state: nil) }

    @discardableResult
    func silence(
        at now: Int64 = 0, _ edit: (inout SilenceAddition) -> Void
    ) throws -> (status: CommandStatus, text: String) {
        var addition = SilenceAddition()
        addition.comment = "known"
        addition.author = "eve"
        edit(&addition)
        let status = MemorySink()
        let code = try addition.run(
            in: state, at: Timestamp(milliseconds: now),
            console: Console(output: MemorySink(), status: status))
        return (code, status.text)
    }
}

/// A clock that stands.
private struct StoppedClock: DeliveryClock {
    func now() -> Timestamp { Timestamp(milliseconds: 0) }
    func pause(until next: Timestamp) -> Duration { .seconds(60) }
}

@Suite("Muted alerts on their way to the outbox")
struct MutedDeliveryTests {
    @Test("a running instance takes up a silence, records what it mutes, and catches up over a restart")
    func silence() throws {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: 1000)
        try run.silence {
            $0.rule = "dear"; $0.from = "1970-01-01T00:00:02Z"; $0.lasts = "3s"
        }
        run.tend()
        run.accept("dear", "C", .firing, at: 2200)
        run.accept("dear", "D", .firing, at: 2300)
        run.accept("dear", "A", .resolved, at: 2400)
        run.accept("dear", "D", .resolved, at: 2500)
        let before = try run.queued
        #expect(before == ["desk firing A", "ops firing A", "desk resolved A", "ops resolved A"])
        let counted = run.counters.snapshot
        #expect(counted.silenced == 4 && counted.untold == 2 && counted.caughtUp == 0)
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        #expect(try file.transitions(since: .init(milliseconds: 0)).count == 5)
        #expect(try file.firing().map(\.key) == ["C"])

        run.kill()
        try run.start()
        run.outbox?.settle(closedBefore: 5000)
        #expect(try run.queued == before)
        run.outbox?.settle(closedBefore: 5001)
        #expect(try run.queued.suffix(2) == ["desk firing C", "ops firing C"])
        let row = try #require(try file.queued().last)
        let caught = try #require(Notice.stored(row.text))
        #expect(
            caught.occasion
                == .catchUp(
                    batch: "silence 1 5000", note: "muted by silence 1 (known), and still firing after it"))
        #expect(caught.incident?.since == Timestamp(milliseconds: 2200))
        // Of a restart before its transaction was written nothing comes twice.
        run.kill()
        try run.start()
        run.outbox?.settle(closedBefore: 9000)
        #expect(try run.queued.count == 6)
        run.accept("dear", "C", .resolved, at: 9500)
        #expect(try run.queued.suffix(2) == ["desk resolved C", "ops resolved C"])
    }

    @Test("what a full queue did not take is decided again after a crash, and what it took is not sent twice")
    func partly() throws {
        let run = try MutedRun()
        try run.start(capacity: 2)
        for (number, key) in ["A", "B", "C"].enumerated() {
            run.accept("dear", key, .firing, at: Int64(number))
        }
        #expect(run.outbox?.hasTakenAll == false)
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        #expect(try file.transitions(since: .init(milliseconds: 0)).count == 2)
        run.kill()
        _ = try file.discard(try file.queued().map(\.sequence))
        try run.start(capacity: 10)
        for (number, key) in ["A", "B", "C"].enumerated() {
            run.accept("dear", key, .firing, at: Int64(number))
        }
        #expect(try run.queued == ["desk firing C", "ops firing C"])
        #expect(try file.firing().map(\.key) == ["A", "B", "C"])
    }

    @Test("alerts of a rule that is gone no longer fire")
    func gone() throws {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: 1)
        run.accept("halt", "", .firing, at: 1)
        run.kill()
        try run.start(rules: "rule halt\n  when A.price < 1\n")
        run.outbox?.settle(closedBefore: 2)
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        #expect(try file.firing().map(\.rule) == ["halt"])
    }
}

@Suite("bellwether silence")
struct SilenceCommandTests {
    private static let now = Timestamp(year: 2025, month: 3, day: 10).milliseconds

    private func list(_ run: MutedRun, all: Bool = false, _ format: String = "text", at now: Int64) throws
        -> (out: String, status: String)
    {
        let (output, status) = (MemorySink(), MemorySink())
        let listing = SilenceListing(run.state, console: Console(output: output, status: status))
        #expect(
            try listing.list(all: all, format: format, at: Timestamp(milliseconds: now)) == .success)
        return (output.text, status.text)
    }

    @Test("add says what it does and what it matches; list shows it; end ends it")
    func commands() throws {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: Self.now)
        let said = try run.silence(at: Self.now) {
            $0.rule = "dear"; $0.key = "A*"; $0.lasts = "2h"
        }
        #expect(
            said.text == """
                silence 1, 2025-03-10 00:00:00 to 2025-03-10 02:00:00 UTC (2h): rule=dear key=A*
                it matches 1 alert that fires now; whoever was told of it will hear of the end

                """)
        try run.silence(at: Self.now) {
            $0.labels = ["team=risk"]
            $0.from = "2025-03-11"
            $0.until = "2025-03-12T01:00+01:00"
            $0.comment = "move\u{1b}[31m"
        }
        let shown = try list(run, at: Self.now).out.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(
            shown == [
                "number state from until firing alerts by comment",
                "1 active 2025-03-10 00:00:00 2025-03-10 02:00:00 1 rule=dear key=A* eve known",
                "2 pending 2025-03-11 00:00:00 2025-03-12 00:00:00 0 label team=risk eve move␛[31m",
            ])
        let objects = try list(run, "json", at: Self.now).out.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(objects.compactMap { $0?["state"] as? String } == ["active", "pending"])
        #expect((objects[0]?["matcher"] as? [String: String]) == ["rule": "dear", "key": "A*"])

        let status = MemorySink()
        let listing = SilenceListing(run.state, console: Console(output: MemorySink(), status: status))
        let later = Timestamp(milliseconds: Self.now + 60_000)
        #expect(try listing.end([1, 2], at: later) == .success)
        #expect(try listing.end([1, 9], at: later) == .findings)
        #expect(
            status.text == """
                silence 1 is over; what fired during it and still fires is told in one message
                silence 2 had not begun, and will not
                silence 1 was over at 2025-03-10 00:01:00 UTC
                there is no silence 9: `bellwether silence list` shows them

                """)
        #expect(try list(run, at: later.milliseconds).out == "")
        #expect(try list(run, all: true, at: later.milliseconds).out.contains("1  over "))
    }

    @Test(
        "what cannot be meant is refused, with the way out",
        arguments: [
            ("", "nothing is to be silenced"), ("rule=/(/ for=1h", "`/(/` is no pattern"),
            ("rule=a", "a silence has an end"), ("rule=a for=1h until=2025-03-11", "both say when it ends"),
            ("rule=a for=2", "`2` is no duration"), ("rule=a for=0s", "`0s` is no duration"),
            ("rule=a for=367d", "more than a year"), ("rule=a until=2025-03-09", "over before it begins"),
            ("rule=a until=soon", "--until cannot be read: `soon`"),
            ("rule=a from=2025-03-12 until=2025-03-11", "over before it begins"),
            ("severity=urgent for=1h", "no alert has the severity `urgent`"),
            ("label=team for=1h", "`team` is no label with its value"),
            ("rule=a for=1h comment=", "a silence without a reason"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let run = try MutedRun()
        try run.start()
        let failure = #expect(throws: CommandFailure.self) {
            try run.silence(at: Self.now) { addition in
                for word in text.split(separator: " ") {
                    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    let value = String(parts[1])
                    switch parts[0] {
                    case "rule": addition.rule = value
                    case "severity": addition.severity = value
                    case "label": addition.labels.append(value)
                    case "for": addition.lasts = value
                    case "from": addition.from = value
                    case "until": addition.until = value
                    default: addition.comment = value
                    }
                }
            }
        }
        #expect(failure?.message.contains(message) == true && failure?.status == .usage)
        #expect(failure?.help.isEmpty == false)
        #expect(try StateFile(directory: run.place.path + "/state", role: .visitor).silences().isEmpty)
    }
}
