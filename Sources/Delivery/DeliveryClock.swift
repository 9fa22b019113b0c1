public import MarketModel

/// Where delivery gets its time from; tests pass one that moves when it is waited for.
public protocol DeliveryClock: Sendable {
    func now() -> Timestamp
    /// How long a thread that waits for `time` is to sleep before it asks again.
    func pause(until time: Timestamp) -> Duration
}

/// The wall clock's time at the start, moved on by a monotonic clock: a clock that is set back or forward
/// neither repeats nor skips a retry.
public struct SystemDeliveryClock: DeliveryClock {
    private let start: ContinuousClock.Instant
    private let startMilliseconds: Int64

    public init() {
        start = ContinuousClock().now
        startMilliseconds = currentMilliseconds()
    }

    public func now() -> Timestamp {
        Timestamp(milliseconds: startMilliseconds + start.duration(to: ContinuousClock().now).milliseconds)
    }

    public func pause(until time: Timestamp) -> Duration {
        .milliseconds(max(1, time.milliseconds - now().milliseconds))
    }
}
