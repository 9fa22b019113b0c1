/// Every limit of the state file with its unit and its reason.
public enum StateLimits {
    /// Milliseconds for which an accepted id is known: Kafka keeps records for seven days unless told
    /// otherwise, and what cannot be read again cannot come again.
    public static let keepsAccepted: Int64 = 8 * 86_400_000
    /// Milliseconds for which a dead letter waits for somebody to look at it.
    public static let keepsDeadLetters: Int64 = 30 * 86_400_000
    /// Milliseconds for which the alerts' past is kept.
    public static let keepsTransitions: Int64 = 30 * 86_400_000
    /// Seconds that a change waits for another process's change: those of `bellwether outbox` are short.
    static let busySeconds = 5.0
    /// Alerts whose last fire is given back at the start.
    static let lastFires = 100_000
    /// Transitions whose ids are given back at the start: more than are made between two checkpoints.
    static let lastTransitions = 100_000
}
