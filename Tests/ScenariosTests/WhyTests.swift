import Diagnostics
import Foundation
import MarketModel
import RuleSemantics
import RuleSyntax
import Testing

@testable import Scenarios

/// Why a rule did, or did not, fire: what is told of it is what the engine computed.
@Suite struct WhyTests {
    /// A question about a tape of the fixture, at an offset from its start.
    struct Case {
        var tape: String
        var rule: String
        var key: String?
        var offset: Int64
        var says: String
    }

    static let cases = [
        Case(tape: "a rise", rule: "fast_move", key: "AAPL", offset: 540, says: "it fires then"),
        Case(tape: "a rise", rule: "fast_move", key: "AAPL", offset: 530, says: "not yet: the nearest miss"),
        Case(tape: "a rise", rule: "fast_move", key: "AAPL", offset: 720, says: "escalated to critical"),
        Case(tape: "a rise", rule: "fast_move", key: "AAPL", offset: 1300, says: "held back by the cooldown"),
        Case(tape: "a rise", rule: "fast_move", key: "AAPL", offset: 200, says: "unknown: warming up"),
        Case(tape: "a rise", rule: "fast_move", key: "MSFT", offset: 600, says: "a symbol without a trade"),
        Case(tape: "a rise", rule: "dear", key: "AAPL", offset: 625, says: "half way through its hold"),
        Case(tape: "a rise", rule: "dear", key: "AAPL", offset: 650, says: "waits for its unless"),
        Case(tape: "a rise", rule: "thrice", key: "AAPL", offset: 445, says: "two of three trades"),
        Case(tape: "before the open", rule: "fast_move", key: "AAPL", offset: 500, says: "outside"),
        Case(tape: "a pair", rule: "pair", key: nil, offset: 490, says: "two symbols, no key"),
        Case(tape: "a bounce", rule: "bounce", key: "MSFT", offset: 340, says: "one of two steps"),
        Case(tape: "some volume", rule: "busy", key: "AAPL", offset: 540, says: "not enough yet"),
        Case(tape: "some volume", rule: "busy", key: "AAPL", offset: 720, says: "a window on a grid"),
        Case(tape: "a silence", rule: "quiet", key: "AAPL", offset: 179, says: "the longest silence"),
    ]

    static func fixture(_ name: String) throws -> TestSuite {
        TestSuite(
            rules: [try Repository.source("Tests/ScenariosTests/Fixtures/\(name).rules")],
            tests: [try Repository.source("Tests/ScenariosTests/Fixtures/\(name).test")])
    }

    static func answer(
        _ test: RuleTest, _ program: CheckedProgram, _ question: WhyQuestion, plan: WhyPlan? = nil
    ) throws -> WhyAnswer {
        let run =
            if let plan { WhyRun(question, plan, SymbolTable()) } else {
                try WhyRun(question, in: program)
            }
        for (index, rate) in test.rates.enumerated() {
            run.takeRate(
                RateObservation(
                    series: rate.series.text, date: CivilDate(daysSinceEpoch: Int64(index)),
                    percent: rate.percent, knownAt: Timestamp(milliseconds: rate.knownAt)))
        }
        run.take(TapeEngine(CheckedProgram()).trades(test, run.symbols))
        return try run.finish(through: test.end)
    }

    @Test func `Answers are as the golden file has them`() throws {
        let suite = try Self.fixture("why")
        #expect(suite.diagnostics.isEmpty)
        var text = ""
        for one in Self.cases {
            let test = try #require(suite.tests.first { $0.test.name == one.tape }?.test)
            let at = test.clock.start + one.offset * 1000
            let question = WhyQuestion(rule: one.rule, key: one.key, at: at)
            let answer = try Self.answer(test, suite.program, question)
            text += "#### \(one.tape): \(one.says)\n\n"
            text += WhyText().lines(answer).joined(separator: "\n") + "\n\n"
        }
        try Repository.expectGolden(text, "why.golden")
    }

    /// The first test of the manual, and what is said of its rule at 8m.
    @Test func `The manual's answer is what is said`() throws {
        let manual = String(decoding: try Repository.source("docs/TESTING.md").text, as: UTF8.self)
        func block(_ fence: String, containing wanted: String) throws -> String {
            let blocks = manual.components(separatedBy: "```\(fence)\n").dropFirst()
            let found = try #require(blocks.first { $0.contains(wanted) })
            return String(found.components(separatedBy: "```")[0])
        }
        let suite = TestSuite(
            rules: [try Repository.source("rules/us-stocks.rules")],
            tests: [
                SourceFile(name: "manual.test", text: try block("test", containing: "test \"").utf8)
            ])
        let test = try #require(suite.tests.first?.test)
        let question = WhyQuestion(rule: "fast_move", key: "AAPL", at: test.clock.start + 480_000)
        let lines = WhyText().lines(try Self.answer(test, suite.program, question))
        #expect(try block("text", containing: "nearest miss") == lines.joined(separator: "\n") + "\n")
    }

