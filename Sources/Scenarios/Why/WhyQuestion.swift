import Diagnostics
public import RuleSemantics

/// What is asked: why a rule did, or did not, fire for a key at an instant.
public struct WhyQuestion: Sendable, Equatable {
    public var rule: String
    /// nil: a rule without `on`.
    public var key: String?
    /// Milliseconds since the epoch.
    public var at: Int64
    /// From where on the nearest miss is looked for; nil: the start of the input.
    public var since: Int64?

    public init(rule: String, key: String?, at: Int64, since: Int64? = nil) {
        self.rule = rule
        self.key = key
        self.at = at
        self.since = since
    }

    /// What is wrong with the question itself; nil where the rules can answer it.
    public func fault(in program: CheckedProgram) -> WhyFault? {
        guard let checked = program.rules.first(where: { $0.name == rule }) else {
            return .unknownRule(rule, near: nearestName(to: rule, among: program.rules.map(\.name)))
        }
        switch (checked.target, key) {
        case (nil, let key?): return .keyUnexpected(rule: rule, key: key)
        case (.some, nil): return .keyMissing(rule: rule)
        case (let target?, let key?):
            if TargetMatcher(target).selects(key) { return nil }
            return .keyNotSelected(
                rule: rule, key: key, near: nearestName(to: key, among: target.listedSymbols))
        case (nil, nil): return nil
        }
    }
}

/// Why a question has no answer.
public enum WhyFault: Error, Sendable, Equatable {
    case unknownRule(String, near: String?)
    case keyUnexpected(rule: String, key: String)
    case keyMissing(rule: String)
    case keyNotSelected(rule: String, key: String, near: String?)
    /// No trade of it came before the instant.
    case neverTraded(key: String, near: String?)
    /// The alert begins to exist only later: with its symbol's first trade, or its feed's.
    case notYet(rule: String, key: String?)
    /// The instant lies outside of what was read; milliseconds.
    case outside(at: Int64, first: Int64, last: Int64)
    case noTrades
    /// The rule with its hidden copies does not fit the engine.
    case tooLarge(rule: String)

    static func nearest(_ name: String, _ names: [String]) -> String? { nearestName(to: name, among: names) }

    /// Stands alone.
    public var message: String {
        switch self {
        case .unknownRule(let name, _): "there is no rule `\(name)`"
        case .keyUnexpected(let rule, let key): "`\(rule)` is a rule without `on`: it has no symbol `\(key)`"
        case .keyMissing(let rule): "`\(rule)` has an alert for each symbol: say which one is meant"
        case .keyNotSelected(let rule, let key, _): "`\(rule)` does not watch \(key)"
        case .neverTraded(let key, _): "no trade of \(key) was read up to that instant"
        case .notYet(let rule, let key):
            "the alert \(rule)\(key.map { "/\($0)" } ?? "") does not exist at that instant yet"
        case .outside(let at, let first, let last):
            "\(WhyTime.full(at)) is not within what was read: \(WhyTime.full(first)) to "
                + WhyTime.full(last)
        case .noTrades: "no trade was read"
        case .tooLarge(let rule): "`\(rule)` reads more than can be looked at together"
        }
    }

    /// The fix, spelt out.
    public var help: [String] {
        switch self {
        case .unknownRule(_, let near): near.map { ["did you mean \($0)?"] } ?? []
        case .keyUnexpected: ["write - in the place of the symbol"]
        case .keyMissing: ["only a rule without `on` takes - in the place of the symbol"]
        case .keyNotSelected(_, _, let near):
            (near.map { ["did you mean \($0)?"] } ?? []) + ["its `on` says which symbols it watches"]
        case .neverTraded(_, let near):
            (near.map { ["did you mean \($0)?"] } ?? [])
                + ["is the symbol spelt as in the trades, with its venue's prefix?"]
        case .notYet:
            [
                "alerts of listed symbols begin with their feed, those of patterns with the symbol's first "
                    + "trade"
            ]
        case .outside: ["times without a zone are UTC: add one, such as 2025-03-10T09:30-04:00"]
        case .noTrades, .tooLarge: []
        }
    }
}
