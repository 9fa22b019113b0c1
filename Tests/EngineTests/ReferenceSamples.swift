import BigInt
import Foundation
import MarketModel
import RuleSemantics

extension BuiltinCall {
    /// Read at grid points only.
    var isSampled: Bool {
        if builtin == .ago, case .duration(_, _?)? = arguments.last { return true }
        return [.twap, .rsi, .volatility, .correlation, .beta].contains(builtin)
    }
}

/// The functions of grid samples, of order and of all history, each as its definition says.
extension ReferenceInterpreter {
    /// The state changes of the rule that `firing` asks: of the same key if both have one, else of all.
    func firings(of rule: String, _ key: String) -> [[(time: Int64, isFiring: Bool)]] {
        let isKeyed = program.rules.first { $0.name == rule }?.target != nil
        let lives = lives[rule] ?? [:]
        return isKeyed && !key.isEmpty ? [lives[key] ?? []] : Array(lives.values)
    }

    /// The known prevailing values at the grid points in (t-e-w, t-e].
    private func samples(
        _ series: SeriesReference, _ window: CheckedWindow, at t: Int64, _ key: String
    ) -> [Int64: Rational]? {
        guard case .time(let length, let ending, let step?) = window,
            isObserved(length + ending, series, at: t, key)
        else { return nil }
        var found: [Int64: Rational] = [:]
        var grid = Self.gridPoint(t - ending, step)
        while grid > t - ending - length {
            if let last = points(series, key, upTo: grid).last { found[grid] = last.value }
            grid -= step
        }
        return found
    }

    func sampled(_ call: BuiltinCall, at t: Int64, _ key: String) -> Double {
        guard case .window(let window)? = call.arguments.last else { return .nan }
        var series = call.arguments.compactMap { if case .series(let series) = $0 { series } else { nil } }
        if series.isEmpty { series = [.market(.price, call.owner)] }
        guard let values = samples(series[0], window, at: t, key) else { return .nan }
        let times = values.keys.sorted()
        let ordered = times.map { values[$0]! }
        switch call.builtin {
        case .twap:
            return (ordered.reduce(Rational(0)) { $0 + $1 } / Rational(BigInt(ordered.count)))?.rounded
                ?? .nan
        case .rsi:
            let steps = zip(ordered, ordered.dropFirst()).map { $1 - $0 }
            let gains = steps.filter { Rational(0) < $0 }.reduce(Rational(0)) { $0 + $1 }
            let losses = steps.filter { $0 < Rational(0) }.reduce(Rational(0)) { $0 - $1 }
            return (Rational(100) * gains / (gains + losses))?.rounded ?? .nan
        case .volatility:
            let returns = logReturns(ordered)
            return (spread(returns, returns) ?? .nan).squareRoot()
        default:
            guard let others = samples(series[1], window, at: t, key) else { return .nan }
            let both = times.filter { others[$0] != nil }
            let a = logReturns(both.map { values[$0]! })
            let b = logReturns(both.map { others[$0]! })
            guard a.count >= 3, let together = spread(a, b), let of = spread(b, b), of > 0 else {
                return .nan
            }
            if call.builtin == .beta { return together / of }
            guard let mine = spread(a, a), mine > 0 else { return .nan }
            return together / (mine.squareRoot() * of.squareRoot())
        }
    }

    private func logReturns(_ values: [Rational]) -> [Double] {
        zip(values, values.dropFirst()).map { before, now in
            guard Rational(0) < before, Rational(0) < now else { return .nan }
            return log((now / before)!.rounded)
        }
    }

    /// Sample covariance, rounded once; nil below two values.
    private func spread(_ a: [Double], _ b: [Double]) -> Double? {
        if a.count < 2 { return nil }
        if (a + b).contains(where: \.isNaN) { return .nan }
        let n = Rational(BigInt(a.count))
        func sum(_ values: [Rational]) -> Rational { values.reduce(Rational(0)) { $0 + $1 } }
        let (x, y) = (a.map { Rational(exactly: $0) }, b.map { Rational(exactly: $0) })
        let cross = sum(zip(x, y).map { $0 * $1 }) * n - sum(x) * sum(y)
        return (cross / (n * Rational(BigInt(a.count - 1))))?.rounded
    }

    /// Linear interpolation at rank p/100 * (n - 1).
    func percentile(_ rank: Double, _ points: [Point]) -> Double {
        if points.isEmpty { return .nan }
        let values = points.map(\.value).sorted(by: <)
        let place =
            Rational(BigInt(Int64((rank * 1_000_000).rounded())), BigInt(100_000_000))
            * Rational(BigInt(values.count - 1))
        let index = Int(place.numerator / place.denominator)
        let rest = place - Rational(BigInt(index))
        let next = values[min(index + 1, values.count - 1)]
        return (values[index] + rest * (next - values[index])).rounded
    }

    /// Least squares of x on time; over a series of Doubles the numerator is rounded first.
    func slope(_ points: [Point], isReal: Bool) -> Double {
        if points.count < 2 { return .nan }
        let n = Rational(BigInt(points.count))
        func sum(_ term: (Point) -> Rational) -> Rational { points.reduce(Rational(0)) { $0 + term($1) } }
        func time(_ point: Point) -> Rational { Rational(BigInt(point.time - points[0].time)) }
        let top = n * sum { time($0) * $0.value } - sum(time) * sum { $0.value }
        let bottom = n * sum { time($0) * time($0) } - sum(time) * sum(time)
        if bottom.numerator == 0 { return .nan }
        return isReal ? top.rounded / bottom.rounded : (top / bottom)?.rounded ?? .nan
    }

    func decayingMean(_ call: BuiltinCall, at t: Int64, _ key: String) -> Double {
        guard case .series(let series) = call.arguments[0],
            case .duration(let halfLife, _) = call.arguments[1]
        else { return .nan }
        let known = points(series, key, upTo: t)
        var mean = Double.nan
        var before: Int64?
        for (index, point) in known.enumerated() {
            if index + 1 < known.count, known[index + 1].time == point.time { continue }
            let value = point.value.rounded
            if let before {
                let weight = exp2(-Double(point.time - before) / Double(halfLife))
                mean = weight * mean + (1 - weight) * value
            } else {
                mean = value
            }
            before = point.time
        }
        return mean
    }
}
