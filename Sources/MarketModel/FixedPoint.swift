/// A decimal number as it was written: `mantissa / 10^scale`, without a Double in between.
///
/// Prices and sizes arrive as decimal text; their sums stay exact because they stay integers.
///
/// - Invariant: `|mantissa| <= 10^15` and `scale <= 12`; the mantissa does not end in a zero while
///   `scale > 0`, so that equal numbers have equal representations. 10^15 is below 2^53, hence
///   `doubleValue` rounds once; and it bounds every window's sums within Int128.
public struct FixedPoint: Equatable, Hashable, Sendable {
    public let mantissa: Int64
    public let scale: UInt8

    public static let greatestMantissa: Int64 = 1_000_000_000_000_000
    public static let greatestScale: UInt8 = 12
    public static let zero = FixedPoint(uncheckedMantissa: 0, scale: 0)

    /// The caller guarantees the invariant.
    @inlinable
    public init(uncheckedMantissa mantissa: Int64, scale: UInt8) {
        self.mantissa = mantissa
        self.scale = scale
    }

    /// Brings `mantissa / 10^scale` into the canonical form. Digits beyond 12 decimals or beyond 15
    /// significant digits (which no Double-based feed carries) are rounded half to even.
    ///
    /// - Returns: nil when the number is too great for 15 digits before the decimal point.
    public init?(mantissa: Int64, scale: Int) {
        guard let canonical = FixedPoint.canonical(Int128(mantissa), scale) else { return nil }
        self = canonical
    }

    /// As `init(mantissa:scale:)`, for decoders that meet more digits than an Int64 holds.
    public init?(wideMantissa: Int128, scale: Int) {
        guard let canonical = FixedPoint.canonical(wideMantissa, scale) else { return nil }
        self = canonical
    }

    private static func canonical(_ wide: Int128, _ givenScale: Int) -> FixedPoint? {
        var mantissa = wide
        var scale = givenScale
        if mantissa == 0 { return .zero }
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        var dropped: Int128 = 1
        while scale > Int(greatestScale) || (mantissa / dropped).magnitude > greatestMantissa.magnitude {
            if scale == 0 { return nil }
            if dropped > Int128.max / 100 { return .zero }
            dropped *= 10
            scale -= 1
        }
        if dropped > 1 {
            mantissa = roundedHalfEven(mantissa, dropped)
            while scale > 0, mantissa % 10 == 0 {
                mantissa /= 10
                scale -= 1
            }
            if mantissa == 0 { return .zero }
        }
        while scale < 0 {
            guard mantissa.magnitude <= greatestMantissa.magnitude else { return nil }
            mantissa *= 10
            scale += 1
        }
        guard mantissa.magnitude <= greatestMantissa.magnitude else { return nil }
        return FixedPoint(uncheckedMantissa: Int64(mantissa), scale: UInt8(scale))
    }

    private static func roundedHalfEven(_ value: Int128, _ divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let up = twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0)
        return up ? quotient + value.signum() : quotient
    }

    /// Reads `-12.34`, `1e-7`, `.5`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var mantissa: Int128 = 0
        var scale = 0
        var digits = 0
        var negative = false
        var rest = text.utf8[...]
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        var afterPoint = false
        while let byte = rest.first {
            if byte >= 48, byte <= 57 {
                guard mantissa < Int128(1) << 120 else { return nil }
                mantissa = mantissa * 10 + Int128(byte - 48)
                if afterPoint { scale += 1 }
                digits += 1
            } else if byte == UInt8(ascii: "."), !afterPoint {
                afterPoint = true
            } else {
                break
            }
            rest.removeFirst()
        }
        guard digits > 0 else { return nil }
        if let letter = rest.first {
            guard letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") else { return nil }
            let text = String(decoding: rest.dropFirst(), as: UTF8.self)
            guard let exponent = Int(text), abs(exponent) < 400 else { return nil }
            scale -= exponent
        }
        self.init(wideMantissa: negative ? -mantissa : mantissa, scale: scale)
    }

    /// The nearest Double: both operands are exact, the division rounds once.
    @inlinable
    public var doubleValue: Double { Double(mantissa) / PowersOfTen.double[Int(scale)] }
}

extension FixedPoint: CustomStringConvertible {
    /// Plain decimal text, as short as the number allows: `-0.05`, `129.58`, `4`.
    public var description: String {
        guard scale > 0 else { return String(mantissa) }
        let digits = String(mantissa.magnitude)
        let padding = Int(scale) + 1 - digits.count
        let padded = padding > 0 ? String(repeating: "0", count: padding) + digits : digits
        let point = padded.index(padded.endIndex, offsetBy: -Int(scale))
        return (mantissa < 0 ? "-" : "") + padded[..<point] + "." + padded[point...]
    }
}

/// 10^0 to 10^22 (all exact as Doubles) and 10^0 to 10^18 as Int64.
public enum PowersOfTen {
    public static let double: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ]
    public static let int64: [Int64] = [
        1, 10, 100, 1000, 10000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
        1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
    ]
}
