public import Logging
public import MarketModel
public import StateStore
internal import Synchronization

/// A transition and who is to be told of it.
public struct Dispatch: Sendable {
    public var transition: Transition
    public var context: AlertContext
    /// A rule's `notify`. A name given twice is sent to once.
    public var receivers: [String]
    public var occasion = Occasion.event
    /// Whether it goes into the alerts' past now: an event does, once.
    public var isRecorded = true

    public init(_ transition: Transition, context: AlertContext = .init(), to receivers: [String]) {
        self.transition = transition
        self.context = context
        self.receivers = receivers
    }
}

/// Carries transitions to their receivers: `commit` queues and returns, one thread a receiver sends.
///
/// At least once, and in order per alert: what comes after a lost answer is sent again under the same id.
/// `drain` waits until all is sent; `stop` ends the threads and gives back what was left. What must not be
/// lost over a restart needs an outbox that is durable.
public final class Courier: Sendable {
    public struct Options: Sendable {
        public var clock: any DeliveryClock = SystemDeliveryClock()
        /// nil: a `MemoryOutbox`.
        public var outbox: (any Outbox)?
        public var log = Logger(label: "bellwether.delivery")
        /// Whether each report is written to the log; off where whoever gets them says them.
        public var logsReports = true
        /// Called when a receiver's circuit opens, and when it closes again, on the receiver's thread.
        public var onCircuit: @Sendable (String, Circuit) -> Void = { _, _ in }

        public init() {}
    }

    /// What became of a submission at one receiver.
    public enum Submission: Sendable, Equatable {
        case queued
        /// It was submitted before.
        case duplicate
        /// Reported as `queueFull` too.
        case full
        case belowSeverity
        /// No notifier has this name; `check` would have said so.
        case unknownReceiver
        /// A kind that is not notified: pending and dropped.
        case notNotified
        /// The outbox could not write it down.
        case notWritten(StateError)
        case stopped
    }

    private struct State {
        var incidents = IncidentIndex()
        var belowSeverity: [String: Int] = [:]
        var isStopped = false
    }

    let lanes: [String: Lane]
    private let outbox: any Outbox
    private let clock: any DeliveryClock
    private let progress = WakeSignal()
    private let tender: OutboxTender?
    private let state = Mutex(State())
    private let report: @Sendable (DeliveryReport) -> Void

    /// - Parameter onOutcome: called for each report, on the receivers' threads.
    public init(
        notifiers: [NotifierDefinition], options: Options = Options(),
        onOutcome: @escaping @Sendable (DeliveryReport) -> Void = { _ in }
    ) {
        let outbox = options.outbox ?? MemoryOutbox(seed: UInt64.random(in: 0 ... .max))
        let log = options.log
        let logsReports = options.logsReports
        let report: @Sendable (DeliveryReport) -> Void = { report in
            if logsReports { log.log(level: report.logLevel, "\(report.line)") }
            onOutcome(report)
        }
        let surroundings = Lane.Surroundings(
            outbox: outbox, clock: options.clock, progress: progress, report: report,
            circuit: options.onCircuit)
        var lanes: [String: Lane] = [:]
        for definition in notifiers where lanes[definition.name] == nil {
            outbox.open(
                receiver: definition.name, retryFor: definition.retryFor, pace: definition.pace)
            lanes[definition.name] = Lane(definition, in: surroundings)
        }
        self.lanes = lanes
        self.outbox = outbox
        self.report = report
        clock = options.clock
        if let fires = try? outbox.lastFires() {
            state.withLock { state in
                for fire in fires.reversed() { state.incidents.restore(fire) }
            }
        }
        for lane in lanes.values { lane.start() }
        tender =
            outbox.needsTending
            ? OutboxTender(outbox, clock: options.clock, lanes: lanes, log: log) : nil
        tender?.start()
    }

    deinit {
        tender?.stop()
        for lane in lanes.values { lane.stop() }
    }

    public var receivers: [String] { lanes.keys.sorted() }

    /// Queues a transition for each of the receivers.
    ///
    /// - Returns: by the order of `names`.
    @discardableResult
    public func submit(_ transition: Transition, context: AlertContext = .init(), to names: [String])
        -> [Submission]
    {
        do {
            return try commit([Dispatch(transition, context: context, to: names)])[0]
        } catch {
            return names.map { _ in .notWritten(error) }
        }
    }

    @discardableResult
    public func submit(_ transition: Transition, runbook: String?, to names: [String]) -> [Submission] {
        submit(transition, context: AlertContext(runbook: runbook), to: names)
    }

