import BigInt
import Foundation

extension Rational {
    /// (x - y) / y; nil where there is none.
    static func relative(_ x: Rational?, _ y: Rational?) -> Rational? {
        x.flatMap { x in y.flatMap { y in (x - y) / y } }
    }
}

extension Array<Rational> {
    /// Of a sample; nil for fewer than two pairs.
    func covariance(_ other: [Rational]) -> Rational? {
        let n = Rational(BigInt(count))
        if count < 2 || count != other.count { return nil }
        return (n * zip(self, other).map { $0 * $1 }.sum - sum * other.sum) / (n * (n - 1))
    }

    /// Linear interpolation at rank p/100 * (n - 1) (type 7); a rank has at most six decimals.
    func percentile(_ percent: Double) -> Double {
        if isEmpty { return .nan }
        let x = sorted()
        let rank = Rational(BigInt((percent * 1_000_000).rounded()) * BigInt(count - 1), 100_000_000)
        let index = Int(rank.numerator / rank.denominator)
        return (x[index] + (rank - Rational(BigInt(index))) * (x[Swift.min(index + 1, count - 1)] - x[index]))
            .rounded
    }

    /// The logarithm of each step's once-rounded quotient; none where some value is not positive.
    var logReturns: [Rational] {
        if contains(where: { $0 <= 0 }) { return [] }
        return zip(self, dropFirst()).map { Rational(exactly: log(($1 / $0).rounded)) }
    }
}
