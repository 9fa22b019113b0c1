import BigInt
import MarketModel

/// A fraction of unbounded integers: the reference interpreter's numbers until their one rounding.
struct Rational {
    var numerator: BigInt
    /// Positive.
    var denominator: BigInt

    init(_ numerator: BigInt, _ denominator: BigInt = 1) {
        self.numerator = denominator < 0 ? -numerator : numerator
        self.denominator = denominator.magnitude == 0 ? 1 : BigInt(denominator.magnitude)
    }

    init(_ value: FixedPoint) {
        self.init(BigInt(value.mantissa), BigInt(10).power(Int(value.scale)))
    }

    /// - Precondition: finite.
    init(exactly value: Double) {
        if value == 0 {
            self.init(0)
            return
        }
        // The significand is a multiple of 2^-52.
        let significand = BigInt(Int64(value.significand * 0x1p52)) * (value < 0 ? -1 : 1)
        let exponent = Int(value.exponent) - 52
        self =
            exponent >= 0
            ? Rational(significand << exponent) : Rational(significand, BigInt(1) << -exponent)
    }

    static func + (left: Rational, right: Rational) -> Rational {
        Rational(
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
        if right.numerator == 0 { return nil }
        return Rational(left.numerator * right.denominator, left.denominator * right.numerator)
    }

    static func < (left: Rational, right: Rational) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }

    /// The nearest Double, ties to even (normal range only).
    var rounded: Double {
        if numerator == 0 { return 0 }
        let magnitude = BigInt(numerator.magnitude)
        // Scale the quotient to 64 bits or a few more, with a sticky bit for the rest.
        let shift = 66 - (magnitude.bitWidth - denominator.bitWidth)
        let scaled = shift >= 0 ? magnitude << shift : magnitude
        let divisor = shift >= 0 ? denominator : denominator << -shift
        var (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: divisor)
        var exponent = -shift
        var sticky = remainder != 0
        while quotient.magnitude.bitWidth > 54 {
            sticky = sticky || quotient & 1 == 1
            quotient >>= 1
            exponent += 1
        }
        // 54 bits: 53 and the half.
        let half = quotient & 1 == 1
        quotient >>= 1
        exponent += 1
        if half, sticky || quotient & 1 == 1 { quotient += 1 }
        remainder = 0
        let value = Double(sign: .plus, exponent: exponent, significand: Double(UInt64(quotient)))
        return numerator < 0 ? -value : value
    }
}
