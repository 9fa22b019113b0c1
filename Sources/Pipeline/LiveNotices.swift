import Logging
import Synchronization

/// What a live run has to say to whoever looks after it: each thing once, and never so much that a broker
/// that is down, or a feed of nonsense, fills a disk.
///
/// The same text comes at most once in ten seconds, and of one event at most `burst` texts; what was left out
/// is said with the next.
final class LiveNotices: Sendable {
    static let interval: Int64 = 10_000
    /// Different texts of one event within an interval.
    static let burst = 10
    /// Texts remembered; beyond, all are forgotten.
    static let capacity = 256

    fileprivate struct Burst {
        var since: Int64
        var said = 0
        var suppressed = 0
    }

    fileprivate struct State {
        var lastSaid: [String: Int64] = [:]
        var suppressed: [String: Int] = [:]
        var bursts: [String: Burst] = [:]
        var lines: [Logger.Level: Int] = [:]
        var left = 0
    }

    let log: Logger
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: the wall clock, milliseconds since the epoch.
    init(_ log: Logger, now: @escaping @Sendable () -> Int64) {
        self.log = log
        self.now = now
    }

    convenience init(_ console: Console, now: @escaping @Sendable () -> Int64) {
        self.init(LogStyle().logger(console, now: now), now: now)
    }

    /// Lines written, by level.
    var lines: [(level: String, count: Int)] {
        let lines = state.withLock { $0.lines }
        return Logger.Level.allCases.filter { $0 >= .debug }.map { ($0.rawValue, lines[$0] ?? 0) }
    }
    /// Lines that were left out.
    var suppressedLines: Int { state.withLock { $0.left } }

    /// - Parameters:
    ///   - event: what happened, one word that does not change.
    ///   - fields: with what; in JSON alone, for the text has it in words.
    func say(
        _ text: String, _ level: Logger.Level = .info, event: String = "note", _ fields: Logger.Metadata = [:]
    ) {
        guard level >= log.logLevel else { return }
        let time = now()
        let left: (same: Int, others: Int)? = state.withLock { state in
            guard let left = state.admit(text, of: event, at: time) else {
                state.left += 1
                return nil
            }
            state.lines[level, default: 0] += 1
            return left
        }
        guard let left else { return }
        var text = text
        var fields = fields
        fields["event"] = "\(event)"
        if left.same > 0 {
            text += " (\(left.same) times more meanwhile)"
            fields["repeated"] = .stringConvertible(left.same)
        }
        if left.others > 0 {
            text += " (and \(left.others) more of the kind, not shown)"
            fields["suppressed"] = .stringConvertible(left.others)
        }
        log.log(level: level, "\(text)", metadata: fields)
    }
}

extension LiveNotices.State {
    /// - Returns: what was left out before, of the same text and of the event; nil: this is left out, too.
    fileprivate mutating func admit(
        _ text: String, of event: String, at time: Int64
    ) -> (same: Int, others: Int)? {
        if let last = lastSaid[text], time - last < LiveNotices.interval {
            suppressed[text, default: 0] += 1
            return nil
        }
        var burst = bursts[event] ?? LiveNotices.Burst(since: time)
        var others = 0
        if time - burst.since >= LiveNotices.interval {
            others = burst.suppressed
            burst = LiveNotices.Burst(since: time)
        }
        defer { bursts[event] = burst }
        if burst.said >= LiveNotices.burst {
            burst.suppressed += 1
            return nil
        }
        burst.said += 1
        if lastSaid.count >= LiveNotices.capacity {
            lastSaid = [:]
            suppressed = [:]
        }
        lastSaid[text] = time
        return (suppressed.removeValue(forKey: text) ?? 0, others)
    }
}
