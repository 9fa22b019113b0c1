import Delivery
import Diagnostics
import Logging
import MarketModel
import StateStore
import Synchronization

/// Stages 8 and 9 of a live run: the outbox and the courier behind it.
final class LiveDelivery: Sendable {
    /// Milliseconds between two attempts to write what could not be written.
    static let writesAgainAfter: Int64 = 1000

    private struct State {
        var isFull = false
        /// Since when the outbox cannot be written, and when it is tried again.
        var trouble: (since: Timestamp, next: Timestamp)?
        var writeFailures = 0
        /// Checkpoints kept, and of the last its size in bytes and its time.
        var checkpoints = (count: 0, bytes: 0, at: Timestamp?.none)
    }

    private let current: Mutex<Courier>
    /// Stands for one set of notifiers; another after a reload.
    var courier: Courier { current.withLock { $0 } }
    let latencies: DeliveryLatencies
    private let outbox: any Outbox
    let capacity: Int
    private let notices: LiveNotices
    private let clock: any DeliveryClock
    private let state = Mutex(State())

    /// - Parameters:
    ///   - outbox: nil: one in memory.
    ///   - capacity: notifications of one receiver that may wait; beyond, reading pauses.
    ///   - clock: the time by which retries go.
    init(
        _ definitions: [NotifierDefinition], outbox: (any Outbox)? = nil, capacity: Int, notices: LiveNotices,
        clock: any DeliveryClock = SystemDeliveryClock()
    ) {
        let outbox = outbox ?? MemoryOutbox(limit: capacity)
        self.outbox = outbox
        self.capacity = capacity
        self.notices = notices
        self.clock = clock
        let latencies = DeliveryLatencies(definitions.map(\.name))
        self.latencies = latencies
        current = Mutex(LiveDelivery.courier(definitions, outbox, notices, clock, latencies))
    }

    private static func courier(
        _ definitions: [NotifierDefinition], _ outbox: any Outbox, _ notices: LiveNotices,
        _ clock: any DeliveryClock, _ latencies: DeliveryLatencies
    ) -> Courier {
        var options = Courier.Options()
        options.clock = clock
        options.outbox = outbox
        options.log = notices.log
        options.logsReports = false
        options.onCircuit = { notices.say($1, of: $0) }
        return Courier(notifiers: definitions, options: options) { report in
            if case .delivered = report.outcome { latencies.add(report) }
            notices.say(report)
        }
    }

    /// Goes on with other notifiers. What waits for one that is no more stays in the outbox.
    func replace(_ definitions: [NotifierDefinition]) {
        // A transfer that this cuts off is made again under its id.
        courier.stop()
        latencies.know(definitions.map(\.name))
        let next = LiveDelivery.courier(definitions, outbox, notices, clock, latencies)
        current.withLock { $0 = next }
    }

    /// Says an alert about the engine itself, which whoever looks after it wants to see without a receiver.
    func say(_ transition: Transition) { notices.say(engine: transition) }

    func say(late trades: Int) { notices.say(late: trades) }

    /// Why nothing can be written down; nil when it can.
    var trouble: StateError? { outbox.trouble }
    /// Attempts to write alerts down that failed.
    var writeFailures: Int { state.withLock { $0.writeFailures } }
    var checkpoints: (count: Int, bytes: Int, at: Timestamp?) { state.withLock { $0.checkpoints } }

    /// How each receiver fares.
    var receivers: [EngineAlerts.Signs.Receiver] {
        let pending = courier.pending
        return courier.receivers.map { name in
            EngineAlerts.Signs.Receiver(
                name: name, circuit: courier.circuit(of: name) ?? .closed,
                counters: courier.counters(of: name) ?? DeliveryCounters(), waiting: pending[name] ?? 0)
        }
    }

    var now: Timestamp { clock.now() }

    func say(_ ruling: MuteRuling) { notices.say(ruling) }

    /// What people have said about alerts since; nil: nothing.
    func orders(newerThan revision: Int) -> StandingOrders? { outbox.orders(newerThan: revision) }

