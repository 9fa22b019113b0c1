import Delivery
import MarketModel
import Synchronization

/// A clock that jumps to whatever it is waited for, so that a minute of retries takes no time.
final class VirtualClock: DeliveryClock {
    static let start: Int64 = 1_741_617_000_000
    private let milliseconds: Mutex<Int64>

    init(milliseconds: Int64 = VirtualClock.start) { self.milliseconds = Mutex(milliseconds) }

    /// Milliseconds since 1970.
    var time: Int64 { milliseconds.withLock { $0 } }

    func now() -> Timestamp { Timestamp(milliseconds: time) }

    func pause(until wanted: Timestamp) -> Duration {
        milliseconds.withLock { $0 = max($0, wanted.milliseconds) }
        return .zero
    }
}
