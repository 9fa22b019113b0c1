import Foundation
public import MarketModel
import RuleSyntax

/// The clock of a test: when it begins, and what the clocks on the wall show there.
public struct TestClock: Sendable {
    /// Milliseconds since the epoch.
    public let start: Int64
    /// The date in the zone on which it begins.
    public let date: CivilDate
    /// An IANA name.
    public let zoneName: String
    private let zone: TimeZone

    /// A Monday, ten o'clock in New York: what a test without `start` has.
    static let standard = TestClock(
        date: CivilDate(year: 2025, month: 3, day: 10), millisecondOfDay: 36_000_000,
        zone: TimeZone(identifier: "America/New_York") ?? .gmt)

    init(date: CivilDate, millisecondOfDay: Int64, zone: TimeZone) {
        self.date = date
        self.zone = zone
        zoneName = zone.identifier
        start = TestClock.instant(date, millisecondOfDay, zone)
    }

    /// The instant at which the zone's clocks show a time of a date, by default the date of the start.
    func instant(date: CivilDate? = nil, millisecondOfDay: Int64) -> Int64 {
        TestClock.instant(date ?? self.date, millisecondOfDay, zone)
    }

    /// A time that the clocks skip or show twice is taken with the offset after the change.
    private static func instant(_ date: CivilDate, _ millisecondOfDay: Int64, _ zone: TimeZone) -> Int64 {
        let local = date.daysSinceEpoch * 86_400_000 + millisecondOfDay
        var instant = local
        for _ in 0..<2 {
            let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))
            instant = local - Int64(seconds) * 1000
        }
        return instant
    }

    /// `8m20s`, as the test's author writes it.
    public func offset(of instant: Int64) -> String { canonicalDuration(instant - start) }

    /// `10:08:20` on the day of the start, `2025-03-11 09:30:00` on another.
    public func wall(_ instant: Int64) -> String {
        let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1000))
        let text = Timestamp(milliseconds: instant + Int64(seconds) * 1000).description
        let clock = text.dropFirst(11).dropLast(1)
        let short = clock.hasSuffix(".000") ? clock.dropLast(4) : clock
        return text.hasPrefix(date.description) ? String(short) : "\(text.prefix(10)) \(short)"
    }

}
