import Diagnostics
import RuleSyntax

extension Checker {
    /// A rule with all its clauses; nil where there is no condition to run.
    func checkRule(_ definition: Definitions.Definition) -> CheckedRule? {
        guard case .rule(let target, let clauses) = definition.meaning else { return nil }
        let name = definition.name
        checkedRuleName = name.text
        defer {
            checkedRuleName = nil
            templateUses = []
        }
        // A header that could not be read may have had a target: names without an owner are no mistake then.
        let headerIsBroken = target == nil && !definition.item.isComplete
        let isKeyed = target != nil || headerIsBroken
        var scope = Scope(
            key: isKeyed ? .instance : .absent(.ruleWithoutTarget(name.text)), place: .condition)
        scope.target = target.map(checkedTarget)
        var draft = RuleDraft(name: name)
        checkClauses(clauses, into: &draft, in: scope)
        if draft.keywords["when"] == nil, draft.isWhole, definition.item.isComplete {
            report(Fault.missingWhen(name))
        }
        guard let when = draft.when else { return nil }
        var rule = CheckedRule(name: name.text, span: name.span, when: when)
        rule.text = text(from: name, through: clauses)
        rule.written = draft.written
        rule.documentation = documentation(of: definition.item)
        rule.target = scope.target
        rule.chain = draft.chain
        rule.hold = draft.hold
        rule.holdTrades = draft.holdTrades
        rule.until = draft.until
        rule.unless = draft.unless
        rule.clearsOnUnknown = draft.clearsOnUnknown
        rule.escalations = draft.escalationConditions
        rule.session = draft.session
        rule.sessionDelay = draft.sessionDelay
        rule.cooldown = draft.cooldown
        rule.repeats = draft.repeats
        rule.severity = draft.severity
        rule.labels = draft.labels
        rule.notifiers = draft.notifiers
        rule.runbook = draft.runbook
        rule.message = draft.message ?? (isKeyed ? [.rule, .text(" "), .symbol] : [.rule])
        rule.values = draft.conditionReads
        let known = Set(rule.values.map(\.text))
        rule.values += draft.messageReads.filter { !known.contains($0.text) }
        warn(about: rule, draft)
        return rule
    }

    /// What was written, in lines that end in a line feed alone.
    private func text(from name: Name, through clauses: [Clause]) -> String {
        let written = clauses.last.map { name.span.joined(with: $0.span) } ?? name.span
        let bytes = written.text.utf8.filter { $0 != UInt8(ascii: "\r") }
        return "rule " + String(decoding: bytes, as: UTF8.self)
    }

    /// The lines of its `##` comment.
    private func documentation(of item: Item) -> String? {
        let lines = item.comments.before.filter(\.isDocumentation).map { line in
            String(line.text.drop(while: \.isWhitespace))
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    /// `firing` may not come back to its own rule (LANGUAGE 6).
    func checkFiringCycles() {
        var remaining = firingReferences.filter { !$0.key.isEmpty }
        var hasChanged = true
        while hasChanged {
            let before = remaining.count
            remaining = remaining.filter { $0.value.contains { remaining[$0.text] != nil } }
            hasChanged = remaining.count < before
        }
        for name in definitions.names(in: .rule) where remaining[name] != nil {
            var path = [name]
            while let next = remaining[path[path.count - 1]]?.first(where: { remaining[$0.text] != nil }),
                !path.contains(next.text)
            {
                path.append(next.text)
            }
            guard
                let place = remaining[path[path.count - 1]]?.first(where: { remaining[$0.text] != nil }),
                let start = path.firstIndex(of: place.text)
            else { continue }
            let cycle = Array(path[start...])
            report(Fault.firingCycle(place, cycle))
            for member in cycle { remaining[member] = nil }
        }
    }
}
