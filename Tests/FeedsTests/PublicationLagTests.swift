import Feeds
import Foundation
import MarketModel
import Testing

@Suite struct PublicationLagTests {
    static func date(_ text: String) -> CivilDate {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        return CivilDate(year: parts[0], month: parts[1], day: parts[2])
    }

    static func known(_ text: String, lag: PublicationLag = .nextBusinessDay) -> String {
        lag.knownAt(for: date(text)).description
    }

    @Test func `Friday, Saturday and Sunday are known on Monday`() {
        for day in ["2023-11-17", "2023-11-18", "2023-11-19"] {
            #expect(Self.known(day) == "2023-11-20T14:00:00.000Z")
        }
        #expect(Self.known("2023-11-20") == "2023-11-21T14:00:00.000Z")
    }

    @Test func `Holidays are passed over, kept on Monday after a Sunday and on Friday before a Saturday`() {
        #expect(Self.known("2023-11-22") == "2023-11-24T14:00:00.000Z")  // Thanksgiving
        #expect(Self.known("2022-12-23") == "2022-12-27T14:00:00.000Z")  // Christmas, a Sunday
        #expect(Self.known("2021-12-30") == "2022-01-03T14:00:00.000Z")  // New Year's Day, a Saturday
        #expect(Self.known("2021-06-17") == "2021-06-21T13:00:00.000Z")  // the first Juneteenth, a Saturday
        #expect(Self.known("2020-06-18") == "2020-06-19T13:00:00.000Z")  // not yet a holiday
        #expect(Self.known("2025-01-17") == "2025-01-21T14:00:00.000Z")  // Martin Luther King, Jr.
    }

    /// Of the Office of Personnel Management's lists,
    /// https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays
    @Test func `The federal holidays of three years are those that were kept`() {
        let kept = [
            "2021-01-01", "2021-01-18", "2021-02-15", "2021-05-31", "2021-06-18", "2021-07-05", "2021-09-06",
            "2021-10-11", "2021-11-11", "2021-11-25", "2021-12-24", "2021-12-31", "2022-01-17", "2022-02-21",
            "2022-05-30", "2022-06-20", "2022-07-04", "2022-09-05", "2022-10-10", "2022-11-11", "2022-11-24",
            "2022-12-26", "2023-01-02", "2023-01-16", "2023-02-20", "2023-05-29", "2023-06-19", "2023-07-04",
            "2023-09-04", "2023-10-09", "2023-11-10", "2023-11-23", "2023-12-25",
        ]
        var found: [String] = []
        var day = Self.date("2020-12-31")
        while day < Self.date("2023-12-31") {
            let next = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1)
            let isOpen = Self.known(day.description).hasPrefix(next.description)
            if next.weekday <= 5, !isOpen { found.append(next.description) }
            day = next
        }
        #expect(found == kept)
    }

    @Test func `New York's clock agrees with the time zone database from 1967 on`() throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        for minute in [30, 9 * 60, 23 * 60 + 59] {
            let lag = PublicationLag(businessDays: 0, hour: minute / 60, minute: minute % 60)
            for days in stride(from: Int64(-1096), to: 25_000, by: 1) {
                let date = CivilDate(daysSinceEpoch: days)
                let known = lag.knownAt(for: date).milliseconds / 1000
                let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(known))))
                #expect(known + offset == days * 86_400 + Int64(minute) * 60, "\(date)")
            }
        }
    }

    @Test(arguments: [
        ("next business day 09:00", 1, 540), ("Next Business Day 16:15", 1, 975),
        ("2 business days 08:00", 2, 480),
        ("same day 14:00", 0, 840), ("1 business day 9:00", 1, 540),
    ])
    func `A lag is read from text`(_ sample: (String, Int, Int)) throws {
        let lag = try #require(PublicationLag(sample.0))
        #expect(lag.businessDays == sample.1)
        #expect(lag.minuteOfDay == sample.2)
        let again = lag.description.replacing(" America/New_York", with: "")
        #expect(PublicationLag(again) == lag)
    }

    @Test(arguments: [
        "", "tomorrow", "next business day", "next business day 25:00", "-1 business days 09:00", "09:00",
    ])
    func `A text that is no lag is none`(text: String) {
        #expect(PublicationLag(text) == nil)
    }

    @Test func `A lag says what it is`() {
        #expect(PublicationLag.nextBusinessDay.description == "next business day 09:00 America/New_York")
    }
}
