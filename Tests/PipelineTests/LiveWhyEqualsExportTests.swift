import Foundation
import MarketModel
import Scenarios
import Testing

@testable import Pipeline

/// What a running instance is asked and what an export of the trades it accepted is asked have one answer.
@Suite("why, live and over an export", .serialized)
struct LiveWhyEqualsExportTests {
    typealias Market = LiveEqualsDryRunTests

    private struct Told: Decodable {
        var rule: String
        var key: String
        var at: Int64
        var kind: String
        var message: String
    }

    /// The trades of each partition, some of them far too late.
    private func files() -> [[Market.Row]] {
        var rows = Market.rows(1200, seed: 21)
        for index in stride(from: 60, to: rows.count - 200, by: 97) {
            rows.insert(rows.remove(at: index), at: index + 150)
        }
        return (0..<3).map { number in
            rows.filter { (Market.symbols.firstIndex(of: $0.symbol) ?? 0) % 3 == number }
        }
    }

    private func export(_ question: WhyQuestion, in place: TemporaryDirectory) throws -> WhyAnswer {
        var input = DryRunRequest(
            rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades-*.csv"])
        input.rates = ["DFF=\(place.path)/DFF.csv"]
        var request = WhyRequest(
            input, rule: question.rule, key: question.key ?? "-", at: String(question.at))
        request.format = "json"
        let output = MemorySink()
        let why = Why(
            try WhyOptions(request), environment: [:],
            console: Console(output: output, status: MemorySink()), now: { .zero })
        #expect(try why.run() == .success)
        return try JSONDecoder().decode(WhyAnswer.self, from: Foundation.Data(output.text.utf8))
    }

    @Test("with late trades, several partitions and rates, at alerts and after them")
    func equal() throws {
        let fixture = try LiveFixture(partitions: 3)
        let files = files()
        for (number, rows) in files.enumerated() {
            for row in rows { try fixture.publish(row.json, to: number) }
        }
        for rate in Market.rates {
            try fixture.publishRate(
                "{\"series\":\"DFF\",\"date\":\"\(rate.date)\",\"value\":\(rate.percent)}")
        }
        try fixture.flush()
        let history = RecentHistory()
        var session = try fixture.session(Market.rules)
        session.history = history
        let live = try fixture.run(session)
        #expect(live.outbox.late.count > 3)

        let place = try TemporaryDirectory()
        for (number, rows) in files.enumerated() {
            let kept = rows.enumerated().filter {
                !live.outbox.late.contains([Int64(number), Int64($0.offset)])
            }
            let lines = [Market.header] + kept.map(\.element.csv)
            try place.write(lines.joined(separator: "\n") + "\n", to: "trades-\(number).csv")
        }
        let rates = Market.rates.map { "\($0.date),\($0.percent)" }
        try place.write((["observation_date,DFF"] + rates).joined(separator: "\n") + "\n", to: "DFF.csv")
        try place.write(Market.rules, to: "test.rules")

        let told = try live.outbox.lines.map {
            try JSONDecoder().decode(Told.self, from: Foundation.Data($0.utf8))
        }
        #expect(Set(told.map(\.rule)).count > 3)
        let snapshot = history.snapshot
        #expect(snapshot.told.map(\.message) == told.map(\.message))
        let program = LiveWhyTests.program(Market.rules)
        for one in told.enumerated().filter({ $0.offset % max(1, told.count / 12) == 0 }).map(\.element) {
            for at in [one.at, one.at + 1500] {
                let question = WhyQuestion(rule: one.rule, key: one.key.isEmpty ? nil : one.key, at: at)
                var answer = try snapshot.answer(question, in: program)
                let expected = try export(question, in: place)
                // That it is a running instance's answer is all that differs.
                answer.notes.removeLast()
                #expect(answer == expected)
                guard at == one.at else { continue }
                #expect(answer.message == one.message)
                #expect(answer.life.transitions.last?.kind == one.kind)
                #expect(answer.life.transitions.last?.at == one.at)
            }
        }
    }
}
