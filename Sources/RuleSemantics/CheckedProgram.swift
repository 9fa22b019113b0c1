public import Diagnostics
public import MarketModel

/// What a set of rule files means: every name resolved, every `let` expanded, every dimension proved.
/// `RuleCompiler` lowers it to the engine's program; nothing downstream can fail on it.
public struct CheckedProgram: Sendable {
    /// In order of dependency: a series reads only series before it.
    public var series: [CheckedSeries]
    /// In order of appearance (files as given, then position).
    public var rules: [CheckedRule]
    /// The rate series that rules read (`DFF`); `CheckedArgument.rate` is an index into it.
    public var rateSeries: [String]

    public init(series: [CheckedSeries] = [], rules: [CheckedRule] = [], rateSeries: [String] = []) {
        self.series = series
        self.rules = rules
        self.rateSeries = rateSeries
    }
}

/// `series ko_pep = KO.price - PEP.price`.
public struct CheckedSeries: Sendable {
    public var name: String
    public var expression: CheckedExpression
    /// nil for one that no text has defined.
    var quantity: Quantity?

    public init(name: String, expression: CheckedExpression) {
        self.name = name
        self.expression = expression
    }
}

public struct CheckedRule: Sendable {
    public var name: String
    /// The text of its `##` comment.
    public var documentation: String?
    /// Where its name stands.
    public var span: SourceSpan
    /// The rule as it was written, from `rule` to the end of its last clause.
    public var text = ""
    /// Its conditions as they were written, `let`s and templates expanded.
    var written = WrittenConditions()
    /// nil: a rule without `on`, one instance with the empty key.
    public var target: CheckedTarget?
    public var when: CheckedExpression
    /// `then within d c`, in order.
    public var chain: [CheckedChainStep]
    /// Milliseconds, as every duration here.
    public var hold: Int64?
    /// `for 3 trades`, instead of `hold`.
    public var holdTrades: Int?
    /// nil: `not when`.
    public var until: CheckedExpression?
    public var unless: CheckedExpression?
    /// `unknown clear`: an unknown clear condition counts as true.
    public var clearsOnUnknown: Bool
    public var escalations: [CheckedEscalation]
    public var session: CheckedSession?
    /// `during us after 5m`.
    public var sessionDelay: Int64
    public var cooldown: Int64?
    /// The period of `repeat`.
    public var repeats: Int64?
    public var severity: Severity
    public var labels: [Transition.Label]
    public var notifiers: [String]
    public var runbook: String?
    public var message: [MessageSegment]
    /// The values that a transition carries: each distinct call or series of `when`, then of the message,
    /// in order of appearance, under its canonical text.
    public var values: [CheckedValue]

    public init(name: String, span: SourceSpan, when: CheckedExpression) {
        self.name = name
        self.span = span
        self.when = when
        chain = []
        clearsOnUnknown = false
        escalations = []
        sessionDelay = 0
        severity = .warning
        labels = []
        notifiers = []
        message = []
        values = []
    }
}

/// `then within 5m price > 10`.
public struct CheckedChainStep: Sendable {
    /// Milliseconds after the step before.
    public var within: Int64
    public var condition: CheckedExpression

    public init(within: Int64, condition: CheckedExpression) {
        self.within = within
        self.condition = condition
    }
}

/// `escalate critical when price > 20`.
public struct CheckedEscalation: Sendable {
    public var level: Severity
    public var condition: CheckedExpression

    public init(level: Severity, condition: CheckedExpression) {
        self.level = level
        self.condition = condition
    }
}

public struct CheckedValue: Sendable {
    /// Canonical: `change(price, 5m)`.
    public var text: String
    public var expression: CheckedExpression

    public init(text: String, expression: CheckedExpression) {
        self.text = text
        self.expression = expression
    }
}

/// `tech, /^BINANCE:/ except AMD`, lists resolved. `listedSymbols` and `TargetMatcher` say what it selects.
public struct CheckedTarget: Sendable {
    public var include: [SymbolSelector]
    public var exclude: [SymbolSelector]

