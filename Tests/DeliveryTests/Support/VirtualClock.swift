import Delivery
import MarketModel
import Synchronization

/// A clock that jumps to whatever it is waited for, so that a minute of retries takes no time.
final class VirtualClock: DeliveryClock {
    private let time: Mutex<Int64>

    init(milliseconds: Int64 = 1_741_617_000_000) { time = Mutex(milliseconds) }

    func now() -> Timestamp { Timestamp(milliseconds: time.withLock { $0 }) }

    func pause(until wanted: Timestamp) -> Duration {
        time.withLock { $0 = max($0, wanted.milliseconds) }
        return .zero
    }
}
