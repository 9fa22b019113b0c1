public import Diagnostics

/// An expression as written.
public struct Expression: Sendable {
    public indirect enum Kind: Sendable {
        /// `2.5k`: its text as written, suffix and all, and its value with the suffix applied (2500).
        case number(text: String, value: Double)
        /// `2%`: the digits without the sign, and the ratio (0.02).
        case percent(text: String, value: Double)
        /// `25bp`: the digits without the unit, and the ratio (0.0025).
        case basisPoints(text: String, value: Double)
        case duration(milliseconds: Int64)
        case bool(Bool)
        case symbol(String)
        /// `(e)`: kept, because formatting keeps the author's brackets.
        case parenthesised(Expression)
        /// `price`, `vwap(5m)`, `SPY.vwap(5m)`, `limits.upper`; `arguments` is nil without brackets.
        case name(owner: Owner?, name: Name, arguments: [Argument]?)
        case negate(Expression)
        case not(Expression)
        case binary(BinaryOperator, Expression, Expression, operatorSpan: SourceSpan)
        case between(Expression, low: Expression, high: Expression, operatorSpan: SourceSpan)
        case crosses(CrossesWord, Expression, Expression, operatorSpan: SourceSpan)
    }

    public var kind: Kind
    public var span: SourceSpan

    public init(kind: Kind, span: SourceSpan) {
        self.kind = kind
        self.span = span
    }
}

public enum BinaryOperator: String, Sendable {
    case or, and
    case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", equal = "==", notEqual = "!="
    case add = "+", subtract = "-", multiply = "*", divide = "/"
}

public enum CrossesWord: Sendable { case above, below, either }

/// What stands before the point in `SPY.price`.
public enum Owner: Sendable {
    case symbol(Name)
    /// A parameter of type symbol, or a table.
    case name(Name)
}

/// `price`, `5m ending 1h ago`, `1d by 1m`, `100 trades`, `within 10d`.
public struct Argument: Sendable {
    public enum Kind: Sendable {
        case expression(Expression, by: DurationText?, ending: DurationText?)
        case trades(Int)
        case within(DurationText)
    }

    public var kind: Kind
    public var span: SourceSpan

    public init(kind: Kind, span: SourceSpan) {
        self.kind = kind
        self.span = span
    }
}
