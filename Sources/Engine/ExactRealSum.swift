/// A sum of Doubles, or of their squares, without rounding: one long fixed-point number in two's complement
/// that covers every exponent. Adding and taking away again leaves no trace, so a window's value is a
/// function of its content alone (LANGUAGE 3.2).
///
///     limb   0 ........ k ........ limbCount-1        64 bits each
///     bit 0 stands for 2^-lowestExponent
///
/// - Complexity: O(1) an addition (two limbs and a carry); O(limbs) a query.
/// - SeeAlso: U. Kulisch, "Very fast and exact accumulation of products" (2011).
struct ExactRealSum: ~Copyable {
    /// `none` takes no room and adds nothing.
    enum Term { case value, square, none }

    private let limbs: UnsafeMutablePointer<UInt64>
    let limbCount: Int
    /// Weight of bit 0 as a power of two: -1074 for values, -2148 for squares.
    let lowestExponent: Int

    /// Room for 2^1024 (2^2048) and 2^60 terms.
    init(_ term: Term) {
        limbCount = ExactRealSum.limbBytes(term) / MemoryLayout<UInt64>.stride
        lowestExponent = term == .value ? -1074 : -2148
        limbs = .allocate(capacity: max(1, limbCount))
        limbs.initialize(repeating: 0, count: max(1, limbCount))
    }

    static func limbBytes(_ term: Term) -> Int {
        let count = term == .value ? 35 : term == .square ? 68 : 0
        return count * MemoryLayout<UInt64>.stride
    }

    init(copying other: borrowing ExactRealSum) {
        limbCount = other.limbCount
        lowestExponent = other.lowestExponent
        limbs = .allocate(capacity: max(1, limbCount))
        limbs.initialize(from: other.limbs, count: max(1, limbCount))
    }

    deinit { limbs.deallocate() }

    func write(to writer: inout StateWriter) {
        for index in 0..<limbCount { writer.append(Int64(bitPattern: limbs[index])) }
    }

    func read(from reader: inout StateReader) throws(CheckpointError) {
        for index in 0..<limbCount { limbs[index] = UInt64(bitPattern: try reader.int64()) }
    }

    /// Turns the sum's sign in place.
    func negate() {
        var carry = true
        for index in 0..<limbCount {
            let sum = (~limbs[index]).addingReportingOverflow(carry ? 1 : 0)
            limbs[index] = sum.partialValue
            carry = sum.overflow
        }
    }

    /// Adds (or takes away) `value`, a finite Double, `times` times.
    func add(_ value: Double, times: UInt64 = 1, negated: Bool = false) {
        let (significand, exponent) = ExactRealSum.parts(value)
        let magnitude = UInt128(significand) * UInt128(times)
        add(magnitude, at: exponent - lowestExponent, negative: (value < 0) != negated)
    }

    /// Adds (or takes away) the square of `value`, a finite Double.
    func addSquare(_ value: Double, negated: Bool = false) {
        let (significand, exponent) = ExactRealSum.parts(value)
        let magnitude = UInt128(significand) * UInt128(significand)
        add(magnitude, at: 2 * exponent - lowestExponent, negative: negated)
    }

    /// Adds (or takes away) the product of two finite Doubles; for a sum of squares.
    func addProduct(_ left: Double, _ right: Double) {
        let (first, firstExponent) = ExactRealSum.parts(left)
        let (second, secondExponent) = ExactRealSum.parts(right)
        let magnitude = UInt128(first) * UInt128(second)
        let bit = firstExponent + secondExponent - lowestExponent
        add(magnitude, at: bit, negative: (left < 0) != (right < 0))
    }

    /// Adds (or takes away) another sum of the same kind.
    func add(_ other: borrowing ExactRealSum, negated: Bool = false) {
        var carry = false
        for index in 0..<limbCount { carry = combine(index, other.limbs[index], carry, negated) }
    }

    /// `value = significand * 2^exponent`, the significand below 2^53.
    private static func parts(_ value: Double) -> (significand: UInt64, exponent: Int) {
        let bits = value.bitPattern
        let biased = Int(bits >> 52 & 0x7ff)
        let fraction = bits & 0xf_ffff_ffff_ffff
        return biased == 0 ? (fraction, -1074) : (fraction | 1 << 52, biased - 1075)
    }

