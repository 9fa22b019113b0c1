import BigInt
import MarketModel
import RuleSemantics

/// The rule language by definition: slow, obvious, and independent of the compiler and the engine.
///
/// Every value at an instant is computed anew from the raw points at or before it (LANGUAGE 4 and 11), and
/// every rule is stepped at every instant at which anything could change (5 and 6). It takes the same input
/// as a dry-run: sorted trades and rates.
final class ReferenceInterpreter {
    struct Point {
        var time: Int64
        var value: Rational
        /// The instant's order is the array's order.
        var size: Rational
    }

    struct Quote {
        var time: Int64
        var bid: Rational
        var ask: Rational
    }

    struct Input {
        var trades: [(symbol: String, trade: Point)] = []
        var quotes: [(symbol: String, quote: Quote)] = []
        var rates: [(series: String, date: CivilDate, ratio: Double, knownAt: Int64)] = []
        var end: Int64 = 0
    }

    let program: CheckedProgram
    let input: Input
    private var trades: [String: [Point]] = [:]
    private var quotes: [String: [Quote]] = [:]
    private var feedStarts: [String: Int64] = [:]
    /// For each rule and key: since when it fires, and since when it does not.
    var lives: [String: [String: [(time: Int64, isFiring: Bool)]]] = [:]
    /// The points of named series, filled in order of dependency.
    var seriesPoints: [[Point]] = []

    init(_ program: CheckedProgram, _ input: Input) {
        self.program = program
        self.input = input
        for (symbol, trade) in input.trades {
            trades[symbol, default: []].append(trade)
            let feed = Self.feed(symbol)
            feedStarts[feed] = min(feedStarts[feed] ?? .max, trade.time)
        }
        for (symbol, quote) in input.quotes { quotes[symbol, default: []].append(quote) }
        for series in program.series {
            let sources = streams(series.expression, "")
            let times = Set(sources.flatMap { self.instants($0, "") }).sorted()
            var points: [Point] = []
            seriesPoints.append([])
            for t in times {
                let value = evaluate(series.expression, at: t, "")
                if !value.isNaN {
                    points.append(Point(time: t, value: Rational(exactly: value), size: Rational(0)))
                }
            }
            seriesPoints[seriesPoints.count - 1] = points
        }
    }

    static func feed(_ symbol: String) -> String {
        symbol.firstIndex(of: ":").map { String(symbol[..<$0]) } ?? ""
    }

    // MARK: Points

    private func name(_ owner: SymbolOwner, _ key: String) -> String {
        switch owner {
        case .key: key
        case .symbol(let symbol): symbol
        }
    }

    /// All points of a series up to `t`, in order.
    func points(_ series: SeriesReference, _ key: String, upTo t: Int64 = .max) -> [Point] {
        let all: [Point]
        switch series {
        case .named(let index): all = seriesPoints[index]
        case .market(let field, let owner):
            let symbol = name(owner, key)
            switch field {
            case .price: all = trades[symbol] ?? []
            case .size:
                all = (trades[symbol] ?? []).map { Point(time: $0.time, value: $0.size, size: $0.size) }
            default:
                all = (quotes[symbol] ?? []).map { quote in
                    let value: Rational =
                        switch field {
                        case .bid: quote.bid
                        case .ask: quote.ask
                        case .mid: (quote.bid + quote.ask) * Rational(1, 2)
                        default: quote.ask - quote.bid
                        }
                    return Point(time: quote.time, value: value, size: Rational(0))
                }
            }
        }
        return all.filter { $0.time <= t }
    }

    func instants(_ series: SeriesReference, _ key: String) -> [Int64] {
        points(series, key).map(\.time)
    }

    /// Since when a series' windows have been observed (4.2); nil for never.
    private func start(_ series: SeriesReference, _ key: String) -> Int64? {
        switch series {
        case .market(_, let owner): return feedStarts[Self.feed(name(owner, key))]
        case .named(let index):
            let starts = streams(program.series[index].expression, key).map { start($0, key) }
            if starts.isEmpty || starts.contains(where: { $0 == nil }) { return nil }
            return starts.compactMap { $0 }.max()
        }
    }

