import Foundation
import MarketModel
import RuleSemantics

/// When a session is open, by the clocks of its zone (LANGUAGE 6).
struct ReferenceHours {
    private(set) var spans: [(open: Int64, close: Int64)] = []

    init(_ session: CheckedSession, after delay: Int64, in range: ClosedRange<Int64>) {
        let day: Int64 = 86_400_000
        var ranges: [(open: Int64, close: Int64)] = []
        for date in range.lowerBound / day - 4...range.upperBound / day + 1 {
            ranges += Self.hours(of: session, on: date).map { open, close in
                (Self.instant(date * day, open, session), Self.instant(date * day, close, session))
            }
        }
        for range in ranges.sorted(by: { $0.open < $1.open }) where range.open < range.close {
            // Ranges that touch are one session.
            let touched = spans.last.flatMap { range.open <= $0.close ? spans.popLast() : nil } ?? range
            spans.append((touched.open, max(touched.close, range.close)))
        }
        spans = spans.map { ($0.open + delay, $0.close) }.filter { $0.open < $0.close }
    }

    var edges: [Int64] { spans.flatMap { [$0.open, $0.close] } }

    func isOpen(at t: Int64) -> Bool { spans.contains { $0.open <= t && t < $0.close } }

    /// Minutes after the local midnight of a day; a close beyond 24 hours is the next day's.
    private static func hours(of session: CheckedSession, on date: Int64) -> [(open: Int, close: Int)] {
        if let exchange = session.exchange {
            let hours = exchange.calendar.hours(on: date, extended: exchange.isExtended)
            return hours.map { ($0.open, $0.close) }
        }
        guard session.weekdays.contains(CivilDate(daysSinceEpoch: date).weekday) else { return [] }
        return session.clocks.map { ($0.open, $0.close <= $0.open ? $0.close + 24 * 60 : $0.close) }
    }

    /// When the zone's clocks first show a local time, or skip it; milliseconds.
    private static func instant(_ midnight: Int64, _ minute: Int, _ session: CheckedSession) -> Int64 {
        let zone = TimeZone(identifier: session.timeZone)!
        let local = midnight + Int64(minute) * 60_000
        func date(_ time: Int64) -> Date { Date(timeIntervalSince1970: Double(time) / 1000) }
        func offset(_ time: Int64) -> Int64 { Int64(zone.secondsFromGMT(for: date(time))) * 1000 }
        let (before, after) = (local - 2 * 86_400_000, local + 2 * 86_400_000)
        let shown = [before, after].map { local - offset($0) }.filter { $0 + offset($0) == local }.min()
        return shown ?? Int64(
            zone.nextDaylightSavingTimeTransition(after: date(before))!.timeIntervalSince1970) * 1000
    }
}
