import Diagnostics
import RuleSyntax

extension Checker {
    /// The warnings of LANGUAGE 9 on a rule whose clauses are understood.
    func warn(about rule: CheckedRule, _ draft: RuleDraft) {
        warnAboutTruth(rule, draft)
        warnAboutSources(rule, draft)
        warnAboutSession(rule, draft)
    }

    private func warnAboutTruth(_ rule: CheckedRule, _ draft: RuleDraft) {
        let when = Folding.truth(of: rule.when)
        let place = draft.whenSpan ?? rule.span
        if !when.canBeTrue {
            report(Fault.neverFires(draft.name, place, "its condition is never true"))
        } else if !when.canBeFalse, rule.unless == nil, draft.keywords["until"] == nil {
            report(Fault.alwaysFiring(draft.name, place))
        }
        for (step, place) in zip(rule.chain, draft.chainSpans)
        where !Folding.truth(of: step.condition).canBeTrue {
            report(Fault.neverFires(draft.name, place, "this step of `then` is never true"))
        }
        if let until = rule.until, let place = draft.untilSpan {
            let truth = Folding.truth(of: until)
            if truth == .always {
                report(Fault.neverFires(draft.name, place, "`until` is always true"))
            } else if !truth.canBeTrue {
                report(Fault.neverClears(draft.name, place))
            }
        }
        if let unless = rule.unless, let place = draft.unlessSpan, Folding.truth(of: unless) == .always {
            report(Fault.neverFires(draft.name, place, "`unless` is always true"))
        }
    }

    private func warnAboutSources(_ rule: CheckedRule, _ draft: RuleDraft) {
        let isConstant = Folding.truth(of: rule.when) != .open
        if !rule.when.readsAnything, !isConstant {
            report(Fault.noDataSource(draft.name, draft.whenSpan ?? rule.span))
        }
        guard let known = options.rateSeries else { return }
        var seen: Set<Int> = []
        for condition in rule.allConditions {
            for (index, span) in rates(in: condition)
            where !known.contains(rateSeries[index]) && seen.insert(index).inserted {
                report(Fault.rateNotLoaded(draft.name, span, rateSeries[index], known.sorted()))
            }
        }
    }

    /// The rate series that an expression reads, also through named series, with the place of each call.
    private func rates(in expression: CheckedExpression) -> [(index: Int, span: SourceSpan)] {
        var found: [(index: Int, span: SourceSpan)] = []
        for call in expression.calls {
            for case .rate(let index) in call.arguments { found.append((index, call.span)) }
        }
        // A series reads only series before it, so this ends.
        for index in expression.namedSeries { found += rates(in: series[index].expression) }
        return found
    }

    private func warnAboutSession(_ rule: CheckedRule, _ draft: RuleDraft) {
        guard let session = rule.session, let place = draft.sessionSpan else { return }
        let length = session.longestSpan
        let open = length - rule.sessionDelay
        let lengthText = canonicalDuration(length)
        if length >= Limits.greatestDuration { return }
        if open <= 0 {
            return report(
                Fault.delayOutlastsSession(
                    place, canonicalDuration(rule.sessionDelay), session.name, lengthText))
        }
        if let hold = rule.hold, hold >= open, let span = draft.holdSpan {
            report(
                Fault.holdOutlastsSession(
                    span, canonicalDuration(hold), session.name, canonicalDuration(open)))
        }
        let deciding = [rule.when] + rule.chain.map(\.condition) + rule.escalations.map(\.condition)
        for call in deciding.flatMap(\.calls) {
            guard let reach = call.reach else { continue }
            let text = call.span.text
            if reach > length {
                report(
                    Fault.windowOutlastsSession(
                        call.span, text, canonicalDuration(reach), session.name, lengthText))
            } else if [.change, .move, .ago].contains(call.builtin), reach > rule.sessionDelay {
                report(
                    Fault.changeAcrossOpen(
                        call.span, text, canonicalDuration(reach), session.name,
                        hasDelay: draft.hasSessionDelay))
            }
        }
    }

    /// Names that nothing refers to, parameters among them; those of rules are there for themselves.
    func warnAboutUnusedNames() {
        // Where something could not be read, or is wrong, a use may be hidden in it.
        let isWhole = definitions.refused.isEmpty && definitions.all.allSatisfy(\.item.isComplete)
        guard isWhole, !sink.diagnostics.hasErrors else { return }
        for definition in definitions.all {
            let space = definition.meaning.space
            guard space != .rule, definitions.isFirst(definition) else { continue }
            if used[space]?.contains(definition.name.text) ?? false { continue }
            report(Fault.unusedName(definition.name, definition.meaning.word))
        }
        for name in unusedParameters { report(Fault.unusedParameter(name)) }
    }

    func warnAboutEmptyProgram() {
        let isBlank = files.allSatisfy { $0.items.isEmpty && $0.isUnwritten }
        if isBlank { report(Fault.noRules(files.map(\.source.name))) }
    }
}

extension CheckedRule {
    fileprivate var allConditions: [CheckedExpression] {
        [when] + chain.map(\.condition) + [until, unless].compactMap { $0 } + escalations.map(\.condition)
    }
}

extension RuleFile {
    /// Nothing but white space and comments: what could not be read is reported by the parser.
    fileprivate var isUnwritten: Bool {
        String(decoding: source.text, as: UTF8.self).split(separator: "\n").allSatisfy { line in
            let text = line.drop(while: \.isWhitespace)
            return text.isEmpty || text.hasPrefix("#")
        }
    }
}
