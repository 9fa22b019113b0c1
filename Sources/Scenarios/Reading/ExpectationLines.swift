import Diagnostics
import MarketModel
import RuleSyntax

extension TestLine {
    /// `fast_move AAPL firing warning "AAPL +2.00% in 5 min"`, behind its time.
    mutating func expectedTransition(at: Int64) throws(TestProblem) -> ExpectedTransition {
        let help = "write `at 5m10s RULE SYMBOL firing`, with the message in quotes if it matters"
        let rule = try word("the name of a rule", help: help)
        var word = try word("a symbol or a transition", help: help)
        var key: Name?
        if let symbol = word.symbol {
            key = Name(text: symbol, span: word.span)
            word = try self.word("a transition such as `firing`", help: help)
        }
        guard let kind = Transition.Kind(rawValue: word.text) else {
            let near = nearestName(to: word.text, among: Transition.Kind.allCases.map(\.rawValue))
            throw TestProblem(.unknownKind(word.text, near: near), at: word.span)
        }
        var expected = ExpectedTransition(
            span: span, at: at, rule: Name(text: rule.text, span: rule.span), key: key, kind: kind)
        if let level = peek, !level.isString {
            guard let severity = Severity(rawValue: level.text) else {
                let near = nearestName(to: level.text, among: Severity.allCases.map(\.rawValue))
                let levels = "a level (info, warning, critical) or the message in quotes may stand here"
                throw TestProblem(
                    .unexpected(level.text, help: near.map { "did you mean `\($0)`?" } ?? levels),
                    at: level.span)
            }
            expected.severity = severity
            _ = take()
        }
        if let message = peek, message.isString {
            expected.message = message.unquoted
            _ = take()
        }
        try expectEnd(help: help)
        return expected
    }

    /// `change(price, 5m) of AAPL = 2.1%`, behind its time.
    mutating func expectedValue(at: Int64) throws(TestProblem) -> ExpectedValue {
        let help = "write `at 5m: change(price, 5m) of AAPL = 2.1%`"
        var left: [TestWord] = []
        while let word = take(), word.text != "=" { left.append(word) }
        let right = try word("a value behind `=`", help: help)
        guard let value = right.literal else { throw TestProblem(.literal(right.text), at: right.span) }
        try expectEnd(help: help)
        var key: Name?
        if left.count > 2, left[left.count - 2].text == "of" {
            let word = left[left.count - 1]
            guard let symbol = word.symbol else {
                throw TestProblem(
                    .expected("a symbol behind `of`", found: word.text, help: help), at: word.span)
            }
            key = Name(text: symbol, span: word.span)
            left.removeLast(2)
        }
        guard let first = left.first, let last = left.last else {
            throw TestProblem(.expected("an expression", found: "=", help: help), at: right.span)
        }
        // What a message's slot cannot hold is no expression.
        if let odd = left.first(where: { $0.text.contains { "\"{}".contains($0) } }) {
            throw TestProblem(.notValue(odd.text), at: odd.span)
        }
        return ExpectedValue(
            span: span, at: at, expression: first.span.joined(with: last.span), key: key, value: value)
    }
}
