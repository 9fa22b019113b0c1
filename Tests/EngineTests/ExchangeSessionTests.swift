import Engine
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import Testing

/// Sessions by market code, against the trading days of exchange_calendars (Fixtures/exchange_sessions.py).
struct ExchangeSessionTests {
    typealias L = TestLanguage

    struct Span: Equatable, CustomStringConvertible {
        var open: Int64
        var close: Int64
        var description: String {
            "\(Timestamp(milliseconds: open))..\(Timestamp(milliseconds: close))"
        }
    }

    static let codes = ["XNYS", "XEUR", "XHKF"]

    /// By year.
    static func expected(_ code: String) throws -> [Int: [Span]] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/exchange_sessions.txt")
        var years: [Int: [Span]] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words[0] == code, let year = Int(words[2]) else { continue }
            let first = words[3].split(separator: "-").compactMap { Int64($0) }
            var span = Span(open: first[0], close: first[1])
            var spans = [span]
            for word in words.dropFirst(4) {
                let parts = word.split(separator: "-").compactMap { Int64($0) }
                let open = span.open + parts[0]
                span = Span(open: open, close: open + (parts.count > 1 ? parts[1] : span.close - span.open))
                spans.append(span)
            }
            years[year] = spans.map { Span(open: $0.open * L.minute, close: $0.close * L.minute) }
        }
        return years
    }

    static func session(_ code: String, extended: Bool = false) throws -> CheckedSession {
        let calendar = try #require(ExchangeCalendar.named(code))
        return CheckedSession(
            name: "s", exchange: .init(code: code, isExtended: extended, calendar: calendar))
    }

    static func table(_ session: CheckedSession, delay: Int64 = 0) throws -> SessionTable {
        let rule = L.rule("r", when: L.price > 5) {
            $0.session = session
            $0.sessionDelay = delay
        }
        return try #require(compileRules(CheckedProgram(rules: [rule])).book.rules[0].session)
    }

    static func spans(_ table: SessionTable, in year: Int) -> [Span] {
        let low = Timestamp(year: year, month: 1, day: 1).milliseconds
        let high = Timestamp(year: year + 1, month: 1, day: 1).milliseconds
        return zip(table.opens, table.closes).filter { low <= $0.0 && $0.0 < high }.map {
            Span(open: $0.0, close: $0.1)
        }
    }

    @Test(arguments: codes)
    func `An exchange opens and closes when an independent calendar says so, on every day of every year`(
        _ code: String
    ) throws {
        let table = try Self.table(Self.session(code))
        let expected = try Self.expected(code)
        let known = try #require(ExchangeCalendar.named(code)).years
        #expect(expected.count >= 10 && expected.keys.allSatisfy(known.contains))
        for (year, spans) in expected.sorted(by: { $0.key < $1.key }) {
            let ours = Self.spans(table, in: year)
            let wrong = ours.filter { !spans.contains($0) } + spans.filter { !ours.contains($0) }
            #expect(wrong == [], "\(code) \(year)")
            #expect(ours == spans)
        }
    }

    @Test func `Codes of one market have one calendar, and after moves each opening`() throws {
        let york = try Self.table(Self.session("XNYS"))
        #expect(try Self.table(Self.session("XNAS")) == york)
        let later = try Self.table(Self.session("XNYS"), delay: 5 * L.minute)
        #expect(later.opens == york.opens.map { $0 + 5 * L.minute })
        #expect(later.closes == york.closes)
    }

    /// A day of New York's extended hours in UTC: 04:00 to 20:00, on a day of an early close to 17:00.
    @Test func `Extended hours end early with the day, and a holiday has none`() throws {
        let table = try Self.table(Self.session("XNYS", extended: true))
        func day(_ year: Int, _ month: Int, _ day: Int) -> [String] {
            let low = Timestamp(year: year, month: month, day: day).milliseconds
            return zip(table.opens, table.closes).filter { low <= $0.0 && $0.0 < low + 86_400_000 }.map {
                "\($0.0 / L.minute % 1440 / 60)-\($0.1 / L.minute % 1440 / 60)"
            }
        }
        #expect(day(2025, 11, 26) == ["9-1"])
        #expect(day(2025, 11, 27) == [])
        #expect(day(2025, 11, 28) == ["9-22"])
        #expect(day(2025, 7, 3) == ["8-21"])
        #expect(day(2025, 7, 4) == [])
        #expect(day(2025, 7, 5) == [])
        #expect(day(2025, 7, 7) == ["8-0"])
    }

    @Test func `An evening session goes on past midnight, and ends there before a holiday`() throws {
        let table = try Self.table(Self.session("XHKF", extended: true))
        let hour: Int64 = 3_600_000
        func close(after time: Timestamp) -> Int64? {
            zip(table.opens, table.closes).first { $0.0 > time.milliseconds }.map {
                ($0.1 - time.milliseconds) / hour
            }
        }
        // 17:00 in Hong Kong is 09:00 UTC. Friday 2024-03-22 runs to Saturday 03:00.
        #expect(close(after: Timestamp(year: 2024, month: 3, day: 22, millisecondOfDay: 9 * hour)) == 10)
        // Thursday 2024-03-28 is the day before Good Friday.
        #expect(close(after: Timestamp(year: 2024, month: 3, day: 28, millisecondOfDay: 9 * hour)) == 7)
    }

    @Test func `Outside its years an exchange has its weekly hours`() throws {
        let table = try Self.table(Self.session("XNYS"))
        #expect(Self.spans(table, in: 1999).count == 261)
        #expect(Self.spans(table, in: 2029).count == 261)
        #expect(Self.spans(table, in: 2028).count < 253)
    }
}
