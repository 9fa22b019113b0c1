public import MarketModel

/// An alert mutes others while it fires.
///
/// - SeeAlso: https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
public struct Inhibition: Sendable, Equatable {
    public var source: AlertMatcher
    public var target: AlertMatcher
    /// `rule`, `key`, `severity` or a label's name: in these both must be equal.
    public var equal: [String]

    public init(source: AlertMatcher, target: AlertMatcher, equal: [String] = []) {
        self.source = source
        self.target = target
        self.equal = equal
    }

    /// An alert on both sides is not muted by one on both sides, itself included: each would mute the other.
    func mutes(_ target: AlertFace, while source: AlertFace) -> Bool {
        guard self.source.matches(source), self.target.matches(target) else { return false }
        if self.source.matches(target), self.target.matches(source) { return false }
        return equal.allSatisfy { source.value(of: $0) == target.value(of: $0) }
    }
}

extension AlertFace {
    fileprivate func value(of name: String) -> String {
        switch name {
        case "rule": rule
        case "key": key
        case "severity": severity.rawValue
        default: label(name)
        }
    }
}

/// Others are told of an alert that has fired for a while.
public struct AgeEscalation: Sendable, Equatable {
    /// Since its receivers were told of it.
    public var after: Duration
    public var leastSeverity: Severity
    public var receivers: [String]
    /// Not of one that somebody has acknowledged.
    public var unlessAcknowledged: Bool

    public init(
        after: Duration, leastSeverity: Severity = .info, to receivers: [String],
        unlessAcknowledged: Bool = false
    ) {
        self.after = after
        self.leastSeverity = leastSeverity
        self.receivers = receivers
        self.unlessAcknowledged = unlessAcknowledged
    }
}

/// What the configuration says about who is told, and when.
public struct MutePolicy: Sendable, Equatable {
    public var inhibitions: [Inhibition] = []
    public var escalations: [AgeEscalation] = []

    public init() {}
}
