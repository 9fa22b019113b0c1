/// The parts of a record as they nearly always are, read in a few words and without a loop.
///
/// Each test here accepts less than the careful scans do and never anything else: what it does not know at
/// a glance it leaves to them. A quick way that answers, answers as the careful one would.
struct QuickScan {
    /// A decimal number in canonical form, as `FixedPoint`, and the place behind it.
    struct Number {
        var mantissa: Int64
        /// Decimals, as the shift that holds them: eight times their count.
        var scaleBits: UInt64
        var end: UnsafeRawPointer

        @inline(__always)
        var scale: UInt8 { UInt8(truncatingIfNeeded: scaleBits &>> 3) }
    }

    /// Where the last whole word of the text begins: beyond it words are shifted out of this one.
    let lastWord: UnsafeRawPointer

    /// - Parameter end: of a text of at least eight bytes.
    @inline(__always)
    init(end: UnsafeRawPointer) { lastWord = end - 8 }

    /// The next eight bytes; zeros beyond the end.
    @inline(__always)
    func word(_ place: UnsafeRawPointer) -> UInt64 {
        if place <= lastWord { return EightBytes.load(place) }
        return EightBytes.load(lastWord) >> UInt64(truncatingIfNeeded: 8 &* (place - lastWord))
    }

    /// Marks the bytes of digit values that are no digits, each of them exactly.
    @inline(__always)
    static func others(_ values: UInt64) -> UInt64 {
        (((values & ~EightBytes.tops) &+ 0x7676_7676_7676_7676) | values) & EightBytes.tops
    }

    /// A number without sign and exponent, of 15 digits at most and with something behind it.
    @inline(__always)
    func number(_ place: UnsafeRawPointer) -> Number? {
        let values = EightBytes.digitValues(word(place))
        let others = QuickScan.others(values)
        if others == 0 { return longNumber(place, values) }
        // Positions in bits: 8 for each byte.
        let first = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 56
        if first == 0 { return nil }
        var digits = values
        var count = first
        var fraction: UInt64 = 0
        var length = first
        if (values &>> first) & 0xff == QuickScan.point {
            let rest = others & (others &- 1)
            if rest == 0 { return longNumber(place, values) }
            length = UInt64(truncatingIfNeeded: rest.trailingZeroBitCount) & 56
            count = length &- 8
            fraction = count &- first
            if fraction == 0 { return nil }
            let whole = (UInt64(1) &<< first) &- 1
            digits = (values & whole) | ((values &>> 8) & ~whole)
        }
        // The last digit is the highest byte: zeros at a fraction's end are the word's leading zero bytes.
        var aligned = digits &<< (64 &- count)
        let zeros = min(UInt64(truncatingIfNeeded: aligned.leadingZeroBitCount) & ~7, fraction)
        aligned &<<= zeros
        return Number(
            mantissa: Int64(bitPattern: EightBytes.number(ofAligned: aligned)), scaleBits: fraction &- zeros,
            end: place + Int(truncatingIfNeeded: length &>> 3))
    }

    /// `.` as a digit value.
    private static let point: UInt64 = 0x1e

    /// A number that does not end within eight bytes: within sixteen, with at most eight decimals.
    @inline(never)
    private func longNumber(_ place: UnsafeRawPointer, _ values: UInt64) -> Number? {
        let others = QuickScan.others(values)
        let next = EightBytes.digitValues(word(place + 8))
        let nextOthers = QuickScan.others(next)
        if others == 0 {
            return longWhole(place, values, next, nextOthers)
        }
        // The point is among the first eight bytes, and digits reach beyond them.
        let first = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 56
        if nextOthers == 0 { return nil }
        let behind = UInt64(truncatingIfNeeded: nextOthers.trailingZeroBitCount) & 56
        let fraction = 56 &- first &+ behind
        if fraction == 0 || fraction > 64 { return nil }
        let start = place + Int(truncatingIfNeeded: (first &>> 3) &+ 1)
        let end = place + Int(truncatingIfNeeded: 8 &+ (behind &>> 3))
        let whole = EightBytes.number(ofAligned: values &<< (64 &- first))
        return joined(whole, first, EightBytes.digitValues(word(start)), fraction, end)
    }

