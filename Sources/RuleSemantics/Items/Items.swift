import Diagnostics
import RuleSyntax

extension Checker {
    /// Items other than `let`, series and rule, each by itself.
    func checkItem(_ definition: Definitions.Definition) {
        switch definition.meaning {
        case .list: checkList(definition)
        case .session: checkSession(definition)
        case .table(let parameters, let rows): checkTable(definition, parameters, rows)
        case .template(let parameters, let clauses): checkTemplate(definition, parameters, clauses)
        case .constant, .series, .rule: break
        }
    }

    private func checkTable(
        _ definition: Definitions.Definition, _ parameters: [Parameter], _ rows: [TableRow]
    ) {
        report(Fault.notEvaluated("`table`", definition.name.span, instead: nil))
        let columns = placeholders(parameters)
        var seen: [String: TableRow] = [:]
        for row in rows {
            let name = row.symbol?.text ?? "else"
            if let first = seen[name] {
                report(Fault.rowTwice(name, row.symbol?.span ?? row.span, first: first.span))
            }
            seen[name] = row
            guard row.values.count == parameters.count else {
                report(Fault.rowLength(row, parameters))
                continue
            }
            for (parameter, value) in zip(parameters, row.values) {
                guard columns[parameter.name.text]?.isMistaken == false else { continue }
                let argument = Argument(
                    kind: .expression(value, by: nil, ending: nil), span: value.span)
                let scope = Scope(key: .deferred, place: .definition)
                _ = bindArguments(
                    [parameter], [argument], definition: definition.name.text, word: "column", in: scope)
            }
        }
    }

    /// A template by itself: its clauses as those of a rule on some symbol, its parameters without values.
    private func checkTemplate(
        _ definition: Definitions.Definition, _ parameters: [Parameter], _ clauses: [Clause]
    ) {
        report(
            Fault.notEvaluated("`template`", definition.name.span, instead: "write its clauses in the rule"))
        var scope = Scope(key: .deferred, place: .condition)
        scope.parameters = placeholders(parameters)
        var draft = RuleDraft(name: definition.name, isTemplate: true)
        checkClauses(clauses, into: &draft, in: scope)
    }

    /// `use t(...)`: the template, and arguments of its parameters' types.
    func checkUse(_ template: Name, _ arguments: [Argument], _ keyword: SourceSpan, in scope: Scope)
        -> [Clause]
    {
        guard let definition = definitions.find(template.text, in: .value) else {
            if !isRefused(template.text) {
                let templates = definitions.all.filter { $0.meaning.word == "template" }.map(\.name.text)
                report(
                    Fault.unknownItem(
                        template, "template", near: nearestName(to: template.text, among: templates)))
            }
            return []
        }
        markUsed(template.text, in: .value)
        guard case .template(let parameters, let clauses) = definition.meaning else {
            report(Fault.misplacedName(template, definition.meaning.word))
            return []
        }
        if arguments.count != parameters.count {
            report(Fault.constantArguments(template, parameters, arguments.count, template.span))
        } else if bindArguments(parameters, arguments, definition: template.text, in: scope) != nil {
            report(Fault.notEvaluated("`use`", keyword, instead: "write the template's clauses here"))
        }
        return clauses
    }
}
