import Diagnostics
import Testing

@testable import Scenarios

/// What is said of a test that fails, and what of tests that leave something untried.
@Suite struct JudgingTests {
    @Test func `A failure shows expected and actual side by side, and why`() throws {
        let suite = TestSuite(
            rules: [try Repository.source("Tests/ScenariosTests/Fixtures/failing.rules")],
            tests: [try Repository.source("Tests/ScenariosTests/Fixtures/failing.test")])
        #expect(suite.diagnostics.isEmpty)
        let outcomes = suite.run()
        #expect(outcomes.allSatisfy { !$0.passes })
        let text = outcomes.flatMap { OutcomeText().lines($0) }.joined(separator: "\n")
        try Repository.expectGolden(text + "\n", "failing.golden")
    }

    @Test func `A value is compared to the decimals that are written`() {
        let rules = "rule r on A\n  when price > 1000\n"
        func passes(_ value: String) -> Bool {
            let tests = "test \"t\"\n tape\n A 100 101.86\n expect\n no alerts\n at 1s: \(value)\n"
            let suite = suite(rules: rules, tests: tests)
            #expect(suite.diagnostics.isEmpty)
            return suite.run().allSatisfy(\.passes)
        }
        #expect(passes("change(price, 1s) of A = 1.9%"))
        #expect(passes("change(price, 1s) of A = 186bp"))
        #expect(passes("change(price, 1s) of A = 2%"))
        #expect(!passes("change(price, 1s) of A = 1.8%"))
        #expect(!passes("change(price, 1s) of A = 1.90%"))
        #expect(passes("price of A = 101.86"))
        #expect(passes("A.price = 102"))
        #expect(passes("A.price > 101 = true"))
        #expect(passes("avg(price, 5m) of A = unknown"))
        #expect(!passes("price of A = unknown"))
        #expect(passes("age(B.price) = unknown"))
        #expect(passes("trades(1s) of A = 1"))
    }

    static let rules = """
        rule r on A
          when price > 10
            and size > 100
          for 5s
          until price < 9
          during day
          cooldown 1m

        session day = mon-fri 09:30-16:00 "America/New_York"
        """

    @Test func `Coverage names each clause that makes no difference, and operands with one value only`() {
        let tests = """
            test "t"
              tape
                A 11 size 200
                quiet 10s
              expect
                at 5s r A firing
            """
        let suite = suite(rules: Self.rules, tests: tests)
        #expect(suite.failures == "")
        let report = suite.coverage()
        #expect(
            report.gaps.map { "\($0.span.line) \($0.text)" } == [
                "2 when price > 10: never false",
                "3 when size > 100: never false",
                "5 until price < 9: no alert would differ without it",
                "5 until price < 9: never true",
                "6 during day: no alert would differ without it",
                "7 cooldown 1m: no alert would differ without it",
            ])
        #expect(report.parts == 11)
    }

    @Test func `A clause is exercised where alerts would be others without it`() {
        let tests = """
            test "life"
              tape
                A 8 11x10 9.5 8.5 11x60 size 200
              expect
                at 6s r A firing
                at 12s r A resolved
                at 66s r A firing

            test "small trades"
              tape
                A 11x10 size 50
              expect no alerts

            test "at night"
              start 2025-03-10 20:00 America/New_York
              tape
                A 11x10 size 200
              expect no alerts
            """
        let suite = suite(rules: Self.rules, tests: tests)
        #expect(suite.failures == "")
        #expect(suite.coverage().gaps.map(\.text) == [])
    }

    @Test func `Steps, escalations and repeats are exercised where alerts would be others without them`() {
        let rules = """
            rule chain on A
              when price > 10
              then within 5s size > 100
              escalate critical when price > 20
              repeat 1m
              unknown clear
            """
        let tests = """
            test "t"
              tape
                A 5 11 size 50
                A 12 size 200
                A 21 size 200
                A 12 size 200
                quiet 1m
                A 12 size 50
              expect
                at 2s chain A firing warning
                at 3s chain A escalated critical
                at 62s chain A repeated
                at 65s chain A resolved
            """
        let suite = suite(rules: rules, tests: tests)
        #expect(suite.failures == "")
        #expect(
            suite.coverage().gaps.map(\.text) == ["unknown clear: no alert would differ without it"])
    }

    @Test func `A template's clauses count with the rule that uses it, its numbers with any of its rules`() {
        let rules = """
            template above(level: price)
              when price > level
              until price < level - 2

            rule r on A
              use above(10)
            """
        let tests = """
            test "t"
              tape
                A 9 10.5 9 7.9
              expect
                at 1s r A firing
                at 3s r A resolved
            """
        let suite = suite(rules: rules, tests: tests)
        #expect(suite.failures == "")
        let report = suite.coverage()
        #expect(report.gaps.map(\.text) == [])
        #expect(report.parts == 6)
        #expect(suite.mutation().survivors.map { "\($0.item) \($0.shifted)" } == ["above [\"1.8\"]"])
    }

    @Test func `Mutants are the shifts of numbers that no test notices`() {
        let rules = """
            rule r on A
              when price > 10
                and trades(10s) >= 3
              cooldown 1m
              message "{low(1m)}"
            """
        let tests = """
            test "t"
              tape
                A 10.5x30 every 3s
              expect
                at 10s r A firing
            """
        let suite = suite(rules: rules, tests: tests)
        #expect(suite.failures == "")
        let report = suite.mutation()
        #expect(report.mutants == 8)
        #expect(
            report.survivors.map { "\($0.span.line) \($0.literal): \($0.shifted.joined(separator: " "))" }
                == [
                    "2 10: 9", "3 3: 2", "4 1m: 1m6s 54s",
                ])
    }

    @Test func `Mutants of what several rules use are noticed by the tests of any of them`() {
        let rules = "let limit = 10\nrule r on A\n  when price > limit\n"
        let tests = """
            test "t"
              tape
                A 9.5 10.5
              expect
                at 1s r A firing
            """
        let suite = suite(rules: rules, tests: tests)
        let report = suite.mutation()
        #expect(report.mutants == 2)
        #expect(report.noticed == 2)
    }

    @Test func `Nothing notices the mutants of a rule that no tape moves`() {
        let rules = "rule r on A\n  when price > 10\nrule untested on B\n  when price > 3\n"
        let tests = """
            test "t"
              tape
                A 9.5 10.5
              expect
                at 1s r A firing
            """
        let suite = suite(rules: rules, tests: tests)
        let report = suite.mutation()
        #expect(report.mutants == 4)
        #expect(report.survivors.map { "\($0.item) \($0.literal)" } == ["untested 3"])
    }

    @Test func `A filter selects by sentence, file and rule`() {
        let tests = """
            test "one"
              rule r
              tape
                A 1
              expect no alerts

            test "two"
              tape
                A 1
              expect no alerts
            """
        let suite = suite(rules: "rule r on A\n  when price > 10\n", tests: tests)
        #expect(suite.run(filter: "TWO").map(\.name) == ["two"])
        #expect(suite.run(filter: "a.test").count == 2)
        #expect(suite.run(filter: "nothing of the kind").isEmpty)
    }
}
