import Diagnostics
import MarketModel
import RuleSemantics
import RuleSyntax

/// Resolves what a test names against the checked rules.
struct TestBinder {
    let program: CheckedProgram
    let files: [RuleFile]
    let options: CheckOptions
    private(set) var diagnostics: [Diagnostic] = []
    private let rules: [String: CheckedRule]

    init(program: CheckedProgram, files: [RuleFile], options: CheckOptions) {
        self.program = program
        self.files = files
        self.options = options
        rules = Dictionary(program.rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Returns: nil where something is wrong with it, which is then among the diagnostics.
    mutating func bind(_ test: RuleTest) -> BoundTest? {
        let before = diagnostics.count
        for name in test.rules where rules[name.text] == nil { reportUnknown(name) }
        var underTest = Set(test.rules.map(\.text))
        if underTest.isEmpty { underTest = Set(rules.keys) }
        for transition in test.transitions { check(transition, underTest) }
        let (values, read) = bind(test.values)
        for rate in test.rates where !read.contains(rate.series.text) {
            let near = nearestName(to: rate.series.text, among: read)
            report(.unknownSeries(rate.series.text, near: near), rate.series.span)
        }
        guard diagnostics.count == before else { return nil }
        return BoundTest(test: test, rules: underTest, values: values, rateSeries: read)
    }

    private mutating func report(_ kind: TestProblem.Kind, _ span: SourceSpan) {
        diagnostics.append(TestProblem(kind, at: span).diagnostic)
    }

    private mutating func reportUnknown(_ name: Name) {
        let near = nearestName(to: name.text, among: program.rules.map(\.name))
        report(.unknownRule(name.text, near: near), name.span)
    }

    private mutating func check(_ transition: ExpectedTransition, _ underTest: Set<String>) {
        guard let rule = rules[transition.rule.text] else { return reportUnknown(transition.rule) }
        if !underTest.contains(rule.name) {
            return report(.ruleNotUnderTest(rule.name), transition.rule.span)
        }
        switch (rule.target, transition.key) {
        case (nil, let key?): report(.keyUnexpected(rule: rule.name), key.span)
        case (.some, nil): report(.keyMissing(rule: rule.name), transition.rule.span)
        case (let target?, let key?):
            if !TargetMatcher(target).selects(key.text) {
                report(.keyNotSelected(rule: rule.name, key: key.text), key.span)
            }
        default: break
        }
    }

    // MARK: Values

    /// Each expression is checked as a slot of the message of a rule that nobody sees.
    private mutating func bind(_ values: [ExpectedValue]) -> (values: [BoundValue], rateSeries: [String]) {
        if values.isEmpty { return ([], program.rateSeries) }
        var hidden: [RuleFile] = []
        for (index, expected) in values.enumerated() {
            let text = head(index, expected) + expected.expression.text + "}\"\n"
            let parsed = parseRules(SourceFile(name: "\(index)", text: text.utf8))
            for error in parsed.diagnostics { move(error, values) }
            hidden.append(parsed.file)
        }
        let sources = hidden.map(\.source)
        let (checked, findings) = checkRules(files + hidden, options: options)
        for error in findings where error.level == .error {
            if let file = error.span?.file, sources.contains(where: { $0 === file }) { move(error, values) }
        }
        let last = Dictionary(checked.rules.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let bound = values.enumerated().compactMap { index, expected in
            bind(expected, last[TestBinder.name(index)]?.message ?? [])
        }
        return (bound, checked.rateSeries)
    }

    private static func name(_ index: Int) -> String { "hidden_value_\(index)" }

    private func head(_ index: Int, _ expected: ExpectedValue) -> String {
        let target = expected.key.map { " on \(canonicalSymbol($0.text))" } ?? ""
        return "rule \(TestBinder.name(index))\(target)\n  when true\n  message \"{"
    }

    private mutating func bind(_ expected: ExpectedValue, _ message: [MessageSegment]) -> BoundValue? {
        guard case .value(let expression, let format)? = message.first, message.count == 1 else {
            let place = expected.expression
            let isReported = diagnostics.contains { diagnostic in
                diagnostic.span.map {
                    $0.file === place.file && $0.start >= place.start && $0.end <= place.end
                } ?? false
            }
            if !isReported { report(.notValue(place.text), place) }
            return nil
        }
        if let misfit = expected.value.kind.misfit(format) {
            report(misfit, expected.value.span)
            return nil
        }
        return BoundValue(expected: expected, expression: expression, format: format)
    }

    /// Reports a diagnostic of a hidden rule at its place in the test's file.
    private mutating func move(_ diagnostic: Diagnostic, _ values: [ExpectedValue]) {
        guard let span = diagnostic.span, let index = Int(span.file.name) else { return }
        var moved = diagnostic
        let place = values[index].expression
        let shift = place.start - head(index, values[index]).utf8.count
        let start = min(max(place.start, span.start + shift), place.end)
        let end = min(max(start, span.end + shift), place.end)
        moved.span = SourceSpan(file: place.file, start: start, end: end)
        moved.notes = []
        if diagnostic.code == "E028", values[index].key == nil, let place = moved.span {
            // The checker would speak of a rule that nobody wrote.
            moved = TestProblem(.valueWithoutSymbol(place.text), at: place).diagnostic
        }
        diagnostics.append(moved)
    }
}

extension ExpectedLiteral.Kind {
    /// Why it cannot be what an expression of this format gives; nil where it can.
    func misfit(_ format: NumberFormat) -> TestProblem.Kind? {
        switch (self, format.unit) {
        case (.unknown, _), (.bool, .bool), (.ratio, .percent), (.ratio, .basisPoints), (.ratio, .plain),
            (.duration, .duration), (.number, .plain):
            nil
        case (_, .bool): .literalType(expected: "true or false", example: "`= true`")
        case (_, .percent), (_, .basisPoints): .literalType(expected: "a ratio", example: "1.8% or 25bp")
        case (_, .duration): .literalType(expected: "a duration", example: "2m")
        case (_, .plain): .literalType(expected: "a number", example: "101.25")
        }
    }
}