    private func add(_ magnitude: UInt128, at bit: Int, negative: Bool) {
        var index = bit >> 6
        let shift = UInt128(bit & 63)
        let low = magnitude << shift
        let words = (
            UInt64(truncatingIfNeeded: low), UInt64(truncatingIfNeeded: low >> 64),
            shift == 0 ? 0 : UInt64(truncatingIfNeeded: magnitude >> (128 - shift))
        )
        var carry = false
        for step in 0..<limbCount - index {
            let word = step == 0 ? words.0 : step == 1 ? words.1 : step == 2 ? words.2 : 0
            if step > 2, !carry { return }
            carry = combine(index, word, carry, negative)
            index += 1
        }
    }

    @inline(__always)
    private func combine(_ index: Int, _ word: UInt64, _ carry: Bool, _ negative: Bool) -> Bool {
        if negative {
            let first = limbs[index].subtractingReportingOverflow(word)
            let second = first.partialValue.subtractingReportingOverflow(carry ? 1 : 0)
            limbs[index] = second.partialValue
            return first.overflow || second.overflow
        }
        let first = limbs[index].addingReportingOverflow(word)
        let second = first.partialValue.addingReportingOverflow(carry ? 1 : 0)
        limbs[index] = second.partialValue
        return first.overflow || second.overflow
    }

    /// The sum as sign and magnitude, for division.
    func magnitude() -> LongMagnitude {
        let negative = limbs[limbCount - 1] >> 63 == 1
        var words = [UInt64](repeating: 0, count: limbCount)
        var carry = negative
        for index in 0..<limbCount {
            let word = negative ? ~limbs[index] : limbs[index]
            let sum = word.addingReportingOverflow(carry ? 1 : 0)
            words[index] = sum.partialValue
            carry = sum.overflow
        }
        return LongMagnitude(isNegative: negative, words: words, lowestExponent: lowestExponent)
    }
}

/// A long integer times a power of two, for the few steps between exact sums and one rounding.
struct LongMagnitude {
    var isNegative: Bool
    /// Least significant first.
    var words: [UInt64]
    var lowestExponent: Int

    /// `self^2`.
    func squared() -> LongMagnitude { multiplied(by: self) }

    func multiplied(by other: LongMagnitude) -> LongMagnitude {
        var product = [UInt64](repeating: 0, count: words.count + other.words.count)
        for (row, left) in words.enumerated() where left != 0 {
            var carry: UInt64 = 0
            for (column, right) in other.words.enumerated() where right != 0 || carry != 0 {
                let full = left.multipliedFullWidth(by: right)
                let first = product[row + column].addingReportingOverflow(full.low)
                let second = first.partialValue.addingReportingOverflow(carry)
                product[row + column] = second.partialValue
                carry = full.high &+ (first.overflow ? 1 : 0) &+ (second.overflow ? 1 : 0)
            }
            var index = row + other.words.count
            while carry != 0, index < product.count {
                let sum = product[index].addingReportingOverflow(carry)
                product[index] = sum.partialValue
                carry = sum.overflow ? 1 : 0
                index += 1
            }
        }
        return LongMagnitude(
            isNegative: isNegative != other.isNegative, words: product,
            lowestExponent: lowestExponent + other.lowestExponent)
    }

    /// `|self| * factor`, one word longer.
    func multiplied(by factor: UInt64) -> LongMagnitude {
        var product = words
        var carry: UInt64 = 0
        for index in product.indices {
            let full = product[index].multipliedFullWidth(by: factor)
            let low = full.low.addingReportingOverflow(carry)
            product[index] = low.partialValue
            carry = full.high &+ (low.overflow ? 1 : 0)
        }
        product.append(carry)
        return LongMagnitude(isNegative: isNegative, words: product, lowestExponent: lowestExponent)
    }

    /// `|self| - |other|` of one exponent; the caller knows that it is not negative.
    func subtracting(_ other: LongMagnitude) -> LongMagnitude {
        var difference = [UInt64](repeating: 0, count: max(words.count, other.words.count))
        var borrow = false
        for index in difference.indices {
            let left = index < words.count ? words[index] : 0
            let right = index < other.words.count ? other.words[index] : 0
            let first = left.subtractingReportingOverflow(right)
            let second = first.partialValue.subtractingReportingOverflow(borrow ? 1 : 0)
            difference[index] = second.partialValue
            borrow = first.overflow || second.overflow
        }
        return LongMagnitude(isNegative: false, words: difference, lowestExponent: lowestExponent)
    }

