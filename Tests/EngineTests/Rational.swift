import BigInt

/// A fraction of unbounded integers: the reference interpreter's numbers until their one rounding.
struct Rational: Comparable {
    let numerator: BigInt
    /// Positive.
    let denominator: BigInt

    init(_ numerator: BigInt, _ denominator: BigInt = 1) {
        self.numerator = denominator < 0 ? -numerator : numerator
        self.denominator = BigInt(denominator.magnitude)
    }

    init(_ mantissa: Int64, scale: UInt8) { self.init(BigInt(mantissa), BigInt(10).power(Int(scale))) }

    /// A finite Double is an integer of 53 bits times a power of two.
    init(exactly value: Double) {
        let exponent = value == 0 ? 0 : Int(value.exponent) - 52
        let integer = BigInt(Int64(Double(sign: .plus, exponent: -exponent, significand: value)))
        self = exponent < 0 ? Rational(integer, BigInt(1) << -exponent) : Rational(integer << exponent)
    }

    /// The nearest Double, ties to even (normal range only).
    var rounded: Double {
        // A quotient of 63 or 64 bits; that something is left of the division is told by its last bit.
        let shift = 63 + denominator.magnitude.bitWidth - numerator.magnitude.bitWidth
        let (quotient, rest) = (numerator.magnitude << max(0, shift))
            .quotientAndRemainder(dividingBy: denominator.magnitude << max(0, -shift))
        let significand = Double(UInt64(quotient) | (rest == 0 ? 0 : 1))
        return Double(sign: numerator < 0 ? .minus : .plus, exponent: -shift, significand: significand)
    }

    static func + (left: Rational, right: Rational) -> Rational {
        if left.denominator == right.denominator {
            return Rational(left.numerator + right.numerator, left.denominator)
        }
        return Rational(
            left.numerator * right.denominator + right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    static func - (left: Rational, right: Rational) -> Rational {
        left + Rational(-right.numerator, right.denominator)
    }

    static func * (left: Rational, right: Rational) -> Rational {
        Rational(left.numerator * right.numerator, left.denominator * right.denominator)
    }

    /// nil by zero.
    static func / (left: Rational, right: Rational) -> Rational? {
        right == 0 ? nil : left * Rational(right.denominator, right.numerator)
    }

    static func < (left: Rational, right: Rational) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }

    static func == (left: Rational, right: Rational) -> Bool {
        left.numerator * right.denominator == right.numerator * left.denominator
    }
}

extension Rational: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int) { self.init(BigInt(value)) }
}

extension Rational? {
    /// Unknown where there is no number.
    var rounded: Double { self?.rounded ?? .nan }
}

extension Sequence<Rational> {
    var sum: Rational { reduce(0, +) }
}