    public init(include: [SymbolSelector], exclude: [SymbolSelector] = []) {
        self.include = include
        self.exclude = exclude
    }
}

public enum SymbolSelector: Sendable, Hashable {
    case all
    case symbol(String)
    /// The source of a PCRE2 pattern that compiled; it searches the whole symbol (LANGUAGE 7).
    case pattern(String)
    /// A list with its own `except`, where another part of the target may select again what it leaves out.
    indirect case group(include: [SymbolSelector], exclude: [SymbolSelector])
}

/// When a session is open: `session desk = mon-fri 09:00-12:00, 13:00-17:30 "Europe/London"`,
/// `session us = XNYS regular`.
public struct CheckedSession: Sendable, Equatable {
    public var name: String
    /// 1 = Monday ... 7 = Sunday.
    public var weekdays: Set<Int>
    /// Of an exchange, those of a day that is neither a holiday nor one that closes early.
    public var clocks: [Clock]
    /// An IANA name that the checker has looked up.
    public var timeZone: String
    /// The exchange whose holidays and early closes it has; nil for a session by days and clock.
    public var exchange: Exchange?
    /// Where the session is defined.
    public var span: SourceSpan?

    /// Minutes after local midnight; `close <= open` means the next day.
    public struct Clock: Sendable, Equatable {
        public var open: Int
        public var close: Int

        public init(open: Int, close: Int) {
            self.open = open
            self.close = close
        }
    }

    /// `XNYS extended`.
    public struct Exchange: Sendable, Equatable {
        /// The market identifier code as written.
        public var code: String
        public var isExtended: Bool
        public var calendar: ExchangeCalendar

        public init(code: String, isExtended: Bool, calendar: ExchangeCalendar) {
            self.code = code
            self.isExtended = isExtended
            self.calendar = calendar
        }
    }

    public init(name: String, weekdays: Set<Int>, clocks: [Clock], timeZone: String) {
        self.name = name
        self.weekdays = weekdays
        self.clocks = clocks
        self.timeZone = timeZone
    }

    public init(name: String, exchange: Exchange) {
        let hours = exchange.isExtended ? exchange.calendar.extended : exchange.calendar.regular
        self.init(
            name: name, weekdays: [1, 2, 3, 4, 5],
            clocks: hours.map { Clock(open: $0.open, close: $0.close % (24 * 60)) },
            timeZone: exchange.calendar.timeZone)
        self.exchange = exchange
    }

    public static func == (left: CheckedSession, right: CheckedSession) -> Bool {
        left.name == right.name && left.weekdays == right.weekdays && left.clocks == right.clocks
            && left.timeZone == right.timeZone && left.exchange == right.exchange
    }
}

public enum MessageSegment: Sendable {
    case text(String)
    case rule
    case symbol
    case severity
    case value(CheckedExpression, NumberFormat)
}

/// `+0.00%`: how a message prints a number.
public struct NumberFormat: Sendable, Equatable {
    public enum Unit: Sendable {
        /// As it is.
        case plain
        /// Times 100, with `%`.
        case percent
        /// Times 10,000, with `bp`.
        case basisPoints
        /// A duration in milliseconds, printed in largest units: `1m30s`.
        case duration
        /// `true` or `false`.
        case bool
    }

    /// nil: the shortest text that reads back as the value, at most 6 decimals.
    public var decimals: Int?
    /// The decimals of the key symbol's price, or of its size, instead of `decimals`.
    public var symbolDecimals: SymbolDecimals?
    public var showsPlus: Bool
    public var groupsThousands: Bool
    public var unit: Unit

    public enum SymbolDecimals: Sendable {
        case price, size
    }

    public init(
        decimals: Int? = nil, symbolDecimals: SymbolDecimals? = nil, showsPlus: Bool = false,
        groupsThousands: Bool = false, unit: Unit = .plain
    ) {
        self.decimals = decimals
        self.symbolDecimals = symbolDecimals
        self.showsPlus = showsPlus
        self.groupsThousands = groupsThousands
        self.unit = unit
    }
}
