public import MarketModel

/// A notice to be queued for one receiver.
public struct NewNotice: Sendable, Equatable {
    public var receiver: String
    /// Accepted once a receiver, over restarts too.
    public var id: String
    /// The notice as its owner writes it; opaque here.
    public var text: String

    public init(receiver: String, id: String, text: String) {
        self.receiver = receiver
        self.id = id
        self.text = text
    }
}

/// What became of a `NewNotice`.
public enum AcceptedNotice: Sendable, Equatable {
    /// The order of queueing, ascending and never used twice.
    case queued(sequence: Int64)
    case duplicate
}

/// A notice in the outbox.
public struct QueuedNotice: Sendable, Equatable {
    public var sequence: Int64
    public var receiver: String
    public var id: String
    public var queuedAt: Timestamp
    /// From when its deadline counts: later than `queuedAt` for what was sent on its way again by hand.
    public var triedFrom: Timestamp
    public var attempts: Int
    public var text: String
}

/// A notice that was given up.
public struct DeadLetter: Sendable, Equatable {
    public var sequence: Int64
    public var receiver: String
    public var id: String
    public var queuedAt: Timestamp
    public var diedAt: Timestamp
    public var attempts: Int
    public var reason: String
    public var text: String
}

/// How an attempt changes the outbox.
public enum Settlement: Sendable, Equatable {
    case delivered(sequence: Int64)
    case failed(sequence: Int64, attempts: Int)
    case dead(sequence: Int64, at: Timestamp, attempts: Int, reason: String)

    public var sequence: Int64 {
        switch self {
        case .delivered(let sequence), .failed(let sequence, _), .dead(let sequence, _, _, _): sequence
        }
    }
}

/// The last fire of an alert.
public struct LastFire: Sendable, Equatable {
    public var rule: String
    public var key: String
    public var id: String
    public var at: Timestamp
    public var severity: Severity
}

/// The engine's state, opaque here.
public struct Checkpoint: Sendable, Equatable {
    /// Of the layout of `state`; its owner refuses or converts what it does not know.
    public var version: Int
    public var state: [UInt8]

    public init(version: Int, state: [UInt8]) {
        self.version = version
        self.state = state
    }
}

/// What goes into the file in one transaction: all of it or nothing.
public struct StateCommit: Sendable {
    public var transitions: [Transition] = []
    public var notices: [NewNotice] = []
    /// How the alerts that fire change.
    public var firing: [FiringChange] = []
    /// Replaces the one before, and ends the progress since then.
    public var checkpoint: Checkpoint?
    /// How far the transitions since the checkpoint go; replaces what was noted before.
    public var progress: Checkpoint?

    public init(
        transitions: [Transition] = [], notices: [NewNotice] = [], firing: [FiringChange] = [],
        checkpoint: Checkpoint? = nil, progress: Checkpoint? = nil
    ) {
        self.transitions = transitions
        self.notices = notices
        self.firing = firing
        self.checkpoint = checkpoint
        self.progress = progress
    }
}
