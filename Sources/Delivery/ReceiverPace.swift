public import MarketModel

/// How fast a receiver is sent to, and what is sent together.
public struct ReceiverPace: Sendable, Equatable {
    /// At most so many messages in so long.
    public struct Limit: Sendable, Equatable {
        public var messages: Int
        public var per: Duration

        public init(messages: Int, per: Duration) {
            self.messages = messages
            self.per = per
        }
    }

    /// Notices that are alike wait for each other and go as one message.
    public struct Grouping: Sendable, Equatable {
        public enum Key: String, Sendable, CaseIterable {
            case rule, symbol, all
        }

        public var by: Key
        /// From the first of them.
        public var wait: Duration

        public init(by key: Key, wait: Duration) {
            by = key
            self.wait = wait
        }
    }

    /// nil: none.
    public var limit: Limit?
    public var grouping: Grouping?
    /// When more than so many notices wait, they go as one digest; nil: never.
    public var digestAbove: Int?
    /// Whether one message may tell of several alerts.
    public var takesDigests = true

    public init(limit: Limit? = nil, grouping: Grouping? = nil, digestAbove: Int? = nil) {
        self.limit = limit
        self.grouping = grouping
        self.digestAbove = digestAbove
    }
}

/// A rate limit as one instant: the time at which the next message would be due if they came evenly.
///
/// - SeeAlso: "generic cell rate algorithm", ITU-T I.371 (2004), annex A: a message conforms when it is at
///   most the
///   burst's length ahead of that time.
struct RateGate: Sendable {
    private let interval: Int64
    private let burst: Int64
    private var due = Int64.min

    /// A burst may be as large as the limit itself.
    init(_ limit: ReceiverPace.Limit) {
        interval = max(1, limit.per.milliseconds / Int64(max(1, limit.messages)))
        burst = max(0, limit.per.milliseconds - interval)
    }

    /// When the next message may be sent; nil: now.
    func opening(after now: Timestamp) -> Timestamp? {
        let earliest = due == .min ? now.milliseconds : due - burst
        return earliest > now.milliseconds ? Timestamp(milliseconds: earliest) : nil
    }

    mutating func take(at now: Timestamp) { due = max(due, now.milliseconds) + interval }
}

/// Whether a receiver is sent to.
public enum Circuit: Sendable, Equatable {
    case closed
    /// It failed so often that it is left alone; then one message tries.
    case open(since: Timestamp, until: Timestamp, reason: String)
    /// One message is on its way.
    case halfOpen(since: Timestamp, reason: String)

    public var isClosed: Bool { self == .closed }
}

/// The circuit breaker of a receiver, over the failures of all its notices.
///
/// ```text
///  closed ── 5th failure in a row ──> open ── its time is over, one message goes ──> half-open
///    ^                                 ^                                                │
///    └──────────── an answer ──────────┼──────────────── failure ───────────────────────┤
///                                      └────────────────────────────────────────────────┘
/// ```
struct CircuitBreaker: Sendable {
    private(set) var circuit = Circuit.closed
    private(set) var failuresInARow = 0
    /// How often it went from closed to open.
    private(set) var openings = 0
    /// Before it nothing is sent.
    private(set) var gate = Timestamp(milliseconds: .min)

    var isFailing: Bool { failuresInARow > 0 }

    /// A message is on its way.
    mutating func noteSending() {
        if case .open(let since, _, let reason) = circuit {
            circuit = .halfOpen(since: since, reason: reason)
        }
    }

    /// The receiver answered, if only to refuse this one message.
    mutating func noteAnswer() {
        failuresInARow = 0
        circuit = .closed
        gate = Timestamp(milliseconds: .min)
    }

    /// - Parameters:
    ///   - retryAfter: what the receiver asked for.
    ///   - fraction: uniform in [0, 1).
    mutating func noteFailure(
        _ reason: String, retryAfter: Duration?, policy: RetryPolicy, fraction: Double, at now: Timestamp
    ) {
        failuresInARow += 1
        let opens = failuresInARow >= DeliveryLimits.circuitFailures
        // A lucky draw may not let an open circuit hammer on: half of the pause is certain.
        let pause = policy.delay(
            failures: failuresInARow, fraction: opens ? 0.5 + fraction / 2 : fraction)
        gate = now.advanced(by: max(pause, retryAfter ?? .zero))
        guard opens else { return }
        switch circuit {
        case .closed:
            openings += 1
            circuit = .open(since: now, until: gate, reason: reason)
        case .open(let since, _, _), .halfOpen(let since, _):
            circuit = .open(since: since, until: gate, reason: reason)
        }
    }

    /// A last try is due before the pause would be over.
    mutating func open(notAfter time: Timestamp) {
        gate = min(gate, time)
        if case .open(let since, let until, let reason) = circuit {
            circuit = .open(since: since, until: min(until, time), reason: reason)
        }
    }
}
