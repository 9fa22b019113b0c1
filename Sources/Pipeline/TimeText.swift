public import MarketModel

/// Times as users type them on a command line.
public enum TimeText {
    /// The end of the year 9999.
    private static let greatestMilliseconds: UInt64 = 253_402_300_799_999

    /// Reads `2025-03-10`, `2025-03-10T14:30`, `2025-03-10 14:30:00.123`, each with or without `Z` or an
    /// offset such as `+01:00`, or milliseconds since the epoch. Without an offset the time is UTC.
    ///
    /// - Returns: nil for anything else.
    public static func timestamp(_ text: String) -> Timestamp? {
        if let milliseconds = Int64(text), text.utf8.count > 8 {
            guard milliseconds.magnitude <= greatestMilliseconds else { return nil }
            return Timestamp(milliseconds: milliseconds)
        }
        var scanner = DigitScanner(text)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
            scanner.skip("-"),
            let day = scanner.number(2), (1...12).contains(month), day >= 1
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        var milliseconds: Int64 = 0
        if scanner.skip("T") || scanner.skip(" ") {
            guard let clock = scanner.clock() else { return nil }
            milliseconds = clock
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        return Timestamp(year: year, month: month, day: day, millisecondOfDay: milliseconds - offset)
    }
}

private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest.removeFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// `HH:MM[:SS[.fraction]]` as milliseconds; digits beyond milliseconds are cut off.
    mutating func clock() -> Int64? {
        guard let hour = number(2), skip(":"), let minute = number(2), hour < 24, minute < 60 else {
            return nil
        }
        var total = Int64(hour) * 3_600_000 + Int64(minute) * 60_000
        guard skip(":") else { return total }
        guard let second = number(2), second < 60 else { return nil }
        total += Int64(second) * 1000
        if skip(".") {
            let digits = rest.prefix { (48...57).contains($0) }
            guard !digits.isEmpty else { return nil }
            rest.removeFirst(digits.count)
            var unit: Int64 = 100
            for digit in digits.prefix(3) {
                total += Int64(digit - 48) * unit
                unit /= 10
            }
        }
        return total
    }

    /// Milliseconds east of Greenwich; 0 for `Z` and for nothing.
    mutating func offset() -> Int64? {
        if isAtEnd || skip("Z") { return 0 }
        let sign: Int64 = skip("+") ? 1 : -1
        guard sign == 1 || skip("-"), let hours = number(2), hours < 24 else { return nil }
        _ = skip(":")
        let minutes = isAtEnd ? 0 : number(2)
        guard let minutes, minutes < 60 else { return nil }
        return sign * (Int64(hours) * 3_600_000 + Int64(minutes) * 60_000)
    }
}
