import Diagnostics
import MarketModel
import RuleSyntax

/// What the clauses of a rule or template have said so far.
struct RuleDraft {
    var name: Name
    /// A template by itself: what it leaves out is said by the rules that use it.
    var isTemplate = false
    /// `use t(...)`; its clauses come last, because a rule's own replace them.
    var use: TemplateCall?
    /// False where the clauses of a template could not be taken: that is reported, and what is missing for
    /// that reason is no mistake of its own.
    var isWhole = true
    /// The kinds seen, each with its keyword.
    var keywords: [String: SourceSpan] = [:]

    var when: CheckedExpression?
    var written = WrittenConditions()
    var whenSpan: SourceSpan?
    /// What `when` reads, then what the message reads.
    var conditionReads: [CheckedValue] = []
    var messageReads: [CheckedValue] = []
    var chain: [CheckedChainStep] = []
    /// The conditions of `chain`, one for one.
    var chainSpans: [SourceSpan] = []
    var hold: Int64?
    var holdTrades: Int?
    var holdSpan: SourceSpan?
    var until: CheckedExpression?
    var untilSpan: SourceSpan?
    var unless: CheckedExpression?
    var unlessSpan: SourceSpan?
    var session: CheckedSession?
    var sessionSpan: SourceSpan?
    var sessionDelay: Int64 = 0
    var hasSessionDelay = false
    var cooldown: Int64?
    var repeats: Int64?
    var severity = Severity.warning
    /// The levels of `escalate`, with their places.
    var escalations: [(level: Severity, name: Name)] = []
    var escalationConditions: [CheckedEscalation] = []
    var clearsOnUnknown = false
    var labels: [Transition.Label] = []
    var labelSpans: [String: SourceSpan] = [:]
    var notifiers: [String] = []
    var runbook: String?
    var message: [MessageSegment]?

    init(name: Name, isTemplate: Bool = false) {
        self.name = name
        self.isTemplate = isTemplate
    }
}

extension Clause.Kind {
    /// The keyword, as messages call the clause; `for 5m` and `for 3 trades` are one kind.
    var word: String {
        switch self {
        case .use: "use"
        case .when: "when"
        case .then: "then"
        case .holdFor, .holdForTrades: "for"
        case .until: "until"
        case .unless: "unless"
        case .during: "during"
        case .cooldown: "cooldown"
        case .repeats: "repeat"
        case .unknown: "unknown"
        case .severity: "severity"
        case .escalate: "escalate"
        case .labels: "labels"
        case .notify: "notify"
        case .runbook: "runbook"
        case .message: "message"
        }
    }

    /// `then`, `escalate` and `labels` may stand more than once (LANGUAGE 6).
    var mayRepeat: Bool { ["then", "escalate", "labels"].contains(word) }
}
