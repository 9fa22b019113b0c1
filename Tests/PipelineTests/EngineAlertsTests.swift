import Configuration
import Delivery
import Diagnostics
import MarketModel
import RuleCompiler
import StateStore
import Synchronization
import Testing

@testable import Pipeline

/// Alerts about the engine itself: each fires and resolves, at instants that follow from what is seen.
@Suite("Alerts about the engine")
struct EngineAlertsTests {
    /// What the run's thread would see, a second at a time.
    private struct Desk {
        var alerts: EngineAlerts
        var now: Int64 = 0
        let status = LiveStatus()
        var counted = LiveCounters.Snapshot()
        var lag: Int64? = 0
        var isCutOff = false
        var series: [LiveStatus.Series] = []
        var receiver = EngineAlerts.Signs.Receiver(
            name: "desk", circuit: .closed, counters: DeliveryCounters(), waiting: 0)

        init(_ bounds: EngineAlertBounds = EngineAlertBounds(), open: [EngineAlerts.Name] = []) {
            alerts = EngineAlerts(bounds, startedAt: 0, open: open)
            status.enter(.reading)
        }

        mutating func look() -> [Transition] {
            status.note(
                LiveStatus.Look(
                    at: now, progress: counted.records,
                    lags: [.init(topic: "trades", partition: 0, records: lag)], series: series, symbols: 1,
                    watermark: nil, isCutOff: isCutOff))
            return alerts.settle(
                EngineAlerts.Signs(
                    now: now, status: status.snapshot, counted: counted, receivers: [receiver]))
        }

        /// What happens until then, `rule/key kind at`.
        mutating func pass(until end: Int64, _ each: (inout Desk) -> Void = { _ in }) -> [String] {
            var told: [String] = []
            while now < end {
                now += 1000
                each(&self)
                told += look().map { "\($0.alertName) \($0.kind.rawValue) \($0.at.milliseconds)" }
            }
            return told
        }
    }

    @Test("no progress with lag fires after its bound and resolves with the next record")
    func noProgress() {
        var desk = Desk()
        desk.counted.records = 5
        #expect(desk.pass(until: 10_000) == [])
        desk.lag = 7
        // Nothing was to be read at 10 s.
        #expect(desk.pass(until: 200_000) == ["engine.no_progress firing 70000"])
        desk.counted.records = 6
        #expect(desk.pass(until: 201_000) == ["engine.no_progress resolved 201000"])
        #expect(desk.pass(until: 260_000) { $0.counted.records += 1 } == [])
    }

    @Test("a broker that cannot be reached is no progress, too")
    func cutOff() {
        var desk = Desk()
        #expect(desk.pass(until: 5_000) == [])
        desk.isCutOff = true
        #expect(desk.pass(until: 100_000) == ["engine.no_progress firing 66000"])
        desk.isCutOff = false
        #expect(desk.pass(until: 101_000) == ["engine.no_progress resolved 101000"])
    }

    @Test("late trades beyond their share fire, and resolve at half of it")
    func lateTrades() {
        var desk = Desk()
        let busy: (inout Desk) -> Void = { $0.counted.trades += 10 }
        #expect(desk.pass(until: 300_000, busy) == [])
        // Of 10 trades a second one is late: beyond 1 % of five minutes' 3,000 after 31 s.
        let told = desk.pass(until: 400_000) {
            $0.counted.trades += 10
            $0.counted.late += 1
        }
        #expect(told == ["engine.late_trades firing 331000"])
        // Below 15 of 3,000 again when but 15 of the 100 late ones are left.
        #expect(desk.pass(until: 900_000, busy) == ["engine.late_trades resolved 685000"])
        // A handful of late trades in a quiet hour is none of it.
        #expect(desk.pass(until: 905_000) { $0.counted.late += 1 } == [])
    }

