import Diagnostics
import RuleSyntax

/// A `let` that is being used.
struct ConstantUse {
    var name: Name
    var parameters: [Parameter]
    var body: Expression
    var definition: Definitions.Definition
}

extension Checker {
    /// A `let` by itself, with parameters of its declared types and no values (LANGUAGE 8.5).
    func checkConstant(_ definition: Definitions.Definition) {
        guard case .constant(let parameters, let body) = definition.meaning else { return }
        var scope = Scope(key: .deferred, place: .definition)
        scope.parameters = placeholders(parameters)
        if definitions.isFirst(definition) { scope.expanding = [definition.name.text] }
        readParameters = []
        let term = topTerm(body, in: scope)
        noteUnused(parameters)
        if term.type == .symbol, case .symbol(.symbol) = term.expression, case .symbol = body.kind {
            report(Fault.symbolAsValue(term), in: scope)
        }
    }

    /// Parameters without values; reports unknown types, names given twice and those of builtins, which a
    /// column may bear because it only stands behind its table's point.
    func placeholders(_ parameters: [Parameter], areColumns: Bool = false) -> [String: Term] {
        var terms: [String: Term] = [:]
        for parameter in parameters {
            let name = parameter.name
            let isBuiltin = BuiltinTable.row(named: name.text) != nil || name.text == "symbol"
            if isBuiltin, !areColumns {
                report(Fault.nameIsBuiltin(name, word: "parameter"))
            } else if terms[name.text] != nil {
                report(Fault.parameterTwice(name, word: areColumns ? "column" : "parameter"))
            }
            let surface = Expression(kind: .name(owner: nil, name: name, arguments: nil), span: name.span)
            guard let type = ParameterType(rawValue: parameter.type.text) else {
                report(Fault.unknownType(parameter.type))
                terms[name.text] = .mistaken(surface)
                continue
            }
            var term = Term(.number(0), type.valueType, surface: surface)
            if type == .symbol { term.expression = .symbol(.key) }
            if type == .bool { term.expression = .bool(false) }
            term.isPlaceholder = true
            terms[name.text] = term
        }
        return terms
    }

    /// The body of a `let` in place of its name, its parameters bound to these arguments: hygienic, because
    /// the body sees its own parameters and no others.
    func constantTerm(
        _ whole: Expression, _ use: ConstantUse, _ arguments: [Argument]?, in scope: Scope
    ) -> Term {
        let name = use.name.text
        if let first = scope.expanding.firstIndex(of: name) {
            reportRecursion(Array(scope.expanding[first...]), isOwn: first == 0)
            return .mistaken(whole)
        }
        if oversizedNames.contains(name) { return .mistaken(whole) }
        expansions += 1
        guard expansions <= Limits.greatestExpansions else {
            return expansions == Limits.greatestExpansions + 1 ? tooLarge(whole, in: scope) : .mistaken(whole)
        }
        guard let bound = bind(use.parameters, to: arguments, of: use, whole, in: scope) else {
            return .mistaken(whole)
        }
        var inner = scope
        inner.ownerIsWritten = false
        inner.parameters = bound
        inner.depth += Limits.bodyDepth
        if inner.outermostUse == nil, scope.place != .definition { inner.outermostUse = whole.span }
        // The name of a `let` under definition stays first, those being expanded follow.
        inner.expanding.append(name)
        var result = term(use.body, in: inner)
        result.surface = Expression(kind: result.surface.kind, span: whole.span)
        result.origin = whole.span
        result.definition = use.definition.name.span
        return result
    }

    private func reportRecursion(_ cycle: [String], isOwn: Bool) {
        guard isOwn, !cycle.contains(where: cyclicNames.contains),
            let definition = definitions.find(cycle[0], in: .value)
        else { return }
        cyclicNames.formUnion(cycle)
        report(Fault.recursion(definition.name, cycle))
    }

    /// The arguments as terms of the parameters' types; nil after a mistake.
    private func bind(
        _ parameters: [Parameter], to arguments: [Argument]?, of use: ConstantUse, _ whole: Expression,
        in scope: Scope
    ) -> [String: Term]? {
        if parameters.isEmpty {
            guard arguments == nil else {
                report(Fault.bracketsNotHere(use.name, "this `let` has no parameters"), in: scope)
                return nil
            }
            return [:]
        }
        let arguments = arguments ?? []
        guard arguments.count == parameters.count else {
            report(Fault.constantArguments(use.name, parameters, arguments.count, whole.span), in: scope)
            return nil
        }
        return bindArguments(parameters, arguments, definition: use.definition.name.text, in: scope)
    }

    /// As many arguments as parameters, each brought to its parameter's type.
    func bindArguments(
        _ parameters: [Parameter], _ arguments: [Argument], definition: String, word: String = "parameter",
        in scope: Scope
    ) -> [String: Term]? {
        var terms: [String: Term] = [:]
        var isWhole = true
        for (parameter, argument) in zip(parameters, arguments) {
            guard let plain = plainExpression(argument, of: definition, in: scope) else {
                isWhole = false
                continue
            }
            let term = withoutReads {
                reads = []
                var term = self.term(plain, in: scope)
                term.reads = reads
                return term
            }
            guard let type = ParameterType(rawValue: parameter.type.text) else { return nil }
            if let bound = fitted(term, to: type, parameter, word, in: scope) {
                terms[parameter.name.text] = bound
            } else {
                isWhole = false
            }
        }
        return isWhole ? terms : nil
    }

    /// An argument as a value of its parameter's type; a bare literal adapts to what LANGUAGE 8.3 allows.
    private func fitted(
        _ term: Term, to type: ParameterType, _ parameter: Parameter, _ word: String, in scope: Scope
    ) -> Term? {
        if term.isMistaken { return nil }
        var bound = term
        bound.type = type.valueType
        bound.isBare = false
        guard let wanted = type.valueType.quantity else {
            if term.type == type.valueType { return bound }
            report(Fault.argumentType(term, parameter, type, word: word), in: scope)
            return nil
        }
        guard case .quantity(let given) = term.type else {
            report(Fault.argumentType(term, parameter, type, word: word), in: scope)
            return nil
        }
        let fits: Bool
        if term.isBare {
            fits = term.constant == 0 || wanted.dimension.admitsBareLiteral && wanted.tag != .ratio
        } else {
            // A ratio keeps its tag: where a number is declared, it would lose it.
            fits = given.dimension == wanted.dimension && (wanted.tag == .ratio || given.tag != .ratio)
        }
        if fits { return bound }
        report(Fault.argumentType(term, parameter, type, word: word), in: scope)
        return nil
    }

    /// The expression of an argument that is no window; reports the other forms.
    func plainExpression(_ argument: Argument, of function: String, in scope: Scope) -> Expression? {
        switch argument.kind {
        case .expression(let expression, nil, nil): return expression
        case .expression(_, let step, let shift):
            if let step { report(Fault.gridNotHere(step.span, function), in: scope) }
            if let shift { report(Fault.endingNotHere(shift.span, function, readsPresent: false), in: scope) }
        case .trades: report(Fault.tradesNotHere(argument.span, function), in: scope)
        case .within: report(Fault.withinNotHere(argument.span), in: scope)
        }
        return nil
    }
}