    /// The points in the window at `t`; nil while it is unknown.
    func window(_ window: CheckedWindow, _ series: SeriesReference, at t: Int64, _ key: String) -> [Point]? {
        if case .trades(let count) = window {
            let last = points(series, key, upTo: t).suffix(count)
            return last.count == count ? Array(last) : nil
        }
        guard case .time(let length, let ending, let step) = window else { return nil }
        guard isObserved(length + ending, series, at: t, key) else { return nil }
        var (low, high) = (t - ending - length, t - ending)
        if let step {
            low = Self.gridPoint(low, step)
            if ending > 0 { high = Self.gridPoint(high, step) }
        }
        return points(series, key).filter { $0.time > low && $0.time <= high }
    }

    func isObserved(_ span: Int64, _ series: SeriesReference, at t: Int64, _ key: String) -> Bool {
        start(series, key).map { t - $0 >= span } ?? false
    }

    /// The last multiple of the step at or before a time after the epoch.
    static func gridPoint(_ time: Int64, _ step: Int64) -> Int64 { time / step * step }

    // MARK: Change points

    /// The series that an expression reads.
    func streams(_ expression: CheckedExpression, _ key: String) -> [SeriesReference] {
        var found: [SeriesReference] = []
        visit(expression) { node in
            switch node {
            case .series(let series): found.append(series)
            case .call(let call): found.append(contentsOf: readSeries(call))
            default: break
            }
        }
        return found
    }

    private func readSeries(_ call: BuiltinCall) -> [SeriesReference] {
        let named = call.arguments.compactMap { if case .series(let series) = $0 { series } else { nil } }
        if !named.isEmpty { return named }
        switch call.builtin {
        case .trades, .volume, .notional, .vwap, .low, .high, .range, .drawdown, .rebound, .twap, .rsi,
            .volatility:
            return [.market(.price, call.owner)]
        default: return []
        }
    }

    /// Every instant at which the expression may change (5): the engine's own change points, no fewer.
    func changePoints(_ expression: CheckedExpression, _ key: String) -> Set<Int64> {
        var found: Set<Int64> = []
        visit(expression) { node in
            if case .series(let series) = node { found.formUnion(instants(series, key)) }
            if case .call(let call) = node { found.formUnion(changePoints(call, key)) }
            if let (series, delay) = ageBound(node, key) {
                for t in instants(series, key) { found.formUnion([t, t + delay, t + delay + 1]) }
            }
        }
        return found
    }

    private func changePoints(_ call: BuiltinCall, _ key: String) -> Set<Int64> {
        var found: Set<Int64> = []
        if case .rule(let name)? = call.arguments.first {
            return Set(firings(of: name, key).flatMap { $0.map(\.time) })
        }
        for series in readSeries(call) {
            let times = instants(series, key)
            if !call.isSampled { found.formUnion(times) }
            for argument in call.arguments {
                switch argument {
                case .window(.time(let length, let ending, let step?)):
                    found.formUnion(ticks(step))
                    if let start = start(series, key) { found.insert(start + length + ending) }
                case .window(.time(let length, let ending, nil)):
                    for t in times { found.formUnion([t + ending, t + ending + length]) }
                    if let start = start(series, key) { found.insert(start + length + ending) }
                case .duration(_, let step?): found.formUnion(ticks(step))
                case .duration where call.builtin == .ewma: break
                case .duration(let delay, nil): for t in times { found.insert(t + delay) }
                default: break
                }
            }
        }
        if call.builtin == .rate, case .rate(let index) = call.arguments[0] {
            let rates = input.rates.filter { $0.series == program.rateSeries[index] }
            for rate in rates {
                found.insert(rate.knownAt)
                guard call.arguments.count > 1, case .duration(let within, _) = call.arguments[1] else {
                    continue
                }
                // Nothing changes when an observation grows stale that a later one has replaced.
                let stale = rate.knownAt + within
                if !rates.contains(where: { $0.knownAt > rate.knownAt && $0.knownAt < stale }) {
                    found.insert(stale)
                }
            }
        }
        return found
    }

    private func ticks(_ step: Int64) -> [Int64] {
        let first = (input.trades.map(\.trade.time).min() ?? input.end) / step
        return first * step > input.end ? [] : (first...input.end / step).map { $0 * step }
    }

    /// `age(x) < d` and its kind.
    private func ageBound(_ node: CheckedExpression, _ key: String) -> (SeriesReference, Int64)? {
        guard case .comparison(_, let left, let right) = node else { return nil }
        for (side, other) in [(left, right), (right, left)] {
            guard case .call(let call) = side, call.builtin == .age,
                case .series(let series) = call.arguments[0]
            else { continue }
            if case .number(let bound) = other { return (series, Int64(bound)) }
            if case .lookup(let column) = other, let bound = column.value(for: key) {
                return (series, Int64(bound))
            }
        }
        return nil
    }

