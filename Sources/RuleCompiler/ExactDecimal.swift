/// The magnitude of a Double as decimal digits, all of them: every Double is a finite decimal.
///
///     digits 1 2 5, scale 1   means 12.5
///
/// - Complexity: quadratic in the number of digits, which is below 1,100.
struct ExactDecimal {
    /// Most significant first; 0...9.
    private(set) var digits: [UInt8]
    /// Digits after the decimal point; negative when zeros stand before it.
    private(set) var scale: Int

    /// - Precondition: `value` is finite.
    init(_ value: Double) {
        digits = []
        scale = 0
        if value == 0 { return }
        // |value| = mantissa * 2^exponent
        var mantissa = value.magnitude.significandBitPattern
        var exponent = Int(value.exponentBitPattern) - 1075
        if value.exponentBitPattern == 0 { exponent += 1 } else { mantissa |= 1 << 52 }
        let zeros = mantissa.trailingZeroBitCount
        mantissa >>= UInt64(zeros)
        exponent += zeros
        digits = String(mantissa).utf8.map { $0 - 48 }
        // 2^-n is 5^n / 10^n. Ten factors at a time: 9 * 5^10 and its carry stay far below 2^64.
        let factor: UInt64 = exponent < 0 ? 5 : 2
        var rest = abs(exponent)
        while rest > 0 {
            multiply(by: (0..<min(rest, 10)).reduce(1) { product, _ in product * factor })
            rest -= min(rest, 10)
        }
        scale = max(0, -exponent)
    }

    /// The shortest digits that read back as the value.
    ///
    /// - Precondition: `value` is finite.
    init(shortest value: Double) {
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
        digits = (mantissa[0] + fraction).utf8.map { $0 - 48 }
        scale = fraction.count - (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        digits = Array(digits.drop { $0 == 0 })
        self = withoutTrailingZeros
    }

    private mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in digits.indices.reversed() {
            let product = UInt64(digits[index]) * factor + carry
            digits[index] = UInt8(product % 10)
            carry = product / 10
        }
        if carry > 0 { digits.insert(contentsOf: String(carry).utf8.map { $0 - 48 }, at: 0) }
    }

    var isZero: Bool { digits.allSatisfy { $0 == 0 } }

    /// Times 10^places.
    func shifted(by places: Int) -> ExactDecimal {
        var result = self
        result.scale -= places
        return result
    }

    /// Exactly this many decimals, half to even.
    func rounded(toDecimals decimals: Int) -> ExactDecimal {
        var result = self
        let surplus = scale - decimals
        if surplus <= 0 {
            result.digits += Array(repeating: 0, count: isZero ? 0 : -surplus)
            result.scale = decimals
            return result
        }
        // Leading zeros, so that at least one digit stays.
        let padding = max(0, surplus + 1 - digits.count)
        let padded = Array(repeating: 0 as UInt8, count: padding) + digits
        let dropped = padded.suffix(surplus)
        result.digits = Array(padded.dropLast(surplus))
        result.scale = decimals
        let first = dropped.first ?? 0
        let isTie = first == 5 && dropped.dropFirst().allSatisfy { $0 == 0 }
        let isOdd = (result.digits.last ?? 0) % 2 == 1
        if first > 5 || (first == 5 && (!isTie || isOdd)) { result.increment() }
        return result
    }

    private mutating func increment() {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
    }

    var withoutTrailingZeros: ExactDecimal {
        var result = self
        while result.scale > 0, result.digits.last == 0 {
            result.digits.removeLast()
            result.scale -= 1
        }
        if result.digits.isEmpty { result.scale = 0 }
        return result
    }

    /// Plain decimal text without a sign.
    func text(groupsThousands: Bool) -> String {
        var whole = digits
        if scale < 0 { whole += Array(repeating: 0, count: -scale) }
        let decimals = max(0, scale)
        if whole.count < decimals {
            whole = Array(repeating: 0, count: decimals - whole.count) + whole
        }
        let fraction = whole.suffix(decimals)
        whole = Array(whole.dropLast(decimals).drop { $0 == 0 })
        if whole.isEmpty { whole = [0] }
        var text = ""
        for (index, digit) in whole.enumerated() {
            if groupsThousands, index > 0, (whole.count - index) % 3 == 0 { text += "," }
            text += String(digit)
        }
        if decimals > 0 { text += "." + fraction.map { String($0) }.joined() }
        return text
    }
}
