import Synchronization

/// Time as a value that a test sets.
final class ManualClock: Sendable {
    private let current = Mutex(Duration.zero)

    func set(_ time: Duration) { current.withLock { $0 = time } }
    func advance(by time: Duration) { current.withLock { $0 += time } }
    var read: @Sendable () -> Duration { { self.current.withLock { $0 } } }
}
