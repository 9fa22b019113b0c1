/// Quotients of integers rounded once to the nearest Double, ties to even (LANGUAGE 3.2a).
///
/// Three paths, by size: both operands below 2^53 divide in hardware; a 128-bit by 64-bit division with the
/// numerator aligned to its top gives at least 64 quotient bits, and the remainder the sticky bit; anything
/// wider goes through 256 bits.
enum ExactQuotient {
    /// `numerator / denominator`; NaN (unknown) when the denominator is 0.
    @inline(__always)
    static func rounded(_ numerator: Int128, _ denominator: Int128) -> Double {
        let limit: Int128 = 1 << 53
        if numerator < limit, numerator > -limit, denominator < limit, denominator > 0 {
            return Double(Int64(truncatingIfNeeded: numerator))
                / Double(Int64(truncatingIfNeeded: denominator))
        }
        return roundedWide(numerator, denominator)
    }

    @inline(never)
    private static func roundedWide(_ numerator: Int128, _ denominator: Int128) -> Double {
        if denominator == 0 { return .nan }
        if numerator == 0 { return 0 }
        let negative = (numerator < 0) != (denominator < 0)
        let top = numerator.magnitude
        let bottom = denominator.magnitude
        let value =
            bottom >> 64 == 0
            ? quotient(top, UInt64(truncatingIfNeeded: bottom)) : rounded(UInt256(high: 0, low: top), bottom)
        return negative ? -value : value
    }

    private static func quotient(_ numerator: UInt128, _ denominator: UInt64) -> Double {
        let shift = numerator.leadingZeroBitCount
        let aligned = numerator << UInt128(shift)
        let high = UInt64(truncatingIfNeeded: aligned >> 64)
        let low = UInt64(truncatingIfNeeded: aligned)
        let first = high.quotientAndRemainder(dividingBy: denominator)
        let second = denominator.dividingFullWidth((first.remainder, low))
        let quotient = UInt128(first.quotient) << 64 | UInt128(second.quotient)
        return rounded(quotient, isInexact: second.remainder != 0, exponent: -shift)
    }

    /// `numerator / denominator` where the quotient is below 2^128.
    static func rounded(_ numerator: UInt256, _ denominator: UInt128) -> Double {
        if denominator == 0 { return .nan }
        if numerator.isZero { return 0 }
        let width = 128 - denominator.leadingZeroBitCount
        let shift = max(0, 66 + width - numerator.bitWidth)
        let aligned = numerator.shiftedLeft(by: shift)
        let division = denominator.dividingFullWidth((aligned.high, aligned.low))
        return rounded(division.quotient, isInexact: division.remainder != 0, exponent: -shift)
    }

    /// `(quotient + a little if inexact) * 2^exponent`; the quotient has at least 64 bits when inexact.
    private static func rounded(_ quotient: UInt128, isInexact: Bool, exponent: Int) -> Double {
        let lead = quotient.leadingZeroBitCount
        let aligned = quotient << UInt128(lead)
        var top = UInt64(truncatingIfNeeded: aligned >> 64)
        if isInexact || UInt64(truncatingIfNeeded: aligned) != 0 { top |= 1 }
        return Double(top) * powerOfTwo(64 - lead + exponent)
    }

    @inline(__always)
    static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(exponent + 1023) << 52)
    }

    /// `(x - y) / y` of two Doubles, rounded once: `change` of a named series, and `deviation`.
    ///
    /// Where x and y differ by at most a factor of two, x - y is exact (Sterbenz) and one division rounds.
    /// Otherwise both are brought to integers of one exponent.
    static func relativeDifference(_ x: Double, _ y: Double) -> Double {
        guard x.isFinite, y.isFinite, y != 0 else { return .nan }
        let difference = x - y
        if x - difference == y, difference + y == x, isExactDifference(x, y) { return difference / y }
        let exponent = min(x == 0 ? y.exponent : x.exponent, y.exponent)
        let spread = max(x == 0 ? y.exponent : x.exponent, y.exponent) - exponent
        // Beyond 60 binary places apart, the smaller operand cannot reach the rounding of the quotient.
        guard spread <= 60 else { return x / y - 1 }
        let scale = 52 - exponent
        let left = integer(x, scale)
        let right = integer(y, scale)
        let value = rounded(left - right, right)
        return value
    }

    private static func isExactDifference(_ x: Double, _ y: Double) -> Bool {
        x.sign == y.sign && x.magnitude <= 2 * y.magnitude && y.magnitude <= 2 * x.magnitude
    }

    private static func integer(_ value: Double, _ scale: Int) -> Int128 {
        if value == 0 { return 0 }
        let significand = Int128(
            Int64(Double(sign: value.sign, exponent: 52, significand: value.significand)))
        return significand << Int128(value.exponent - 52 + scale)
    }
}
