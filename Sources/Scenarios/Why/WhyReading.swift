import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// Puts what the engine says at the instant in question together.
struct WhyReading {
    let run: WhyRun
    let plan: WhyPlan
    let at: Int64
    private let text: CheckedText
    let alert: AlertInspection

    /// - Throws: `.notYet`, `.neverTraded` where there is no such alert at the instant.
    init(_ run: WhyRun) throws(WhyFault) {
        self.run = run
        plan = run.plan
        at = run.question.at
        text = CheckedText(program: plan.program)
        guard let reader = run.reader(0), reader.isActive else { throw WhyReading.absence(run) }
        alert = reader.alert(at: at)
    }

    private static func absence(_ run: WhyRun) -> WhyFault {
        let question = run.question
        guard let key = question.key, let symbol = run.key, !run.seen.contains(symbol) else {
            return .notYet(rule: question.rule, key: question.key)
        }
        let names = run.seen.map { run.symbols.name(of: $0) }.sorted()
        return .neverTraded(key: key, near: WhyFault.nearest(key, names))
    }

    func answer() -> WhyAnswer {
        let conditions = plan.clauses.map(condition)
        let windows = plan.windows.map(window)
        let life = WhyLife(run: run, alert: alert, truths: truths)
        let carried = carried()
        let isQuiet = alert.phase == .idle
        var answer = WhyAnswer(
            rule: plan.rule.name, key: run.question.key ?? "", at: at,
            time: Timestamp(milliseconds: at).description, outcome: life.outcome, reasons: life.reasons,
            life: life.life, conditions: conditions.map { explained($0, windows) },
            windows: windows, nearest: isQuiet ? nearest() : [],
            severity: carried.severity.rawValue, message: carried.message,
            values: carried.values.map { WhyAnswer.Value(name: $0.name, value: $0.value) }, notes: [])
        if !isSettled { answer.notes.append("no trade of \(run.question.key ?? "") has come yet") }
        return answer
    }

    private var isSettled: Bool { run.key.map { run.seen.contains($0) } ?? true }

    /// The conditions' values: 1, 0 or NaN.
    private var truths: [(clause: WhyPlan.Clause, value: Double)] {
        plan.clauses.map { ($0, report($0.rule)?.values.first ?? .nan) }
    }

    // MARK: Asking

    func report(_ rule: Int) -> EngineTransition? {
        guard let reader = run.reader(rule), reader.isActive else { return nil }
        return reader.report(at: at)
    }

    /// What a hidden rule's slots print, one by one.
    func texts(_ transition: EngineTransition) -> [String] {
        plan.compiled.renderer.render(transition, symbols: run.symbols).message
            .split(separator: WhyPlan.separator, omittingEmptySubsequences: false).map(String.init)
    }

    private func carried() -> Transition {
        var transition =
            report(plan.message) ?? EngineTransition(rule: plan.message, key: run.key, kind: .firing, at: at)
        if let level = alert.level { transition.severity = max(transition.severity, level) }
        return plan.compiled.renderer.render(transition, symbols: run.symbols)
    }

    // MARK: Trees

    private func condition(_ clause: WhyPlan.Clause) -> WhyAnswer.Condition {
        let transition = report(clause.rule)
        var values = (transition?.values ?? [])[...]
        var shown = (transition.map(texts) ?? [])[...]
        return WhyAnswer.Condition(
            clause: clause.role.text, tree: part(clause.node, &values, &shown))
    }

    private func part(
        _ node: WrittenNode, _ values: inout ArraySlice<Double>, _ shown: inout ArraySlice<String>
    ) -> WhyAnswer.Part {
        let value = values.popFirst() ?? .nan
        let print = shown.popFirst() ?? "n/a"
        let parts = node.children.map { part($0, &values, &shown) }
        var result = WhyAnswer.Part(
            text: node.text, value: value.isFinite ? value : nil,
            shown: node.kind == .symbol ? node.text : value.isFinite ? print : "unknown",
            isLiteral: node.kind == .literal, parts: parts)
        if node.isComparison { result.needs = WhyReading.needs(node, parts) }
        if !value.isFinite, node.kind != .symbol { result.reason = reason(node, parts) }
        return result
    }

