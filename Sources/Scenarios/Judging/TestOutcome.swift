public import Diagnostics
import MarketModel
import RuleSemantics
import RuleSyntax

/// How one test went.
public struct TestOutcome: Sendable {
    /// An expected transition, an actual one, or both where one stands for the other.
    struct Row {
        var expected: ExpectedTransition?
        var actual: Transition?
        /// What differs in a pair; nil where it is right.
        var difference: String?
        var isRight: Bool { expected != nil && actual != nil && difference == nil }
    }

    struct ValueRow {
        var expected: ExpectedValue
        /// As a message prints it, to more decimals.
        var actual: String
        var isRight: Bool
    }

    let test: RuleTest
    var rows: [Row]
    var values: [ValueRow]
    /// Why the conditions were as they were at the instants that went wrong.
    var explanations: [Explanation] = []

    public var name: String { test.name }
    public var span: SourceSpan { test.span }
    public var passes: Bool { rows.allSatisfy(\.isRight) && values.allSatisfy(\.isRight) }
}

extension BoundTest {
    /// Whether the rules make the expected transitions, without saying why not.
    ///
    /// - Parameter engine: of a program in which the test's rules keep their names.
    func alertsAreRight(_ engine: TapeEngine) -> Bool {
        let actual = engine.transitions(test, of: rules, emitsPending: emitsPending)
        return compare(test.transitions, actual).allSatisfy(\.isRight)
    }

    func outcome(_ engine: TapeEngine, _ program: CheckedProgram, files: [RuleFile]) -> TestOutcome {
        let actual = engine.transitions(test, of: rules, emitsPending: emitsPending)
        var outcome = TestOutcome(
            test: test, rows: compare(test.transitions, actual), values: valueRows(program))
        if !outcome.passes {
            outcome.explanations = Explainer(bound: self, program: program, files: files).explain(outcome)
        }
        return outcome
    }

    private func valueRows(_ program: CheckedProgram) -> [TestOutcome.ValueRow] {
        if values.isEmpty { return [] }
        var extended = program
        extended.rateSeries = rateSeries
        let probes = values.map { value in
            Probe(
                at: value.expected.at, key: value.expected.key?.text,
                values: [(value.expression, value.format), (value.expression, value.format.finer)])
        }
        return zip(values, read(probes, of: test, in: extended)).map { value, reading in
            TestOutcome.ValueRow(
                expected: value.expected, actual: reading?.texts.last ?? "unknown",
                isRight: value.expected.value.matches(reading?.values.first ?? .nan))
        }
    }
}

extension NumberFormat {
    /// More decimals than a message has, so that two values that differ look different.
    var finer: NumberFormat {
        var finer = self
        if symbolDecimals == nil { finer.decimals = nil }
        return finer
    }
}

/// Pairs expected with actual transitions: equal ones first, then those of one rule, key and kind in order.
func compare(_ expected: [ExpectedTransition], _ actual: [Transition]) -> [TestOutcome.Row] {
    var rows = expected.map { TestOutcome.Row(expected: $0) }
    var rest = actual
    func pair(_ fits: (ExpectedTransition, Transition) -> Bool) {
        for index in rows.indices where rows[index].actual == nil {
            guard let wanted = rows[index].expected, let place = rest.firstIndex(where: { fits(wanted, $0) })
            else { continue }
            rows[index].actual = rest.remove(at: place)
            rows[index].difference = wanted.difference(from: rows[index].actual)
        }
    }
    pair { $0.isSameAlert(as: $1) && $0.at == $1.at.milliseconds }
    pair { $0.isSameAlert(as: $1) }
    rows += rest.map { TestOutcome.Row(actual: $0) }
    return rows.enumerated().sorted { left, right in
        (left.element.instant, left.offset) < (right.element.instant, right.offset)
    }.map(\.element)
}

extension TestOutcome.Row {
    var instant: Int64 { expected?.at ?? actual?.at.milliseconds ?? 0 }
}

extension ExpectedTransition {
    func isSameAlert(as actual: Transition) -> Bool {
        rule.text == actual.rule && key?.text ?? "" == actual.key && kind == actual.kind
    }

    /// What is wrong with a transition of the same rule, key and kind.
    func difference(from actual: Transition?) -> String? {
        guard let actual else { return nil }
        let late = actual.at.milliseconds - at
        if late != 0 { return canonicalDuration(abs(late)) + (late > 0 ? " later" : " earlier") }
        if let severity, severity != actual.severity { return "the level is \(actual.severity.rawValue)" }
        if let message, message != actual.message { return "the message differs" }
        return nil
    }
}
