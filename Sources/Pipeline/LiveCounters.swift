import Synchronization

/// What a live run has done so far; another thread may read it while it runs.
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
        /// How often reading paused because the outbox was full.
        public var pauses = 0
        /// Releases without a partition that kept the others waiting for too long.
        public var impatient = 0
    }

    private let state = Mutex(Snapshot())

    public init() {}

    public var snapshot: Snapshot { state.withLock { $0 } }

    func update(_ change: (inout Snapshot) -> Void) { state.withLock { change(&$0) } }
}
