internal import MarketModel

/// Times as records write them: numbers told apart by magnitude, ISO 8601, and BigQuery's text.
///
/// | a number below | counts |
/// |---|---|
/// | 10^11 | seconds |
/// | 10^14 | milliseconds |
/// | 10^17 | microseconds |
/// | else | nanoseconds |
///
/// All become milliseconds since the epoch, rounded towards the past. A text without a zone is UTC.
enum TimeScan {
    /// The instant that `mantissa / 10^scale` means.
    @inline(__always)
    static func milliseconds(number mantissa: Int64, scale: Int32) -> Int64? {
        if scale == 0, mantissa >= 100_000_000_000, mantissa < 100_000_000_000_000 { return mantissa }
        return milliseconds(anyNumber: mantissa, scale: scale)
    }

    private static func milliseconds(anyNumber mantissa: Int64, scale: Int32) -> Int64? {
        guard scale <= 18 else { return mantissa == 0 ? 0 : nil }
        let unit = Int128(powersOfTen[Int(scale)])
        let whole = Int128(mantissa) / unit
        let (factor, divisor): (Int128, Int128) =
            switch whole.magnitude {
            case 0..<100_000_000_000: (1000, 1)
            case 0..<100_000_000_000_000: (1, 1)
            case 0..<100_000_000_000_000_000: (1, 1000)
            default: (1, 1_000_000)
            }
        let denominator = unit * divisor
        let numerator = Int128(mantissa) * factor
        let quotient = numerator / denominator
        let floored = numerator % denominator < 0 ? quotient - 1 : quotient
        return Int64(exactly: floored)
    }

    /// The instant of `2025-03-10 14:30:00.93324 UTC`, `2025-03-10T14:30:00.123+01:00` and their kin.
    ///
    /// - Parameter text: at least eight bytes must lie between its start and `limit`.
    static func milliseconds(
        text: UnsafeRawBufferPointer, limit: UnsafeRawPointer, days: inout DayMemory
    ) -> Int64? {
        guard text.count >= 16, let start = text.baseAddress else { return nil }
        let cursor = Cursor(from: start, to: limit)
        guard let day = days.days(of: start) else { return nil }
        let separator = text[10] | 0x20
        guard separator == UInt8(ascii: "t") || separator == UInt8(ascii: " ") else { return nil }
        let clock: UInt64
        var at: Int
        if text.count >= 19, text[16] == UInt8(ascii: ":") {
            clock = EightBytes.digitValues(EightBytes.load(start + 11))
            at = 19
        } else {
            // `14:30` without seconds is read as though `:00` followed.
            clock = EightBytes.digitValues(EightBytes.load(start + 8)) &>> 24 | 0x0000_0a00_0000_0000
            at = 16
        }
        guard var time = clockMilliseconds(clock) else { return nil }
        if at < text.count, text[at] == UInt8(ascii: ".") || text[at] == UInt8(ascii: ",") {
            let values = EightBytes.digitValues(cursor.word(at: start + at + 1))
            var count = min(EightBytes.digitCount(values), text.count - at - 1)
            guard count > 0 else { return nil }
            let shown = min(count, 3)
            time += Int64(EightBytes.value(values, count: shown)) * powersOfTen[3 - shown]
            while at + 1 + count < text.count, text[at + 1 + count] &- 48 <= 9 { count += 1 }
            at += 1 + count
        }
        let zone = UnsafeRawBufferPointer(rebasing: text[at...])
        if zone.count == 0 || zone.count == 1 && zone[0] == UInt8(ascii: "Z") {
            return day * 86_400_000 + time
        }
        if zone.count == 4, zone.loadUnaligned(as: UInt32.self) == utc { return day * 86_400_000 + time }
        guard let offset = zoneOffset(zone) else { return nil }
        return day * 86_400_000 + time - offset
    }

    /// ` UTC`, as BigQuery ends its times.
    private static let utc = UInt32(littleEndian: 0x4354_5520)

    /// `HH:MM:SS` as digit values; a colon's is 10. A leap second counts as the next minute's start.
    @inline(__always)
    private static func clockMilliseconds(_ values: UInt64) -> Int64? {
        let colons: UInt64 = 0x0000_ff00_00ff_0000
        guard values & colons == 0x0000_0a00_000a_0000 else { return nil }
        let digits = values & ~colons
        guard EightBytes.digitCount(digits) == 8 else { return nil }
        let tens = digits &* 10 &+ (digits &>> 8)
        let hour = Int64(tens & 0xff)
        let minute = Int64((tens &>> 24) & 0xff)
        let second = Int64((tens &>> 48) & 0xff)
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        return ((hour * 60 + minute) * 60 + second) * 1000
    }

    /// Milliseconds east of UTC: nothing, `Z`, `UTC`, `+01:00`, `+0100`, `+01`, each after a space or not.
    @inline(never)
    private static func zoneOffset(_ zone: UnsafeRawBufferPointer) -> Int64? {
        var rest = zone[...]
        while rest.first == UInt8(ascii: " ") { rest.removeFirst() }
        guard let first = rest.first else { return 0 }
        if rest.count == 1, first | 0x20 == UInt8(ascii: "z") { return 0 }
        if rest.count == 3 {
            let name = String(decoding: rest, as: UTF8.self)
            if name == "UTC" || name == "GMT" { return 0 }
        }
        guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return nil }
        let digits = rest.dropFirst().filter { $0 != UInt8(ascii: ":") }.map { Int64($0) - 48 }
        guard digits.count == 2 || digits.count == 4, digits.allSatisfy({ 0...9 ~= $0 }) else { return nil }
        let hours = digits[0] * 10 + digits[1]
        let minutes = digits.count == 4 ? digits[2] * 10 + digits[3] : 0
        guard hours <= 18, minutes < 60 else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        return first == UInt8(ascii: "-") ? -offset : offset
    }
}

/// The day of the last date text that was read: consecutive records nearly always share it.
struct DayMemory {
    // At first the epoch's own date, `1970-01-01`.
    private var yearMonth: UInt64 = 0x2d31_302d_3037_3931
    private var day: UInt16 = 0x3130
    private var daysSinceEpoch: Int64 = 0

    init() {}

    /// The days since the epoch of `YYYY-MM-DD` (or with slashes), ten bytes.
    @inline(__always)
    mutating func days(of start: UnsafeRawPointer) -> Int64? {
        let word = EightBytes.load(start)
        let last = start.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        if word == yearMonth, last == day { return daysSinceEpoch }
        return read(UnsafeRawBufferPointer(start: start, count: 10), word, last)
    }

    private mutating func read(_ text: UnsafeRawBufferPointer, _ word: UInt64, _ last: UInt16) -> Int64? {
        guard let date = CivilDate(isoText: text) else { return nil }
        yearMonth = word
        day = last
        daysSinceEpoch = date.daysSinceEpoch
        return daysSinceEpoch
    }
}

extension CivilDate {
    /// `YYYY-MM-DD`, exactly; nil for anything else and for days that no month has.
    init?(isoText text: UnsafeRawBufferPointer) {
        guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for index in range {
                guard text[index] &- 48 <= 9 else { return nil }
                value = value * 10 + Int(text[index] - 48)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), 1...12 ~= month,
            day >= 1
        else { return nil }
        let next = CivilDate(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
        let first = CivilDate(year: year, month: month, day: 1)
        guard Int64(day) <= next.daysSinceEpoch - first.daysSinceEpoch else { return nil }
        self.init(year: year, month: month, day: day)
    }
}
