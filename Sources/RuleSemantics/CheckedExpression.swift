public import Diagnostics

/// A typed expression. Ratios are Doubles (`2%` is 0.02), durations are Doubles of milliseconds.
public indirect enum CheckedExpression: Sendable {
    case number(Double)
    case bool(Bool)
    /// A symbol's name as a value, for `==` and messages; `.key` is the instance's own.
    case symbol(SymbolOwner)
    /// `limits.upper`: what the table says of the instance's symbol; a constant once the symbol is known.
    case lookup(TableColumn)
    /// The prevailing value of a series (LANGUAGE 11: `price`, `bid`, a named series).
    case series(SeriesReference)
    case call(BuiltinCall)
    case negate(CheckedExpression)
    case arithmetic(ArithmeticOperator, CheckedExpression, CheckedExpression)
    case comparison(ComparisonOperator, CheckedExpression, CheckedExpression)
    case and(CheckedExpression, CheckedExpression)
    case or(CheckedExpression, CheckedExpression)
    case not(CheckedExpression)
    /// `x in lo..hi`.
    case between(CheckedExpression, low: CheckedExpression, high: CheckedExpression)
    case crosses(CrossDirection, CheckedExpression, CheckedExpression)
}

public enum ArithmeticOperator: String, Sendable {
    case add = "+", subtract = "-", multiply = "*", divide = "/"
}

public enum ComparisonOperator: String, Sendable {
    case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", equal = "==", notEqual = "!="
}

public enum CrossDirection: String, Sendable { case above, below, either }

public enum SymbolOwner: Sendable, Hashable {
    /// The symbol of the rule's instance.
    case key
    case symbol(String)
}

public enum MarketSeries: String, Sendable, CaseIterable { case price, size, bid, ask, mid, spread }

public enum SeriesReference: Sendable, Hashable {
    case market(MarketSeries, SymbolOwner)
    /// Index into `CheckedProgram.series`.
    case named(Int)
}

/// A window as LANGUAGE 4.1 writes it; milliseconds.
public enum CheckedWindow: Sendable, Hashable {
    /// `5m`, `1h ending 5m ago`, `1d by 1m`.
    case time(length: Int64, ending: Int64, step: Int64?)
    /// `100 trades`.
    case trades(Int)
}

public enum CheckedArgument: Sendable {
    case expression(CheckedExpression)
    case series(SeriesReference)
    case window(CheckedWindow)
    /// `ago(price, 5m)`, `rate(DFF, within 10d)`; a step when written `1d by 1h`.
    case duration(Int64, step: Int64?)
    /// Index into `CheckedProgram.rateSeries`.
    case rate(Int)
    case rule(String)
}

/// A call of a builtin: `SPY.vwap(5m)` is (vwap, SPY, [window]).
public struct BuiltinCall: Sendable {
    public var builtin: BuiltinName
    /// Whose trades a function without a series argument reads (`volume`, `vwap`, `high`).
    public var owner: SymbolOwner
    /// In the order of the builtin's signature.
    public var arguments: [CheckedArgument]
    public var span: SourceSpan

    public init(builtin: BuiltinName, owner: SymbolOwner, arguments: [CheckedArgument], span: SourceSpan) {
        self.builtin = builtin
        self.owner = owner
        self.arguments = arguments
        self.span = span
    }
}

/// Every function of LANGUAGE 11. (`price`, `size`, `bid`, `ask`, `mid`, `spread` are series, not calls.)
public enum BuiltinName: String, Sendable, CaseIterable {
    case prev, ago, change, move, age, deviation
    case trades, count, sum, volume, notional, avg, vwap, twap
    case first, last, min, max, low, high, range
    case drawdown, rebound, variance, stddev, stddevPop = "stddev_pop", zscore
    case median, percentile, volatility, correlation, beta, slope, ewma, rsi
    case rate, abs, sqrt, ln, least, greatest, known, coalesce, firing
}
