import Diagnostics
import MarketModel
import RuleSyntax

/// A failed test as a person reads it:
///
///     FAIL rules/us-stocks.test:9: A rise of two per cent fires
///          expected                        actual
///       x  5m  fast_move AAPL firing       5m10s  fast_move AAPL firing      10s later
///          fast_move AAPL at 5m (10:05:00)
///            when   abs(change(price, 5m)) >= 2%   false
///                   change(price, 5m)              1.93%
///                   price over 5m: 30 points, first 100, last 101.93, min 100, max 101.93
public struct OutcomeText {
    private let usesColour: Bool

    public init(usesColour: Bool = false) { self.usesColour = usesColour }

    /// One line for a test that passes, a page for one that fails.
    public func lines(_ outcome: TestOutcome) -> [String] {
        let place = "\(outcome.span.file.name):\(outcome.span.line)"
        if outcome.passes { return ["\(paint("ok", "32"))   \(place): \(outcome.name)"] }
        var lines = ["\(paint("FAIL", "1;31")) \(place): \(paint(outcome.name, "1"))"]
        lines += table(outcome)
        lines += outcome.values.filter { !$0.isRight }.flatMap { value(outcome, $0) }
        lines += outcome.explanations.flatMap { explanation(outcome.test.clock, $0) }
        return lines
    }

    private func table(_ outcome: TestOutcome) -> [String] {
        if outcome.rows.allSatisfy(\.isRight) { return [] }
        let clock = outcome.test.clock
        let left = outcome.rows.map { row in row.expected.map { text($0, clock) } ?? "-" }
        let right = outcome.rows.map { row in row.actual.map { text($0, clock) } ?? "-" }
        let leftWidth = (left + ["expected"]).map(\.count).max() ?? 0
        let rightWidth = (right + ["actual"]).map(\.count).max() ?? 0
        var lines = ["     " + paint(pad("expected", leftWidth) + "  actual", "2")]
        for (index, row) in outcome.rows.enumerated() {
            let note = row.difference ?? (row.expected == nil ? "not expected" : "missing")
            var line = row.isRight ? "     " : "  \(paint("x", "31"))  "
            line += pad(left[index], leftWidth) + "  "
            line += row.isRight ? right[index] : pad(right[index], rightWidth) + "  " + paint(note, "31")
            lines.append(line)
            lines += levels(row) + messages(row)
        }
        return lines
    }

    private func text(_ expected: ExpectedTransition, _ clock: TestClock) -> String {
        [clock.offset(of: expected.at), expected.rule.text, expected.key?.text, expected.kind.rawValue]
            .compactMap { $0 }.joined(separator: " ")
    }

    private func text(_ actual: Transition, _ clock: TestClock) -> String {
        [
            clock.offset(of: actual.at.milliseconds), actual.rule, actual.key.isEmpty ? nil : actual.key,
            actual.kind.rawValue,
        ].compactMap { $0 }.joined(separator: " ")
    }

    private func levels(_ row: TestOutcome.Row) -> [String] {
        guard let wanted = row.expected?.severity, let actual = row.actual?.severity, wanted != actual
        else { return [] }
        return ["       expected level \(wanted.rawValue)", "       actual level   \(actual.rawValue)"]
    }

    private func messages(_ row: TestOutcome.Row) -> [String] {
        guard let actual = row.actual else { return [] }
        guard let wanted = row.expected?.message else {
            return row.isRight ? [] : ["       actual message   \"\(actual.message)\""]
        }
        if wanted == actual.message { return [] }
        return [
            "       expected message \"\(wanted)\"", "       actual message   \"\(actual.message)\"",
        ]
    }

    private func value(_ outcome: TestOutcome, _ row: TestOutcome.ValueRow) -> [String] {
        let expected = row.expected
        let owner = expected.key.map { " of \($0.text)" } ?? ""
        return [
            "  \(paint("x", "31"))  at \(outcome.test.clock.offset(of: expected.at)) "
                + "(\(outcome.test.clock.wall(expected.at))): \(expected.expression.text)\(owner)",
            "       expected \(expected.value.span.text)",
            "       actual   \(row.actual == "n/a" ? "unknown" : row.actual)",
        ]
    }

    private func explanation(_ clock: TestClock, _ explanation: Explanation) -> [String] {
        let key = explanation.key.isEmpty ? "" : " \(explanation.key)"
        let at = "\(clock.offset(of: explanation.at)) (\(clock.wall(explanation.at)))"
        var lines = ["     " + paint("\(explanation.rule)\(key) at \(at)", "36")]
        let all = explanation.conditions + explanation.values
        let wordWidth = all.map(\.clause.count).max() ?? 0
        let textWidth = all.map(\.text.count).max() ?? 0
        for line in all {
            lines.append(
                "       " + pad(line.clause, wordWidth) + "  " + pad(line.text, textWidth) + "  " + line.value
            )
        }
        let margin = String(repeating: " ", count: wordWidth)
        return lines + explanation.windows.map { "       \(margin)  \($0)" }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func paint(_ text: String, _ code: String) -> String {
        usesColour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
