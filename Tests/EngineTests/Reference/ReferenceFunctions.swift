import BigInt
import Foundation
import MarketModel
import RuleSemantics

/// The functions of LANGUAGE 11, each as its definition says.
extension ReferenceInstance {
    func meaning(_ call: BuiltinCall) -> Meaning {
        let x = call.arguments.compactMap { if case .expression(let x) = $0 { x } else { nil } }
        switch call.builtin {
        case .abs: return lift(x) { $0[0].magnitude }
        case .sqrt: return lift(x) { $0[0].squareRoot() }
        case .ln: return lift(x) { log($0[0]) }
        case .least: return lift(x) { $0.contains(where: \.isNaN) ? .nan : $0.min()! }
        case .greatest: return lift(x) { $0.contains(where: \.isNaN) ? .nan : $0.max()! }
        case .known: return lift(x) { $0[0].isNaN ? 0 : 1 }
        case .coalesce: return lift(x) { $0[0].isNaN ? $0[1] : $0[0] }
        case .deviation:
            return lift(x) { x in
                x.contains(where: \.isNaN)
                    ? .nan : Rational.relative(.init(exactly: x[0]), .init(exactly: x[1])).rounded
            }
        case .rate: return rate(call)
        case .firing: return firing(call)
        default: return ofSeries(call)
        }
    }

    /// The value with the greatest known-at; of several the latest date.
    private func rate(_ call: BuiltinCall) -> Meaning {
        guard case .rate(let index) = call.arguments[0] else { return Meaning { _ in .nan } }
        let rates = world.tape.rates.filter { $0.series == world.program.rateSeries[index] }
            .sorted { ($0.knownAt, $0.date) < ($1.knownAt, $1.date) }
        let within = call.arguments.dropFirst().first?.duration?.length ?? 1 << 60
        // Nothing changes when an observation grows stale that a later one has replaced.
        let stale = zip(rates, rates.dropFirst().map(\.knownAt) + [.max])
            .map { ($0.knownAt + within, $1) }.filter { $0 <= $1 }.map(\.0)
        return Meaning(changes: Set(rates.map(\.knownAt) + stale)) { t in
            rates.last { $0.knownAt <= t }.flatMap { t < $0.knownAt + within ? $0.ratio : nil } ?? .nan
        }
    }

    /// Of the same key if both have one, else of any.
    private func firing(_ call: BuiltinCall) -> Meaning {
        guard case .rule(let name) = call.arguments[0] else { return Meaning { _ in .nan } }
        let lives = world.lives(name).filter { $0.key == key || $0.key.isEmpty || key.isEmpty }
        return Meaning(changes: Set(lives.flatMap { $0.flips.map(\.time) })) { t in
            lives.contains { $0.flips.last { $0.time <= t }?.isFiring == true } ? 1 : 0
        }
    }

    // MARK: Functions of series

    private func ofSeries(_ call: BuiltinCall) -> Meaning {
        var series = call.arguments.compactMap {
            if case .series(let series) = $0 { own(series) } else { nil }
        }
        if series.isEmpty { series = [own(.market(.price, call.owner))] }
        let isSampled = [.twap, .rsi, .volatility, .correlation, .beta].contains(call.builtin)
        let times = series.flatMap(world.points).map(\.time)
        var changes = Set(times)
        var warm = Int64.min
        let span = call.arguments.lazy.compactMap(\.window).first
        let lag = call.arguments.lazy.compactMap(\.duration).first
        if case .time(let length, let ending, let step)? = span {
            if isSampled { changes = [] }
            changes.formUnion(step.map(ticks) ?? times.flatMap { [$0 + ending, $0 + ending + length] })
            let starts = series.flatMap(world.starts)
            warm = starts.contains(nil) ? .max : starts.map { $0! + length + ending }.max() ?? .max
            changes.insert(warm)
        } else if let (delay, step) = lag, call.builtin != .ewma {
            // On a grid the points themselves do not move `ago` (docs/decisions/0007).
            if step != nil, call.builtin == .ago { changes = [] }
            changes.formUnion(step.map(ticks) ?? times.map { $0 + delay })
        }
        return Meaning(reads: series, changes: changes) { t in
            let known = series.map { world.points($0).prefix { $0.time <= t } }
            let points = known.compactMap { content($0, span, at: t, isSampled) }
            if t < warm || points.count < series.count { return .nan }
            let then = lag.flatMap { lag in known[0].last { $0.time <= gridPoint(t - lag.length, lag.step) } }
            return finite(value(call, points, now: known[0].last, then: then?.value, at: t))
        }
    }

    private func ticks(_ step: Int64) -> [Int64] {
        guard let start = world.tape.trades.first?.trade.time else { return [] }
        return Array(stride(from: gridPoint(start, step), through: world.tape.end, by: Int(step)))
    }

    /// The last multiple of the step; without one the time itself.
    private func gridPoint(_ time: Int64, _ step: Int64?) -> Int64 { step.map { time / $0 * $0 } ?? time }

