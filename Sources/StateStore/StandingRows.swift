public import MarketModel

/// What somebody wants to be quiet, and for how long.
public struct StoredSilence: Sendable, Equatable {
    /// Never used twice.
    public var number: Int64
    /// Which alerts, as their owner writes it; opaque here.
    public var matcher: String
    public var startsAt: Timestamp
    /// The first instant at which it is over.
    public var endsAt: Timestamp
    public var author: String
    public var comment: String
    public var createdAt: Timestamp

    public init(
        number: Int64 = 0, matcher: String, startsAt: Timestamp, endsAt: Timestamp, author: String,
        comment: String, createdAt: Timestamp
    ) {
        self.number = number
        self.matcher = matcher
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.author = author
        self.comment = comment
        self.createdAt = createdAt
    }
}

/// What became of the wish to end a silence.
public enum SilenceEnd: Sendable, Equatable {
    case ended
    /// It had not begun, and never will.
    case calledOff
    case wasOver(at: Timestamp)
    case unknown
}

/// Somebody looks after an alert.
public struct Acknowledgement: Sendable, Equatable {
    /// The id of the alert's fire: the next fire is another incident.
    public var incident: String
    public var rule: String
    public var key: String
    public var at: Timestamp
    public var author: String
    public var comment: String

    public init(
        incident: String, rule: String, key: String, at: Timestamp, author: String, comment: String
    ) {
        self.incident = incident
        self.rule = rule
        self.key = key
        self.at = at
        self.author = author
        self.comment = comment
    }
}

/// An alert that fires.
public struct FiringRow: Sendable, Equatable {
    public var rule: String
    public var key: String
    /// The id of its fire.
    public var incident: String
    public var since: Timestamp
    /// Who was told of it and who was not, as its owner writes it; opaque here.
    public var state: String

    public init(rule: String, key: String, incident: String, since: Timestamp, state: String) {
        self.rule = rule
        self.key = key
        self.incident = incident
        self.since = since
        self.state = state
    }
}

/// How the table of alerts that fire changes.
public enum FiringChange: Sendable, Equatable {
    case fires(FiringRow)
    case isOver(rule: String, key: String)
}
