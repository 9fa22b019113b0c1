import Feeds
import MarketModel
import Synchronization

/// What a live run has done so far; another thread may read it while it runs.
///
/// Counted a batch at a time and where a thing happens; `LiveMetrics` shows all of it.
public final class LiveCounters: Sendable {
    public struct Snapshot: Sendable, Equatable {
        public var records = 0
        /// Decoded trades, late ones too.
        public var trades = 0
        /// Trades that the engine has been given, late ones too; the others wait for other partitions.
        public var evaluated = 0
        public var rates = 0
        public var late = 0
        public var deadLettered = 0
        /// Pings and the like.
        public var ignored = 0
        public var transitions = 0
        public var alerts = 0
        public var commits = 0
        /// Rules and notifiers taken anew, and refused.
        public var reloads = 0
        public var reloadsRefused = 0
        /// How often reading paused because the outbox was full.
        public var pauses = 0
        /// Releases without a partition that kept the others waiting for too long.
        public var impatient = 0
        /// Records read once more at the start, for what windows need.
        var readBack = 0
        /// Polls, each with what it brought evaluated.
        var batches = 0
        /// Evaluations of a rule's block at an instant.
        var evaluations = 0
        var ignoredByKind: [IgnoredRecord: Int] = [:]
        /// What feeds say themselves: `{"type":"error"}`.
        var feedWarnings = 0
        var refusals: [Refusal: Int] = [:]
        /// Dead letters that could not be sent.
        var lostLetters = 0
        var transitionsByKind: [Transition.Kind: Int] = [:]
        /// Notifications that were not made: muted by a silence, or by an alert that fires.
        var silenced = 0
        var inhibited = 0
        /// Because their receiver had not been told that it fires.
        var untold = 0
        /// Made when a mute ended, and because an alert went on firing.
        var caughtUp = 0
        var escalatedByAge = 0
        /// Points that windows had no room for.
        var windowLosses = 0
        var commitFailures = 0
        var rebalances: [Rebalance: Int] = [:]
        var kafkaFaults: [KafkaFault: Int] = [:]
    }

    /// A trade or a rate that was refused, of a topic.
    struct Refusal: Hashable, Sendable {
        var topic: String
        var kind: String
    }

    enum Rebalance: String, Sendable, CaseIterable {
        case assigned, revoked, lost
    }

    enum KafkaFault: String, Sendable, CaseIterable {
        case brokerDown = "broker_down"
        case allBrokersDown = "all_brokers_down"
        case error
        case throttled
    }

    private let state = Mutex(Snapshot())
    /// How it stands now.
    let status = LiveStatus()

    public init() {}

    public var snapshot: Snapshot { state.withLock { $0 } }

    func update(_ change: (inout Snapshot) -> Void) { state.withLock { change(&$0) } }
}
