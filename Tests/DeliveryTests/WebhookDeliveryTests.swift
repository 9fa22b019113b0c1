import Foundation
import HTTPTransport
import Logging
import MarketModel
import Synchronization
import Testing

@testable import Delivery

/// Everything that came out of a courier: reports and log lines.
final class Witness: Sendable {
    private let box = Mutex<(reports: [DeliveryReport], log: [String])>(([], []))

    var reports: [DeliveryReport] { box.withLock { $0.reports } }
    var final: [DeliveryReport] { reports.filter(\.isFinal) }
    /// All text that a person could get to see.
    var text: String {
        box.withLock { ($0.log + $0.reports.map { "\($0) \($0.line)" }).joined(separator: "\n") }
    }

    func add(_ report: DeliveryReport) { box.withLock { $0.reports.append(report) } }

    func options(clock: any DeliveryClock, seed: UInt64 = 1, limit: Int = 10_000) -> Courier.Options {
        var options = Courier.Options()
        options.clock = clock
        options.outbox = MemoryOutbox(limit: limit, seed: seed)
        options.log = Logger(label: "test") { _ in WitnessLog(witness: self) }
        options.log.logLevel = .trace
        return options
    }

    fileprivate func addLine(_ line: String) { box.withLock { $0.log.append(line) } }
}

private struct WitnessLog: LogHandler {
    let witness: Witness
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { witness.addLine("\(event.level) \(event.message) \(event.metadata ?? [:])") }
}

private func definition(
    _ receiver: Receiver, format: WebhookTarget.Format = .generic, retryFor: Duration = .seconds(600)
)
    -> NotifierDefinition
{
    var target = WebhookTarget(url: receiver.url, format: format)
    target.headers = [("Authorization", Secret("Bearer headerSecret"))]
    // A machine that is busy must not look like a receiver that is slow.
    target.timeout = .seconds(100)
    return NotifierDefinition(name: "desk", channel: .webhook(target), retryFor: retryFor)
}

/// Submits transitions to one receiver and waits until nothing is left.
private func deliver(
    _ transitions: [Transition], to definition: NotifierDefinition, clock: VirtualClock = VirtualClock(),
    seed: UInt64 = 1
) async -> (witness: Witness, counters: DeliveryCounters) {
    let witness = Witness()
    let courier = Courier(notifiers: [definition], options: witness.options(clock: clock, seed: seed)) {
        witness.add($0)
    }
    for transition in transitions { courier.submit(transition, to: ["desk"]) }
    let left = await onThread { courier.drain(within: .seconds(120)) }
    #expect(left.isEmpty)
    _ = await onThread { courier.stop() }
    return (witness, courier.counters(of: "desk") ?? DeliveryCounters())
}

private func ids(_ taken: [Receiver.Taken]) -> [String] { taken.compactMap { $0.headers["idempotency-key"] } }

struct WebhookDeliveryTests {
    @Test func `the generic body is the transition's JSON, with the receiver's headers and the id as token`()
        async throws
    {
        try await Receiver.run(answer: { _, _ in .init(status: 204, body: "") }) { receiver in
            let fire = transition(values: [.init(name: "change(price, 5m)", value: -0.021)])
            let (witness, counters) = await deliver([fire], to: definition(receiver))
            let taken = try #require(receiver.taken.first)
            #expect(taken.body == fire.json)
            #expect(taken.headers["content-type"] == "application/json; charset=utf-8")
            #expect(taken.headers["authorization"] == "Bearer headerSecret")
            #expect(taken.headers["idempotency-key"] == fire.id)
            #expect(witness.final.map(\.outcome) == [.delivered])
            #expect(counters.delivered == 1 && counters.retries == 0)
        }
    }

    @Test func `a receiver that answers 500 for a minute loses nothing and breaks no order`() async throws {
        let clock = VirtualClock()
        let end = clock.time + 60_000
        try await Receiver.run(
            answer: { _, _ in .init(status: clock.time < end ? 500 : 200) }
        ) { receiver in
            let accepted = Mutex<[String]>([])
            let transitions = (0..<40).map { number in
                transition(
                    number % 2 == 0 ? .firing : .resolved, key: "S\(number / 2 % 5)", at: Int64(number))
            }
            let (witness, counters) = await deliver(transitions, to: definition(receiver), clock: clock)
            for report in witness.final { accepted.withLock { $0.append(report.transition.id) } }
            #expect(Set(accepted.withLock { $0 }) == Set(transitions.map(\.id)))
            #expect(counters.delivered == 40 && counters.dead == 0 && counters.dropped == 0)
            #expect(counters.retries > 3)
            #expect(clock.time >= end)
            // The order at the receiver itself, of those that it took.
            for key in Set(transitions.map(\.key)) {
                let wanted = transitions.filter { $0.key == key }.map(\.id)
                let got = ids(receiver.taken.suffix(40 + counters.retries)).filter { wanted.contains($0) }
                var last: [String] = []
                for id in got where last.last != id { last.append(id) }
                #expect(last == wanted)
            }
        }
    }

