import Diagnostics
import RuleSyntax

/// What two operands are brought together for, and where: what a message says of it.
struct Meeting {
    enum Verb: String {
        case compare, add, subtract
        case choose = "choose between"
    }

    var verb: String
    /// The operator, or the name of the function.
    var place: SourceSpan

    init(_ verb: Verb, at place: SourceSpan) {
        self.verb = verb.rawValue
        self.place = place
    }
}

extension Checker {
    /// The one quantity that both operands have (LANGUAGE 8.1 to 8.3); reports where there is none.
    func common(_ meeting: Meeting, _ left: Term, _ right: Term, in scope: Scope) -> Quantity? {
        let first = quantity(left, in: scope)
        let second = quantity(right, in: scope)
        guard let first, let second else { return nil }
        if left.isBare, right.isBare { return .number }
        if left.isBare { return adapted(left, to: right, second, meeting, in: scope) }
        if right.isBare { return adapted(right, to: left, first, meeting, in: scope) }
        guard first.dimension == second.dimension else {
            if let minutes = [left, right].first(where: \.isMinutes),
                (minutes.span.isSame(as: left.span) ? second : first).dimension.admitsBareLiteral
            {
                report(Fault.minutesForMillions(minutes, meeting, left.type, right.type), in: scope)
            } else {
                report(Fault.differentDimensions(meeting, left, right), in: scope)
            }
            return nil
        }
        return Quantity(
            dimension: first.dimension,
            tag: first.tag == second.tag
                ? first.tag : first.tag == .ratio || second.tag == .ratio ? .ratio : .none)
    }

    /// A bare literal beside a typed operand.
    private func adapted(
        _ bare: Term, to other: Term, _ quantity: Quantity, _ meeting: Meeting, in scope: Scope
    ) -> Quantity? {
        if bare.constant == 0 { return quantity }
        if quantity.tag == .ratio, quantity.dimension.isNone {
            report(Fault.ratioAndBareNumber(bare, meeting), in: scope)
            return nil
        }
        if quantity.dimension == .time {
            report(Fault.numberForDuration(bare, meeting), in: scope)
            return nil
        }
        guard quantity.dimension.admitsBareLiteral else {
            report(Fault.bareNumberForCompound(bare, other, meeting, quantity.dimension), in: scope)
            return nil
        }
        return quantity
    }

    func sum(
        _ symbol: ArithmeticOperator, _ left: Term, _ right: Term, _ surface: Expression, in scope: Scope
    ) -> Term? {
        let meeting = Meeting(symbol == .add ? .add : .subtract, at: surface.operatorSpan)
        guard let quantity = common(meeting, left, right, in: scope) else { return nil }
        return arithmetic(symbol, left, right, quantity, surface)
    }

    /// `*` and `/` add and subtract exponents; a ratio stays one beside an untagged dimensionless value or a
    /// literal (LANGUAGE 8.2).
    func product(
        _ symbol: ArithmeticOperator, _ left: Term, _ right: Term, _ surface: Expression, in scope: Scope
    ) -> Term? {
        let first = quantity(left, in: scope)
        let second = quantity(right, in: scope)
        guard let first, let second else { return nil }
        let dimension =
            symbol == .multiply ? first.dimension * second.dimension : first.dimension / second.dimension
        func keeps(_ other: Quantity, _ term: Term) -> Bool {
            other.tag != .ratio && (other.dimension.isNone || term.isLiteral)
        }
        let isRatio =
            first.tag == .ratio && keeps(second, right)
            || symbol == .multiply && second.tag == .ratio && keeps(first, left)
        return arithmetic(
            symbol, left, right, Quantity(dimension: dimension, tag: isRatio ? .ratio : .none), surface)
    }

    /// Folds constants as the engine would compute them: IEEE, once.
    private func arithmetic(
        _ symbol: ArithmeticOperator, _ left: Term, _ right: Term, _ quantity: Quantity, _ surface: Expression
    ) -> Term {
        var result = Term(
            .arithmetic(symbol, left.expression, right.expression), .quantity(quantity), surface: surface)
        result.isBare = left.isBare && right.isBare
        result.isLiteral = left.isLiteral && right.isLiteral
        if let first = left.constant, let second = right.constant {
            let value =
                switch symbol {
                case .add: first + second
                case .subtract: first - second
                case .multiply: first * second
                case .divide: first / second
                }
            if value.isFinite {
                result.constant = value
                result.expression = .number(value)
            }
        }
        return result
    }
}

extension Term {
    /// `5m`, which a trader may have meant as five million.
    var isMinutes: Bool {
        guard case .duration = surface.kind else { return false }
        let text = writtenText
        return text.hasSuffix("m") && text.dropLast().allSatisfy(\.isNumber)
    }
}

extension Expression {
    /// The operator at its top.
    var operatorSpan: SourceSpan {
        switch kind {
        case .binary(_, _, _, let place), .between(_, _, _, let place), .crosses(_, _, _, let place): place
        default: span
        }
    }
}
