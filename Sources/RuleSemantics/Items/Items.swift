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
}