    @Test func `Retry-After is waited for, in seconds and as a date`() async throws {
        let clock = VirtualClock(milliseconds: 1_741_617_000_000)
        let times = Mutex<[Int64]>([])
        try await Receiver.run(
            answer: { number, _ in
                times.withLock { $0.append(clock.time) }
                switch number {
                case 0: return .init(status: 429, headers: ["Retry-After": "17.5"])
                case 1: return .init(status: 503, headers: ["Retry-After": "Mon, 10 Mar 2025 14:31:00 GMT"])
                default: return .init(status: 200)
                }
            }
        ) { receiver in
            let (witness, _) = await deliver([transition()], to: definition(receiver), clock: clock)
            #expect(times.withLock { $0 } == [1_741_617_000_000, 1_741_617_017_500, 1_741_617_060_000])
            #expect(witness.reports.map(\.attempts) == [1, 2, 3])
            #expect(witness.final.map(\.elapsed) == [60_000])
        }
    }

    @Test(arguments: [400, 401, 403, 404, 410, 301, 308])
    func `a refusal for good is dropped at once, with the reason and without the address`(status: Int)
        async throws
    {
        try await Receiver.run(
            answer: { _, taken in
                .init(status: status, body: "no_service at \(taken.path) xoxPrivateToken\nheaderSecret")
            }
        ) { receiver in
            let (witness, counters) = await deliver(
                [transition(), transition(.resolved)], to: definition(receiver))
            #expect(receiver.taken.count == 2, "\(witness.text)")
            #expect(counters.dropped == 2)
            guard case .dropped(let reason) = witness.final.first?.outcome else {
                Issue.record("not dropped: \(witness.reports)")
                return
            }
            #expect(reason.hasPrefix("answered \(status)"))
            for secret in receiver.secrets + ["headerSecret"] { #expect(!witness.text.contains(secret)) }
        }
    }

    @Test(arguments: [408, 425, 429, 500, 502, 503, 504])
    func `what may pass is tried until the deadline and then dead`(status: Int) async throws {
        try await Receiver.run(answer: { _, _ in .init(status: status) }) { receiver in
            let clock = VirtualClock()
            let start = clock.time
            let (witness, counters) = await deliver(
                [transition()], to: definition(receiver, retryFor: .seconds(90)), clock: clock)
            #expect(counters.dead == 1 && counters.retries == receiver.taken.count - 1)
            #expect(clock.time == start + 90_000)
            #expect(witness.final.count == 1)
        }
    }

    @Test(arguments: [RudePeer.Manner.hangsUp, .breaksOff, .isSilent, .talksNonsense])
    func `a connection that breaks or stalls is tried again`(manner: RudePeer.Manner) async {
        let peer = RudePeer(manner)
        var target = WebhookTarget(url: peer.url, format: .slack)
        target.timeout = .milliseconds(100)
        let definition = NotifierDefinition(name: "desk", channel: .webhook(target), retryFor: .seconds(4))
        let (witness, counters) = await deliver([transition()], to: definition)
        #expect(counters.dead == 1 && counters.retries >= 1)
        #expect(peer.count >= 2)
        #expect(!witness.text.contains("/rude") && !witness.text.contains("127.0.0.1"))
    }

    @Test func `the same transition submitted again is sent once`() async throws {
        try await Receiver.run(answer: { _, _ in .init(status: 200) }) { receiver in
            let (_, counters) = await deliver(
                [transition(), transition(), transition()], to: definition(receiver))
            #expect(receiver.taken.count == 1 && counters.duplicates == 2)
        }
    }

    @Test func `what waits beyond the bound goes as one digest under an id of its own`() async throws {
        try await Receiver.run(answer: { number, _ in .init(status: number == 0 ? 503 : 200) }) { receiver in
            var notifier = definition(receiver)
            notifier.pace = ReceiverPace(digestAbove: 5)
            let witness = Witness()
            let courier = Courier(
                notifiers: [notifier], options: witness.options(clock: VirtualClock())
            ) { witness.add($0) }
            let fires = (0..<30).map { transition(key: "S\($0)") }
            try courier.commit(fires.map { Dispatch($0, to: ["desk"]) })
            _ = await onThread { courier.drain(within: .seconds(120)) }
            _ = await onThread { courier.stop() }
            #expect(receiver.taken.count == 2)
            #expect(Set(ids(receiver.taken)) == [Message(fires.map { Notice($0) }).id])
            #expect(Set(receiver.taken.map(\.body)).count == 1)
            #expect(receiver.taken[0].body.hasPrefix("{\"digest\":"))
            #expect(witness.final.map(\.transition.id) == fires.map(\.id))
            #expect(courier.counters(of: "desk")?.digests == 1)
        }
    }

    @Test func `a slow receiver holds nobody else up`() async throws {
        let silent = RudePeer(.isSilent)
        try await Receiver.run(answer: { _, _ in .init(status: 200) }) { receiver in
            var other = definition(receiver)
            other.name = "slow"
            other.channel = .webhook(WebhookTarget(url: silent.url, format: .slack))
            let witness = Witness()
            let courier = Courier(
                notifiers: [definition(receiver), other], options: witness.options(clock: VirtualClock())
            ) { witness.add($0) }
            for number in 0..<50 {
                #expect(
                    courier.submit(transition(at: Int64(number)), to: ["slow", "desk"]) == [.queued, .queued])
            }
            #expect(await eventually { courier.pending["desk"] == nil })
            #expect(receiver.taken.count == 50)
            #expect(courier.pending["slow"] == 50)
            let left = await onThread { courier.stop() }
            #expect(left["slow"] ?? 0 >= 49)
            #expect(courier.submit(transition(at: 99), to: ["desk"]) == [.stopped])
        }
    }

