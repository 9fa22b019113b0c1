import BigInt
import MarketModel
import RuleSemantics

/// The rule language by definition: slow, obvious, and independent of the compiler and the engine.
///
/// Every value at an instant is computed anew from the raw points at or before it (LANGUAGE 4 and 11), and
/// every rule is stepped at every instant at which anything could change (5 and 6).
final class ReferenceInterpreter {
    struct Point {
        var time: Int64
        var value: Rational
        var size: Rational = 0
    }

    let program: CheckedProgram
    let tape: Tape
    /// Of each symbol's series and of each named one; in order of time and, inside an instant, of arrival.
    private var points: [SeriesReference: [Point]] = [:]
    private var feedStarts: [Substring: Int64] = [:]
    /// Of the feeds behind each named series; nil for one that never starts.
    private var startsOfNamed: [[Int64?]] = []
    private var known: [String: [ReferenceLife]] = [:]

    init(_ program: CheckedProgram, _ tape: Tape) {
        (self.program, self.tape) = (program, tape)
        for (symbol, trade) in tape.trades {
            let size = Rational(trade.size, scale: trade.sizeScale)
            let (bid, ask) = (
                Rational(trade.bid, scale: trade.quoteScale), Rational(trade.ask, scale: trade.quoteScale)
            )
            let quote = [bid, ask, (bid + ask) * Rational(1, 2), ask - bid]
            let values =
                [Rational(trade.price, scale: trade.priceScale), size] + (trade.hasQuote ? quote : [])
            for (field, value) in zip([MarketSeries.price, .size, .bid, .ask, .mid, .spread], values) {
                points[.market(field, .symbol(symbol)), default: []]
                    .append(Point(time: trade.time, value: value, size: size))
            }
            let feed = Self.feed(symbol)
            feedStarts[feed] = min(feedStarts[feed] ?? .max, trade.time)
        }
        // A series reads only series before it.
        for (index, series) in program.series.enumerated() {
            let meaning = ReferenceInstance(world: self, key: "", birth: .min).meaning(series.expression)
            startsOfNamed.append(meaning.reads.flatMap(starts))
            let times = Set(meaning.reads.flatMap { points($0).map(\.time) }).sorted()
            points[.named(index)] = times.map { ($0, meaning.value($0)) }.filter { !$0.1.isNaN }
                .map { Point(time: $0.0, value: Rational(exactly: $0.1)) }
        }
    }

    func points(_ series: SeriesReference) -> [Point] { points[series] ?? [] }

    /// Since when the feeds behind a series are observed; nil for one that never begins.
    func starts(_ series: SeriesReference) -> [Int64?] {
        switch series {
        case .market(_, .symbol(let symbol)): [feedStarts[Self.feed(symbol)]]
        case .market(_, .key): []
        case .named(let index): startsOfNamed[index]
        }
    }

    private static func feed(_ symbol: String) -> Substring {
        symbol.contains(":") ? symbol.prefix { $0 != ":" } : ""
    }

    // MARK: Rules

    /// All transitions.
    func run() -> [TapeStep] {
        // Lives hold the interpreter.
        defer { known = [:] }
        return program.rules.flatMap { lives($0.name).flatMap(\.steps) }.sorted()
    }

    /// Of each instance of a rule; lived when first asked for, so that `firing` finds what it asks.
    func lives(_ name: String) -> [ReferenceLife] {
        if let lives = known[name] { return lives }
        guard let rule = program.rules.first(where: { $0.name == name }) else { return [] }
        known[name] = births(rule).map {
            ReferenceLife(rule, .init(world: self, key: $0.key, birth: $0.value))
        }
        return known[name] ?? []
    }

    /// When each instance comes to be (7): a listed symbol's with its feed, another's with its first trade, a
    /// rule without `on` with the first feed that it reads, or with the input.
    private func births(_ rule: CheckedRule) -> [String: Int64] {
        guard let target = rule.target else {
            let nobody = ReferenceInstance(world: self, key: "", birth: .min)
            let read = rule.expressions.flatMap { nobody.meaning($0).reads }.flatMap(starts)
            let birth = (read.isEmpty ? Array(feedStarts.values) : read.compactMap { $0 }).min()
            return birth.map { ["": $0] } ?? [:]
        }
        let matcher = TargetMatcher(target)
        let matching = tape.trades.filter { matcher.selects($0.symbol) }
        var births = Dictionary(matching.map { ($0.symbol, $0.trade.time) }) { first, _ in first }
        for symbol in target.listedSymbols { births[symbol] = feedStarts[Self.feed(symbol)] }
        return births
    }
}

extension CheckedRule {
    /// Its conditions, and what its message tells.
    var expressions: [CheckedExpression] {
        [when] + chain.map(\.condition) + [until, unless].compactMap { $0 } + escalations.map(\.condition)
            + values.map(\.expression)
    }
}