    /// The points of a window; without one all so far. Sampled: what prevails at its grid points, if known.
    private func content(
        _ known: ArraySlice<Point>, _ window: CheckedWindow?, at t: Int64, _ isSampled: Bool
    ) -> [Point]? {
        switch window {
        case .trades(let count)?: return known.count < count ? nil : known.suffix(count)
        case .time(let length, let ending, let step?)? where isSampled:
            let grid = stride(from: gridPoint(t - ending, step), to: t - ending - length, by: -Int(step))
            return grid.reversed().compactMap { tick in
                known.last { $0.time <= tick }.map { Point(time: tick, value: $0.value) }
            }
        case .time(let length, let ending, let step)?:
            let low = gridPoint(t - ending - length, step)
            let high = ending > 0 ? gridPoint(t - ending, step) : t
            return known.filter { low < $0.time && $0.time <= high }
        case nil: return Array(known)
        }
    }

    // MARK: Values

    /// - Parameters:
    ///   - points: those of the window of each series, or all so far.
    ///   - now: the last point so far; `then`, the value before the lag.
    private func value(_ call: BuiltinCall, _ points: [[Point]], now: Point?, then: Rational?, at t: Int64)
        -> Double
    {
        let x = points[0].map(\.value)
        let n = Rational(BigInt(x.count))
        let isNamed = if case .series(.named)? = call.arguments.first { true } else { false }
        switch call.builtin {
        case .age: return now.map { Double(t - $0.time) } ?? .nan
        case .prev: return (points[0].last { $0.time < now?.time ?? t }?.value).rounded
        case .ago: return then.rounded
        case .change: return Rational.relative(now?.value, then).rounded
        // A named series' values are Doubles: their difference is an operator's.
        case .move where isNamed: return (now?.value).rounded - then.rounded
        case .move: return then.flatMap { then in now.map { $0.value - then } }.rounded
        case .ewma: return decayingMean(points[0], call)
        case .trades, .count: return Double(x.count)
        case .sum: return x.sum.rounded
        case .volume: return points[0].map(\.size).sum.rounded
        case .notional: return points[0].map { $0.value * $0.size }.sum.rounded
        case .avg, .twap: return (x.sum / n).rounded
        case .vwap: return (points[0].map { $0.value * $0.size }.sum / points[0].map(\.size).sum).rounded
        case .first: return x.first.rounded
        case .last: return x.last.rounded
        case .min, .low: return x.min().rounded
        case .max, .high: return x.max().rounded
        case .range: return x.min().map { x.max()! - $0 }.rounded
        case .drawdown: return Rational.relative(now?.value, x.max()).rounded
        case .rebound: return Rational.relative(now?.value, x.min()).rounded
        case .variance: return x.covariance(x).rounded
        case .stddev: return x.covariance(x).rounded.squareRoot()
        case .stddevPop:
            return x.covariance(x).map { $0 * (n - 1) * Rational(1, n.numerator) }.rounded.squareRoot()
        case .median: return x.percentile(50)
        case .percentile:
            guard case .expression(.number(let percent)) = call.arguments[1] else { return .nan }
            return x.percentile(percent)
        case .zscore:
            // Without the instant of x's last point.
            let others = points[0].filter { $0.time != now?.time }.map(\.value)
            guard let now, let mean = others.sum / Rational(BigInt(others.count)) else { return .nan }
            return (now.value - mean).rounded / others.covariance(others).rounded.squareRoot()
        case .slope:
            let time = points[0].map { Rational(BigInt($0.time)) }
            guard let top = time.covariance(x), let bottom = time.covariance(time) else { return .nan }
            // Over a series of Doubles the numerator is rounded first.
            let factor = n * (n - 1)
            return isNamed ? (factor * top).rounded / (factor * bottom).rounded : (top / bottom).rounded
        case .rsi:
            let moves = zip(x, x.dropFirst()).map { $1 - $0 }
            let gains = moves.filter { $0 > 0 }.sum
            return (100 * gains / (gains - moves.filter { $0 < 0 }.sum)).rounded
        case .volatility: return x.logReturns.covariance(x.logReturns).rounded.squareRoot()
        default: return together(points[0], points[1], isBeta: call.builtin == .beta)
        }
    }

    /// `correlation` and `beta`: of the grid points at which both are known.
    private func together(_ a: [Point], _ b: [Point], isBeta: Bool) -> Double {
        let pairs = a.flatMap { a in b.filter { $0.time == a.time }.map { (a: a.value, b: $0.value) } }
        let (a, b) = (pairs.map(\.a).logReturns, pairs.map(\.b).logReturns)
        if pairs.count < 4 { return .nan }
        let (together, ofB) = (a.covariance(b).rounded, b.covariance(b).rounded)
        return together / (isBeta ? ofB : a.covariance(a).rounded.squareRoot() * ofB.squareRoot())
    }

    /// One step an instant, with its last value.
    private func decayingMean(_ points: [Point], _ call: BuiltinCall) -> Double {
        guard case .duration(let halfLife, _)? = call.arguments.last, !points.isEmpty else { return .nan }
        let latest = Dictionary(points.map { ($0.time, $0.value.rounded) }) { $1 }.sorted { $0.key < $1.key }
        return zip(latest, latest.dropFirst()).reduce(latest[0].value) { mean, step in
            let weight = exp2(-Double(step.1.key - step.0.key) / Double(halfLife))
            return weight * mean + (1 - weight) * step.1.value
        }
    }
}

extension CheckedArgument {
    var window: CheckedWindow? { if case .window(let window) = self { window } else { nil } }
    var duration: (length: Int64, step: Int64?)? {
        if case .duration(let d, let step) = self { (d, step) } else { nil }
    }
}
