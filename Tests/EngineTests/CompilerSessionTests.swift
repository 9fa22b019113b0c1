import Engine
import Foundation
import RuleCompiler
import RuleSemantics
import Testing

/// Sessions as absolute time, against spans that Python's zoneinfo computed (Fixtures/sessions.py).
struct CompilerSessionTests {
    typealias L = TestLanguage

    struct Case: Sendable, CustomTestStringConvertible {
        var session: CheckedSession
        var testDescription: String { session.name }

        init(_ name: String, _ zone: String, _ days: [Int], _ clocks: [(Int, Int)]) {
            session = CheckedSession(
                name: name, weekdays: Set(days),
                clocks: clocks.map { CheckedSession.Clock(open: $0.0, close: $0.1) }, timeZone: zone)
        }
    }

    /// As in Fixtures/sessions.py.
    static let cases = [
        Case("us", "America/New_York", [1, 2, 3, 4, 5], [(570, 960)]),
        Case("early", "America/New_York", [1, 2, 3, 4, 5, 6, 7], [(60, 90), (90, 150), (1380, 30)]),
        Case("gap", "America/New_York", [1, 2, 3, 4, 5, 6, 7], [(135, 165)]),
        Case("london", "Europe/London", [1, 2, 3, 4, 5], [(480, 720), (780, 990)]),
        Case("fx", "Europe/London", [7, 1, 2, 3, 4], [(1320, 1290)]),
        Case("always", "America/Sao_Paulo", [1, 2, 3, 4, 5, 6, 7], [(0, 0)]),
        Case("midnight", "America/Sao_Paulo", [7], [(15, 45), (720, 0)]),
        Case("howe", "Australia/Lord_Howe", [1, 2, 3, 4, 5, 6, 7], [(105, 135)]),
        Case("apia", "Pacific/Apia", [1, 2, 3, 4, 5], [(540, 1020)]),
        Case("india", "Asia/Kolkata", [1, 2, 3, 4, 5], [(555, 930)]),
        Case("weekend", "Asia/Tokyo", [6, 7], [(540, 1440)]),
    ]

    struct Expectation {
        var window: (open: Int64, close: Int64)
        var spans: [String]
    }

    static func expectations(of session: String) throws -> [Expectation] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/sessions.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard words[0] == session else { return nil }
            let window = try #require(span(words[1]))
            return Expectation(window: window, spans: Array(words.dropFirst(2)))
        }
    }

    static func span(_ text: String) -> (open: Int64, close: Int64)? {
        let parts = text.split(separator: "-").compactMap { Int64($0) }
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    @Test(arguments: cases)
    func `A session opens and closes when its zone's clocks say so, also on the days that change them`(
        _ session: Case
    ) throws {
        let table = try #require(compiledTable(of: session.session))
        let expectations = try Self.expectations(of: session.session.name)
        #expect(expectations.count >= 7)
        for expected in expectations {
            let spans = zip(table.opens, table.closes).compactMap { open, close -> String? in
                let (low, high) = (max(open, expected.window.open), min(close, expected.window.close))
                return low < high ? "\(low)-\(high)" : nil
            }
            #expect(spans == expected.spans, "\(expected.window)")
        }
    }

    @Test func `A session that never closes is one span, and after moves each opening`() throws {
        let always = try #require(compiledTable(of: Self.cases[5].session))
        #expect(always.opens.count == 1)
        let plain = try #require(compiledTable(of: Self.cases[0].session))
        let delayed = try #require(compiledTable(of: Self.cases[0].session, delay: 5 * L.minute))
        #expect(delayed.opens == plain.opens.map { $0 + 5 * L.minute })
        #expect(delayed.closes == plain.closes)
    }

    @Test func `A table reaches from 1970 to the end of 2100`() throws {
        let table = try #require(compiledTable(of: Self.cases[0].session))
        // 1970-01-01 was a Thursday: 14:30 to 21:00 UTC. The last Friday is 2100-12-31.
        #expect(table.opens.first { $0 > 0 } == (14 * 60 + 30) * L.minute)
        #expect(table.opens.last == 4_133_946_600_000)
    }

    private func compiledTable(of session: CheckedSession, delay: Int64 = 0) -> SessionTable? {
        let rule = L.rule("r", when: L.price > 5) {
            $0.session = session
            $0.sessionDelay = delay
        }
        return compileRules(CheckedProgram(rules: [rule])).book.rules[0].session
    }
}