    /// How many more notices of a receiver there is room for.
    func room(for receiver: String) -> Int { capacity - outbox.pending(for: receiver) }

    /// Whether reading has to wait: nothing can be written, or a receiver's queue is nearly full; from then
    /// on until it is half empty.
    var isHeldUp: Bool {
        if outbox.trouble != nil || state.withLock({ $0.trouble != nil }) { return true }
        let most = courier.pending.values.max() ?? 0
        return state.withLock { state in
            state.isFull = state.isFull ? most > capacity / 2 : most >= capacity - capacity / 8
            return state.isFull
        }
    }

    /// What is not as it should be, for the status line: why reading waits, whose circuit is open.
    var redStatus: [String] {
        var lines = outbox.trouble.map { ["NOT READING: \($0.description)"] } ?? []
        let pending = courier.pending
        for receiver in courier.receivers {
            guard let circuit = courier.circuit(of: receiver), !circuit.isClosed else { continue }
            lines.append(
                circuit.line(of: receiver) + "; \((pending[receiver] ?? 0).counted("notification")) waiting")
        }
        return lines
    }

    /// What each receiver got, for the summary at the end.
    var summary: [String] {
        courier.receivers.compactMap { receiver in
            guard let counters = courier.counters(of: receiver) else { return nil }
            let parts = [
                (counters.digests, "digest"), (counters.retries, "retry"), (counters.dropped, "refusal"),
                (counters.dead, "missed deadline"), (counters.plainBodies, "plain body"),
                (counters.circuitOpenings, "circuit opening"),
            ].filter { $0.0 > 0 }.map { $0.0.counted($0.1) }
            return (["\(receiver): \(counters.delivered.grouped) delivered"] + parts).joined(separator: ", ")
        }
    }

    /// Writes transitions and what is to be told of them.
    ///
    /// - Parameters:
    ///   - firing: what they change of the alerts that fire.
    ///   - checkpoint: what the next run goes on from.
    ///   - progress: how far the transitions since the checkpoint go.
    /// - Returns: false when they could not be written: they are to be given again.
    func commit(
        _ dispatches: [Dispatch], firing: [FiringChange] = [], checkpoint: Checkpoint? = nil,
        progress: Checkpoint? = nil
    ) -> Bool {
        let now = clock.now()
        if let trouble = state.withLock({ $0.trouble }), now < trouble.next { return false }
        do {
            let submissions = try courier.commit(
                dispatches, firing: firing, checkpoint: checkpoint, progress: progress)
            notices.say(submissions, of: dispatches)
            // Somebody else has filled the queue since it was asked for room: `outbox retry`. What was taken
            // is not taken twice.
            if submissions.contains(where: { $0.contains(.full) }) { return false }
            if let checkpoint {
                state.withLock { $0.checkpoints = ($0.checkpoints.count + 1, checkpoint.state.count, now) }
            }
            let was = state.withLock { state in
                defer { state.trouble = nil }
                return state.trouble
            }
            if was != nil {
                notices.say("the state file can be written again: reading goes on", event: "state_writable")
            }
            return true
        } catch {
            let next = Timestamp(milliseconds: now.milliseconds + LiveDelivery.writesAgainAfter)
            state.withLock {
                $0.trouble = ($0.trouble?.since ?? now, next)
                $0.writeFailures += 1
            }
            notices.say(
                (["reading pauses: \(error.description)"] + error.help).joined(separator: "; "), .error,
                event: "state_unwritable")
            return false
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

extension Circuit {
    /// `desk: circuit open since 14:30:05 (answered 503), tries again at 14:31:02`
    func line(of receiver: String) -> String {
        func clock(_ time: Timestamp) -> Substring { time.description.dropFirst(11).prefix(8) }
        return switch self {
        case .closed: "\(receiver): circuit closed, it answers again"
        case .open(let since, let until, let reason):
            "\(receiver): circuit open since \(clock(since)) (\(reason)), tries again at \(clock(until))"
        case .halfOpen(let since, let reason):
            "\(receiver): circuit open since \(clock(since)) (\(reason)), trying now"
        }
    }
}
