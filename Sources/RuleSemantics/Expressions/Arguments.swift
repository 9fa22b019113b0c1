import Diagnostics
import RuleSyntax

extension Checker {
    /// An argument in its place of a builtin's brackets; nil, and reported, where it does not fit.
    func part(
        _ argument: Argument, for parameter: BuiltinParameter, of row: Builtin, in scope: Scope
    ) -> CheckedPart? {
        switch parameter {
        case .series: return seriesPart(argument, of: row, in: scope)
        case .window(let forms): return windowPart(argument, forms, of: row, in: scope)
        case .lag: return lagPart(argument, of: row, in: scope)
        case .halfLife: return halfLifePart(argument, of: row, in: scope)
        case .rank: return rankPart(argument, of: row, in: scope)
        case .value, .moreValues: return valuePart(argument, of: row, in: scope)
        case .anything: return anythingPart(argument, of: row, in: scope)
        case .rateSeries: return rateSeriesPart(argument, of: row, in: scope)
        case .within: return withinPart(argument, in: scope)
        case .rule: return rulePart(argument, of: row, in: scope)
        }
    }

    private func wrapped(_ argument: Argument, _ term: Term, _ checked: CheckedArgument) -> CheckedPart {
        CheckedPart(
            argument: checked,
            surface: Argument(kind: .expression(term.surface, by: nil, ending: nil), span: argument.span),
            term: term)
    }

    /// x: a series and nothing else; what is computed is named first, so that its cost is seen
    /// (LANGUAGE 8.6).
    private func seriesPart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard case .expression(let plain, nil, nil) = argument.kind else {
            report(Fault.seriesExpected(argument.span, nil, row), in: scope)
            return nil
        }
        let term = withoutReads { self.term(plain, in: scope) }
        if term.isMistaken { return nil }
        if let series = term.series { return wrapped(argument, term, .series(series)) }
        if term.isPlaceholder, term.isNameAlone, case .quantity(let quantity) = term.type,
            quantity.dimension != .time
        {
            return wrapped(argument, term, .series(.market(.price, .key)))
        }
        if case .quantity(let quantity) = term.type, term.constant == nil, quantity.dimension != .time {
            report(Fault.windowOverExpression(term, row), in: scope)
        } else {
            report(Fault.seriesExpected(term.origin, term, row), in: scope)
        }
        return nil
    }

    private func valuePart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard let plain = plainExpression(argument, of: row.name, in: scope) else { return nil }
        let term = self.term(plain, in: scope)
        guard quantity(term, in: scope) != nil else { return nil }
        return wrapped(argument, term, .expression(term.expression))
    }

    private func anythingPart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard let plain = plainExpression(argument, of: row.name, in: scope) else { return nil }
        let term = self.term(plain, in: scope)
        if term.type != .bool, quantity(term, in: scope) == nil { return nil }
        return wrapped(argument, term, .expression(term.expression))
    }

    /// p: a number from 0 to 100.
    private func rankPart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard let plain = plainExpression(argument, of: row.name, in: scope) else { return nil }
        let term = withoutReads { self.term(plain, in: scope) }
        if term.isMistaken { return nil }
        let isNumber = term.type.quantity?.isUntaggedNumber ?? false
        // The engine counts in millionths of a per cent.
        let isRank =
            term.constant.map { 0...100 ~= $0 && ($0 * 1_000_000).rounded() / 1_000_000 == $0 }
            ?? term.isPlaceholder
        guard isNumber, isRank else {
            report(Fault.rankExpected(term), in: scope)
            return nil
        }
        return wrapped(argument, term, .expression(term.expression))
    }

    /// The name of a published rate, or a parameter that holds one.
    private func rateSeriesPart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard case .expression(let plain, nil, nil) = argument.kind else {
            report(Fault.rateSeriesExpected(argument.span, nil), in: scope)
            return nil
        }
        var term: Term
        switch plain.kind {
        case .symbol, .parenthesised: term = self.term(plain, in: scope)
        case .name(nil, let name, nil) where scope.parameters[name.text] != nil || name.text == "symbol":
            term = withoutReads { self.term(plain, in: scope) }
        default:
            report(Fault.rateSeriesExpected(plain.span, plain), in: scope)
            return nil
        }
        if term.isMistaken { return nil }
        if term.isPlaceholder, term.type == .symbol { return wrapped(argument, term, .rate(0)) }
        guard case .symbol(.symbol(let series)) = term.expression else {
            report(Fault.rateSeriesExpected(term.origin, plain), in: scope)
            return nil
        }
        return wrapped(argument, term, .rate(scope.isDefinition ? 0 : rateIndex(of: series)))
    }

    private func rateIndex(of series: String) -> Int {
        if let index = rateSeries.firstIndex(of: series) { return index }
        rateSeries.append(series)
        return rateSeries.count - 1
    }

    private func rulePart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard case .expression(let plain, nil, nil) = argument.kind,
            case .name(nil, let name, nil) = plain.kind
        else {
            report(Fault.ruleExpected(argument.span), in: scope)
            return nil
        }
        guard definitions.find(name.text, in: .rule) != nil else {
            if !isRefused(name.text) {
                let near = nearestName(to: name.text, among: definitions.names(in: .rule))
                report(Fault.unknownItem(name, "rule", near: near), in: scope)
            }
            return nil
        }
        firingReferences[checkedRuleName ?? "", default: []].append(name)
        return CheckedPart(argument: .rule(name.text), surface: argument, term: nil)
    }
}

extension Term {
    /// A name without brackets, parentheses aside.
    var isNameAlone: Bool {
        var kind = surface.kind
        while case .parenthesised(let inner) = kind { kind = inner.kind }
        if case .name(nil, _, nil) = kind { return true }
        return false
    }
}
