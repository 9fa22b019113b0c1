import Diagnostics
import MarketModel
import RuleSyntax

extension Checker {
    /// Every clause in order, then those of the template that they use; of a kind that may stand once the
    /// first counts.
    func checkClauses(_ clauses: [Clause], into draft: inout RuleDraft, in scope: Scope) {
        for clause in clauses {
            let word = clause.kind.word
            if let first = draft.keywords[word], !clause.kind.mayRepeat {
                report(Fault.clauseTwice(clause.keyword, word, first: first))
                var spare = RuleDraft(name: draft.name, isTemplate: draft.isTemplate)
                check(clause, into: &spare, in: scope)
                continue
            }
            draft.keywords[word] = draft.keywords[word] ?? clause.keyword
            check(clause, into: &draft, in: scope)
        }
        if let use = draft.use { expand(use, into: &draft, in: scope) }
        // The severity of a template's rule is only known where the rule is.
        if draft.isTemplate, draft.keywords["severity"] == nil { return }
        let raised = draft.escalations.filter { $0.level <= draft.severity }
        for escalation in raised { report(Fault.escalatesNever(escalation.name, above: draft.severity)) }
    }

    func check(_ clause: Clause, into draft: inout RuleDraft, in scope: Scope) {
        switch clause.kind {
        case .use, .when, .then, .until, .unless, .escalate:
            checkCondition(clause, into: &draft, in: scope)
        case .holdFor, .holdForTrades, .during, .cooldown, .repeats:
            checkTiming(clause, into: &draft, in: scope)
        case .unknown, .severity, .labels, .notify, .runbook, .message:
            checkPresentation(clause, into: &draft, in: scope)
        }
    }

    private func checkCondition(_ clause: Clause, into draft: inout RuleDraft, in scope: Scope) {
        switch clause.kind {
        case .use(let template, let arguments):
            draft.use = TemplateCall(template: template, arguments: arguments, span: clause.span)
        case .when(let expression):
            draft.when = topCondition(expression, in: scope)
            draft.written.when = lastSurface
            draft.whenSpan = expression.span
            let known = Set(reads.map(\.text))
            draft.conditionReads = reads + draft.conditionReads.filter { !known.contains($0.text) }
        case .then(let within, let expression):
            let length = constantDuration(within, for: "`within`", in: scope)
            if let condition = topCondition(expression, in: scope), let within = length.milliseconds {
                draft.chain.append(CheckedChainStep(within: within, condition: condition))
                draft.chainSpans.append(expression.span)
                draft.written.chain.append(lastSurface ?? expression)
                let known = Set(draft.conditionReads.map(\.text))
                draft.conditionReads += reads.filter { !known.contains($0.text) }
            }
        case .until(let expression):
            draft.until = topCondition(expression, in: scope)
            draft.written.until = lastSurface
            draft.untilSpan = expression.span
        case .unless(let expression):
            draft.unless = topCondition(expression, in: scope)
            draft.written.unless = lastSurface
            draft.unlessSpan = expression.span
        case .escalate(let level, let expression):
            let severity = severity(level)
            if let severity { draft.escalations.append((severity, level)) }
            if let condition = topCondition(expression, in: scope), let severity {
                draft.escalationConditions.append(CheckedEscalation(level: severity, condition: condition))
                draft.written.escalations.append(lastSurface ?? expression)
            }
        default: break
        }
    }

    private func checkTiming(_ clause: Clause, into draft: inout RuleDraft, in scope: Scope) {
        switch clause.kind {
        case .holdFor(let text):
            draft.hold = constantDuration(text, for: "`for`", in: scope).milliseconds
            draft.holdSpan = text.span
        case .holdForTrades(let count):
            if case .absent = scope.key {
                report(Fault.holdNeedsSymbol(clause.span))
            } else {
                draft.holdTrades = count
            }
        case .during(let name, let after):
            if let after {
                draft.hasSessionDelay = true
                draft.sessionDelay = constantDuration(after, for: "`after`", in: scope).milliseconds ?? 0
            }
            draft.session = session(name)
            draft.sessionSpan = name.span
        case .cooldown(let text):
            draft.cooldown = constantDuration(text, for: "`cooldown`", in: scope).milliseconds
        case .repeats(let text):
            draft.repeats = constantDuration(text, for: "`repeat`", in: scope).milliseconds
        default: break
        }
    }

    private func checkPresentation(_ clause: Clause, into draft: inout RuleDraft, in scope: Scope) {
        switch clause.kind {
        case .unknown(let clears): draft.clearsOnUnknown = clears
        case .severity(let level):
            if let severity = severity(level) { draft.severity = severity }
        case .labels(let labels):
            for label in labels {
                if let first = draft.labelSpans[label.name.text] {
                    report(Fault.labelTwice(label.name, first: first))
                } else {
                    draft.labelSpans[label.name.text] = label.name.span
                    draft.labels.append(
                        Transition.Label(name: label.name.text, value: label.value.text))
                }
            }
        case .notify(let names): draft.notifiers = notifiers(names)
        case .runbook(let text): draft.runbook = text.text
        case .message(let text):
            draft.message = message(text, in: scope)
            draft.messageReads = reads
        default: break
        }
    }

    private func severity(_ level: Name) -> Severity? {
        if let severity = Severity(rawValue: level.text) { return severity }
        report(Fault.unknownLevel(level))
        return nil
    }

    private func session(_ name: Name) -> CheckedSession? {
        guard definitions.find(name.text, in: .session) != nil else {
            if isRefused(name.text) { return nil }
            for space in [Definitions.Space.list, .value, .rule] {
                guard let other = definitions.find(name.text, in: space) else { continue }
                markUsed(name.text, in: space)
                report(Fault.misplacedName(name, other.meaning.word))
                return nil
            }
            let near = nearestName(to: name.text, among: definitions.names(in: .session))
            report(Fault.unknownItem(name, "session", near: near))
            return nil
        }
        markUsed(name.text, in: .session)
        return sessions[name.text]
    }

    private func notifiers(_ names: [Name]) -> [String] {
        var result: [String] = []
        for name in names {
            if result.contains(name.text) {
                report(Fault.namedTwice(name, "`notify`"))
                continue
            }
            result.append(name.text)
            if let known = options.notifiers, !known.contains(name.text) {
                report(Fault.unknownNotifier(name, known.sorted()))
            }
        }
        return result
    }
}
