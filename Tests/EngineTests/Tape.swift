import MarketModel

/// What engine and reference interpreter are given: trades in order of time, and rates.
struct Tape {
    /// In order; `sequence` is the index, `symbol` of the trade means nothing.
    private(set) var trades: [(symbol: String, trade: Trade)] = []
    var rates: [(series: String, date: CivilDate, ratio: Double, knownAt: Int64)] = []
    /// The last instant that runs.
    var end: Int64 = 0

    mutating func append(
        _ symbol: String, at time: Int64, price: FixedPoint, size: FixedPoint,
        quote: (bid: FixedPoint, ask: FixedPoint)? = nil
    ) {
        var trade = Trade(
            symbol: SymbolID(index: 0), time: time, price: price, size: size, origin: OriginID(index: 0),
            sequence: Int64(trades.count))
        if let quote { trade.setQuote(bid: quote.bid, ask: quote.ask) }
        trades.append((symbol, trade))
    }

    /// Without the trades of these sequence numbers.
    func without(_ sequences: Set<Int64>) -> Tape {
        var tape = self
        tape.trades.removeAll { sequences.contains($0.trade.sequence) }
        return tape
    }
}

/// A transition with the values that it carries.
struct TapeStep: Hashable, Comparable, CustomStringConvertible {
    var at: Int64
    var rule: String
    var key: String
    var kind: String
    var severity: String
    /// Bit patterns, so that equality is exact; one for unknown, one for zero.
    var bits: [UInt64]

    init(
        at: Int64, rule: String, key: String, kind: String, severity: Severity, values: [Double]
    ) {
        (self.at, self.rule, self.key) = (at, rule, key)
        (self.kind, self.severity) = (kind, severity.rawValue)
        bits = values.map { ($0.isNaN ? Double.nan : $0 + 0).bitPattern }
    }

    init(_ transition: Transition) {
        self.init(
            at: transition.at.milliseconds, rule: transition.rule, key: transition.key,
            kind: transition.kind.rawValue, severity: transition.severity,
            values: transition.values.map { $0.value ?? .nan })
    }

    static func < (left: TapeStep, right: TapeStep) -> Bool {
        (left.at, left.rule, left.key) < (right.at, right.rule, right.key)
    }

    var description: String {
        let numbers = bits.map { Double(bitPattern: $0) }
        return "\(at) \(rule) \(key.isEmpty ? "-" : key) \(kind) \(severity) \(numbers)"
    }
}
