import Foundation
import MarketModel

/// The clocks of one time zone, as the offsets that they have had and will have.
///
///     offset    -5 h      |      -4 h      |     -5 h
///     UTC   ...           s1               s2           ...
///     local ...  01:59:59 | 03:00  01:59:59 | 01:00
///
/// A local time that the clocks skip is the instant at which they skip it; a time that they show twice is
/// the first of the two. Both rules keep the order of times: a session 02:15-02:45 does not exist on the
/// day that skips 02:00-03:00, and one that opens at 01:30 on the day that shows 01:30 twice is an hour
/// longer.
///
/// - SeeAlso: the same choice for repeated times in RFC 5545, section 3.3.5.
struct LocalClock {
    /// Offset from UTC from `start` on; milliseconds.
    private struct Period {
        var start: Int64
        var offset: Int64
        /// The local time at which it ends, on its own clock.
        var localEnd: Int64
    }

    private let periods: [Period]

    /// - Parameter timeZone: an IANA name; UTC where the system does not know it (the checker has asked).
    init(timeZone: String) {
        let zone = TimeZone(identifier: timeZone) ?? .gmt
        var starts: [(start: Int64, offset: Int64)] = []
        func append(_ date: Date) {
            starts.append(
                (Int64(date.timeIntervalSince1970 * 1000), Int64(zone.secondsFromGMT(for: date)) * 1000))
        }
        var date = Date(timeIntervalSince1970: LocalClock.seconds(SessionTables.firstDay.daysSinceEpoch - 7))
        let end = Date(timeIntervalSince1970: LocalClock.seconds(SessionTables.lastDay.daysSinceEpoch + 7))
        append(date)
        // In Foundation a "daylight saving time transition" is every change of the offset.
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date, next < end {
            append(next)
            date = next
        }
        periods = starts.indices.map { index in
            let (start, offset) = starts[index]
            let isLast = index + 1 == starts.count
            return Period(
                start: start, offset: offset, localEnd: isLast ? Int64.max : starts[index + 1].start + offset)
        }
    }

    private static func seconds(_ days: Int64) -> TimeInterval { TimeInterval(days * 86_400) }

    /// - Parameters:
    ///   - day: the local date, as days since 1970-01-01.
    ///   - minute: minutes after local midnight; beyond 24 hours it is the next day's clock.
    /// - Returns: milliseconds since the epoch.
    /// - Complexity: O(log n) in the number of offsets.
    func instant(day: Int64, minute: Int) -> Int64 {
        let local = day * 86_400_000 + Int64(minute) * 60_000
        // The first period whose clock has not yet passed `local`.
        var low = 0
        var high = periods.count - 1
        while low < high {
            let middle = (low + high) / 2
            if periods[middle].localEnd > local { high = middle } else { low = middle + 1 }
        }
        return max(local - periods[low].offset, periods[low].start)
    }
}
