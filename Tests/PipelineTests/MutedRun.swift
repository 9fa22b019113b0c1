import Delivery
import Foundation
import HTTPTransport
import MarketModel
import RuleCompiler
import StateStore
import Testing

@testable import Pipeline

/// An outbox in a file, with receivers that nobody listens for: what is queued stays, to be looked at.
final class MutedRun {
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
        let durable = try DurableOutbox(
            StateFile(directory: place.path + "/state", role: .owner), limit: capacity)
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
            counters: counters, keepsCheckpoints: true)
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
