public import Diagnostics
public import MarketModel

/// Warns of sessions by exchange whose calendar does not know a part of a span of time: beyond its years a
/// session has its weekly hours, without holidays and early closes.
///
/// - Parameters:
///   - rules: those that run; a session is spoken of once.
///   - from: where the span begins.
///   - through: where it ends.
/// - Returns: in the order of the rules.
public func calendarWarnings(
    for rules: [CheckedRule], from: Timestamp, through: Timestamp
) -> [Diagnostic] {
    func day(_ time: Timestamp) -> CivilDate {
        CivilDate(daysSinceEpoch: time.milliseconds.floorDivided(by: 86_400_000))
    }
    var warnings: [Diagnostic] = []
    var seen: Set<String> = []
    for session in rules.compactMap(\.session) {
        guard let exchange = session.exchange, seen.insert(session.name).inserted else { continue }
        let calendar = exchange.calendar
        if day(through) > calendar.lastDay {
            warnings.append(Fault.calendarEnds(session, exchange.code, "ends on \(calendar.lastDay)"))
        }
        if day(from) < calendar.firstDay {
            warnings.append(Fault.calendarEnds(session, exchange.code, "begins on \(calendar.firstDay)"))
        }
    }
    return warnings
}