    @Test("dead letters fire by topic and by receiver, and resolve after five minutes without")
    func deadLetters() {
        var desk = Desk()
        #expect(desk.pass(until: 1_000) == [])
        desk.counted.refusals[.init(topic: "trades", kind: "not JSON")] = 3
        desk.receiver.counters.dead = 1
        #expect(
            desk.pass(until: 2_000) == [
                "engine.dead_letters/receiver desk firing 2000",
                "engine.dead_letters/topic trades firing 2000",
            ])
        desk.counted.refusals[.init(topic: "trades", kind: "not a trade")] = 1
        #expect(
            desk.pass(until: 900_000) == [
                "engine.dead_letters/receiver desk resolved 302000",
                "engine.dead_letters/topic trades resolved 303000",
            ])
    }

    @Test("a receiver whose circuit is open for a minute fires under its name until it answers")
    func receiverDown() {
        var desk = Desk()
        let opened = Timestamp(milliseconds: 4_000)
        #expect(desk.pass(until: 4_000) == [])
        desk.receiver.waiting = 3
        desk.receiver.circuit = .open(since: opened, until: opened, reason: "answered 503")
        #expect(desk.pass(until: 30_000) == [])
        desk.receiver.circuit = .halfOpen(since: opened, reason: "answered 503")
        #expect(desk.pass(until: 90_000) == ["engine.receiver_down/desk firing 64000"])
        desk.receiver.circuit = .closed
        desk.receiver.counters.delivered = 1
        #expect(desk.pass(until: 91_000) == ["engine.receiver_down/desk resolved 91000"])
    }

    @Test("a rate whose newest value is too old fires by series, with bounds of its own where it has them")
    func ratesStale() {
        let day: Int64 = 86_400_000
        var bounds = EngineAlertBounds()
        bounds.rateAgeBySeries = ["FEDFUNDS": 45 * day, "IORB": nil]
        var desk = Desk(bounds)
        desk.series = ["DFF", "FEDFUNDS", "IORB", "NEW"].map { .init(name: $0, publishedAt: 0) }
        desk.series[3].publishedAt = nil
        #expect(desk.pass(until: 59_000) == [])
        #expect(desk.pass(until: 61_000) == ["engine.rates_stale/NEW firing 60000"])
        desk.series[3].publishedAt = 61_000
        #expect(desk.pass(until: 62_000) == ["engine.rates_stale/NEW resolved 62000"])
        // The instant follows from the publication, not from when it is looked at.
        desk.now = 5 * day + 1_500
        #expect(
            desk.look().map { "\($0.key) \($0.at.milliseconds)" } == ["DFF \(5 * day)"])
        desk.series[0].publishedAt = 5 * day
        desk.series[3].publishedAt = 5 * day
        desk.now += 1000
        #expect(desk.look().map(\.kind) == [.resolved])
        desk.now = 45 * day
        desk.series[0].publishedAt = 45 * day
        #expect(desk.look().map(\.key) == ["FEDFUNDS", "NEW"])
    }

    @Test("what an earlier run left firing does not fire again, and resolves when it is seen to be over")
    func restart() {
        let open: [EngineAlerts.Name] = [
            .init(rule: .noProgress), .init(rule: .receiverDown, key: "desk"),
            .init(rule: .receiverDown, key: "gone"), .init(rule: .deadLetters, key: "topic trades"),
        ]
        var desk = Desk(open: open)
        desk.lag = nil
        desk.receiver.waiting = 2
        desk.counted.refusals[.init(topic: "trades", kind: "not JSON")] = 1
        #expect(desk.pass(until: 1_000) == ["engine.receiver_down/gone resolved 1000"])
        desk.lag = 9
        desk.counted.records = 1
        desk.receiver.counters.delivered = 1
        #expect(
            desk.pass(until: 2_000) == [
                "engine.no_progress resolved 2000", "engine.receiver_down/desk resolved 2000",
            ])
    }

    @Test("an alert that is off is silent")
    func off() {
        var bounds = EngineAlertBounds()
        bounds.noProgress = nil
        bounds.lateShare = nil
        bounds.deadLetters = nil
        bounds.receiverDown = nil
        bounds.rateAge = nil
        var desk = Desk(bounds)
        desk.lag = 9
        desk.series = [.init(name: "DFF")]
        desk.counted.late = 100
        desk.counted.refusals[.init(topic: "trades", kind: "not JSON")] = 3
        desk.receiver.circuit = .open(
            since: .init(milliseconds: 0), until: .init(milliseconds: 0), reason: "answered 503")
        #expect(desk.pass(until: 300_000) == [])
    }

    @Test("the same fires have the same ids, in whatever run they are seen")
    func ids() {
        func told() -> [String] {
            var desk = Desk()
            desk.lag = 7
            desk.now = 500
            var ids: [String] = []
            while desk.now < 70_000 {
                ids += desk.look().map(\.id)
                desk.now += 1000
            }
            return ids
        }
        #expect(told().count == 1 && told() == told())
    }

    // MARK: Configuration

    private func read(_ text: String) -> (bounds: EngineAlertBounds, codes: [String]) {
        let reader = ConfigurationReader(
            SourceFile(
                name: "bellwether.yaml",
                text: Array(
                    ("kafka: {bootstrap: embedded}\ntopics: {trades: [{name: trades}]}\nengine-alerts:\n"
                        + text)
                        .utf8)), environment: [:])
        let configuration = RunConfiguration(reader, directory: "")
        return (configuration?.engineBounds ?? EngineAlertBounds(), reader.diagnostics.map(\.code))
    }

    @Test("bounds are read from the configuration; what is unknown or no bound is refused")
    func configuration() {
        let day: Int64 = 86_400_000
        let all = read(
            """
              notify: [ops, mail]
              no-progress: 2m
              late-trades: 0.5%
              dead-letters: 20
              receiver-down: 30s
              rates-stale: {others: 6d, FEDFUNDS: 45d, IORB: off}
            """)
        #expect(all.codes == [])
        var wanted = EngineAlertBounds()
        wanted.noProgress = 120_000
        wanted.lateShare = 0.005
        wanted.deadLetters = 20
        wanted.receiverDown = 30_000
        wanted.rateAge = 6 * day
        wanted.rateAgeBySeries = ["FEDFUNDS": 45 * day, "IORB": nil]
        #expect(all.bounds == wanted)
        let off = read(
            "  no-progress: off\n  late-trades: off\n  dead-letters: off\n  receiver-down: off\n"
                + "  rates-stale: off\n")
        #expect(off.codes == [] && off.bounds.noProgress == nil && off.bounds.lateShare == nil)
        #expect(off.bounds.deadLetters == nil && off.bounds.rateAge == nil)
        #expect(off.bounds.receiverDown == nil)
        #expect(read("  no-progres: 1m\n").codes == ["E104"])
        #expect(read("  no-progress: soon\n").codes == ["E108"])
        #expect(read("  no-progress: 10ms\n").codes == ["E110"])
        #expect(read("  dead-letters: 0\n").codes == ["E110"])
        #expect(read("  rates-stale: {DFF: 1}\n").codes == ["E108"])
        for wrong in ["1", "0%", "101%", "x%"] {
            #expect(read("  late-trades: \(wrong)\n").codes == ["E152"])
        }
    }
}

