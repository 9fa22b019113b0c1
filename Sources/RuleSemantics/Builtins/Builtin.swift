/// One row of LANGUAGE 11: all that checker, manual and editor know of a builtin.
public struct Builtin: Sendable {
    public enum Meaning: Sendable, Hashable {
        /// Stands without brackets: `price`.
        case series(MarketSeries)
        case function(BuiltinName)
    }

    public var meaning: Meaning
    public var parameters: [BuiltinParameter]
    public var result: BuiltinResult
    /// The definition, one line.
    public var documentation: String
    /// The value when no point is in the window, or none was seen.
    public var whenEmpty: String
    /// An expression of a rule on a symbol; it checks.
    public var example: String

    public var name: String {
        switch meaning {
        case .series(let series): series.rawValue
        case .function(let function): function.rawValue
        }
    }

    /// `change(x, d)`.
    public var signature: String {
        guard case .function = meaning else { return name }
        return "\(name)(\(parameters.map(\.text).joined(separator: ", ")))"
    }

    /// True where the trades of a symbol are read though no argument names a series: `volume(5m)`.
    public var readsTrades: Bool {
        guard case .function(let function) = meaning else { return true }
        return !hasSeries && ![.deviation, .rate, .firing].contains(function) && !isScalar
    }

    /// True where an argument names a series: `avg(price, 5m)`.
    public var hasSeries: Bool {
        parameters.contains { if case .series = $0 { true } else { false } }
    }

    /// True of `abs`, `coalesce`, ...: a function of values, which reads nothing by itself.
    public var isScalar: Bool {
        guard case .function(let function) = meaning else { return false }
        return [.abs, .sqrt, .ln, .least, .greatest, .known, .coalesce].contains(function)
    }
}

/// What may stand in a place of a builtin's brackets.
public enum BuiltinParameter: Sendable, Hashable {
    /// x: `price`, a named series, `SPY.price`.
    case series(String)
    /// w: `5m`, `1h ending 5m ago`, `1d by 1m`, `100 trades`.
    case window(WindowForms)
    /// d of `ago`, `change`, `move`: `5m`, `30d by 1h`.
    case lag
    /// A constant duration alone.
    case halfLife
    /// A constant number from 0 to 100.
    case rank
    /// A quantity.
    case value(String)
    /// Further values, any number of them.
    case moreValues
    /// A quantity or a condition.
    case anything(String)
    /// `DGS10`.
    case rateSeries
    /// `within 10d`, which may be left out.
    case within
    /// A rule's name.
    case rule

    /// As the signature shows it.
    public var text: String {
        switch self {
        case .series(let name), .value(let name), .anything(let name): name
        case .window(let forms): forms.contains(.needsGrid) ? "w by s" : "w"
        case .lag: "d"
        case .halfLife: "half_life"
        case .rank: "p"
        case .moreValues: "..."
        case .rateSeries: "SERIES"
        case .within: "[within d]"
        case .rule: "rule"
        }
    }
}

/// Which forms of LANGUAGE 4.1 a window may take.
public struct WindowForms: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let ending = WindowForms(rawValue: 1)
    public static let grid = WindowForms(rawValue: 2)
    public static let trades = WindowForms(rawValue: 4)
    /// `by` must stand.
    public static let needsGrid = WindowForms(rawValue: 8)

    public static let every: WindowForms = [.ending, .grid, .trades]
    /// Of what reads the present beside the window.
    public static let present: WindowForms = [.grid, .trades]
    public static let sampled: WindowForms = [.ending, .grid, .needsGrid]
}

/// The type of a builtin's value.
public enum BuiltinResult: Sendable, Hashable {
    case price, size, money, number, ratio, count, duration, bool
    /// That of its first series or value.
    case same
    case square
    case perTime
    case squareRoot
}
