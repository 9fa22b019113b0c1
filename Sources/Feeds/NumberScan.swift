internal import MarketModel

/// A place in a text and its end.
///
/// - Invariant: at least eight bytes lie between `start` and `end`, so that a word may be loaded at any
///   place: near the end it is the last word, shifted.
struct Cursor {
    var place: UnsafeRawPointer
    let end: UnsafeRawPointer
    let start: UnsafeRawPointer

    /// - Precondition: `text` has at least eight bytes.
    @inline(__always)
    init(_ text: UnsafeRawBufferPointer) {
        start = text.baseAddress.unsafelyUnwrapped
        place = start
        end = start + text.count
    }

    @inline(__always)
    init(from start: UnsafeRawPointer, to end: UnsafeRawPointer) {
        self.start = start
        self.place = start
        self.end = end
    }

    @inline(__always)
    var isAtEnd: Bool { place >= end }

    /// The byte here; 0 at the end.
    @inline(__always)
    var byte: UInt8 { place < end ? place.load(as: UInt8.self) : 0 }

    /// The next eight bytes; zeros beyond the end.
    @inline(__always)
    func word(at place: UnsafeRawPointer) -> UInt64 {
        let left = end - place
        if left >= 8 { return EightBytes.load(place) }
        if left <= 0 { return 0 }
        return EightBytes.load(end - 8) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* left)
    }
}

/// Powers of ten as Int64, 10^0 to 10^18, without a lazily initialised global's check.
let powersOfTen: InlineArray<19, Int64> = [
    1, 10, 100, 1000, 10000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
]

extension Cursor {
    /// Reads the decimal number that stands here.
    ///
    /// The usual number, up to 15 digits before the point and 16 behind it, 18 in all, takes one or two
    /// words each; the rest goes digit by digit.
    ///
    /// - Returns: the place behind it; nil when no number stands here.
    @inline(__always)
    func number(into slot: UnsafeMutablePointer<FieldValue>) -> UnsafeRawPointer? {
        var at = place
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var values = EightBytes.digitValues(word(at: at))
        var count = EightBytes.digitCount(values)
        if count == 0 { return slowNumber(into: slot) }
        var digits = EightBytes.value(values, count: count)
        var total = count
        at += count
        if count == 8 {
            values = EightBytes.digitValues(word(at: at))
            count = EightBytes.digitCount(values)
            if count == 8 { return slowNumber(into: slot) }
            if count > 0 {
                digits = digits &* UInt64(powersOfTen[count]) &+ EightBytes.value(values, count: count)
                total += count
                at += count
            }
        }
        var scale = 0
        var next: UInt8 = at < end ? at.load(as: UInt8.self) : 0
        if next == UInt8(ascii: ".") {
            at += 1
            values = EightBytes.digitValues(word(at: at))
            count = EightBytes.digitCount(values)
            if count == 0 { return slowNumber(into: slot) }
            at += count
            if count == 8 {
                let more = EightBytes.digitValues(word(at: at))
                let moreCount = EightBytes.digitCount(more)
                if moreCount == 8 { return slowNumber(into: slot) }
                at += moreCount
                if moreCount > 0, (more &<< UInt64(64 &- 8 &* moreCount)) != 0 {
                    if total + 8 + moreCount > 18 { return slowNumber(into: slot) }
                    digits = digits &* 100_000_000 &+ EightBytes.number(ofAligned: values)
                    total += 8
                    scale = 8
                    values = more
                    count = moreCount
                }
            }
            // Trailing zeros are the word's highest bytes once its digits stand at the top.
            let aligned = values &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
            let zeros = min(aligned.leadingZeroBitCount &>> 3, count)
            let kept = count &- zeros
            if kept > 0 {
                if total + kept > 18 { return slowNumber(into: slot) }
                digits =
                    digits &* UInt64(powersOfTen[kept])
                    &+ EightBytes.number(ofAligned: aligned &<< UInt64(truncatingIfNeeded: 8 &* zeros))
                scale += kept
            }
            next = at < end ? at.load(as: UInt8.self) : 0
        }
        if next | 0x20 == UInt8(ascii: "e") { return slowNumber(into: slot) }
        slot.pointee.start = place
        slot.pointee.length = at - place
        slot.pointee.mantissa = isNegative ? -Int64(digits) : Int64(digits)
        slot.pointee.scale = Int32(truncatingIfNeeded: scale)
        slot.pointee.kind = .number
        return at
    }