    @Test func `What a question gets wrong is said with the nearest name`() throws {
        let program = try Self.fixture("why").program
        func fault(_ rule: String, _ key: String?) -> WhyFault? {
            WhyQuestion(rule: rule, key: key, at: 0).fault(in: program)
        }
        #expect(fault("fast_mov", "AAPL") == .unknownRule("fast_mov", near: "fast_move"))
        #expect(fault("fast_move", nil) == .keyMissing(rule: "fast_move"))
        #expect(fault("pair", "KO") == .keyUnexpected(rule: "pair", key: "KO"))
        #expect(
            fault("fast_move", "APPL") == .keyNotSelected(rule: "fast_move", key: "APPL", near: "AAPL"))
        #expect(fault("bounce", "ANY") == nil)
    }

    @Test func `An instant outside of the trades, and an alert that is not there, have no answer`() throws {
        let suite = try Self.fixture("why")
        let test = try #require(suite.tests.first { $0.test.name == "a bounce" }?.test)
        func fault(_ rule: String, _ key: String?, _ offset: Int64) -> WhyFault? {
            let question = WhyQuestion(rule: rule, key: key, at: test.clock.start + offset * 1000)
            do {
                _ = try Self.answer(test, suite.program, question)
                return nil
            } catch { return error as? WhyFault }
        }
        #expect(fault("bounce", "MSFT", 10) == nil)
        #expect(fault("bounce", "MSF", 10) == .neverTraded(key: "MSF", near: "MSFT"))
        for offset in [100_000, -1] as [Int64] {
            let fault = try #require(fault("bounce", "MSFT", offset))
            #expect(fault.message.contains("is not within what was read: 2025-03-10 14:00:00.000 to "))
        }
    }

    @Test func `The nearest miss is that of all change points, also of those between two trades`() throws {
        // The low of 99 leaves the window of a minute 60 s after it came, between two trades.
        let rules = "rule r on A\n  when change(price, 10s) > 3%\n"
        let tests = """
            test "t"
              tape
                A 100 99 101.5
                quiet 15s
                A 101.5
              expect no alerts
            """
        let suite = suite(rules: rules, tests: tests)
        let test = try #require(suite.tests.first?.test)
        let at = test.end
        let answer = try Self.answer(test, suite.program, WhyQuestion(rule: "r", key: "A", at: at))
        let nearest = try #require(answer.nearest.first)
        #expect(nearest.at == test.trades[1].time + 10_000)
        #expect(nearest.then.first?.bestValue == (101.5 - 99) / 99)
        #expect(nearest.then.first?.neededValue == 0.03)
    }

    @Test func `A step of a chain misses nothing before the step that must come first`() throws {
        let rules = "rule r on A\n  when price > 10\n  then within 5m price < 8\n"
        // 8.1 comes before the first step; after it the price falls to 8.5 only.
        let tests = "test \"t\"\n  tape\n    A 9 8.1 9 10.5 9 8.5 9\n  expect no alerts\n"
        let suite = TestSuite(
            rules: [SourceFile(name: "r.rules", text: rules.utf8)],
            tests: [SourceFile(name: "r.test", text: tests.utf8)])
        let test = try #require(suite.tests.first?.test)
        let start = test.clock.start
        let question = WhyQuestion(rule: "r", key: "A", at: start + 6_000)
        let nearest = try #require(try Self.answer(test, suite.program, question).nearest.first)
        #expect(nearest.at == start + 5_000)
        #expect(nearest.since >= start + 3_000)
    }

    @Test func `What a symbol's name holds is shown by a terminal and not obeyed`() throws {
        let suite = suite(rules: "rule r on all\n  when price > 10\n", tests: "")
        let run = try WhyRun(WhyQuestion(rule: "r", key: "A\u{1b}[31m", at: 1000), in: suite.program)
        let one = try #require(FixedPoint(mantissa: 1, scale: 0))
        let symbol = try #require(run.symbols.intern("A\u{1b}[31m"))
        run.take([
            Trade(
                symbol: symbol, time: 1000, price: one, size: one, origin: OriginID(index: 0), sequence: 0)
        ])
        let text = WhyText().lines(try run.finish()).joined(separator: "\n")
        #expect(!text.contains("\u{1b}"))
        #expect(text.contains("A\u{241b}[31m"))
    }

    @Test func `The search begins where it is told to, and again when the condition was true`() throws {
        let rules = "rule r on A\n  when price > 10\n"
        let tests = "test \"t\"\n  tape\n    A 9 8 11 7 6 5\n  expect no alerts\n"
        let suite = suite(rules: rules, tests: tests)
        let test = try #require(suite.tests.first?.test)
        func best(at index: Int, since: Int? = nil) throws -> Double? {
            let question = WhyQuestion(
                rule: "r", key: "A", at: test.trades[index].time,
                since: since.map { test.trades[$0].time })
            return try Self.answer(test, suite.program, question).nearest.first?.then.first?.bestValue
        }
        #expect(try best(at: 1) == 9)
        #expect(try best(at: 1, since: 1) == 8)
        #expect(try best(at: 2) == nil)
        #expect(try best(at: 5) == 7)
        #expect(try best(at: 5, since: 4) == 6)
    }
}
