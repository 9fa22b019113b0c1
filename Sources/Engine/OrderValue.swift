/// Percentiles: values by their place in the window's order.
extension InputState {
    /// p counts in millionths of a per cent.
    private static let whole: Int128 = 100_000_000

    /// Linear interpolation at rank `p / 100 * (n - 1)` (type 7), rounded once.
    ///
    /// - Parameter rank: p times 10^6, a whole number from 0 to 10^8.
    /// - SeeAlso: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages" (1996).
    mutating func windowPercentile(_ column: Column, rank: Double) -> Double {
        if count == 0 { return .nan }
        let position = Int128(rank) * Int128(count - 1)
        let place = Int(position / Self.whole)
        let rest = position % Self.whole
        guard let low = extras.pointee.value(at: place, of: column) else { return .nan }
        let high = rest == 0 ? low : extras.pointee.value(at: place + 1, of: column) ?? low
        if column == .real { return realMixture(low, high, rest) }
        let mixed = Int128(low) * (Self.whole - rest) + Int128(high) * rest
        return ExactQuotient.rounded(mixed, Self.whole * Int128(InputState.unit(column, stream)))
    }

    private func realMixture(_ low: Int64, _ high: Int64, _ rest: Int128) -> Double {
        let sum = ExactRealSum(.value)
        sum.add(Double(bitPattern: UInt64(bitPattern: low)), times: UInt64(Self.whole - rest))
        sum.add(Double(bitPattern: UInt64(bitPattern: high)), times: UInt64(rest))
        return sum.magnitude().divided(by: UInt64(Self.whole))
    }

    /// Least squares of the column on time, a millisecond: `(n Sum(tx) - Sum(t) Sum(x)) / (n Sum(t^2) -
    /// (Sum t)^2)`, rounded once; unknown below two points or one distinct time.
    mutating func windowSlope(_ column: Column) -> Double {
        guard count >= 2, let times = extras.pointee.times, let oldest = edgePoint(first: true) else {
            return .nan
        }
        // Times from the oldest point on: small numbers.
        let n = Int128(count)
        let origin = Int128(oldest.time)
        let sumOfTimes = times.t - n * origin
        let squares = times.tt - 2 * origin * times.t + n * origin * origin
        let denominator = n * squares - sumOfTimes * sumOfTimes
        if denominator == 0 { return .nan }
        if column == .real { return realSlope(n, origin, sumOfTimes, denominator) }
        let sum = sums.of(column)
        let products = times.products(column) - origin * sum
        let left = SignedWide(n, times: products)
        let numerator = left.subtracting(SignedWide(sumOfTimes, times: sum))
        let unit = UInt128(InputState.unit(column, stream))
        let full = denominator.magnitude.multipliedReportingOverflow(by: unit)
        if full.overflow { return numerator.divided(by: denominator.magnitude) / Double(unit) }
        return numerator.divided(by: full.partialValue)
    }

    /// Over Doubles the numerator is rounded once, then divided.
    private func realSlope(
        _ n: Int128, _ origin: Int128, _ sumOfTimes: Int128, _ denominator: Int128
    ) -> Double {
        let sum = extras.pointee.reals.sum.magnitude()
        let products = extras.pointee.reals.timed.magnitude()
            .minus(sum.multiplied(by: UInt64(origin.magnitude)).with(sign: origin < 0))
            .multiplied(by: UInt64(n))
        let numerator = products.minus(sum.multiplied(by: UInt64(sumOfTimes)))
        let slope = numerator.divided(by: 1) / Double(denominator)
        return slope.isFinite ? slope : .nan
    }
}

/// A 256-bit integer with a sign.
struct SignedWide {
    private var isNegative: Bool
    private var magnitude: UInt256

    init(_ left: Int128, times right: Int128) {
        isNegative = (left < 0) != (right < 0)
        magnitude = UInt256(left.magnitude, times: right.magnitude)
    }

    func subtracting(_ other: SignedWide) -> SignedWide {
        var result = self
        if isNegative != other.isNegative {
            result.magnitude = magnitude &+ other.magnitude
        } else if magnitude.isLess(than: other.magnitude) {
            result.magnitude = other.magnitude &- magnitude
            result.isNegative.toggle()
        } else {
            result.magnitude = magnitude &- other.magnitude
        }
        return result
    }

    /// Rounded once to the nearest Double, where the quotient is below 2^128.
    func divided(by divisor: UInt128) -> Double {
        let value = ExactQuotient.rounded(magnitude, divisor)
        return isNegative ? -value : value
    }
}
