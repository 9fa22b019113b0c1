import Delivery
import Diagnostics
import Logging
import MarketModel
import RuleCompiler
import RuleSemantics
import Synchronization

/// Stages 8 and 9 of a live run: the outbox in memory and the courier behind it.
final class LiveDelivery: Sendable {
    let courier: Courier
    private let outbox: MemoryOutbox
    private let capacity: Int
    private let isFull = Mutex(false)

    /// - Parameters:
    ///   - capacity: notifications of one receiver that may wait; beyond, reading pauses.
    ///   - clock: the time by which retries go.
    init(
        _ definitions: [NotifierDefinition], capacity: Int, notices: LiveNotices,
        clock: any DeliveryClock = SystemDeliveryClock()
    ) {
        outbox = MemoryOutbox(limit: capacity)
        self.capacity = capacity
        var options = Courier.Options()
        options.clock = clock
        options.outbox = outbox
        options.log = .none
        courier = Courier(notifiers: definitions, options: options) { report in
            if case .delivered = report.outcome { return }
            notices.say(report.line)
        }
    }

    func hasRoom(for receiver: String) -> Bool { outbox.pending(for: receiver) < capacity }

    /// Whether a receiver's queue is nearly full; from then on until it is half empty.
    var isHeldUp: Bool {
        let most = courier.pending.values.max() ?? 0
        return isFull.withLock { isFull in
            isFull = isFull ? most > capacity / 2 : most >= capacity - capacity / 8
            return isFull
        }
    }

    /// Sends what is left, for as long as `limit`.
    ///
    /// - Returns: how many notifications were not delivered.
    func finish(within limit: Duration) -> Int {
        courier.drain(within: limit)
        return courier.stop().values.reduce(0, +)
    }
}

extension Logger {
    /// The courier's reports are shown on the console; its own log would say them a second time.
    static var none: Logger { Logger(label: "bellwether.delivery") { _ in SwiftLogNoOpLogHandler() } }
}

/// Hands transitions to the courier, in order; what a full queue does not take waits here, and holds the
/// commit.
struct CourierOutbox: TransitionOutbox {
    private let delivery: LiveDelivery
    /// The receivers of each rule.
    private let routes: [[String]]
    /// What mails say of each rule.
    let contexts: [AlertContext]
    private let counters: LiveCounters
    private var waiting: [(receiver: String, rendered: RenderedTransition)] = []
    private(set) var tally: RuleTally

    init(_ delivery: LiveDelivery, rules: CompiledRules, routes: [[String]], counters: LiveCounters) {
        self.delivery = delivery
        self.routes = routes
        self.counters = counters
        contexts = rules.rules.map { AlertContext(runbook: $0.runbook, ruleText: $0.text) }
        tally = RuleTally(rules: rules.rules.map(\.name))
    }

    var hasTakenAll: Bool { waiting.isEmpty }

    mutating func accept(_ transitions: [RenderedTransition]) {
        for rendered in transitions {
            tally.add(rendered.transition)
            for receiver in routes[rendered.rule] { waiting.append((receiver, rendered)) }
        }
        counters.update { [tally] in
            $0.transitions = tally.transitions
            $0.alerts = tally.alerts
        }
        settle()
    }

    mutating func note(late trades: [Trade]) { counters.update { $0.late += trades.count } }

    /// Submits what there is room for; of one receiver nothing overtakes.
    mutating func settle() {
        var left: [(receiver: String, rendered: RenderedTransition)] = []
        var full: Set<String> = []
        for item in waiting {
            if full.contains(item.receiver) || !delivery.hasRoom(for: item.receiver) {
                full.insert(item.receiver)
                left.append(item)
                continue
            }
            delivery.courier.submit(
                item.rendered.transition, context: contexts[item.rendered.rule], to: [item.receiver])
        }
        waiting = left
    }
}
