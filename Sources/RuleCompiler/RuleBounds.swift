import Engine
import RuleSemantics

/// What a rule keeps, what wakes it and what it has in common with others: all of it known before the first
/// trade, read off the programs that the engine runs.
public struct RuleBounds: Sendable {
    /// A stream that the rule reads, and what it keeps of it.
    public struct Stream: Sendable {
        /// `trades of its symbol`, `quotes of SPY`, `points of series pair`.
        public var name: String
        /// Kept for each alert; else once for all rules that read it.
        public var isOwn: Bool
        /// Milliseconds for which points are kept; 0: the last ones are enough.
        public var retention: Int64
        /// How many of the last points are kept, whatever their age.
        public var lastPoints: Int
        /// Of each point that is kept. Pages of 1,024 hold them, up to two more than needed.
        public var bytesPerPoint: Int
        /// Of each point that is kept, at most, for least and greatest values.
        public var extremesBytesPerPoint: Int
        /// Of each point that is kept, for the order of values.
        public var orderBytesPerPoint: Int
    }

    /// A grid window that keeps sums of buckets instead of points.
    public struct Buckets: Sendable {
        /// `the window 1d by 1m of the trades of its symbol`.
        public var window: String
        /// At most.
        public var count: Int
        public var bytesPerBucket: Int
    }

    public var rule: String
    /// `one alert for each of 3 symbols`.
    public var instances: String
    /// Of one alert if it were the only rule: registers, windows, its state, empty streams.
    public var fixedBytes: Int
    public var streams: [Stream]
    public var buckets: [Buckets]
    /// Everything at which its conditions are evaluated.
    public var wakes: [String]
    /// What is kept and computed once for it and the rules that are named.
    public var shares: [String]

    /// Lines for people:
    ///
    ///     rule fast_move: one alert for each of 3 symbols
    ///       keeps   1,208 bytes an alert
    ///               24 bytes for each of the trades of its symbol in the last 5m
    ///       wakes   at each trade of its symbol
    ///       shares  ...
    public var text: String {
        var out = "rule \(rule): \(instances)\n"
        out += RuleBounds.section("keeps", ["\(RuleBounds.grouped(fixedBytes)) bytes an alert"] + kept)
        out += RuleBounds.section("wakes", wakes.isEmpty ? ["never"] : wakes)
        out += RuleBounds.section("shares", shares.isEmpty ? ["nothing"] : shares)
        return out
    }

    private var kept: [String] {
        let points = streams.filter { $0.retention > 0 || $0.lastPoints > 0 }.map { stream in
            var spans: [String] = []
            if stream.retention > 0 { spans.append("in the last \(RuleBounds.span(stream.retention))") }
            if stream.lastPoints > 0 {
                spans.append("among the last \(RuleBounds.grouped(stream.lastPoints))")
            }
            var line = "\(stream.bytesPerPoint) bytes for each of the \(stream.name) "
            line += RuleBounds.joined(spans, "or")
            if stream.extremesBytesPerPoint > 0 {
                line += ", and at most \(stream.extremesBytesPerPoint) for least and greatest values"
            }
            if stream.orderBytesPerPoint > 0 { line += ", and \(stream.orderBytesPerPoint) for their order" }
            if !stream.isOwn { line += ", once for all that read them" }
            return line
        }
        return points
            + buckets.map { buckets in
                "\(buckets.bytesPerBucket) bytes for each of at most \(RuleBounds.grouped(buckets.count)) "
                    + "buckets of \(buckets.window)"
            }
    }

    private static func section(_ title: String, _ lines: [String]) -> String {
        lines.enumerated().map { index, line in
            let head = index == 0 ? title : ""
            return "  " + head + String(repeating: " ", count: 8 - head.count) + line + "\n"
        }.joined()
    }

    static func span(_ milliseconds: Int64) -> String { NumberText.duration(Double(milliseconds)) }

    /// `1,208`.
    static func grouped(_ value: Int) -> String {
        NumberText(format: NumberFormat(decimals: 0, groupsThousands: true)).text(Double(value))
    }

    /// `a, b and 3 others`.
    static func list(_ names: [String]) -> String {
        let greatest = 4
        if names.count <= greatest { return joined(names, "and") }
        return names.prefix(greatest).joined(separator: ", ") + " and \(names.count - greatest) more"
    }

    /// `a, b or c`.
    static func joined(_ words: [String], _ conjunction: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
