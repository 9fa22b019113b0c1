public import Diagnostics
public import MarketModel
public import RuleSyntax

/// One test of a `*.test` file: what the market does, and what the rules must make of it.
///
///     test "A rise of two per cent fires"       name
///       rule fast_move                          rules
///       start 2025-03-10 10:00 America/New_York start, clock
///       tape                                    trades, rates, end
///         AAPL 100 for 5m every 10s
///       expect                                  transitions, values
///         at 5m: price of AAPL = 100
public struct RuleTest: Sendable {
    public var name: String
    /// The sentence.
    public var span: SourceSpan
    /// The rules whose transitions are compared; empty: all of the program.
    public var rules: [Name] = []
    public var clock: TestClock
    /// In order of the text; times may go back.
    public var trades: [TapeTrade] = []
    public var rates: [TapeRate] = []
    /// Milliseconds since the epoch; evaluation goes up to it, inclusive.
    public var end: Int64
    public var transitions: [ExpectedTransition] = []
    public var values: [ExpectedValue] = []
    /// False where a line of it could not be read: it is reported and not run.
    public var isComplete = true

    public init(name: String, span: SourceSpan, clock: TestClock) {
        self.name = name
        self.span = span
        self.clock = clock
        end = clock.start
    }
}

/// A trade of the tape; the time is milliseconds since the epoch.
public struct TapeTrade: Sendable {
    public var symbol: String
    public var time: Int64
    public var price: FixedPoint
    public var size: FixedPoint
    public var bid: FixedPoint?
    public var ask: FixedPoint?
}

/// A rate that becomes known.
public struct TapeRate: Sendable {
    public var series: Name
    /// In percent, as published.
    public var percent: FixedPoint
    public var knownAt: Int64
}

/// `at 8m20s fast_move AAPL firing warning "AAPL +2.00% in 5 min"`.
public struct ExpectedTransition: Sendable {
    public var span: SourceSpan
    public var at: Int64
    public var rule: Name
    /// nil: a rule without `on`.
    public var key: Name?
    public var kind: Transition.Kind
    /// nil: not compared.
    public var severity: Severity?
    /// nil: not compared.
    public var message: String?
}

/// `at 5m: change(price, 5m) of AAPL = 2.1%`.
public struct ExpectedValue: Sendable {
    public var span: SourceSpan
    public var at: Int64
    public var expression: SourceSpan
    /// The symbol that unqualified names mean.
    public var key: Name?
    public var value: ExpectedLiteral
}

/// What a value is compared with: a number to the decimals that are written, or a word.
public struct ExpectedLiteral: Sendable {
    public enum Kind: Sendable, Equatable {
        case unknown
        case bool(Bool)
        /// `1.8%` is (0.018, 0.0005): half a unit of the last decimal.
        case number(Double, tolerance: Double)
        case ratio(Double, tolerance: Double)
        case duration(Int64)
    }

    public var kind: Kind
    public var span: SourceSpan

    /// Whether a computed value (NaN: unknown) is this one.
    func matches(_ actual: Double) -> Bool {
        switch kind {
        case .unknown: actual.isNaN
        case .bool(let value): actual == (value ? 1 : 0)
        case .duration(let milliseconds): actual == Double(milliseconds)
        case .number(let value, let tolerance), .ratio(let value, let tolerance):
            // The bound itself is inside, whichever side the Double of it has fallen to.
            abs(actual - value) <= tolerance + 1e-12 * max(1, abs(value))
        }
    }
}
