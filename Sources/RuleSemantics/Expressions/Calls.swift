import Diagnostics
import RuleSyntax

/// A builtin's name as it is used.
struct BuiltinUse {
    var name: Name
    var owner: Owner?
    var arguments: [Argument]?

    init(_ name: Name, _ owner: Owner?, _ arguments: [Argument]?) {
        self.name = name
        self.owner = owner
        self.arguments = arguments
    }
}

/// An argument that fits its place.
struct CheckedPart {
    var argument: CheckedArgument
    var surface: Argument
    /// Of a value or series.
    var term: Term?
}

extension Checker {
    func builtinTerm(_ whole: Expression, _ row: Builtin, _ use: BuiltinUse, in scope: Scope) -> Term {
        switch row.meaning {
        case .series(let series): return marketTerm(whole, series, use, in: scope)
        case .function(let function):
            guard let arguments = use.arguments else {
                // A definition of that name is an error of its own, and is what is meant here.
                if definitions.find(use.name.text, in: .value) == nil {
                    report(Fault.bracketsNeeded(use.name, row), in: scope)
                }
                return .mistaken(whole)
            }
            if let owner = use.owner, function == .rate || function == .firing {
                report(Fault.ownerNotHere(owner, use.name, "it reads no market data"), in: scope)
                return .mistaken(whole)
            }
            return callTerm(whole, row, function, use.name, arguments, in: scope)
        }
    }

    private func marketTerm(
        _ whole: Expression, _ series: MarketSeries, _ use: BuiltinUse, in scope: Scope
    ) -> Term {
        if use.arguments != nil {
            report(Fault.bracketsNotHere(use.name, "it is the last value"), in: scope)
            return .mistaken(whole)
        }
        guard let owner = scope.owner else {
            if case .absent(let absence) = scope.key {
                report(Fault.noSymbolHere(use.name.text, whole.span, absence), in: scope)
            }
            return .mistaken(whole)
        }
        let written = scope.unwrittenSymbol.map { Owner.symbol(Name(text: $0, span: whole.span)) }
        let surface = Expression(
            kind: .name(owner: written, name: use.name, arguments: nil), span: whole.span)
        let reference = SeriesReference.market(series, owner)
        let quantity: Quantity = series == .size ? .size : .price
        var term = Term(.series(reference), .quantity(quantity), surface: surface)
        term.series = reference
        record(CheckedValue(text: term.text, expression: term.expression))
        return term
    }

    private func callTerm(
        _ whole: Expression, _ row: Builtin, _ function: BuiltinName, _ name: Name, _ arguments: [Argument],
        in scope: Scope
    ) -> Term {
        var written: Owner?
        var inner = scope
        inner.depth += Limits.callDepth
        // A parameter keeps the owner of its argument: there each series says its own.
        let isWritten = row.readsTrades || row.hasSeries && scope.parameters.isEmpty
        if isWritten, let symbol = scope.unwrittenSymbol {
            written = .symbol(Name(text: symbol, span: whole.span))
            inner.ownerIsWritten = true
        }
        guard let parameters = parameters(of: row, for: arguments, name, whole.span, in: scope) else {
            return .mistaken(whole)
        }
        if row.readsTrades, case .absent(let absence) = scope.key {
            report(Fault.noSymbolHere(row.name, whole.span, absence), in: scope)
            return .mistaken(whole)
        }
        let saved = reads
        var parts: [CheckedPart] = []
        var isWhole = true
        for (parameter, argument) in zip(parameters, arguments) {
            if let part = part(argument, for: parameter, of: row, in: inner) {
                parts.append(part)
            } else {
                isWhole = false
            }
        }
        guard isWhole, let type = resultType(of: row, parts, name, in: scope) else { return .mistaken(whole) }
        if function == .ewma { report(Fault.dependsOnHistory(name.span), in: scope) }
        let surface = Expression(
            kind: .name(owner: written, name: name, arguments: parts.map(\.surface)), span: whole.span)
        var term = call(row, function, parts, owner: scope.owner ?? .key, type, surface)
        term.isPlaceholder = parts.contains { $0.term?.isPlaceholder ?? false }
        term.size = parts.reduce(1) { $0 + ($1.term?.size ?? 1) }
        if !row.isScalar {
            reads = saved
            record(CheckedValue(text: term.text, expression: term.expression))
        }
        return term
    }

    /// The parameter of each argument; nil, and reported, where there are too few or too many.
    private func parameters(
        of row: Builtin, for arguments: [Argument], _ name: Name, _ span: SourceSpan, in scope: Scope
    ) -> [BuiltinParameter]? {
        var parameters = row.parameters
        if parameters.last == .moreValues {
            parameters.removeLast()
            while parameters.count < arguments.count { parameters.append(.value("x")) }
        }
        if parameters.last == .within, arguments.count < parameters.count { parameters.removeLast() }
        guard parameters.count == arguments.count else {
            report(Fault.argumentCount(name, row, arguments, at: span), in: scope)
            return nil
        }
        return parameters
    }

    /// The tree of a call whose arguments fit.
    private func call(
        _ row: Builtin, _ function: BuiltinName, _ parts: [CheckedPart], owner: SymbolOwner,
        _ type: ValueType,
        _ surface: Expression
    ) -> Term {
        if let folded = folded(function, parts, type, surface) { return folded }
        func tree(_ arguments: [CheckedArgument]) -> CheckedExpression {
            .call(BuiltinCall(builtin: function, owner: owner, arguments: arguments, span: surface.span))
        }
        var arguments = parts.map(\.argument)
        if function == .least || function == .greatest {
            // Two at a time, from the left.
            while arguments.count > 2 {
                arguments.replaceSubrange(0..<2, with: [.expression(tree(Array(arguments[..<2])))])
            }
        }
        var term = Term(tree(arguments), type, surface: surface)
        term.isAge = function == .age
        return term
    }

    /// Scalar functions of constants; an expression of bare literals stays one.
    private func folded(
        _ function: BuiltinName, _ parts: [CheckedPart], _ type: ValueType, _ surface: Expression
    ) -> Term? {
        let terms = parts.compactMap(\.term)
        guard let first = terms.first, terms.count == parts.count else { return nil }
        let constants = terms.compactMap(\.constant)
        guard constants.count == terms.count, case .quantity(let quantity) = type else { return nil }
        let value: Double
        switch function {
        case .abs: value = abs(constants[0])
        case .sqrt: value = constants[0].squareRoot()
        case .least: value = constants.min() ?? 0
        case .greatest: value = constants.max() ?? 0
        case .coalesce: value = constants[0]
        default: return nil
        }
        guard value.isFinite, !first.isAge else { return nil }
        return .constant(
            value, quantity, surface: surface, isBare: terms.allSatisfy(\.isBare),
            isLiteral: terms.allSatisfy(\.isLiteral))
    }
}
