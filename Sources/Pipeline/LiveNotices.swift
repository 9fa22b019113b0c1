import Synchronization

/// What a live run has to say to whoever looks after it: the same text not more often than once in ten
/// seconds, so that a broker that is down does not fill a disk.
final class LiveNotices: Sendable {
    static let interval: Int64 = 10_000
    /// Texts remembered; beyond, all are forgotten.
    static let capacity = 256

    private struct State {
        var lastSaid: [String: Int64] = [:]
        var suppressed: [String: Int] = [:]
    }

    private let console: Console
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: the wall clock, milliseconds since the epoch.
    init(_ console: Console, now: @escaping @Sendable () -> Int64) {
        self.console = console
        self.now = now
    }

    func say(_ text: String) {
        let time = now()
        let repetitions: Int? = state.withLock { state in
            if let last = state.lastSaid[text], time - last < LiveNotices.interval {
                state.suppressed[text, default: 0] += 1
                return nil
            }
            if state.lastSaid.count >= LiveNotices.capacity { state = State() }
            state.lastSaid[text] = time
            return state.suppressed.removeValue(forKey: text) ?? 0
        }
        guard let repetitions else { return }
        console.say(repetitions > 0 ? "\(text) (\(repetitions) times more meanwhile)" : text)
    }
}
