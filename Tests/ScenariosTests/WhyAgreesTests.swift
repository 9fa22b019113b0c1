import Diagnostics
import MarketModel
import RuleSemantics
import RuleSyntax
import Testing

@testable import Scenarios

/// An answer cannot differ from what the rule did: at the instant of each transition it tells the values and
/// the message that the transition carried, and the same transition.
@Suite struct WhyAgreesTests {
    /// Where the two differ, over all transitions of a test.
    static func differences(_ test: RuleTest, _ program: CheckedProgram, at most: Int = 4) -> [String] {
        let all = Set(program.rules.map(\.name))
        let transitions = TapeEngine(program).transitions(test, of: all, emitsPending: true)
        var differences: [String] = []
        let groups = Dictionary(grouping: transitions) { "\($0.rule) \($0.key)" }
        for group in groups.values {
            // The first and the last ones, which are the beginning and the end of the alert's life.
            let question = WhyQuestion(rule: group[0].rule, key: group[0].keyIfAny, at: 0)
            let plan = try? WhyPlan(question, in: program)
            for one in group.count <= most ? group : Array(group.prefix(most / 2) + group.suffix(most / 2)) {
                differences += self.differences(one, test, program, plan)
            }
        }
        return differences
    }

    static func differences(
        _ transition: Transition, _ test: RuleTest, _ program: CheckedProgram, _ plan: WhyPlan? = nil
    ) -> [String] {
        let at = transition.at.milliseconds
        let question = WhyQuestion(rule: transition.rule, key: transition.keyIfAny, at: at, since: at)
        let place = "\(test.name): \(transition.alertName) \(transition.kind.rawValue) at \(transition.at)"
        do {
            let answer = try WhyTests.answer(test, program, question, plan: plan)
            var wrong: [String] = []
            let values = transition.values.map { WhyAnswer.Value(name: $0.name, value: $0.value) }
            if answer.values != values { wrong.append("\(place): \(answer.values) and not \(values)") }
            // A message may name the level, which only the kinds of firing raise.
            let isRaised = transition.severity.rawValue != answer.severity && transition.kind == .dropped
            if answer.message != transition.message, !isRaised {
                wrong.append("\(place): \(answer.message) and not \(transition.message)")
            }
            let step = WhyAnswer.Step(
                at: at, kind: transition.kind.rawValue, severity: transition.severity.rawValue,
                message: transition.message)
            if answer.life.transitions.last != step { wrong.append("\(place): \(answer.life.transitions)") }
            let phases: [Transition.Kind: String] = [
                .firing: "firing", .escalated: "firing", .repeated: "firing", .pending: "pending",
                .dropped: "idle",
            ]
            if let phase = phases[transition.kind], answer.life.phase != phase {
                wrong.append("\(place): \(answer.life.phase)")
            }
            // What a cooldown has held back is emitted when the condition may be over.
            let isHeld = program.rules.contains { $0.name == transition.rule && $0.cooldown != nil }
            if [.firing, .pending].contains(transition.kind), !isHeld,
                answer.conditions.allSatisfy({ !$0.clause.hasPrefix("then") }),
                answer.conditions[0].tree.value != 1
            {
                wrong.append("\(place): its condition is \(answer.conditions[0].tree.shown)")
            }
            return wrong
        } catch {
            return ["\(place): \(error)"]
        }
    }

    @Test func `Over the tests of every rule in rules`() throws {
        let suite = TestSuite(
            rules: try Repository.sources(in: "rules", ".rules"),
            tests: try Repository.sources(in: "rules", ".test"))
        #expect(!suite.tests.isEmpty)
        let program = suite.program
        let differences = inParallel(suite.tests) { bound in
            Self.differences(bound.test, program)
        }
        #expect(differences.flatMap { $0 } == [])
    }

    /// The example of each builtin as a rule's condition, over a walk of two symbols.
    @Test func `Over a random walk, for every function of the language`() throws {
        var walk = Walk(seed: 7)
        let tape = walk.tape(count: 400)
        let rules = BuiltinTable.rows.enumerated().map { index, row in
            "rule f\(index) on A, SPY\n  when \(row.example)\n  for 2s\n  message \"{price}\"\n"
        }
        let other = "rule other on A, SPY\n  when price > prev(price)\n"
        let suite = suite(
            rules: other + rules.joined(), tests: "test \"walk\"\n  tape\n\(tape)  expect no alerts\n")
        #expect(!suite.diagnostics.hasErrors)
        let test = try #require(suite.tests.first?.test)
        let transitions = TapeEngine(suite.program).transitions(
            test, of: Set(suite.program.rules.map(\.name)), emitsPending: true)
        var chosen: [String: Transition] = [:]
        for one in transitions where one.kind != .dropped { chosen[one.alertName] = one }
        #expect(chosen.count > 20)
        let program = suite.program
        let differences = inParallel(chosen.values.sorted { $0.alertName < $1.alertName }) { one in
            Self.differences(one, test, program)
        }
        #expect(differences.flatMap { $0 } == [])
    }
}

extension Transition {
    fileprivate var keyIfAny: String? { key.isEmpty ? nil : key }
}

/// A tape of two symbols that wander.
private struct Walk {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    mutating func tape(count: Int) -> String {
        var prices = ["A": 10_000, "SPY": 50_000]
        var text = ""
        for _ in 0..<count {
            let symbol = next(2) == 0 ? "A" : "SPY"
            let price = (prices[symbol] ?? 0) * (10_000 + Int(next(101)) - 50) / 10_000
            prices[symbol] = price
            let cents = "\(price % 100 / 10)\(price % 10)"
            text += "    \(symbol) \(price / 100).\(cents) size \(next(900) + 1) spread 0.02\n"
            if next(5) == 0 { text += "    quiet \(next(40) + 1)s\n" }
        }
        return text
    }
}