    /// The same magnitude, its sign turned where `isTurned`.
    func with(sign isTurned: Bool) -> LongMagnitude {
        var result = self
        if isTurned { result.isNegative.toggle() }
        return result
    }

    /// `self - other`, of one exponent.
    func minus(_ other: LongMagnitude) -> LongMagnitude {
        if isNegative != other.isNegative { return adding(other) }
        if isLess(than: other) { return other.subtracting(self).with(sign: !isNegative) }
        return subtracting(other).with(sign: isNegative)
    }

    /// `|self| + |other|` with the sign of `self`.
    private func adding(_ other: LongMagnitude) -> LongMagnitude {
        var sum = [UInt64](repeating: 0, count: max(words.count, other.words.count) + 1)
        var carry = false
        for index in sum.indices {
            let left = index < words.count ? words[index] : 0
            let right = index < other.words.count ? other.words[index] : 0
            let first = left.addingReportingOverflow(right)
            let second = first.partialValue.addingReportingOverflow(carry ? 1 : 0)
            sum[index] = second.partialValue
            carry = first.overflow || second.overflow
        }
        return LongMagnitude(isNegative: isNegative, words: sum, lowestExponent: lowestExponent)
    }

    private func isLess(than other: LongMagnitude) -> Bool {
        for index in stride(from: max(words.count, other.words.count) - 1, through: 0, by: -1) {
            let left = index < words.count ? words[index] : 0
            let right = index < other.words.count ? other.words[index] : 0
            if left != right { return left < right }
        }
        return false
    }

    /// `self / divisor`, rounded once to the nearest Double, ties to even; overflow is unknown (NaN).
    func divided(by divisor: UInt64) -> Double {
        guard divisor != 0, let top = words.lastIndex(where: { $0 != 0 }) else {
            return divisor == 0 ? .nan : 0
        }
        // Two zero words below give 128 quotient bits more than the integer part needs.
        var quotient = [UInt64](repeating: 0, count: top + 3)
        var remainder: UInt64 = 0
        for index in stride(from: top + 2, through: 0, by: -1) {
            let word = index >= 2 ? words[index - 2] : 0
            let step = divisor.dividingFullWidth((remainder, word))
            quotient[index] = step.quotient
            remainder = step.remainder
        }
        guard let first = quotient.lastIndex(where: { $0 != 0 }) else { return 0 }
        let lead = quotient[first].leadingZeroBitCount
        let next = first > 0 ? quotient[first - 1] : 0
        var word = lead == 0 ? quotient[first] : quotient[first] << UInt64(lead) | next >> UInt64(64 - lead)
        let dropped = lead == 0 ? next : next << UInt64(lead)
        let sticky = dropped != 0 || remainder != 0 || quotient[0..<max(0, first - 1)].contains { $0 != 0 }
        let exponent = lowestExponent - 128 + 64 * first - lead
        return rounded(&word, sticky: sticky, exponent: exponent)
    }

    /// `word * 2^exponent`; the top bit of `word` is set. Below 2^-1022 fewer bits remain, so the shift to
    /// the subnormal grid comes before the one rounding.
    private func rounded(_ word: inout UInt64, sticky: Bool, exponent: Int) -> Double {
        var sticky = sticky
        var exponent = exponent
        if exponent + 63 < -1022 {
            let shift = -1074 - exponent - 2
            guard shift < 64 else { return 0 }
            if shift > 0 {
                sticky = sticky || word << UInt64(64 - shift) != 0
                word >>= UInt64(shift)
                exponent += shift
            }
        }
        if sticky { word |= 1 }
        if exponent + 63 < -1022 { return subnormal(word) }
        let value = scalbn(Double(word), exponent)
        guard value.isFinite else { return .nan }
        return isNegative ? -value : value
    }

    /// `word * 2^-1076` with ties to even on the grid of 2^-1074.
    private func subnormal(_ word: UInt64) -> Double {
        var units = word >> 2
        let rest = word & 3
        if rest > 2 || (rest == 2 && units & 1 == 1) { units += 1 }
        let value = Double(bitPattern: units)
        return isNegative ? -value : value
    }

    private func scalbn(_ value: Double, _ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: value)
    }
}
