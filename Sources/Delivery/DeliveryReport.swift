public import MarketModel

/// What happened to a notice at one receiver; a notice ends in exactly one outcome other than
/// `retrying`.
public struct DeliveryReport: Sendable {
    public enum Outcome: Sendable, Equatable {
        case delivered
        /// Not yet; the next attempt is at that time.
        case retrying(at: Timestamp, reason: String)
        /// The receiver refused it for good.
        case dropped(reason: String)
        /// Not delivered by its deadline.
        case dead(reason: String)
        /// The receiver's queue was full.
        case queueFull
    }

    public var receiver: String
    public var transition: Transition
    public var outcome: Outcome
    /// Attempts made so far.
    public var attempts: Int
    /// Milliseconds since it was queued.
    public var elapsed: Int64

    public init(receiver: String, transition: Transition, outcome: Outcome, attempts: Int, elapsed: Int64) {
        self.receiver = receiver
        self.transition = transition
        self.outcome = outcome
        self.attempts = attempts
        self.elapsed = elapsed
    }

    public var isFinal: Bool {
        if case .retrying = outcome { false } else { true }
    }

    /// One line for a log or a console; it holds no address and no secret.
    public var line: String {
        let alert = "\(transition.kind.rawValue) \(transition.alertName)"
        switch outcome {
        case .delivered:
            return "\(receiver): \(alert) delivered" + (attempts > 1 ? " at attempt \(attempts)" : "")
        case .retrying(_, let reason):
            return "\(receiver): \(alert) not delivered yet, attempt \(attempts): \(reason)"
        case .dropped(let reason): return "\(receiver): \(alert) refused: \(reason)"
        case .dead(let reason): return "\(receiver): \(alert) given up after \(attempts) attempts: \(reason)"
        case .queueFull: return "\(receiver): \(alert) not queued: too many are waiting"
        }
    }
}