    /// `1.90%, needs >= 2.00%`.
    private static func needs(_ node: WrittenNode, _ parts: [WhyAnswer.Part]) -> String {
        switch node.kind {
        case .comparison(let operation):
            let sides = WhyReading.apart(parts[0], parts[1])
            return "\(sides.left), needs \(operation.rawValue) \(sides.right)"
        case .crosses(let direction):
            let word = direction == .either ? "" : " \(direction.rawValue)"
            return "\(parts[0].shown), needs to cross\(word) \(parts[1].shown)"
        case .between: return "\(parts[0].shown), needs \(parts[1].shown)..\(parts[2].shown)"
        case .literal, .value, .symbol, .condition, .and, .or, .not: return ""
        }
    }

    /// Two different values that print alike are told apart by all their digits.
    static func apart(_ left: WhyAnswer.Part, _ right: WhyAnswer.Part) -> (left: String, right: String) {
        guard left.shown == right.shown, let first = left.value, let second = right.value, first != second
        else { return (left.shown, right.shown) }
        return ("\(left.shown) (\(first))", "\(right.shown) (\(second))")
    }

    // MARK: Unknown

    private func reason(_ node: WrittenNode, _ parts: [WhyAnswer.Part]) -> String? {
        switch node.expression {
        case .arithmetic(.divide, _, _) where parts.count == 2 && parts[1].value == 0: return "division by 0"
        case .series(.market(let series, _)):
            return [.price, .size].contains(series) ? "no trade yet" : "no quote yet"
        case .series(.named): return "its series has no point yet"
        case .call(let call):
            switch call.builtin {
            case .rate: return "no value known, or none recent enough"
            case .prev: return "only one instant so far"
            case .age, .ewma: return "no point yet"
            default: return nil
            }
        default: return nil
        }
    }

    /// Says of calls that are unknown what their windows say.
    private func explained(
        _ condition: WhyAnswer.Condition, _ windows: [WhyAnswer.Window]
    ) -> WhyAnswer.Condition {
        var reasons: [String: String] = [:]
        for clause in plan.clauses {
            for node in clause.node.all {
                guard case .call(let call) = node.expression else { continue }
                for looked in text.windows(of: call) {
                    guard let index = plan.windows.firstIndex(where: { $0.looked.holds(looked) })
                    else { continue }
                    reasons[node.text] = reasons[node.text] ?? reason(call, windows[index])
                }
            }
        }
        func filled(_ part: WhyAnswer.Part) -> WhyAnswer.Part {
            var part = part
            if part.value == nil, part.reason == nil { part.reason = reasons[part.text] }
            part.parts = part.parts.map(filled)
            return part
        }
        return WhyAnswer.Condition(clause: condition.clause, tree: filled(condition.tree))
    }

    private func reason(_ call: BuiltinCall, _ window: WhyAnswer.Window) -> String? {
        let isLag = [.ago, .change, .move].contains(call.builtin)
        if isLag { return window.ago == nil ? "no point that long ago" : nil }
        if let reason = window.reason { return reason }
        switch window.points {
        case 0?: return "no point in the window"
        case 1?: return "one point in the window is not enough"
        default: return "the window's points do not give it"
        }
    }
}

extension CheckedText.LookedAt {
    fileprivate func holds(_ other: CheckedText.LookedAt) -> Bool {
        series == other.series && window == other.window
    }
}

extension WhyPlan.Role {
    var text: String {
        switch self {
        case .when: "when"
        case .step(let within): "then within \(canonicalDuration(within))"
        case .until: "until"
        case .unless: "unless"
        case .escalation(let level): "escalate \(level.rawValue) when"
        }
    }
}
