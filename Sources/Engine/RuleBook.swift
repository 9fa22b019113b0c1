public import MarketModel

/// All rules, compiled: what an `AlertEngine` runs. `RuleCompiler` makes it.
public struct RuleBook: Sendable {
    public var rules: [RuleTiming]
    /// In order of dependency.
    public var series: [SeriesProgram]
    /// Blocks of rules without `on`.
    public var keyless: [BlockProgram]
    /// Symbols that exist from the start of the input: members of lists, targets by name, owners.
    public var namedSymbols: [String]
    /// Sets of named symbols that some rule or series reads together: they advance together.
    public var links: [[String]]
    /// What dynamic rules (`on all`, patterns) read of named symbols: kept from the start.
    public var standing: [BlockProgram]
    /// Names of the rate series that rules read; `AlertEngine.appendRate` takes an index into it.
    public var rateSeries: [String]
    /// Rules of which some rule asks `firing`.
    public var askedRules: Set<Int>
    /// The blocks of a symbol, when it is first seen.
    public var blocksForKey: @Sendable (_ symbol: String) -> [BlockProgram]

    public init(blocksForKey: @escaping @Sendable (_ symbol: String) -> [BlockProgram]) {
        rules = []
        series = []
        keyless = []
        namedSymbols = []
        links = []
        standing = []
        rateSeries = []
        askedRules = []
        self.blocksForKey = blocksForKey
    }
}

/// A rule's name and clocks; milliseconds.
public struct RuleTiming: Sendable {
    public var name: String
    /// `for d`.
    public var hold: Int64?
    public var cooldown: Int64?
    public var repeats: Int64?
    public var session: SessionTable?
    public var severity: Severity
    /// `for 3 trades`: trades of the key that must follow the beginning of a hold.
    public var holdTrades: Int?
    /// `unknown clear`: an unknown clear condition counts as true.
    public var clearsOnUnknown = false
    /// The session as text, for whoever compares rules; empty without one.
    public var sessionMeaning = ""

    public init(
        name: String, hold: Int64? = nil, cooldown: Int64? = nil, repeats: Int64? = nil,
        session: SessionTable? = nil, severity: Severity = .warning
    ) {
        self.name = name
        self.hold = hold
        self.cooldown = cooldown
        self.repeats = repeats
        self.session = session
        self.severity = severity
    }
}

/// `series x = ...`: a block without rules whose value becomes a stream.
public struct SeriesProgram: Sendable {
    public var name: String
    public var block: BlockProgram
    public var value: UInt16

    public init(name: String, block: BlockProgram, value: UInt16) {
        self.name = name
        self.block = block
        self.value = value
    }
}

/// The open spans of a session as absolute time: `[open, close)`, ascending, disjoint.
public struct SessionTable: Sendable, Equatable {
    public var opens: [Int64]
    public var closes: [Int64]

    /// Spans that touch or overlap become one (LANGUAGE 6); `delay` moves each opening (`after`).
    public init(spans: [(open: Int64, close: Int64)], delay: Int64 = 0) {
        var merged: [(open: Int64, close: Int64)] = []
        for span in spans.sorted(by: { $0.open < $1.open }) where span.open < span.close {
            if let last = merged.last, span.open <= last.close {
                merged[merged.count - 1].close = max(last.close, span.close)
            } else {
                merged.append(span)
            }
        }
        let delayed = merged.map { (open: $0.open + delay, close: $0.close) }.filter { $0.open < $0.close }
        opens = delayed.map(\.open)
        closes = delayed.map(\.close)
    }

    /// Whether `time` is in a span, and the next instant at which that changes (`Int64.max`: never again).
    ///
    /// - Complexity: O(log n).
    func phase(at time: Int64) -> (isOpen: Bool, nextChange: Int64) {
        var low = 0
        var high = opens.count
        while low < high {
            let middle = (low + high) / 2
            if opens[middle] <= time { low = middle + 1 } else { high = middle }
        }
        if low > 0, time < closes[low - 1] { return (true, closes[low - 1]) }
        return (false, low < opens.count ? opens[low] : Int64.max)
    }
}
