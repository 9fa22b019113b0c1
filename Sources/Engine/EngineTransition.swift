public import MarketModel

/// One step of an alert as the engine sees it: numbers only. `RuleCompiler`'s renderer makes the text.
public struct EngineTransition: Sendable, Equatable {
    /// Index into `RuleBook.rules`.
    public var rule: Int
    /// nil: a rule without `on`.
    public var key: SymbolID?
    public var kind: Transition.Kind
    /// Milliseconds since the epoch.
    public var at: Int64
    public var severity: Severity
    /// The registers that the rule reports, in its order; NaN is unknown.
    public var values: [Double]
    /// Decimals of the key symbol's price and size at `at`.
    public var priceScale: UInt8
    public var sizeScale: UInt8

    public init(
        rule: Int, key: SymbolID?, kind: Transition.Kind, at: Int64, severity: Severity = .warning
    ) {
        self.rule = rule
        self.key = key
        self.kind = kind
        self.at = at
        self.severity = severity
        values = []
        priceScale = 0
        sizeScale = 0
    }
}

extension RuleBook {
    /// Transitions in the order (at, rule, key), names by Unicode scalar values, which is the order of UTF-8
    /// bytes.
    public func inOrder(_ transitions: [EngineTransition], _ symbols: SymbolTable) -> [EngineTransition] {
        func name(_ key: SymbolID?) -> String { key.map { symbols.name(of: $0) } ?? "" }
        func precedes(_ left: String, _ right: String) -> Bool {
            left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        return transitions.sorted { left, right in
            if left.at != right.at { return left.at < right.at }
            if left.rule != right.rule { return precedes(rules[left.rule].name, rules[right.rule].name) }
            return precedes(name(left.key), name(right.key))
        }
    }
}
