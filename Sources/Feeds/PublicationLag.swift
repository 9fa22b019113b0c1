public import MarketModel

/// When a published rate could first be read (LANGUAGE 7): the date that a value is for is not the date on
/// which the market knew it.
///
/// By default the next business day at 09:00 in New York, when the New York Fed publishes the rate of the
/// business day before; so the rows of Friday, Saturday and Sunday are known on Monday. Business days are
/// those that are neither weekend nor federal holiday. The Federal Reserve's H.15 release, from which FRED
/// takes the same figures, follows in the afternoon: give such a series `1 business day 16:15`.
///
/// - SeeAlso: https://www.newyorkfed.org/markets/reference-rates/effr
public struct PublicationLag: Sendable, Equatable, CustomStringConvertible {
    /// Business days after the observation's date; 0 is the date itself, whatever day that is.
    public var businessDays: Int
    /// Minutes after midnight in New York.
    public var minuteOfDay: Int

    public init(businessDays: Int = 1, hour: Int = 9, minute: Int = 0) {
        self.businessDays = businessDays
        minuteOfDay = hour * 60 + minute
    }

    public static let nextBusinessDay = PublicationLag()

    /// Reads `next business day 09:00`, `2 business days 16:15`, `same day 14:00`.
    public init?(_ text: String) {
        let words = text.lowercased().split(separator: " ").map(String.init)
        guard let clock = words.last, let minute = PublicationLag.minuteOfDay(clock) else { return nil }
        switch words.dropLast() {
        case ["next", "business", "day"]: businessDays = 1
        case ["same", "day"]: businessDays = 0
        case let rest where rest.count == 3 && rest[1] == "business" && rest[2].hasPrefix("day"):
            guard let days = Int(rest[0]), 0...30 ~= days else { return nil }
            businessDays = days
        default: return nil
        }
        minuteOfDay = minute
    }

    private static func minuteOfDay(_ clock: String) -> Int? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            0...23 ~= hour, 0...59 ~= minute
        else { return nil }
        return hour * 60 + minute
    }

    public func knownAt(for date: CivilDate) -> Timestamp {
        var day = date
        for _ in 0..<businessDays { day = FederalCalendar.businessDay(after: day) }
        return NewYorkTime.instant(of: day, minuteOfDay: minuteOfDay)
    }

    /// `next business day 09:00 America/New_York`
    public var description: String {
        let minute = minuteOfDay % 60
        let clock =
            "\(minuteOfDay / 60 < 10 ? "0" : "")\(minuteOfDay / 60):\(minute < 10 ? "0" : "")\(minute)"
        let day =
            switch businessDays {
            case 0: "same day"
            case 1: "next business day"
            default: "\(businessDays) business days"
            }
        return "\(day) \(clock) America/New_York"
    }
}

/// The business days of the United States' federal government, by rule.
///
/// A holiday on a Sunday is kept on Monday, one on a Saturday on the Friday before. Federal Reserve Banks
/// do not keep that Friday: taking it as a holiday makes a rate known a day late then, never early.
/// Closings by decree (days of mourning) are not known to a rule.
///
/// - SeeAlso: 5 U.S.C. 6103; Uniform Monday Holiday Act (1968, in force 1971)
enum FederalCalendar {
    static func businessDay(after date: CivilDate) -> CivilDate {
        var day = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)
        while !isBusinessDay(day) { day = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1) }
        return day
    }

    static func isBusinessDay(_ date: CivilDate) -> Bool { date.weekday <= 5 && !isHoliday(date) }

    /// Whether the government keeps a holiday on this date.
    static func isHoliday(_ date: CivilDate) -> Bool {
        // New Year's Day on a Saturday is kept in the year before.
        holidays(of: date.year).contains(date)
            || date.month == 12 && holidays(of: date.year + 1).contains(date)
    }

    /// The days on which the year's holidays are kept.
    static func holidays(of year: Int) -> [CivilDate] {
        var days = [observed(year, 1, 1), observed(year, 7, 4), observed(year, 12, 25)]
        days.append(nth(1, weekday: 1, year, 9))
        days.append(nth(4, weekday: 4, year, 11))
        if year >= 1971 {
            days += [nth(3, weekday: 1, year, 2), lastMonday(year, 5), nth(2, weekday: 1, year, 10)]
        } else {
            days += [observed(year, 2, 22), observed(year, 5, 30)]
        }
        days.append(1971...1977 ~= year ? nth(4, weekday: 1, year, 10) : observed(year, 11, 11))
        if year >= 1986 { days.append(nth(3, weekday: 1, year, 1)) }
        if year >= 2021 { days.append(observed(year, 6, 19)) }
        return days
    }

    private static func observed(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        let date = CivilDate(year: year, month: month, day: day)
        let shift: Int64 = date.weekday == 6 ? -1 : date.weekday == 7 ? 1 : 0
        return CivilDate(daysSinceEpoch: date.daysSinceEpoch + shift)
    }

    /// The nth such weekday (1 = Monday) of a month.
    static func nth(_ number: Int, weekday: Int, _ year: Int, _ month: Int) -> CivilDate {
        let first = CivilDate(year: year, month: month, day: 1)
        return CivilDate(
            year: year, month: month, day: 1 + (weekday - first.weekday + 7) % 7 + 7 * (number - 1))
    }

    private static func lastMonday(_ year: Int, _ month: Int) -> CivilDate {
        last(weekday: 1, year, month)
    }

    /// The last such weekday of a month of 30 or 31 days.
    static func last(weekday: Int, _ year: Int, _ month: Int) -> CivilDate {
        let fourth = nth(4, weekday: weekday, year, month)
        let fifth = CivilDate(daysSinceEpoch: fourth.daysSinceEpoch + 7)
        return fifth.month == month ? fifth : fourth
    }
}

/// New York's wall clock as instants, by the rules of daylight saving time since 1967.
///
/// A table of rules needs no time zone files, which a small container may lack.
///
/// - SeeAlso: IANA time zone database, America/New_York
enum NewYorkTime {
    static func instant(of date: CivilDate, minuteOfDay: Int) -> Timestamp {
        let isSaving = isDaylightSaving(date, minuteOfDay: minuteOfDay)
        let minutes = date.daysSinceEpoch * 1440 + Int64(minuteOfDay) + (isSaving ? 240 : 300)
        return Timestamp(milliseconds: minutes * 60_000)
    }

    /// The clocks change at 02:00; of the hour that comes twice the first is meant.
    static func isDaylightSaving(_ date: CivilDate, minuteOfDay: Int) -> Bool {
        let (start, end) = changes(in: date.year)
        if date == start { return minuteOfDay >= 120 }
        if date == end { return minuteOfDay < 120 }
        return start < date && date < end
    }

    private static func changes(in year: Int) -> (CivilDate, CivilDate) {
        switch year {
        case 2007...:
            (FederalCalendar.nth(2, weekday: 7, year, 3), FederalCalendar.nth(1, weekday: 7, year, 11))
        case 1987...2006:
            (FederalCalendar.nth(1, weekday: 7, year, 4), FederalCalendar.last(weekday: 7, year, 10))
        case 1974: (CivilDate(year: 1974, month: 1, day: 6), FederalCalendar.last(weekday: 7, year, 10))
        case 1975: (CivilDate(year: 1975, month: 2, day: 23), FederalCalendar.last(weekday: 7, year, 10))
        case 1955...1986:
            (FederalCalendar.last(weekday: 7, year, 4), FederalCalendar.last(weekday: 7, year, 10))
        default: (FederalCalendar.last(weekday: 7, year, 4), FederalCalendar.last(weekday: 7, year, 9))
        }
    }
}
