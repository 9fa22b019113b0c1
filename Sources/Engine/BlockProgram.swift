public import MarketModel

/// What is evaluated for one instance key: rules that share streams, windows and subexpressions, as a flat
/// tape of instructions over registers.
///
///     sources   bit 0 ... bit n-1     streams (a point arrived), then inputs (a window moved, a deadline)
///     code      [op out a b mask] ... each runs when a source in its mask changed
///     reports   [op out a b] ...      run when a transition is emitted: message and value slots
///
/// Registers are Doubles. NaN is unknown (the language has no NaN, LANGUAGE 3.3); a bool is 0, 1 or NaN.
///
/// - Invariant: at most 64 sources, so that a change is one word; `RuleCompiler` splits larger sets.
public struct BlockProgram: Sendable {
    public static let greatestSourceCount = 64

    /// Symbols that the block reads besides its key, by name.
    public var symbols: [String]
    public var streams: [StreamRequest]
    public var inputs: [InputRequest]
    public var code: [Instruction]
    public var reports: [Instruction]
    public var registerCount: Int
    public var rules: [BlockRule]
    /// The rules of `on all` and of patterns: their instances exist from the key's first trade, those of
    /// listed symbols from the start of the input (LANGUAGE 7); the two never share a block.
    public var startsWithFirstTrade: Bool
    /// 0 where no rule asks `firing`, else one more than the greatest level of the rules asked for: within
    /// an instant, blocks are evaluated by level (LANGUAGE 2.4).
    public var level: Int
    /// Blocks without a key, by index into `RuleBook.keyless`, whose rules ask for these or are asked for by
    /// them: they advance together.
    public var keylessPartners: [Int]

    public init() {
        symbols = []
        streams = []
        inputs = []
        code = []
        reports = []
        registerCount = 0
        rules = []
        startsWithFirstTrade = false
        level = 0
        keylessPartners = []
    }

    public var sourceCount: Int { streams.count + inputs.count }
}

/// A sequence of points that a block reads.
public struct StreamRequest: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// (price, size) of each trade.
        case trades
        /// (bid, ask) of each trade that carries a quote.
        case quotes
        /// A named series, by its index in the `RuleBook`; `owner` is not used.
        case series(Int)
    }

    public enum Owner: Hashable, Sendable {
        case key
        /// Index into `BlockProgram.symbols`.
        case symbol(Int)
    }

    public var kind: Kind
    public var owner: Owner

    public init(kind: Kind, owner: Owner) {
        self.kind = kind
        self.owner = owner
    }
}

/// Something beyond a stream's last point that a block reads, with its own change points. `stream` is an
/// index into `BlockProgram.streams`; times are milliseconds.
public enum InputRequest: Hashable, Sendable {
    case window(stream: Int, WindowRequest)
    /// The prevailing point at `t - delay`.
    case lag(stream: Int, delay: Int64)
    /// The instant `delay` after the last point.
    case deadline(stream: Int, delay: Int64)
    /// A rate series by index; unknown from known-at + `within` on.
    case rate(Int, within: Int64?)
    /// Prevailing values at grid points.
    case samples(stream: Int, SampleRequest)
    /// The exponentially weighted mean of a column, one step an instant.
    case decay(stream: Int, column: Column, halfLife: Int64)
    /// Whether a rule fires, by its index in `RuleBook.rules`: for the block's key, or for any.
    case firing(rule: Int, sameKey: Bool)
}

/// The points of a window and the aggregates wanted of them.
public struct WindowRequest: Hashable, Sendable {
    public var extent: WindowExtent
    public var aggregates: WindowAggregates

    public init(_ extent: WindowExtent, aggregates: WindowAggregates) {
        self.extent = extent
        self.aggregates = aggregates
    }

    public init(length: Int64, ending: Int64, aggregates: WindowAggregates) {
        self.init(.time(length: length, ending: ending), aggregates: aggregates)
    }
}

/// Which points a window holds at t (LANGUAGE 4.1); milliseconds.
public enum WindowExtent: Hashable, Sendable {
    /// `(t - ending - length, t - ending]`.
    case time(length: Int64, ending: Int64)
    /// Whole buckets: from `step * floor((t - ending - length) / step)`, exclusive, to t, or with an
    /// `ending` to `step * floor((t - ending) / step)`.
    case grid(length: Int64, ending: Int64, step: Int64)
    /// The last points, this many.
    case points(Int)

