import Diagnostics
import Foundation
import MarketModel
import RuleSyntax

/// Times in a test: `5m10s` since the start, `10:05:10` on its day, `2025-03-11 09:30`.
extension TestLine {
    /// - Parameter colon: whether the time may end in a colon, which is not a part of it.
    mutating func time(_ clock: TestClock, colon: Bool = false) throws(TestProblem) -> Int64 {
        let word = try word("a time behind `at`", help: "write `at 5m10s`")
        let text = colon && word.text.hasSuffix(":") ? String(word.text.dropLast()) : word.text
        let plain = text.hasPrefix("+") ? String(text.dropFirst()) : text
        if let milliseconds = durationMilliseconds(plain) { return clock.start + milliseconds }
        let instant: Int64
        if let date = civilDate(text) {
            instant = clock.instant(date: date, millisecondOfDay: try wallClock(colon: colon))
        } else if let clockTime = millisecondOfDay(text) {
            instant = clock.instant(millisecondOfDay: clockTime)
        } else {
            throw TestProblem(.notTime(word.text), at: word.span)
        }
        if instant < clock.start { throw TestProblem(.beforeStart(text), at: word.span) }
        return instant
    }

    /// `start 2025-03-10 10:00 America/New_York`; UTC without a zone.
    mutating func startClock() throws(TestProblem) -> TestClock {
        let help = "write `start 2025-03-10 10:00 America/New_York`"
        let word = try word("a date behind `start`", help: help)
        guard let date = civilDate(word.text) else {
            throw TestProblem(.expected("a date", found: word.text, help: help), at: word.span)
        }
        let clock = try wallClock(colon: false)
        var zone = TimeZone.gmt
        if let name = take() {
            guard let known = TestLine.zone(name.text) else {
                let near = nearestName(to: name.text, among: TimeZone.knownTimeZoneIdentifiers)
                throw TestProblem(.unknownZone(name.text, near: near), at: name.span)
            }
            zone = known
        }
        try expectEnd(help: help)
        return TestClock(date: date, millisecondOfDay: clock, zone: zone)
    }

    private static func zone(_ name: String) -> TimeZone? {
        if name == "UTC" { return .gmt }
        // Foundation also takes abbreviations, of which several zones share one.
        return name.contains("/") ? TimeZone(identifier: name) : nil
    }

    private mutating func wallClock(colon: Bool) throws(TestProblem) -> Int64 {
        let word = try word("a clock behind the date", help: "write it like 09:30 or 09:30:15")
        let text = colon && word.text.hasSuffix(":") ? String(word.text.dropLast()) : word.text
        guard let clock = millisecondOfDay(text) else {
            throw TestProblem(.notTime(word.text), at: word.span)
        }
        return clock
    }

    /// `09:30`, `09:30:15`, `09:30:15.250`.
    private func millisecondOfDay(_ text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0], 2), hour < 24,
            let minute = number(parts[1], 2), minute < 60
        else { return nil }
        var total = Int64(hour * 3_600_000 + minute * 60_000)
        if parts.count == 3 {
            let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(seconds.count), let second = number(seconds[0], 2), second < 60 else {
                return nil
            }
            total += Int64(second * 1000)
            if seconds.count == 2 {
                guard let milliseconds = number(seconds[1], 3) else { return nil }
                total += Int64(milliseconds)
            }
        }
        return total
    }

    private func civilDate(_ text: String) -> CivilDate? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2), (1...12).contains(month)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date ? date : nil
    }

    private func number(_ text: Substring, _ width: Int) -> Int? {
        guard text.utf8.count == width, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