    /// A number of eight digits and more before its point or end.
    @inline(__always)
    private func longWhole(
        _ place: UnsafeRawPointer, _ values: UInt64, _ next: UInt64, _ nextOthers: UInt64
    ) -> Number? {
        if nextOthers == 0 { return nil }
        let more = UInt64(truncatingIfNeeded: nextOthers.trailingZeroBitCount) & 56
        var whole = EightBytes.number(ofAligned: values)
        if more > 0 {
            whole =
                whole &* UInt64(powersOfTen[Int(truncatingIfNeeded: more &>> 3)])
                &+ EightBytes.number(ofAligned: next &<< (64 &- more))
        }
        let end = place + Int(truncatingIfNeeded: 8 &+ (more &>> 3))
        guard (next &>> more) & 0xff == QuickScan.point else {
            return Number(mantissa: Int64(bitPattern: whole), scaleBits: 0, end: end)
        }
        let digits = EightBytes.digitValues(word(end + 1))
        let others = QuickScan.others(digits)
        if others == 0 { return nil }
        let fraction = UInt64(truncatingIfNeeded: others.trailingZeroBitCount) & 56
        if fraction == 0 { return nil }
        return joined(
            whole, 64 &+ more, digits, fraction, end + Int(truncatingIfNeeded: 1 &+ (fraction &>> 3)))
    }

    /// A whole part and a fraction of 1 to 8 digits, of which the zeros at the end do not count.
    @inline(__always)
    private func joined(
        _ whole: UInt64, _ wholeBits: UInt64, _ digits: UInt64, _ fraction: UInt64, _ end: UnsafeRawPointer
    ) -> Number? {
        let aligned = digits &<< (64 &- fraction)
        let zeros = min(UInt64(truncatingIfNeeded: aligned.leadingZeroBitCount) & ~7, fraction)
        let kept = fraction &- zeros
        if wholeBits &+ kept > 15 * 8 { return nil }
        if kept == 0 { return Number(mantissa: Int64(bitPattern: whole), scaleBits: 0, end: end) }
        let mantissa =
            whole &* UInt64(powersOfTen[Int(truncatingIfNeeded: kept &>> 3)])
            &+ EightBytes.number(ofAligned: aligned &<< zeros)
        return Number(mantissa: Int64(bitPattern: mantissa), scaleBits: kept, end: end)
    }

    /// How many digits a time in milliseconds has since 2001.
    static let timeLength = 13

    /// Thirteen digits, milliseconds since the epoch, and no fourteenth.
    @inline(__always)
    func time(_ place: UnsafeRawPointer) -> Int64? {
        let values = EightBytes.digitValues(word(place))
        let next = EightBytes.digitValues(word(place + 8))
        let isTime = QuickScan.others(values) == 0 && QuickScan.others(next).trailingZeroBitCount == 47
        if !isTime { return nil }
        let time =
            EightBytes.number(ofAligned: values) &* 100_000 &+ EightBytes.number(ofAligned: next &<< 24)
        // Less is a count of seconds that was filled up with zeros.
        return time >= 100_000_000_000 ? Int64(bitPattern: time) : nil
    }

    /// Where an array of scalars ends, from its opening bracket.
    ///
    /// The first bracket, brace, backslash or control character must be the closing bracket, and an even
    /// number of quotes must stand before it: then it stands in no string.
    @inline(__always)
    func flatArrayEnd(_ opening: UnsafeRawPointer) -> UnsafeRawPointer? {
        var at = opening + 1
        var quotes: UInt64 = 0
        while at < lastWord {
            let word = EightBytes.load(at)
            let folded = word | EightBytes.spread(32)
            let marks =
                EightBytes.equal(folded, EightBytes.spread(UInt8(ascii: "{")))
                | EightBytes.equal(folded, EightBytes.spread(UInt8(ascii: "}")))
                | EightBytes.equal(word, EightBytes.spread(UInt8(ascii: "\\")))
                | EightBytes.below(word, 32)
            let difference = word ^ EightBytes.spread(UInt8(ascii: "\""))
            let isQuote =
                ~(((difference & ~EightBytes.tops) &+ ~EightBytes.tops) | difference) & EightBytes.tops
            if marks == 0 {
                quotes ^= UInt64(truncatingIfNeeded: isQuote.nonzeroBitCount)
                at += 8
                continue
            }
            // All bits below the first mark.
            quotes ^= UInt64(truncatingIfNeeded: (isQuote & (marks ^ (marks &- 1))).nonzeroBitCount)
            at += EightBytes.first(marks)
            guard at.load(as: UInt8.self) == UInt8(ascii: "]"), quotes & 1 == 0 else { return nil }
            return at + 1
        }
        return nil
    }
}
