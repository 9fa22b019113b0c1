import Diagnostics
import RuleSyntax

extension Checker {
    func comparison(
        _ symbol: ComparisonOperator, _ left: Term, _ right: Term, _ surface: Expression, in scope: Scope
    ) -> Term? {
        if left.isMistaken || right.isMistaken { return nil }
        if symbol == .equal || symbol == .notEqual, left.type == right.type {
            if left.type == .symbol { return symbolComparison(symbol, left, right, surface) }
            if left.type == .bool {
                return Term(
                    .comparison(symbol, left.expression, right.expression), .bool, surface: surface)
            }
        }
        if left.isAge || right.isAge, scope.place != .message {
            return ageComparison(symbol, left, right, surface, in: scope)
        }
        let meeting = Meeting(.compare, at: surface.operatorSpan)
        guard common(meeting, left, right, in: scope) != nil else { return nil }
        return Term(.comparison(symbol, left.expression, right.expression), .bool, surface: surface)
    }

    /// Two symbols that are both known are compared here.
    private func symbolComparison(
        _ symbol: ComparisonOperator, _ left: Term, _ right: Term, _ surface: Expression
    ) -> Term {
        if case .symbol(.symbol(let first)) = left.expression,
            case .symbol(.symbol(let second)) = right.expression, !left.isPlaceholder, !right.isPlaceholder
        {
            return Term(.bool((first == second) == (symbol == .equal)), .bool, surface: surface)
        }
        return Term(.comparison(symbol, left.expression, right.expression), .bool, surface: surface)
    }

    /// `age(x) > 5m`, the age brought to the left (LANGUAGE 8.7).
    private func ageComparison(
        _ symbol: ComparisonOperator, _ left: Term, _ right: Term, _ surface: Expression, in scope: Scope
    ) -> Term? {
        let (age, bound) = left.isAge ? (left, right) : (right, left)
        let meeting = Meeting(.compare, at: surface.operatorSpan)
        guard let value = ageBound(bound, of: age, meeting, in: scope) else { return nil }
        return Term(
            .comparison(left.isAge ? symbol : symbol.mirrored, age.expression, value), .bool,
            surface: surface)
    }

    /// The constant that an age is compared with; one from a table is constant for each symbol.
    private func ageBound(
        _ bound: Term, of age: Term, _ meeting: Meeting, in scope: Scope
    ) -> CheckedExpression? {
        if bound.isMistaken { return nil }
        if bound.isBare, bound.constant != 0 {
            report(Fault.numberForDuration(bound, meeting), in: scope)
            return nil
        }
        let isDuration = bound.type == .quantity(.duration) || bound.constant == 0 && bound.isBare
        if isDuration, case .lookup = bound.expression { return bound.expression }
        guard isDuration, !bound.isAge, bound.constant != nil || bound.isPlaceholder else {
            if case .quantity(let quantity) = bound.type, quantity.dimension != .time {
                report(Fault.differentDimensions(meeting, age, bound), in: scope)
            } else {
                report(Fault.ageNotCompared(age), in: scope)
            }
            return nil
        }
        return .number(bound.constant ?? 0)
    }

    /// `x in lo..hi`; for an age, the two comparisons that it stands for.
    func between(
        _ whole: Expression, _ value: Term, low: Term, high: Term, at place: SourceSpan, in scope: Scope
    ) -> Term {
        let surface = Expression(
            kind: .between(value.surface, low: low.surface, high: high.surface, operatorSpan: place),
            span: whole.span)
        if value.isMistaken || low.isMistaken || high.isMistaken { return .mistaken(whole) }
        let meeting = Meeting(.compare, at: place)
        var result: Term
        if value.isAge, scope.place != .message {
            guard let least = ageBound(low, of: value, meeting, in: scope),
                let greatest = ageBound(high, of: value, meeting, in: scope)
            else { return .mistaken(whole) }
            let age = value.expression
            result = Term(
                .and(
                    .comparison(.greaterOrEqual, age, least),
                    .comparison(.lessOrEqual, age, greatest)), .bool, surface: surface)
        } else {
            let isLowFine = common(meeting, value, low, in: scope) != nil
            guard isLowFine, common(meeting, value, high, in: scope) != nil else { return .mistaken(whole) }
            result = Term(
                .between(value.expression, low: low.expression, high: high.expression), .bool,
                surface: surface)
        }
        result.size = value.size + low.size + high.size + 1
        return result
    }

    func crossing(
        _ whole: Expression, _ word: CrossesWord, _ left: Term, _ right: Term, at place: SourceSpan,
        in scope: Scope
    ) -> Term {
        if scope.place == .message {
            report(Fault.crossesInMessage(place), in: scope)
            return .mistaken(whole)
        }
        let age = [left, right].first(where: \.isAge)
        if let age, scope.place == .definition { report(Fault.ageNotCompared(age), in: scope) }
        guard common(Meeting(.compare, at: place), left, right, in: scope) != nil, age == nil else {
            return .mistaken(whole)
        }
        let direction: CrossDirection =
            switch word {
            case .above: .above
            case .below: .below
            case .either: .either
            }
        var result = Term(
            .crosses(direction, left.expression, right.expression), .bool,
            surface: Expression(
                kind: .crosses(word, left.surface, right.surface, operatorSpan: place), span: whole.span))
        result.size = left.size + right.size + 1
        return result
    }
}

extension ComparisonOperator {
    /// `5 < x` is `x > 5`.
    var mirrored: ComparisonOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual: self
        }
    }
}
