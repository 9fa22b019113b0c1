import Foundation

/// Whether a run does what it is there for, and why not: pure functions of how it stands.
struct Health: Sendable, Equatable {
    /// Empty: all is well.
    var reasons: [String]

    var isGood: Bool { reasons.isEmpty }

    /// What is looked at.
    struct Signs: Sendable {
        var status: LiveStatus.Snapshot
        var isStopping: Bool
        /// Why nothing can be written down; nil when it can.
        var trouble: String?
        /// For so long lag without progress is taken for work; milliseconds.
        var patience: Int64
        var now: Int64
    }

    /// Alive: not stuck, not cut off, able to write.
    static func liveness(_ signs: Signs) -> Health {
        let status = signs.status
        var reasons: [String] = []
        func seconds(since time: Int64) -> Int { Int(max(0, signs.now - time) / 1000) }
        func isOld(_ time: Int64) -> Bool { signs.now - time >= signs.patience }
        if status.phase == .failed { reasons.append("the run has failed: \(status.failure)") }
        if let trouble = signs.trouble { reasons.append("the state cannot be written: \(trouble)") }
        let isReading = status.phase == .reading || status.phase == .readingBack || status.phase == .joining
        if isReading, let looked = status.lookedAt, isOld(looked) {
            reasons.append("the run's thread has not come round for \(seconds(since: looked)) s")
        } else if isReading {
            if let progress = status.progressAt, status.isBehind, isOld(progress) {
                let rest =
                    status.lag > 0
                    ? "\(Int(status.lag).counted("record")) to read" : "partitions that do not answer"
                reasons.append("no progress for \(seconds(since: progress)) s, with \(rest)")
            }
            if let since = status.cutOffSince, isOld(since) {
                reasons.append("brokers cannot be reached for \(seconds(since: since)) s")
            }
        }
        return Health(reasons: reasons)
    }

    /// Ready: it has partitions, its windows are filled, and nobody has asked it to stop.
    static func readiness(_ signs: Signs) -> Health {
        if signs.isStopping { return Health(reasons: ["it is stopping"]) }
        switch signs.status.phase {
        case .reading: return Health(reasons: [])
        case .starting: return Health(reasons: ["it is starting: the cluster is asked, the rates are read"])
        case .joining: return Health(reasons: ["the group has given it no partitions yet"])
        case .readingBack:
            return Health(reasons: ["what its windows need is read back"])
        case .stopping: return Health(reasons: ["it is stopping"])
        case .failed: return Health(reasons: ["the run has failed: \(signs.status.failure)"])
        }
    }
}

/// What `/healthz` and `/readyz` answer.
struct HealthReport: Codable, Equatable {
    /// `ok` or `failing`.
    var status: String
    var reasons: [String]
    var phase: String
    var version: String
    var uptimeSeconds: Double
    var lag: Int64

    private enum CodingKeys: String, CodingKey {
        case status, reasons, phase, version, lag
        case uptimeSeconds = "uptime_seconds"
    }

    init(_ health: Health, _ status: LiveStatus.Snapshot, uptime: Double) {
        self.status = health.isGood ? "ok" : "failing"
        reasons = health.reasons
        phase = status.phase.rawValue
        version = Build.version
        uptimeSeconds = uptime
        lag = status.lag
    }
}

/// What this program is.
public enum Build {
    public static let version = "0.1.0"
}
