import Diagnostics
import Foundation
import MarketModel
import RuleSyntax

extension Checker {
    static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    func checkSession(_ definition: Definitions.Definition) {
        guard case .session(let hours) = definition.meaning else { return }
        let session: CheckedSession?
        switch hours {
        case .exchange(let mic, let hours): session = exchange(definition.name.text, mic, hours)
        case .weekly(let first, let last, let clocks, let zone):
            session = weekly(definition.name.text, first, last, clocks, zone)
        }
        guard var session, definitions.isFirst(definition) else { return }
        session.span = definition.name.span
        sessions[session.name] = session
    }

    /// `XNYS regular`: the calendar of a market identifier code.
    private func exchange(_ name: String, _ mic: Name, _ hours: Name) -> CheckedSession? {
        guard let calendar = ExchangeCalendar.named(mic.text) else {
            let letters = mic.text.utf8
            let known = ExchangeCalendar.all.flatMap(\.codes)
            let near = nearestName(to: mic.text.uppercased(), among: known)
            let isCode = letters.count == 4 && letters.allSatisfy { 48...57 ~= $0 || 65...90 ~= $0 }
            report(
                isCode || near != nil
                    ? Fault.unknownExchange(mic, near: near, known) : Fault.malformedExchange(mic))
            return nil
        }
        let isExtended = hours.text == "extended"
        if isExtended, calendar.extended.isEmpty {
            report(Fault.noExtendedHours(hours, mic))
            return nil
        }
        return CheckedSession(
            name: name,
            exchange: CheckedSession.Exchange(
                code: mic.text, isExtended: isExtended, calendar: calendar))
    }

    private func weekly(
        _ name: String, _ first: Name, _ last: Name?, _ clocks: [ClockRange], _ zone: Name
    ) -> CheckedSession? {
        var isWhole = true
        var weekdays: Set<Int> = []
        if let start = Checker.days.firstIndex(of: first.text),
            let end = Checker.days.firstIndex(of: last?.text ?? first.text)
        {
            // `fri-mon` runs over the weekend.
            for step in 0...((end - start + 7) % 7) { weekdays.insert((start + step) % 7 + 1) }
        } else {
            isWhole = false
            report(Fault.unknownDay(Checker.days.contains(first.text) ? last ?? first : first, Checker.days))
        }
        for clock in clocks
        where clock.open == clock.close || !(0..<1440 ~= clock.open) || !(0...1440 ~= clock.close) {
            isWhole = false
            report(Fault.emptyHours(clock.span))
        }
        if clocks.isEmpty { isWhole = false }
        if !Checker.isTimeZone(zone.text) {
            isWhole = false
            let near = nearestName(to: zone.text, among: TimeZone.knownTimeZoneIdentifiers)
            report(Fault.timeZone(zone, near: near))
        }
        guard isWhole else { return nil }
        return CheckedSession(
            name: name, weekdays: weekdays,
            clocks: clocks.map { CheckedSession.Clock(open: $0.open, close: $0.close) },
            timeZone: zone.text)
    }

    /// An IANA name; Foundation also knows `GMT+3`, which is none.
    static func isTimeZone(_ name: String) -> Bool {
        guard !name.hasPrefix("GMT+"), !name.hasPrefix("GMT-"), !name.contains("\0") else { return false }
        return TimeZone(identifier: name) != nil
    }
}

extension CheckedSession {
    /// The longest span without a close, milliseconds; a session that never closes for a week has no end.
    var longestSpan: Int64 {
        let day = 1440
        let spans = weekdays.flatMap { weekday in
            clocks.map { clock in
                let open = (weekday - 1) * day + clock.open
                return open..<open + (clock.close > clock.open ? clock.close : clock.close + day) - clock.open
            }
        }
        // Two weeks in a row, so that a span over Sunday's midnight is seen whole.
        let week = 7 * day
        let all = (spans + spans.map { $0.lowerBound + week..<$0.upperBound + week })
            .sorted { $0.lowerBound < $1.lowerBound }
        var longest = 0
        var current: Range<Int>?
        for span in all {
            if let open = current, span.lowerBound <= open.upperBound {
                current = open.lowerBound..<max(open.upperBound, span.upperBound)
            } else {
                current = span
            }
            longest = max(longest, current?.count ?? 0)
        }
        return longest >= week ? Limits.greatestDuration : Int64(longest) * 60_000
    }
}
