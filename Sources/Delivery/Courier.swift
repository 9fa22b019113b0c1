public import Logging
public import MarketModel
internal import Synchronization

/// Carries transitions to their receivers: `submit` queues and returns at once, one thread a receiver sends.
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
    private let state = Mutex(State())
    private let report: @Sendable (DeliveryReport) -> Void

    /// - Parameter onOutcome: called for each report, on the receivers' threads.
    public init(
        notifiers: [NotifierDefinition], options: Options = Options(),
        onOutcome: @escaping @Sendable (DeliveryReport) -> Void = { _ in }
    ) {
        let outbox = options.outbox ?? MemoryOutbox(seed: UInt64.random(in: 0 ... .max))
        let log = options.log
        let report: @Sendable (DeliveryReport) -> Void = { report in
            log.log(level: report.logLevel, "\(report.line)")
            onOutcome(report)
        }
        let surroundings = Lane.Surroundings(
            outbox: outbox, clock: options.clock, progress: progress, report: report)
        var lanes: [String: Lane] = [:]
        for definition in notifiers where lanes[definition.name] == nil {
            outbox.open(receiver: definition.name, retryFor: definition.retryFor)
            lanes[definition.name] = Lane(definition, in: surroundings)
        }
        self.lanes = lanes
        self.outbox = outbox
        self.report = report
        clock = options.clock
        for lane in lanes.values { lane.start() }
    }

    deinit { for lane in lanes.values { lane.stop() } }

    public var receivers: [String] { lanes.keys.sorted() }

    /// Queues a transition for each of the receivers; does not block.
    ///
    /// - Parameter names: a rule's `notify`. A name given twice is sent to once.
    /// - Returns: by the order of `names`.
    @discardableResult
    public func submit(_ transition: Transition, context: AlertContext = .init(), to names: [String])
        -> [Submission]
    {
        guard transition.kind != .pending, transition.kind != .dropped else {
            return names.map { _ in .notNotified }
        }
        let id = transition.id
        let incident: Incident?? = state.withLock {
            $0.isStopped ? nil : .some($0.incidents.incident(of: transition, id: id))
        }
        guard let incident else { return names.map { _ in .stopped } }
        let notice = Notice(transition, context: context, incident: incident)
        return names.map { submit(notice, to: $0) }
    }

    @discardableResult
    public func submit(_ transition: Transition, runbook: String?, to names: [String]) -> [Submission] {
        submit(transition, context: AlertContext(runbook: runbook), to: names)
    }

    private func submit(_ notice: Notice, to name: String) -> Submission {
        guard let lane = lanes[name] else { return .unknownReceiver }
        guard notice.transition.severity >= lane.definition.leastSeverity else {
            state.withLock { $0.belowSeverity[name, default: 0] += 1 }
            return .belowSeverity
        }
        switch outbox.enqueue(notice, for: name, at: clock.now()) {
        case .queued:
            lane.wake()
            return .queued
        case .duplicate: return .duplicate
        case .full:
            report(
                DeliveryReport(
                    receiver: name, transition: notice.transition, outcome: .queueFull, attempts: 0,
                    elapsed: 0))
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
        for lane in lanes.values { lane.stop() }
        while true {
            let generation = progress.generation
            if lanes.values.allSatisfy(\.isFinished) { break }
            progress.wait(since: generation)
        }
        return pending
    }

    public func counters(of receiver: String) -> DeliveryCounters? {
        guard let lane = lanes[receiver] else { return nil }
        var counters = outbox.counters(of: receiver)
        counters.belowSeverity = state.withLock { $0.belowSeverity[receiver] ?? 0 }
        counters.plainBodies = lane.plainBodies
        return counters
    }
}

extension DeliveryReport {
    fileprivate var logLevel: Logger.Level {
        switch outcome {
        case .delivered: .debug
        case .retrying: .warning
        case .dropped, .dead, .queueFull: .error
        }
    }
}
