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
