import Diagnostics
import RuleSyntax

extension Checker {
    /// A NAME with what stands before its point and in its brackets: parameter, builtin, `let`, series or
    /// table.
    func nameTerm(
        _ whole: Expression, owner: Owner?, name: Name, arguments: [Argument]?, in scope: Scope
    ) -> Term {
        if owner == nil, let parameter = scope.parameters[name.text] {
            return parameterTerm(whole, parameter, name, arguments, in: scope)
        }
        if owner == nil, name.text == "symbol" { return keyTerm(whole, arguments, in: scope) }
        if case .name(let table) = owner, scope.parameters[table.text] == nil {
            return tableTerm(whole, table: table, column: name, arguments, in: scope)
        }
        var inner = scope
        switch owner {
        case .symbol(let symbol): inner = scope.owned(by: .symbol(symbol.text))
        case .name(let parameter):
            guard let key = symbolKey(parameter, in: scope) else { return .mistaken(whole) }
            inner = scope.owned(by: key)
        case nil: break
        }
        if let row = BuiltinTable.row(named: name.text) {
            return builtinTerm(whole, row, BuiltinUse(name, owner, arguments), in: inner)
        }
        return definedTerm(whole, owner, name, arguments, in: inner)
    }

    private func definedTerm(
        _ whole: Expression, _ owner: Owner?, _ name: Name, _ arguments: [Argument]?, in scope: Scope
    ) -> Term {
        guard let definition = definitions.find(name.text, in: .value) else {
            unknownName(name, owner: owner, in: scope)
            return .mistaken(whole)
        }
        markUsed(name.text, in: .value)
        switch definition.meaning {
        case .constant(let parameters, let body):
            let use = ConstantUse(name: name, parameters: parameters, body: body, definition: definition)
            return constantTerm(whole, use, arguments, in: scope)
        case .series:
            if let owner {
                report(
                    Fault.ownerNotHere(owner, name, "a series has its symbols in its definition"), in: scope)
                return .mistaken(whole)
            }
            return seriesTerm(whole, name, arguments, in: scope)
        case .table(let parameters, _):
            report(Fault.tableNeedsColumn(name, parameters.first?.name.text), in: scope)
            return .mistaken(whole)
        default:
            report(Fault.misplacedName(name, definition.meaning.word), in: scope)
            return .mistaken(whole)
        }
    }

    private func parameterTerm(
        _ whole: Expression, _ parameter: Term, _ name: Name, _ arguments: [Argument]?, in scope: Scope
    ) -> Term {
        if arguments != nil {
            report(Fault.bracketsNotHere(name, "it is a parameter"), in: scope)
            return .mistaken(whole)
        }
        readParameters.insert(name.text)
        var result = parameter
        result.surface = Expression(kind: parameter.surface.kind, span: whole.span)
        // What the argument reads is read here.
        for value in parameter.reads { record(value) }
        return result
    }

    /// `symbol`, the instance's own.
    private func keyTerm(_ whole: Expression, _ arguments: [Argument]?, in scope: Scope) -> Term {
        if case .absent(let absence) = scope.key {
            report(Fault.noSymbolHere("symbol", whole.span, absence), in: scope)
            return .mistaken(whole)
        }
        var result = Term(.symbol(scope.owner ?? .key), .symbol, surface: whole)
        if case .symbol(let name) = scope.key {
            result.surface = Expression(kind: .symbol(name), span: whole.span)
        }
        result.isPlaceholder = scope.key == .deferred
        return result
    }

    /// What a parameter of type symbol stands for, as the owner before a point.
    private func symbolKey(_ name: Name, in scope: Scope) -> Scope.Key? {
        readParameters.insert(name.text)
        guard let parameter = scope.parameters[name.text], !parameter.isMistaken else { return nil }
        guard parameter.type == .symbol, case .symbol(let owner) = parameter.expression else {
            report(Fault.ownerIsNoSymbol(name, parameter.type), in: scope)
            return nil
        }
        if parameter.isPlaceholder { return .deferred }
        switch owner {
        case .key: return .instance
        case .symbol(let symbol): return .symbol(symbol)
        }
    }

    private func unknownName(_ name: Name, owner: Owner?, in scope: Scope) {
        if isRefused(name.text) { return }
        for space in [Definitions.Space.session, .list, .rule] {
            guard let other = definitions.find(name.text, in: space) else { continue }
            markUsed(name.text, in: space)
            return report(Fault.misplacedName(name, other.meaning.word), in: scope)
        }
        let parameters = owner == nil ? scope.parameters.keys.sorted() : []
        let alertParts = owner == nil && scope.place == .message ? ["rule", "severity", "symbol"] : []
        let candidates = parameters + definitions.names(in: .value) + alertParts + BuiltinTable.names
        report(Fault.unknownName(name, near: nearestName(to: name.text, among: candidates)), in: scope)
    }

    /// Notes a value that a transition carries; each once, under its canonical text.
    func record(_ value: CheckedValue) {
        if !reads.contains(where: { $0.text == value.text }) { reads.append(value) }
    }
}
