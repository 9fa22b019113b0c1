internal import Foundation

/// Wakes a thread that waits, without losing a wake-up that came before the wait.
///
/// Sendable although a class with state: every access is under the condition's lock.
final class WakeSignal: @unchecked Sendable {
    private let condition = NSCondition()
    private var count = 0

    /// Wake-ups so far: to be read before the state that a wait would be for.
    var generation: Int {
        condition.lock()
        defer { condition.unlock() }
        return count
    }

    func wake() {
        condition.lock()
        count += 1
        condition.broadcast()
        condition.unlock()
    }

    /// Returns when a wake-up came since `generation`, or after `timeout`.
    func wait(since generation: Int, timeout: Duration? = nil) {
        let limit = timeout.map { Date(timeIntervalSinceNow: Double($0.milliseconds) / 1000) }
        condition.lock()
        defer { condition.unlock() }
        while count == generation {
            if let limit {
                if !condition.wait(until: limit) { return }
            } else {
                condition.wait()
            }
        }
    }
}
