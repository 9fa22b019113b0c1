import Diagnostics
import MarketModel
import RuleSemantics
import Testing

@Suite("Calendars of exchanges")
struct CalendarTests {
    @Test("Every market of the table is read, and every code names one")
    func whole() {
        #expect(
            ExchangeCalendar.all.map(\.timeZone) == ["America/New_York", "Europe/Berlin", "Asia/Hong_Kong"])
        let codes = ExchangeCalendar.all.flatMap(\.codes)
        #expect(Set(codes).count == codes.count)
        for calendar in ExchangeCalendar.all {
            for year in calendar.years {
                let days = calendar.holidays.map { CivilDate(daysSinceEpoch: $0) }.filter { $0.year == year }
                #expect(days.count >= 3, "\(calendar.codes) \(year)")
                #expect(days.allSatisfy { $0.weekday <= 5 }, "\(calendar.codes) \(year)")
            }
            let marked = Array(calendar.holidays) + Array(calendar.earlyCloses.keys)
            #expect(marked.allSatisfy { calendar.years.contains(CivilDate(daysSinceEpoch: $0).year) })
            #expect(calendar.holidays.isDisjoint(with: calendar.earlyCloses.keys))
        }
    }

    /// Eurex follows a rule: no trading on New Year's Day, Good Friday, Easter Monday, the first of May, from
    /// Christmas Eve to Boxing Day, and on New Year's Eve.
    @Test("Eurex is closed on the days of its rule, in every year of the table")
    func eurex() throws {
        let calendar = try #require(ExchangeCalendar.named("XEUR"))
        for year in calendar.years {
            let easter = Self.easter(year).daysSinceEpoch
            let fixed = [(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)].map {
                CivilDate(year: year, month: $0.0, day: $0.1).daysSinceEpoch
            }
            let days = (fixed + [easter - 2, easter + 1]).filter {
                CivilDate(daysSinceEpoch: $0).weekday <= 5
            }
            let table = calendar.holidays.filter { CivilDate(daysSinceEpoch: $0).year == year }
            #expect(table.sorted() == days.sorted(), "\(year)")
        }
        #expect(calendar.earlyCloses.isEmpty)
    }

    /// Easter Sunday of the Gregorian calendar (Gauss, as corrected by Lichtenberg).
    private static func easter(_ year: Int) -> CivilDate {
        let (cycle, century) = (year % 19, year / 100)
        let moon = 15 + (3 * century + 3) / 4 - (8 * century + 13) / 25
        let sun = 2 - (3 * century + 3) / 4
        let seed = (19 * cycle + moon) % 30
        let bound = 21 + seed - (seed + cycle / 11) / 29
        let sunday = 7 - (year + year / 4 + sun) % 7
        let march = bound + 7 - (bound - sunday) % 7
        return CivilDate(
            daysSinceEpoch: CivilDate(year: year, month: 3, day: 1).daysSinceEpoch + Int64(march - 1))
    }

    static func rules(_ session: String) -> Checking {
        Checking("session s = \(session)\nrule r on AAPL\n  when price > 100\n  during s\n")
    }

    static func warnings(_ session: String, _ from: Int, _ through: Int) -> [String] {
        calendarWarnings(
            for: rules(session).program.rules, from: Timestamp(year: from, month: 6, day: 1),
            through: Timestamp(year: through, month: 6, day: 1)
        ).map(\.message)
    }

    @Test("A calendar that ends within the span is spoken of, and one that covers it is not")
    func ends() {
        #expect(Self.warnings("XNYS regular", 2000, 2028) == [])
        #expect(Self.warnings("mon-fri 09:30-16:00 \"America/New_York\"", 1970, 2100) == [])
        let end = "beyond it session `s` has no holidays and no early closes"
        #expect(
            Self.warnings("XNAS extended", 2028, 2029) == [
                "the calendar of `XNAS` ends on 2028-12-31: \(end)"
            ])
        #expect(
            Self.warnings("XHKF regular", 2016, 2027) == [
                "the calendar of `XHKF` ends on 2026-12-31: \(end)",
                "the calendar of `XHKF` begins on 2017-01-01: \(end)",
            ])
    }

    @Test("A session by market code checks, and its calendar is the code's")
    func checks() throws {
        let checking = Self.rules("XNYS regular")
        #expect(checking.rendered == "")
        let exchange = try #require(checking.program.rules[0].session?.exchange)
        #expect(exchange.code == "XNYS")
        #expect(!exchange.isExtended)
        #expect(exchange.calendar.timeZone == "America/New_York")
    }

    @Test(
        "A code without a calendar suggests the nearest",
        arguments: [
            ("XNYZ", "did you mean `XNYS`?"), ("NYSE", "there are calendars for XNYS, XNAS, XASE"),
            ("NYS", "did you mean `XNYS`?"), ("XEUX", "did you mean `XEUR`?"),
            ("LONDON", "a MIC has four capital letters"),
        ])
    func unknown(code: String, help: String) {
        let checking = Self.rules("\(code) regular")
        #expect(checking.errorCodes.count == 1)
        #expect(checking.rendered.contains(help), "\(checking.rendered)")
    }

    @Test("An exchange without extended hours says so")
    func notExtended() {
        #expect(Self.rules("XEUR extended").rendered.contains("help: write `XEUR regular`"))
    }
}