/// In a live session, to its receivers and into the state file.
@Suite("Alerts about the engine in a session", .serialized)
struct EngineAlertsLiveTests {
    @Test("dead letters reach the engine's receivers, fire once over a restart, and resolve in the next run")
    func session() throws {
        let place = try TemporaryDirectory()
        let fixture = try LiveFixture(partitions: 1)
        try fixture.publish("not json", to: 0)
        try fixture.flush()
        let start: Int64 = 1_741_600_000_000
        let file = try StateFile(directory: place.path + "/state", role: .owner)
        /// The console's lines and what still is open after a run that lasts until then.
        func run(from: Int64, seconds: Int64) throws -> (said: String, open: [String], queued: Int) {
            let clock = Atomic(from)
            let status = MemorySink()
            var session = try fixture.session(
                "rule dear on A\n  when price > 100\n", status: status,
                now: { clock.load(ordering: .relaxed) })
            let outbox = try DurableOutbox(file)
            let delivery = LiveDelivery(
                [.webhook(name: "ops", url: "http://127.0.0.1:9/")], outbox: outbox, capacity: 100,
                notices: LiveNotices(session.console, now: { 0 }))
            defer { _ = delivery.courier.stop() }
            session.receivers = { delivery.receivers }
            session.openEngineAlerts = try outbox.openAlerts(of: EngineAlerts.Rule.allCases.map(\.rawValue))
                .compactMap { alert in
                    EngineAlerts.Rule(rawValue: alert.rule).map { .init(rule: $0, key: alert.key) }
                }
            let rules = session.rules
            let taker = CourierOutbox(
                delivery, rules: rules, routes: rules.ruleRoutes, engineRoute: ["ops"],
                counters: session.counters)
            var passed: Int64 = 0
            _ = try session.run(into: taker) { counters, isDrained in
                // The first record may take a while; then a second passes with each poll.
                if !isDrained { return false }
                passed += 1
                clock.store(from + passed * 1000, ordering: .relaxed)
                return passed > seconds
            }
            let open = try outbox.openAlerts(of: EngineAlerts.Rule.allCases.map(\.rawValue))
            return (status.text, open.map { "\($0.rule)/\($0.key)" }, try file.queued().count)
        }
        let first = try run(from: start, seconds: 5)
        #expect(first.said.contains("engine.dead_letters firing: topic trades: 1 record given up"))
        #expect(first.open == ["engine.dead_letters/topic trades"])
        #expect(first.queued == 1)
        let second = try run(from: start + 60_000, seconds: 310)
        #expect(!second.said.contains("dead_letters firing"))
        #expect(second.said.contains("engine.dead_letters resolved"), "\(second.said)")
        #expect(second.open == [])
        #expect(second.queued == 2, "\(second.said)")
    }
}
