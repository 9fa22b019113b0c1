public import Diagnostics

/// One clause of a rule or template.
public struct Clause: Sendable {
    public enum Kind: Sendable {
        case use(template: Name, arguments: [Argument])
        case when(Expression)
        case then(within: DurationText, Expression)
        case holdFor(DurationText)
        case holdForTrades(Int)
        case until(Expression)
        case unless(Expression)
        case during(session: Name, after: DurationText?)
        case cooldown(DurationText)
        case repeats(DurationText)
        /// `unknown clear` (true) or `unknown keep`.
        case unknown(clears: Bool)
        case severity(Name)
        case escalate(level: Name, when: Expression)
        case labels([LabelText])
        case notify([Name])
        case runbook(Name)
        case message(MessageText)
    }

    public var kind: Kind
    /// The keyword alone.
    public var keyword: SourceSpan
    public var span: SourceSpan
    public var comments: AttachedComments

    public init(kind: Kind, keyword: SourceSpan, span: SourceSpan, comments: AttachedComments) {
        self.kind = kind
        self.keyword = keyword
        self.span = span
        self.comments = comments
    }
}

/// `5m`, or the name of a `let` or parameter that holds a duration.
public enum DurationText: Sendable {
    case literal(milliseconds: Int64, SourceSpan)
    case name(Name)

    public var span: SourceSpan {
        switch self {
        case .literal(_, let span): span
        case .name(let name): name.span
        }
    }
}

/// `team = "rates"`.
public struct LabelText: Sendable {
    public var name: Name
    public var value: Name

    public init(name: Name, value: Name) {
        self.name = name
        self.value = value
    }
}

/// A string with `{expression:format}` slots.
public struct MessageText: Sendable {
    public enum Part: Sendable {
        /// Escapes resolved.
        case text(String)
        case slot(Expression, format: Name?)
    }

    public var parts: [Part]
    public var span: SourceSpan

    public init(parts: [Part], span: SourceSpan) {
        self.parts = parts
        self.span = span
    }
}