    /// Queues transitions and remembers them in the alerts' past, in one step; with a checkpoint, all or
    /// nothing of it.
    ///
    /// - Parameters:
    ///   - firing: what the transitions change of the alerts that fire.
    ///   - checkpoint: the state of whoever made the transitions, with them in it.
    ///   - progress: how far they go since the checkpoint.
    /// - Returns: by the order of the dispatches and of their receivers.
    /// - Throws: it could not be written down, and nothing of it is queued.
    @discardableResult
    public func commit(
        _ dispatches: [Dispatch], firing: [FiringChange] = [], checkpoint: Checkpoint? = nil,
        progress: Checkpoint? = nil
    ) throws(StateError) -> [[Submission]] {
        if state.withLock({ $0.isStopped }) { return dispatches.map { $0.receivers.map { _ in .stopped } } }
        var batch = OutboxBatch(firing: firing, checkpoint: checkpoint, progress: progress)
        var found = dispatches.map { $0.receivers.map { _ in Submission.queued } }
        var places: [(dispatch: Int, receiver: Int)] = []
        for (number, dispatch) in dispatches.enumerated() {
            guard dispatch.transition.isNotified else {
                found[number] = dispatch.receivers.map { _ in .notNotified }
                continue
            }
            let notice = notice(of: dispatch)
            if dispatch.isRecorded { batch.transitions.append(dispatch.transition) }
            for (index, name) in dispatch.receivers.enumerated() {
                if let refusal = refusal(of: notice, by: name) {
                    found[number][index] = refusal
                } else {
                    batch.entries.append(OutboxEntry(notice, for: name))
                    places.append((number, index))
                }
            }
        }
        if batch.isEmpty { return found }
        let taken = try outbox.enqueue(batch, at: clock.now())
        for ((place, entry), enqueued) in zip(zip(places, batch.entries), taken) {
            found[place.dispatch][place.receiver] = settle(entry, enqueued)
        }
        return found
    }

    private func notice(of dispatch: Dispatch) -> Notice {
        let transition = dispatch.transition
        let incident = state.withLock { $0.incidents.incident(of: transition, id: transition.id) }
        return Notice(
            transition, context: dispatch.context, incident: incident, occasion: dispatch.occasion)
    }

    private func refusal(of notice: Notice, by name: String) -> Submission? {
        guard let lane = lanes[name] else { return .unknownReceiver }
        if notice.transition.severity >= lane.definition.leastSeverity { return nil }
        state.withLock { $0.belowSeverity[name, default: 0] += 1 }
        return .belowSeverity
    }

    private func settle(_ entry: OutboxEntry, _ enqueued: Enqueued) -> Submission {
        switch enqueued {
        case .queued:
            lanes[entry.receiver]?.wake()
            return .queued
        case .duplicate: return .duplicate
        case .full:
            report(
                DeliveryReport(
                    receiver: entry.receiver, transition: entry.notice.transition, outcome: .queueFull,
                    attempts: 0, elapsed: 0))
            return .full
        }
    }

    /// Blocks until nothing is queued or `limit`, in real time, has passed.
    ///
    /// - Returns: notices that are still queued, by receiver; empty when all are done.
    @discardableResult
    public func drain(within limit: Duration) -> [String: Int] {
        let end = ContinuousClock().now.advanced(by: limit)
        while true {
            let generation = progress.generation
            let rest = ContinuousClock().now.duration(to: end)
            let left = pending
            if left.isEmpty || rest <= .zero || state.withLock({ $0.isStopped }) { return left }
            progress.wait(since: generation, timeout: rest)
        }
    }

    /// Queued or being sent, by receiver; receivers without any are not in it.
    public var pending: [String: Int] {
        lanes.mapValues { outbox.pending(for: $0.name) }.filter { $0.value > 0 }
    }

    /// Ends all threads, transfers under way included, and waits for them: within about a second.
    ///
    /// - Returns: what was left in the queues, by receiver.
    @discardableResult
    public func stop() -> [String: Int] {
        state.withLock { $0.isStopped = true }
        tender?.stop()
        for lane in lanes.values { lane.stop() }
        while true {
            let generation = progress.generation
            if lanes.values.allSatisfy(\.isFinished) { break }
            progress.wait(since: generation)
        }
        tender?.join()
        return pending
    }

    public func circuit(of receiver: String) -> Circuit? {
        lanes[receiver].map { outbox.circuit(of: $0.name) }
    }

    public func counters(of receiver: String) -> DeliveryCounters? {
        guard let lane = lanes[receiver] else { return nil }
        var counters = outbox.counters(of: receiver)
        counters.belowSeverity = state.withLock { $0.belowSeverity[receiver] ?? 0 }
        counters.plainBodies = lane.plainBodies
        return counters
    }
}

extension Transition {
    /// What is pending, or was dropped before it fired, is nobody's alert.
    var isNotified: Bool { kind != .pending && kind != .dropped }
}

extension DeliveryReport {
    public var logLevel: Logger.Level {
        switch outcome {
        case .delivered: .debug
        case .retrying: .warning
        case .dropped, .dead, .queueFull: .error
        }
    }
}
