public import MarketModel

/// Why receivers are told something now.
public enum Occasion: Sendable, Equatable {
    /// It has just happened.
    case event
    /// It happened while it was muted, and still fires after; what bears the same batch goes as one message.
    case catchUp(batch: String, note: String)
    /// It has fired for so long.
    case age(Duration, note: String)

    /// In words, for whoever reads the message; nil for an event.
    public var note: String? {
        switch self {
        case .event: nil
        case .catchUp(_, let note), .age(_, let note): note
        }
    }

    /// `catch_up`
    public var word: String {
        switch self {
        case .event: "event"
        case .catchUp: "catch_up"
        case .age: "age"
        }
    }

    var batch: String? { if case .catchUp(let batch, _) = self { batch } else { nil } }
}

/// What the stage says of a transition: who is told, who is not, and why not.
public struct MuteRuling: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        case muted(MuteCause)
        /// They were not told that it fires.
        case untold
        /// It was decided before a restart, and what came of it is in the outbox.
        case known
    }

    public var transition: Transition
    public var occasion = Occasion.event
    /// They are sent it.
    public var receivers: [String]
    public var withheld: [String] = []
    /// Why it is withheld.
    public var reason: Reason?
}
