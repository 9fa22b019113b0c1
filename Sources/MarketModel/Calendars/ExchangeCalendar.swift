/// The trading hours of an exchange: what a day has in local time, and the days that have less or nothing.
///
///     regular           09:30-------------16:00
///     extended   04:00--------------------------------20:00
///     early day  04:00--09:30------13:00-----17:00            regular ends early, extended ends earlier
///
/// Days are those of the exchange's own clock; only Monday to Friday have hours. Outside `years` nothing is
/// known of holidays: the weekly hours go on.
public struct ExchangeCalendar: Sendable {
    /// From `open` to `close`, minutes after local midnight; a close beyond 24 hours is the next day's.
    public struct Hours: Sendable, Equatable {
        public var open: Int
        public var close: Int

        public init(open: Int, close: Int) {
            self.open = open
            self.close = close
        }
    }

    /// Market identifier codes (ISO 10383) that keep these hours.
    public let codes: [String]
    /// An IANA name.
    public let timeZone: String
    /// The years whose holidays and early closes are known.
    public let years: ClosedRange<Int>
    /// Ascending, disjoint.
    public let regular: [Hours]
    /// The regular hours and those before and after them; empty where the exchange has none.
    public let extended: [Hours]
    /// When extended trading ends on a day of an early close; nil: with it.
    public let extendedEarlyClose: Int?
    /// Days since 1970-01-01.
    public let holidays: Set<Int64>
    /// Days since 1970-01-01, with the minute of the close.
    public let earlyCloses: [Int64: Int]

    /// The hours that open on a day.
    ///
    /// - Parameter day: the local date, as days since 1970-01-01.
    /// - Returns: ascending, disjoint; empty on a day without trading.
    public func hours(on day: Int64, extended isExtended: Bool) -> [Hours] {
        guard CivilDate(daysSinceEpoch: day).weekday <= 5, !holidays.contains(day) else { return [] }
        var hours = isExtended ? extended : regular
        if let close = earlyCloses[day] {
            let end = isExtended ? extendedEarlyClose ?? close : close
            hours = hours.filter { $0.open < end }.map { Hours(open: $0.open, close: min($0.close, end)) }
        }
        // What runs on past midnight ends with the day where the next one is a holiday.
        if holidays.contains(day + 1) {
            hours = hours.map { Hours(open: $0.open, close: min($0.close, 24 * 60)) }
        }
        return hours
    }

    /// The first and the last day whose holidays are known.
    public var firstDay: CivilDate { CivilDate(year: years.lowerBound, month: 1, day: 1) }
    public var lastDay: CivilDate { CivilDate(year: years.upperBound, month: 12, day: 31) }

    /// Every calendar that there is.
    public static let all: [ExchangeCalendar] = parse(ExchangeTable.text)

    /// The calendar of a market identifier code; nil where there is none.
    public static func named(_ code: String) -> ExchangeCalendar? {
        all.first { $0.codes.contains(code) }
    }
}

extension ExchangeCalendar: Equatable {
    public static func == (left: ExchangeCalendar, right: ExchangeCalendar) -> Bool {
        left.codes == right.codes
    }
}

// MARK: Reading the table

extension ExchangeCalendar {
    /// A market begins with the line `market`; what does not read is left out, so that a slip in the table
    /// is a missing calendar and not a wrong one.
    static func parse(_ text: String) -> [ExchangeCalendar] {
        var blocks: [[[Substring]]] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == "market" { blocks.append([]) }
            if !blocks.isEmpty { blocks[blocks.count - 1].append(words) }
        }
        return blocks.compactMap(ExchangeCalendar.init)
    }

    private init?(_ lines: [[Substring]]) {
        var fields: [Substring: [Substring]] = [:]
        var holidays: Set<Int64> = []
        var earlyCloses: [Int64: Int] = [:]
        for line in lines {
            guard let name = line.first else { continue }
            guard let year = Int(name) else {
                fields[name] = Array(line.dropFirst())
                continue
            }
            for word in line.dropFirst() {
                let parts = word.split(separator: "@")
                guard let monthAndDay = Int(parts[0]), parts[0].count == 4 else { return nil }
                let date = CivilDate(year: year, month: monthAndDay / 100, day: monthAndDay % 100)
                if parts.count == 1 {
                    holidays.insert(date.daysSinceEpoch)
                } else if let close = ExchangeCalendar.minute(parts[1]) {
                    earlyCloses[date.daysSinceEpoch] = close
                } else {
                    return nil
                }
            }
        }
        let years = (fields["covers"]?.first ?? "").split(separator: "-").compactMap { Int($0) }
        guard let codes = fields["market"], let zone = fields["zone"]?.first, years.count == 2,
            years[0] <= years[1], let regular = ExchangeCalendar.hours(fields["regular"] ?? []),
            let extended = ExchangeCalendar.hours(fields["extended"] ?? []), !regular.isEmpty
        else { return nil }
        self.codes = codes.map(String.init)
        timeZone = String(zone)
        self.years = years[0]...years[1]
        self.regular = regular
        self.extended = extended
        extendedEarlyClose = fields["extended-after-early-close"]?.first.flatMap(ExchangeCalendar.minute)
        self.holidays = holidays
        self.earlyCloses = earlyCloses
    }

    private static func hours(_ words: [Substring]) -> [Hours]? {
        var hours: [Hours] = []
        for word in words {
            let ends = word.split(separator: "-").compactMap(minute)
            guard ends.count == 2 else { return nil }
            hours.append(Hours(open: ends[0], close: ends[1] > ends[0] ? ends[1] : ends[1] + 24 * 60))
        }
        return hours
    }

    /// `09:30`, as minutes.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        return parts.count == 2 ? parts[0] * 60 + parts[1] : nil
    }
}
