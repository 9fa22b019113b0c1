import Diagnostics
import RuleSyntax

/// `use moved(2%, 5m)` as written.
struct TemplateCall {
    var template: Name
    var arguments: [Argument]
    /// The whole clause.
    var span: SourceSpan
}

/// A template whose clauses are taken into a rule.
struct TemplateUse {
    var name: String
    var call: TemplateCall
    /// The template's own text.
    var body: SourceSpan

    /// Whether a diagnostic speaks of the template's text, or was led here by an inner template's note.
    func holds(_ diagnostic: Diagnostic) -> Bool {
        ([diagnostic.span] + diagnostic.notes.map(\.span)).contains { span in
            guard let span else { return false }
            return span.file === body.file && body.start <= span.start && span.end <= body.end
        }
    }
}

/// Templates are expanded: a rule that uses one is checked with the template's clauses as if they stood in
/// it, their names looked up where the template stands (LANGUAGE 6 and 10).
///
///     template moved(size: ratio)          rule r on AAPL         rule r on AAPL
///       when abs(change(price, 5m)) > size   use moved(2%)   ->     when abs(change(price, 5m)) > 2%
///       severity info                        severity critical      severity critical
///
/// Hygienic: a clause of the template sees the template's parameters and no others, an argument what stands
/// where it is written.
extension Checker {
    /// A template by itself: its clauses as those of a rule on some symbol, its parameters without values.
    func checkTemplate(
        _ definition: Definitions.Definition, _ parameters: [Parameter], _ clauses: [Clause]
    ) {
        let before = sink.errorCount
        var scope = Scope(key: .deferred, place: .condition)
        scope.parameters = placeholders(parameters)
        var draft = RuleDraft(name: definition.name, isTemplate: true)
        readParameters = []
        checkClauses(clauses, into: &draft, in: scope)
        noteUnused(parameters)
        if sink.errorCount > before, definitions.isFirst(definition) {
            mistakenTemplates.insert(definition.name.text)
        }
    }

    /// The template's clauses, less the kinds that the draft has already.
    func expand(_ call: TemplateCall, into draft: inout RuleDraft, in scope: Scope) {
        guard let definition = template(call.template),
            case .template(let parameters, let clauses) = definition.meaning,
            let bound = bind(call, parameters, in: scope)
        else {
            draft.isWhole = false
            return
        }
        let name = definition.name.text
        // A template by itself does not go into those that it uses: that is done where a rule uses it.
        if draft.isTemplate {
            reportRecursion(of: definition)
            return
        }
        let isCircle = templateUses.contains { $0.name == name }
        if isCircle || mistakenTemplates.contains(name) {
            draft.isWhole = false
            return
        }
        if !definition.item.isComplete { draft.isWhole = false }
        templateUses.append(TemplateUse(name: name, call: call, body: definition.item.span))
        var inner = scope
        inner.parameters = bound
        let own = Set(draft.keywords.keys)
        draft.use = nil
        for clause in clauses {
            let word = clause.kind.word
            // `use` is no kind that replaces another: a template may be made from a template.
            guard word == "use" || !own.contains(word) else { continue }
            if draft.keywords[word] != nil, word != "use", !clause.kind.mayRepeat { continue }
            draft.keywords[word] = draft.keywords[word] ?? clause.keyword
            if draft.use == nil || word != "use" { check(clause, into: &draft, in: inner) }
        }
        if let next = draft.use { expand(next, into: &draft, in: inner) }
    }

    /// The template of that name; reports where there is none.
    private func template(_ name: Name) -> Definitions.Definition? {
        guard let definition = definitions.find(name.text, in: .value) else {
            if !isRefused(name.text) {
                let templates = definitions.all.filter { $0.meaning.word == "template" }.map(\.name.text)
                let near = nearestName(to: name.text, among: templates)
                report(Fault.unknownItem(name, "template", near: near))
            }
            return nil
        }
        markUsed(name.text, in: .value)
        if case .template = definition.meaning { return definition }
        report(Fault.misplacedName(name, definition.meaning.word))
        return nil
    }

    private func bind(
        _ call: TemplateCall, _ parameters: [Parameter], in scope: Scope
    ) -> [String: Term]? {
        guard call.arguments.count == parameters.count else {
            report(
                Fault.constantArguments(
                    call.template, parameters, call.arguments.count, call.template.span))
            return nil
        }
        expansions = 0
        return bindArguments(parameters, call.arguments, definition: call.template.text, in: scope)
    }

    /// A template that comes back to itself through those that it uses; each circle is reported once.
    private func reportRecursion(of definition: Definitions.Definition) {
        var path: [String] = []
        var next: Definitions.Definition? = definition
        while let template = next, case .template(_, let clauses) = template.meaning {
            let name = template.name.text
            if let start = path.firstIndex(of: name) {
                let cycle = Array(path[start...])
                guard !cycle.contains(where: cyclicNames.contains) else { return }
                cyclicNames.formUnion(cycle)
                return report(Fault.recursion(template.name, cycle))
            }
            path.append(name)
            next =
                clauses.lazy.compactMap { clause -> Definitions.Definition? in
                    guard case .use(let name, _) = clause.kind else { return nil }
                    return self.definitions.find(name.text, in: .value)
                }.first
        }
    }
}
