import Engine
import MarketModel
import RuleSemantics

/// Sessions as absolute time, each computed once: about 34,000 spans for a session of five days, in
/// a few milliseconds.
///
/// Tables reach from 1970 to the end of 2100; beyond, a session is closed.
struct SessionTables {
    static let firstDay = CivilDate(year: 1969, month: 12, day: 31)
    static let lastDay = CivilDate(year: 2100, month: 12, day: 31)

    private struct Identity: Hashable {
        var weekdays: Set<Int>
        var clocks: [Int]
        var timeZone: String
        var exchange: String?
        var delay: Int64
    }

    private var tables: [Identity: SessionTable] = [:]
    private var zones: [String: LocalClock] = [:]

    /// - Parameter delay: `after d`; milliseconds.
    mutating func table(of session: CheckedSession, delay: Int64) -> SessionTable {
        let identity = Identity(
            weekdays: session.weekdays, clocks: session.clocks.flatMap { [$0.open, $0.close] },
            timeZone: session.timeZone, exchange: session.exchange.map { "\($0.code) \($0.isExtended)" },
            delay: delay)
        if let table = tables[identity] { return table }
        let clock = zones[session.timeZone] ?? LocalClock(timeZone: session.timeZone)
        zones[session.timeZone] = clock
        let table = SessionTable(spans: SessionTables.spans(of: session, clock), delay: delay)
        tables[identity] = table
        return table
    }

    /// A range belongs to the day on which it opens; `close <= open` is the next day's clock.
    private static func spans(
        of session: CheckedSession, _ clock: LocalClock
    ) -> [(open: Int64, close: Int64)] {
        if let exchange = session.exchange { return spans(of: exchange, clock) }
        let clocks = session.clocks.sorted { ($0.open, $0.close) < ($1.open, $1.close) }
        var spans: [(open: Int64, close: Int64)] = []
        var weekday = firstDay.weekday
        for day in firstDay.daysSinceEpoch...lastDay.daysSinceEpoch {
            defer { weekday = weekday % 7 + 1 }
            guard session.weekdays.contains(weekday) else { continue }
            for range in clocks {
                let close = range.close <= range.open ? range.close + 24 * 60 : range.close
                spans.append(
                    (clock.instant(day: day, minute: range.open), clock.instant(day: day, minute: close)))
            }
        }
        return spans
    }

    /// The same for an exchange: a day has the hours that its calendar gives it.
    private static func spans(
        of exchange: CheckedSession.Exchange, _ clock: LocalClock
    ) -> [(open: Int64, close: Int64)] {
        (firstDay.daysSinceEpoch...lastDay.daysSinceEpoch).flatMap { day in
            exchange.calendar.hours(on: day, extended: exchange.isExtended).map { hours in
                (clock.instant(day: day, minute: hours.open), clock.instant(day: day, minute: hours.close))
            }
        }
    }
}