    /// Reads a number between quotes.
    ///
    /// - Returns: the place behind the closing quote; nil when something else than a number is quoted.
    @inline(never)
    func quotedNumber(into slot: UnsafeMutablePointer<FieldValue>) -> UnsafeRawPointer? {
        var inner = self
        inner.place += 1
        guard let after = inner.number(into: slot), after < end,
            after.load(as: UInt8.self) == UInt8(ascii: "\"")
        else { return nil }
        return after + 1
    }

    /// Any decimal number, digit by digit: signs, `.5`, `5.`, exponents, any count of digits.
    @inline(never)
    func slowNumber(into slot: UnsafeMutablePointer<FieldValue>) -> UnsafeRawPointer? {
        guard let (wide, after) = WideNumber.scan(from: place, to: end) else { return nil }
        slot.pointee.start = place
        slot.pointee.length = after - place
        slot.pointee.kind = .wideNumber
        if let narrow = wide.narrowed {
            slot.pointee.kind = .number
            slot.pointee.mantissa = narrow.mantissa
            slot.pointee.scale = narrow.scale
        }
        return after
    }
}

/// A decimal number of any length: up to 36 significant digits exactly, and whether more followed.
struct WideNumber {
    var mantissa: Int128 = 0
    /// Decimals; negative for an exponent that adds zeros.
    var scale = 0

    static func scan(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> (
        WideNumber, UnsafeRawPointer
    )? {
        var number = WideNumber()
        var place = start
        func byte() -> UInt8 { place < end ? place.load(as: UInt8.self) : 0 }
        let isNegative = byte() == UInt8(ascii: "-")
        if isNegative || byte() == UInt8(ascii: "+") { place += 1 }
        var digits = 0
        var significant = 0
        var isAfterPoint = false
        var hasRest = false
        while true {
            let value = byte() &- 48
            if value <= 9 {
                digits += 1
                if significant < 36 {
                    number.mantissa = number.mantissa * 10 + Int128(value)
                    if significant > 0 || value > 0 { significant += 1 }
                    if isAfterPoint { number.scale += 1 }
                } else {
                    hasRest = hasRest || value > 0
                    if !isAfterPoint { number.scale -= 1 }
                }
            } else if byte() == UInt8(ascii: "."), !isAfterPoint {
                isAfterPoint = true
            } else {
                break
            }
            place += 1
        }
        guard digits > 0 else { return nil }
        if byte() | 0x20 == UInt8(ascii: "e") {
            guard let exponent = WideNumber.exponent(&place, end) else { return nil }
            number.scale -= exponent
        }
        if hasRest {
            // Something beyond the 36th digit: enough to break a tie when it is rounded.
            number.mantissa = number.mantissa * 10 + 1
            number.scale += 1
        }
        if isNegative { number.mantissa = -number.mantissa }
        return (number, place)
    }

    /// The digits behind an `e`, bounded so that no later arithmetic overflows.
    private static func exponent(_ place: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int? {
        place += 1
        func byte() -> UInt8 { place < end ? place.load(as: UInt8.self) : 0 }
        let isNegative = byte() == UInt8(ascii: "-")
        if isNegative || byte() == UInt8(ascii: "+") { place += 1 }
        var value = 0
        var digits = 0
        while byte() &- 48 <= 9 {
            value = min(9999, value * 10 + Int(byte() - 48))
            digits += 1
            place += 1
        }
        guard digits > 0 else { return nil }
        return isNegative ? -value : value
    }

    /// As Int64 mantissa, without the fraction's trailing zeros; nil when it takes more.
    var narrowed: (mantissa: Int64, scale: Int32)? {
        var mantissa = mantissa
        var scale = scale
        if mantissa == 0 { return (0, 0) }
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        guard scale >= -18, scale <= 400 else { return nil }
        while scale < 0, mantissa.magnitude < 1_000_000_000_000_000_000 {
            mantissa *= 10
            scale += 1
        }
        guard scale >= 0, let narrow = Int64(exactly: mantissa) else { return nil }
        return (narrow, Int32(scale))
    }

    /// Canonical, rounded to 15 digits half to even; nil when 15 digits do not reach the decimal point.
    var fixedPoint: FixedPoint? {
        if mantissa == 0 { return .zero }
        if scale > 60 { return .zero }
        if scale < -20 { return nil }
        return FixedPoint(wideMantissa: mantissa, scale: scale)
    }
}