    /// How far back from the present it reads; 0 where that is not a matter of time.
    public var reach: Int64 {
        switch self {
        case .time(let length, let ending): length + ending
        case .grid(let length, let ending, let step): length + ending + step
        case .points: 0
        }
    }
}

/// The known prevailing values of a column at the grid points in `(t - ending - length, t - ending]`.
public struct SampleRequest: Hashable, Sendable {
    public var column: Column
    public var length: Int64
    public var ending: Int64
    /// Grid points are its multiples since the epoch; it divides `length` and `ending`.
    public var step: Int64
    /// Unknown until the feed has been observed for the whole span; a lag is known sooner.
    public var warmsUp: Bool

    public init(column: Column, length: Int64, ending: Int64, step: Int64, warmsUp: Bool) {
        self.column = column
        self.length = length
        self.ending = ending
        self.step = step
        self.warmsUp = warmsUp
    }
}

/// Which running aggregates a window keeps, over a point's columns a and b (price and size, bid and ask).
public struct WindowAggregates: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let sumA = WindowAggregates(rawValue: 1 << 0)
    public static let sumB = WindowAggregates(rawValue: 1 << 1)
    public static let sumAA = WindowAggregates(rawValue: 1 << 2)
    public static let sumAB = WindowAggregates(rawValue: 1 << 3)
    public static let sumBB = WindowAggregates(rawValue: 1 << 4)
    /// Sums of times and of their products with a and b.
    public static let times = WindowAggregates(rawValue: 1 << 5)

    /// The least and greatest value of one column.
    public static func extremes(_ column: Column) -> WindowAggregates {
        WindowAggregates(rawValue: 1 << (8 + UInt32(column.rawValue)))
    }

    /// The values of one column in their order.
    public static func order(_ column: Column) -> WindowAggregates {
        WindowAggregates(rawValue: 1 << (16 + UInt32(column.rawValue)))
    }

    /// The columns of which some values stand in order.
    public var orderedColumns: [Column] { Column.allCases.filter { contains(.order($0)) } }
}

/// What of a point is meant.
public enum Column: UInt8, Sendable, CaseIterable {
    /// Price, bid.
    case a
    /// Size, ask.
    case b
    /// (a + b) / 2.
    case mid
    /// b - a.
    case spread
    /// The Double of a named series.
    case real

    /// The sums that a mean (`squares`: a variance) of this column is made of.
    public func sums(squares: Bool) -> WindowAggregates {
        switch self {
        case .a, .real: squares ? [.sumA, .sumAA] : .sumA
        case .b: squares ? [.sumB, .sumBB] : .sumB
        case .mid, .spread: squares ? [.sumA, .sumB, .sumAA, .sumAB, .sumBB] : [.sumA, .sumB]
        }
    }
}

/// A rule as the evaluator sees it: registers and times.
public struct BlockRule: Sendable {
    /// Index into `RuleBook.rules`.
    public var rule: Int
    public var when: UInt16
    public var until: UInt16?
    public var unless: UInt16?
    /// `then within d c`, in order, after `when`.
    public var chain: [ChainStep]
    /// `escalate level when e`, in any order.
    public var escalations: [Escalation]
    /// Sources on which its conditions depend; the key's trades too for `for 3 trades`.
    public var mask: UInt64
    /// The part of `BlockProgram.reports` to run before reading `reportRegisters`.
    public var reports: Range<Int>
    public var reportRegisters: [UInt16]

    public init(rule: Int, when: UInt16) {
        self.rule = rule
        self.when = when
        mask = 0
        chain = []
        escalations = []
        reports = 0..<0
        reportRegisters = []
    }
}

/// A further step of a chain: its condition's register, and how long after the step before it may match.
public struct ChainStep: Sendable, Equatable {
    public var condition: UInt16
    /// Milliseconds.
    public var within: Int64

    public init(condition: UInt16, within: Int64) {
        self.condition = condition
        self.within = within
    }
}

/// The level that an alert reaches while a condition is true.
public struct Escalation: Sendable, Equatable {
    public var condition: UInt16
    public var level: Severity

    public init(condition: UInt16, level: Severity) {
        self.condition = condition
        self.level = level
    }
}