    @Test func `a submission says what became of it`() async throws {
        let silent = RudePeer(.isSilent)
        let witness = Witness()
        var definition = NotifierDefinition.webhook(name: "desk", url: silent.url.revealed())
        definition.leastSeverity = .warning
        let courier = Courier(
            notifiers: [definition], options: witness.options(clock: VirtualClock(), limit: 2)
        ) { witness.add($0) }
        func submit(
            _ kind: Transition.Kind, _ time: Int64, _ severity: Severity = .critical, to name: String = "desk"
        )
            -> [Courier.Submission]
        { courier.submit(transition(kind, at: time, severity: severity), to: [name]) }
        #expect(submit(.firing, 1) == [.queued])
        #expect(submit(.firing, 1) == [.duplicate])
        #expect(submit(.firing, 2, .info) == [.belowSeverity])
        #expect(submit(.pending, 3) == [.notNotified])
        #expect(submit(.dropped, 4) == [.notNotified])
        #expect(submit(.firing, 5, to: "dsek") == [.unknownReceiver])
        #expect(submit(.resolved, 6) == [.queued])
        #expect(submit(.firing, 7) == [.full])
        #expect(witness.reports.map(\.outcome) == [.queueFull])
        #expect(courier.counters(of: "desk")?.belowSeverity == 1)
        #expect(courier.counters(of: "desk")?.refusedFull == 1)
        #expect(courier.counters(of: "dsek") == nil)
        _ = await onThread { courier.stop() }
    }

    @Test func `a courier that is let go ends its threads`() async {
        let weakLanes = { () -> [@Sendable () -> Lane?] in
            let courier = Courier(notifiers: [.webhook(name: "desk", url: "http://127.0.0.1:9/")])
            return courier.lanes.values.map { lane in { [weak lane] in lane } }
        }()
        #expect(await eventually { weakLanes.allSatisfy { $0() == nil } })
    }

    @Test func `the sample goes the way of an alert`() async throws {
        try await Receiver.run(answer: { _, _ in .init(status: 200) }) { receiver in
            var notifier = definition(receiver, format: .slack)
            notifier.leastSeverity = .critical
            let options = Witness().options(clock: VirtualClock())
            let report = await onThread { [notifier] in
                Courier.sendSample(to: notifier, within: .seconds(600), options: options)
            }
            #expect(report?.outcome == .delivered)
            #expect(receiver.taken.first?.body.contains("Nothing has happened") == true)
        }
    }

    @Test func `the sample leaves no incident open in PagerDuty`() async throws {
        try await Receiver.run(answer: { _, _ in .init(status: 202) }) { receiver in
            var notifier = definition(receiver, format: .pagerDuty)
            if case .webhook(var target) = notifier.channel {
                target.routingKey = Secret("r0uting")
                notifier.channel = .webhook(target)
            }
            let options = Witness().options(clock: VirtualClock())
            let report = await onThread { [notifier] in
                Courier.sendSample(to: notifier, within: .seconds(600), options: options)
            }
            #expect(report?.outcome == .delivered)
            let bodies = receiver.taken.map(\.body)
            #expect(bodies.count == 2 && bodies.allSatisfy { $0.contains("\"routing_key\":\"r0uting\"") })
            #expect(
                bodies.first?.contains("\"trigger\"") == true && bodies.last?.contains("\"resolve\"") == true)
        }
    }

    @Test func `the sample says why it did not arrive`() async throws {
        try await Receiver.run(answer: { _, _ in .init(status: 403, body: "invalid_token") }) { receiver in
            let notifier = definition(receiver, format: .slack)
            let options = Witness().options(clock: VirtualClock())
            let report = await onThread {
                Courier.sendSample(to: notifier, within: .seconds(600), options: options)
            }
            #expect(report?.outcome == .dropped(reason: "answered 403 (invalid_token)"))
        }
    }

    @Test func `an unknown notifier is told with the nearest name`() throws {
        let notifiers = ["desk", "oncall"].map {
            NotifierDefinition.webhook(name: $0, url: "https://example.com")
        }
        #expect(try notifiers.named("desk").name == "desk")
        #expect(throws: UnknownNotifier(name: "dsek", known: ["desk", "oncall"])) {
            try notifiers.named("dsek")
        }
        #expect(
            UnknownNotifier(name: "dsek", known: ["desk"]).description
                == "no notifier is called `dsek`; did you mean `desk`?")
        #expect(
            UnknownNotifier(name: "x", known: ["oncall", "desk"]).description
                == "no notifier is called `x`; defined are `desk`, `oncall`")
    }
}