    func visit(_ expression: CheckedExpression, _ body: (CheckedExpression) -> Void) {
        body(expression)
        switch expression {
        case .number, .bool, .symbol, .lookup, .series: break
        case .call(let call):
            for case .expression(let inner) in call.arguments { visit(inner, body) }
        case .negate(let inner), .not(let inner): visit(inner, body)
        case .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .and(let left, let right), .or(let left, let right), .crosses(_, let left, let right):
            visit(left, body)
            visit(right, body)
        case .between(let value, let low, let high):
            visit(value, body)
            visit(low, body)
            visit(high, body)
        }
    }

    // MARK: Values

    /// When the instance under evaluation came to be: `crosses` looks back no further.
    var creation: Int64 = .min

    /// NaN is unknown; true is 1.
    func evaluate(_ expression: CheckedExpression, at t: Int64, _ key: String) -> Double {
        func value(_ inner: CheckedExpression) -> Double { evaluate(inner, at: t, key) }
        switch expression {
        case .number(let number): return number
        case .bool(let bool): return bool ? 1 : 0
        case .symbol: return .nan
        case .lookup(let column): return column.value(for: key) ?? .nan
        case .series(let series): return points(series, key, upTo: t).last?.value.rounded ?? .nan
        case .call(let call): return evaluate(call, at: t, key)
        case .negate(let inner): return -value(inner)
        case .arithmetic(let op, let left, let right):
            let (a, b) = (value(left), value(right))
            let result: Double =
                switch op {
                case .add: a + b
                case .subtract: a - b
                case .multiply: a * b
                case .divide: a / b
                }
            return result.isFinite ? result : .nan
        case .comparison(let op, let left, let right): return compare(op, left, right, at: t, key)
        case .and(let left, let right):
            let (a, b) = (value(left), value(right))
            return a == 0 || b == 0 ? 0 : a.isNaN || b.isNaN ? .nan : 1
        case .or(let left, let right):
            let (a, b) = (value(left), value(right))
            return a == 1 || b == 1 ? 1 : a.isNaN || b.isNaN ? .nan : 0
        case .not(let inner): return 1 - value(inner)
        case .between(let inner, let low, let high):
            let (x, a, b) = (value(inner), value(low), value(high))
            let atLeast = x.isNaN || a.isNaN ? Double.nan : x >= a ? 1 : 0
            let atMost = x.isNaN || b.isNaN ? Double.nan : x <= b ? 1 : 0
            return atLeast == 0 || atMost == 0 ? 0 : atLeast.isNaN || atMost.isNaN ? .nan : 1
        case .crosses(let direction, let left, let right):
            return crosses(direction, left, right, at: t, key)
        }
    }

    private func compare(
        _ op: ComparisonOperator, _ left: CheckedExpression, _ right: CheckedExpression, at t: Int64,
        _ key: String
    ) -> Double {
        if case .symbol(let a) = left, case .symbol(let b) = right {
            return (name(a, key) == name(b, key)) == (op == .equal) ? 1 : 0
        }
        let (a, b) = (evaluate(left, at: t, key), evaluate(right, at: t, key))
        if a.isNaN || b.isNaN { return .nan }
        let holds: Bool =
            switch op {
            case .less: a < b
            case .lessOrEqual: a <= b
            case .greater: a > b
            case .greaterOrEqual: a >= b
            case .equal: a == b
            case .notEqual: a != b
            }
        return holds ? 1 : 0
    }

    /// Now a > b, and a <= b at the previous change point of a or b at which both were known; held between.
    private func crosses(
        _ direction: CrossDirection, _ left: CheckedExpression, _ right: CheckedExpression, at t: Int64,
        _ key: String
    ) -> Double {
        var times = changePoints(left, key).union(changePoints(right, key)).filter {
            $0 > creation && $0 <= t
        }
        if creation <= t { times.insert(creation) }
        var ordered = times.sorted()
        guard let now = ordered.popLast() else { return .nan }
        let (a, b) = (evaluate(left, at: now, key), evaluate(right, at: now, key))
        if a.isNaN || b.isNaN { return .nan }
        while let before = ordered.popLast() {
            let (c, d) = (evaluate(left, at: before, key), evaluate(right, at: before, key))
            if c.isNaN || d.isNaN { continue }
            let above = a > b && c <= d
            let below = a < b && c >= d
            return (direction != .below && above) || (direction != .above && below) ? 1 : 0
        }
        return 0
    }
}
