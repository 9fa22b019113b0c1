public import MarketModel

/// What a rule says about its alerts beyond their transitions.
public struct AlertContext: Sendable, Equatable {
    /// The rule's `runbook`: mostly a web address.
    public var runbook: String?
    /// The rule as its file has it.
    public var ruleText: String?

    public init(runbook: String? = nil, ruleText: String? = nil) {
        self.runbook = runbook
        self.ruleText = ruleText
    }
}

/// The fire that an alert's later transitions belong to.
public struct Incident: Sendable, Equatable {
    /// The id of the `firing` transition.
    public var id: String
    public var severity: Severity
    public var since: Timestamp

    public init(id: String, severity: Severity, since: Timestamp) {
        self.id = id
        self.severity = severity
        self.since = since
    }
}

/// A transition on its way to receivers, with all that a body needs.
public struct Notice: Sendable, Equatable {
    public var transition: Transition
    public var context: AlertContext
    /// For a fire itself, its own; nil when the fire was before this run.
    public var incident: Incident?
    public var occasion: Occasion
    /// The transition's id, made once: it is the idempotency token. What is told of an alert's age has an id
    /// of its own, since the rule may raise its level at the same instant.
    public let id: String

    public init(
        _ transition: Transition, context: AlertContext = .init(), incident: Incident? = nil,
        occasion: Occasion = .event
    ) {
        self.transition = transition
        self.context = context
        self.incident = incident
        self.occasion = occasion
        var named = transition
        if case .age(let after, _) = occasion { named.key += "\u{1f}age \(after.milliseconds)" }
        id = named.id
    }
}
