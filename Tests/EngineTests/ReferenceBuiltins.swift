import BigInt
import MarketModel
import RuleSemantics

/// The functions of LANGUAGE 11, each as its definition says.
extension ReferenceInterpreter {
    func evaluate(_ call: BuiltinCall, at t: Int64, _ key: String) -> Double {
        func scalar(_ index: Int) -> Double {
            guard case .expression(let inner) = call.arguments[index] else { return .nan }
            return evaluate(inner, at: t, key)
        }
        switch call.builtin {
        case .abs: return scalar(0).magnitude
        case .sqrt: return scalar(0).squareRoot()
        case .ln:
            return .nan  // not in the random programs: the library's logarithm would be the reference
        case .least, .greatest:
            let (a, b) = (scalar(0), scalar(1))
            if a.isNaN || b.isNaN { return .nan }
            return call.builtin == .least ? Swift.min(a, b) : Swift.max(a, b)
        case .known: return scalar(0).isNaN ? 0 : 1
        case .coalesce: return scalar(0).isNaN ? scalar(1) : scalar(0)
        case .deviation:
            let (a, b) = (scalar(0), scalar(1))
            if a.isNaN || b.isNaN { return .nan }
            return ((Rational(exactly: a) - Rational(exactly: b)) / Rational(exactly: b))?.rounded ?? .nan
        case .rate: return rate(call, at: t)
        case .firing:
            guard case .rule(let name) = call.arguments[0] else { return .nan }
            let lives = firings(of: name, key)
            return lives.contains { $0.last { $0.time <= t }?.isFiring ?? false } ? 1 : 0
        case .ewma: return decayingMean(call, at: t, key)
        case .twap, .rsi, .volatility, .correlation, .beta: return sampled(call, at: t, key)
        case .prev, .ago, .change, .move, .age: return pointwise(call, at: t, key)
        default: return windowed(call, at: t, key)
        }
    }

    /// The value with the greatest known-at; of several the latest date.
    private func rate(_ call: BuiltinCall, at t: Int64) -> Double {
        guard case .rate(let index) = call.arguments[0] else { return .nan }
        let known = input.rates.filter { $0.series == program.rateSeries[index] && $0.knownAt <= t }
        guard let best = known.max(by: { ($0.knownAt, $0.date) < ($1.knownAt, $1.date) }) else { return .nan }
        if call.arguments.count > 1, case .duration(let within, _) = call.arguments[1],
            t >= best.knownAt + within
        {
            return .nan
        }
        return best.ratio
    }

    private func pointwise(_ call: BuiltinCall, at t: Int64, _ key: String) -> Double {
        guard case .series(let series) = call.arguments[0] else { return .nan }
        let known = points(series, key, upTo: t)
        guard let last = known.last else { return .nan }
        if call.builtin == .age { return Double(t - last.time) }
        if call.builtin == .prev { return known.last { $0.time < last.time }?.value.rounded ?? .nan }
        guard case .duration(let delay, let step) = call.arguments[1] else { return .nan }
        let then = step.map { Self.gridPoint(t - delay, $0) } ?? t - delay
        guard let before = known.last(where: { $0.time <= then }) else { return .nan }
        switch call.builtin {
        case .ago: return before.value.rounded
        case .change: return ((last.value - before.value) / before.value)?.rounded ?? .nan
        default:
            // A named series' values are Doubles: their difference is an operator's.
            if case .named = series { return last.value.rounded - before.value.rounded }
            return (last.value - before.value).rounded
        }
    }

    private func windowed(_ call: BuiltinCall, at t: Int64, _ key: String) -> Double {
        var series = SeriesReference.market(.price, call.owner)
        var span: CheckedWindow?
        for argument in call.arguments {
            if case .series(let named) = argument { series = named }
            if case .window(let window) = argument { span = window }
        }
        guard let span, let points = window(span, series, at: t, key) else { return .nan }
        let n = Rational(.init(points.count))
        let sum = points.reduce(Rational(0)) { $0 + $1.value }
        switch call.builtin {
        case .trades, .count: return Double(points.count)
        case .sum: return sum.rounded
        case .volume: return points.reduce(Rational(0)) { $0 + $1.size }.rounded
        case .notional: return points.reduce(Rational(0)) { $0 + $1.value * $1.size }.rounded
        case .avg: return (sum / n)?.rounded ?? .nan
        case .vwap:
            let notional = points.reduce(Rational(0)) { $0 + $1.value * $1.size }
            return (notional / points.reduce(Rational(0)) { $0 + $1.size })?.rounded ?? .nan
        case .first: return points.first?.value.rounded ?? .nan
        case .last: return points.last?.value.rounded ?? .nan
        case .min, .low: return points.map(\.value).min(by: <)?.rounded ?? .nan
        case .max, .high: return points.map(\.value).max(by: <)?.rounded ?? .nan
        case .range:
            guard let least = points.map(\.value).min(by: <), let most = points.map(\.value).max(by: <) else {
                return .nan
            }
            return (most - least).rounded
        case .variance: return variance(points) ?? .nan
        case .stddev: return variance(points)?.squareRoot() ?? .nan
        case .stddevPop: return variance(points, dividingBy: points.count)?.squareRoot() ?? .nan
        case .drawdown, .rebound:
            let extreme =
                call.builtin == .drawdown ? points.map(\.value).max(by: <) : points.map(\.value).min(by: <)
            guard let extreme, let now = self.points(series, key, upTo: t).last else { return .nan }
            return ((now.value - extreme) / extreme)?.rounded ?? .nan
        case .median: return percentile(50, points)
        case .percentile:
            guard case .expression(.number(let rank)) = call.arguments[1] else { return .nan }
            return percentile(rank, points)
        case .slope:
            if case .named = series { return slope(points, isReal: true) }
            return slope(points, isReal: false)
        case .zscore: return score(points, of: self.points(series, key, upTo: t))
        default: return .nan
        }
    }

    /// Sample variance, rounded once; nil for fewer than two points.
    private func variance(_ points: [Point], dividingBy divisor: Int? = nil) -> Double? {
        if points.count < 2 { return nil }
        let n = Rational(.init(points.count))
        guard let mean = points.reduce(Rational(0), { $0 + $1.value }) / n else { return nil }
        let squares = points.reduce(Rational(0)) { $0 + ($1.value - mean) * ($1.value - mean) }
        return (squares / Rational(.init(divisor ?? points.count - 1)))?.rounded
    }

    /// (x - mean(B')) / stddev(B'), B' the window without the instant of x's last point.
    private func score(_ window: [Point], of known: [Point]) -> Double {
        guard let last = known.last else { return .nan }
        let before = window.filter { $0.time != last.time }
        guard let variance = variance(before), variance > 0 else { return .nan }
        let n = Rational(.init(before.count))
        guard let mean = before.reduce(Rational(0), { $0 + $1.value }) / n else { return .nan }
        return (last.value - mean).rounded / variance.squareRoot()
    }
}
