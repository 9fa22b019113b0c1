import MarketModel
import RuleSemantics
import RuleSyntax

/// What a rule's conditions read at an instant, and what their windows held.
struct Explanation: Sendable {
    struct Line {
        /// `when`, `until`; empty where it goes on.
        var clause: String
        var text: String
        var value: String
    }

    var rule: String
    var key: String
    var at: Int64
    /// Operands with true, false or unknown.
    var conditions: [Line] = []
    /// What they read.
    var values: [Line] = []
    /// `price over 5m: 30 points, first 100, ...`.
    var windows: [String] = []
}

/// Asks the engine why, at the instants at which a test went wrong.
struct Explainer {
    /// Beyond the first few, more explanations explain nothing more.
    private static let greatestCount = 3

    private let bound: BoundTest
    private let program: CheckedProgram
    private let files: [RuleFile]
    private let text: CheckedText

    init(bound: BoundTest, program: CheckedProgram, files: [RuleFile]) {
        self.bound = bound
        self.program = program
        self.files = files
        text = CheckedText(program: program)
    }

    func explain(_ outcome: TestOutcome) -> [Explanation] {
        var places: [Explanation] = []
        func add(_ rule: String, _ key: String, _ at: Int64) {
            let isKnown = places.contains { $0.rule == rule && $0.key == key && $0.at == at }
            if !isKnown, places.count < Explainer.greatestCount {
                places.append(Explanation(rule: rule, key: key, at: at))
            }
        }
        for row in outcome.rows where !row.isRight {
            if let expected = row.expected {
                add(expected.rule.text, expected.key?.text ?? "", expected.at)
            }
            if let actual = row.actual { add(actual.rule, actual.key, actual.at.milliseconds) }
        }
        return places.compactMap { explain($0) }
    }

    private func explain(_ place: Explanation) -> Explanation? {
        guard let rule = program.rules.first(where: { $0.name == place.rule }) else { return nil }
        let conditions = RuleOutline(rule, in: files).clauses.filter { !$0.operands.isEmpty }
        let operands = conditions.flatMap(\.operands).map(\.expression)
        var calls: [(text: String, call: BuiltinCall)] = []
        for call in operands.flatMap({ text.calls(of: $0) })
        where !calls.contains(where: { $0.text == text.text(call) }) {
            calls.append((text.text(call), call))
        }
        var series: [SeriesReference] = []
        for one in operands.flatMap({ text.series(of: $0) }) where !series.contains(one) {
            series.append(one)
        }
        var windows: [CheckedText.LookedAt] = []
        for window in calls.flatMap({ text.windows(of: $0.call) }) where !windows.contains(window) {
            windows.append(window)
        }
        var probes = [probe(place, operands.map { ($0, NumberFormat(unit: .bool)) })]
        probes += calls.map { probe(place, [(.call($0.call), format(of: $0.call))]) }
        probes += series.map { probe(place, [(.series($0), $0.format)]) }
        probes += windows.map { probe(place, $0.contents(at: bound.test.span)) }
        let texts = read(probes, of: bound.test, in: program).map { $0?.texts ?? [] }

        var explanation = place
        var truths = texts[0][...]
        for clause in conditions {
            for (index, operand) in clause.operands.enumerated() {
                let word = index == 0 ? String(clause.text.prefix { $0 != " " }) : ""
                let value = known(truths.popFirst())
                explanation.conditions.append(.init(clause: word, text: operand.text, value: value))
            }
        }
        var rest = texts.dropFirst()
        for name in calls.map(\.text) + series.map({ text.text($0) }) {
            let value = known(rest.popFirst()?.first)
            explanation.values.append(.init(clause: "", text: name, value: value))
        }
        for window in windows {
            explanation.windows.append(describe(window, rest.popFirst() ?? []))
        }
        return explanation
    }

    private func probe(
        _ place: Explanation, _ values: [(expression: CheckedExpression, format: NumberFormat)]
    ) -> Probe {
        Probe(at: place.at, key: place.key.isEmpty ? nil : place.key, values: values)
    }

    private func known(_ text: String?) -> String { text == nil || text == "n/a" ? "unknown" : text ?? "" }

    // MARK: Windows

    private func describe(_ looked: CheckedText.LookedAt, _ texts: [String]) -> String {
        var text = "\(text.text(looked.series)) over \(text.text(looked.window)): "
        guard texts.count >= 5, texts[0] != "n/a" else { return text + "unknown, the window is not full yet" }
        if texts[0] == "0" {
            text += "no point"
        } else {
            text += texts[0] == "1" ? "1 point" : "\(texts[0]) points"
            text += ", first \(texts[1]), last \(texts[2]), min \(texts[3]), max \(texts[4])"
        }
        if let lag = looked.lag, texts.count > 5 {
            text += "; \(canonicalDuration(lag)) ago \(known(texts[5]))"
        }
        return text
    }

    private func format(of call: BuiltinCall) -> NumberFormat {
        switch BuiltinTable.row(named: call.builtin.rawValue)?.result {
        case .ratio: NumberFormat(unit: .percent)
        case .duration: NumberFormat(unit: .duration)
        case .bool: NumberFormat(unit: .bool)
        default: NumberFormat()
        }
    }
}
