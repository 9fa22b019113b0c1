import Diagnostics
import RuleSyntax

extension Checker {
    /// A whole expression, with a budget of its own; what it reads is in `reads` afterwards.
    func topTerm(_ expression: Expression, in scope: Scope) -> Term {
        expansions = 0
        reads = []
        return term(expression, in: scope)
    }

    /// A condition of a rule or definition; nil after a mistake.
    func topCondition(_ expression: Expression, in scope: Scope) -> CheckedExpression? {
        let term = topTerm(expression, in: scope)
        lastSurface = term.surface
        return condition(term, in: scope)
    }

    func term(_ expression: Expression, in outer: Scope) -> Term {
        var scope = outer
        scope.depth += 1
        guard scope.depth <= Limits.greatestDepth else { return tooLarge(expression, in: scope) }
        let result = literal(expression) ?? compound(expression, in: scope)
        noteType(of: expression, result)
        return result.size > Limits.greatestSize ? tooLarge(expression, in: scope) : result
    }

    /// Reported once: what uses a `let` that is too large by itself is silent.
    func tooLarge(_ expression: Expression, in scope: Scope) -> Term {
        if scope.place == .definition, let name = scope.expanding.first { oversizedNames.insert(name) }
        report(Fault.tooLarge(expression.span), in: scope)
        return .mistaken(expression)
    }

    private func literal(_ expression: Expression) -> Term? {
        switch expression.kind {
        case .number(_, let value): .constant(value, .number, surface: expression, isBare: true)
        case .percent(_, let value), .basisPoints(_, let value):
            .constant(value, .ratio, surface: expression)
        case .duration(let milliseconds):
            .constant(Double(milliseconds), .duration, surface: expression)
        case .bool(let value): Term(.bool(value), .bool, surface: expression)
        case .symbol(let name): Term(.symbol(.symbol(name)), .symbol, surface: expression)
        default: nil
        }
    }

    private func compound(_ expression: Expression, in scope: Scope) -> Term {
        switch expression.kind {
        case .number, .percent, .basisPoints, .duration, .bool, .symbol: return .mistaken(expression)
        case .parenthesised(let inner):
            var result = term(inner, in: scope)
            result.surface = Expression(kind: .parenthesised(result.surface), span: expression.span)
            return result
        case .name(let owner, let name, let arguments):
            return nameTerm(expression, owner: owner, name: name, arguments: arguments, in: scope)
        case .negate(let inner):
            return negation(expression, of: term(inner, in: scope), in: scope)
        case .not(let inner):
            return logicalNot(expression, of: term(inner, in: scope), in: scope)
        case .binary(let symbol, let left, let right, let place):
            let operands = (term(left, in: scope), term(right, in: scope))
            return binary(expression, symbol, operands.0, operands.1, at: place, in: scope)
        case .between(let value, let low, let high, let place):
            let value = term(value, in: scope)
            let low = term(low, in: scope)
            return between(
                expression, value, low: low, high: term(high, in: scope), at: place, in: scope)
        case .crosses(let word, let left, let right, let place):
            let left = term(left, in: scope)
            return crossing(expression, word, left, term(right, in: scope), at: place, in: scope)
        }
    }

    private func negation(_ whole: Expression, of inner: Term, in scope: Scope) -> Term {
        guard let quantity = quantity(inner, in: scope) else { return .mistaken(whole) }
        let surface = Expression(kind: .negate(inner.surface), span: whole.span)
        if let value = inner.constant {
            return .constant(
                -value, quantity, surface: surface, isBare: inner.isBare, isLiteral: inner.isLiteral)
        }
        var result = Term(.negate(inner.expression), inner.type, surface: surface)
        result.isPlaceholder = inner.isPlaceholder
        result.size = inner.size + 1
        return result
    }

    private func logicalNot(_ whole: Expression, of inner: Term, in scope: Scope) -> Term {
        guard let condition = condition(inner, in: scope, joinedBy: "not") else { return .mistaken(whole) }
        var result = Term(
            .not(condition), .bool, surface: Expression(kind: .not(inner.surface), span: whole.span))
        result.size = inner.size + 1
        return result
    }

    private func binary(
        _ whole: Expression, _ symbol: BinaryOperator, _ left: Term, _ right: Term, at place: SourceSpan,
        in scope: Scope
    ) -> Term {
        let surface = Expression(
            kind: .binary(symbol, left.surface, right.surface, operatorSpan: place), span: whole.span)
        var result: Term?
        switch symbol {
        case .and, .or: result = connective(symbol, left, right, surface, in: scope)
        case .add: result = sum(.add, left, right, surface, in: scope)
        case .subtract: result = sum(.subtract, left, right, surface, in: scope)
        case .multiply: result = product(.multiply, left, right, surface, in: scope)
        case .divide: result = product(.divide, left, right, surface, in: scope)
        case .less: result = comparison(.less, left, right, surface, in: scope)
        case .lessOrEqual: result = comparison(.lessOrEqual, left, right, surface, in: scope)
        case .greater: result = comparison(.greater, left, right, surface, in: scope)
        case .greaterOrEqual: result = comparison(.greaterOrEqual, left, right, surface, in: scope)
        case .equal: result = comparison(.equal, left, right, surface, in: scope)
        case .notEqual: result = comparison(.notEqual, left, right, surface, in: scope)
        }
        guard var result else { return .mistaken(whole) }
        result.size = left.size + right.size + 1
        result.isPlaceholder = left.isPlaceholder || right.isPlaceholder
        return result
    }

    private func connective(
        _ symbol: BinaryOperator, _ left: Term, _ right: Term, _ surface: Expression, in scope: Scope
    ) -> Term? {
        let first = condition(left, in: scope, joinedBy: symbol.rawValue)
        let second = condition(right, in: scope, joinedBy: symbol.rawValue)
        guard let first, let second else { return nil }
        return Term(symbol == .and ? .and(first, second) : .or(first, second), .bool, surface: surface)
    }

    /// The term as a condition; reports what is none.
    func condition(_ term: Term, in scope: Scope, joinedBy word: String? = nil) -> CheckedExpression? {
        switch term.type {
        case .bool: return term.expression
        case .mistaken: return nil
        case .symbol: report(Fault.symbolAsValue(term), in: scope)
        case .quantity: report(Fault.conditionExpected(term, joinedBy: word), in: scope)
        }
        return nil
    }

    /// The term as a quantity that may be computed with; reports what is none, and a bare `age`.
    func quantity(_ term: Term, in scope: Scope) -> Quantity? {
        switch term.type {
        case .mistaken: return nil
        case .symbol:
            report(Fault.symbolAsValue(term), in: scope)
            return nil
        case .bool:
            report(Fault.quantityExpected(term), in: scope)
            return nil
        case .quantity(let quantity):
            if term.isAge, scope.place == .condition || scope.place == .series {
                report(Fault.ageNotCompared(term), in: scope)
                return nil
            }
            return quantity
        }
    }
}
