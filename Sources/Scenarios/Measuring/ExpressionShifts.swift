import Diagnostics
import RuleSyntax

/// An expression with each of its numbers and durations shifted a tenth, one at a time.
struct ExpressionShifts {
    private(set) var shifts: [Shift<Expression>] = []

    /// - Parameter counts: whether a bare number is compared with a count, and so stays whole.
    init(_ expression: Expression, counts: Bool = false) {
        switch expression.kind {
        case .number(_, let value): shiftNumber(expression, value, counts: counts)
        case .percent(_, let value):
            shift(expression, value, unit: 0.01, sign: "%") { .percent(text: $0, value: $1) }
        case .basisPoints(_, let value):
            shift(expression, value, unit: 0.0001, sign: "bp") { .basisPoints(text: $0, value: $1) }
        case .duration(let milliseconds):
            for shifted in durationShifts(milliseconds) {
                append(expression, canonicalDuration(shifted), .duration(milliseconds: shifted))
            }
        case .bool, .symbol: break
        case .parenthesised(let inner):
            nest(expression, ExpressionShifts(inner, counts: counts).shifts) { .parenthesised($0) }
        case .negate(let inner):
            nest(expression, ExpressionShifts(inner, counts: counts).shifts) { .negate($0) }
        case .not(let inner): nest(expression, ExpressionShifts(inner).shifts) { .not($0) }
        case .name(let owner, let name, let arguments?):
            shifts += argumentShifts(arguments).map { shift in
                shift.map {
                    Expression(
                        kind: .name(owner: owner, name: name, arguments: $0), span: expression.span)
                }
            }
        case .name(_, _, nil): break
        case .binary, .between, .crosses: shiftOperands(expression)
        }
    }

    private mutating func shiftOperands(_ expression: Expression) {
        switch expression.kind {
        case .binary(let symbol, let left, let right, let span):
            let isComparison = ![.and, .or, .add, .subtract, .multiply, .divide].contains(symbol)
            let leftShifts = ExpressionShifts(left, counts: isComparison && right.isCount).shifts
            let rightShifts = ExpressionShifts(right, counts: isComparison && left.isCount).shifts
            nest(expression, leftShifts) { .binary(symbol, $0, right, operatorSpan: span) }
            nest(expression, rightShifts) { .binary(symbol, left, $0, operatorSpan: span) }
        case .between(let value, let low, let high, let span):
            nest(expression, ExpressionShifts(value).shifts) {
                .between($0, low: low, high: high, operatorSpan: span)
            }
            nest(expression, ExpressionShifts(low, counts: value.isCount).shifts) {
                .between(value, low: $0, high: high, operatorSpan: span)
            }
            nest(expression, ExpressionShifts(high, counts: value.isCount).shifts) {
                .between(value, low: low, high: $0, operatorSpan: span)
            }
        case .crosses(let word, let left, let right, let span):
            nest(expression, ExpressionShifts(left).shifts) { .crosses(word, $0, right, operatorSpan: span) }
            nest(expression, ExpressionShifts(right).shifts) { .crosses(word, left, $0, operatorSpan: span) }
        default: break
        }
    }

    private mutating func nest(
        _ expression: Expression, _ inner: [Shift<Expression>], _ kind: (Expression) -> Expression.Kind
    ) {
        shifts += inner.map { shift in shift.map { Expression(kind: kind($0), span: expression.span) } }
    }

    private mutating func append(_ expression: Expression, _ text: String, _ kind: Expression.Kind) {
        shifts.append(
            Shift(
                span: expression.span, text: text, result: Expression(kind: kind, span: expression.span)))
    }

    private mutating func shiftNumber(_ expression: Expression, _ value: Double, counts: Bool) {
        if counts || value == 0 {
            let step = max(1, (value / 10).rounded())
            for shifted in [value + step, value - step] where shifted >= 0 || !counts {
                let text = ExpressionShifts.text(shifted.magnitude)
                let number = Expression(
                    kind: .number(text: text, value: shifted.magnitude), span: expression.span)
                let kind: Expression.Kind = shifted < 0 ? .negate(number) : number.kind
                append(expression, (shifted < 0 ? "-" : "") + text, kind)
            }
            return
        }
        shift(expression, value, unit: 1, sign: "") { .number(text: $0, value: $1) }
    }

    private mutating func shift(
        _ expression: Expression, _ value: Double, unit: Double, sign: String,
        _ kind: (String, Double) -> Expression.Kind
    ) {
        for factor in [1.1, 0.9] {
            // Through its text, so that it is the value of what the report shows.
            let text = ExpressionShifts.text(value / unit * factor)
            guard let shifted = Double(text) else { continue }
            append(expression, text + sign, kind(text, shifted * unit))
        }
    }

    /// Plain decimals, at most ten of them.
    static func text(_ value: Double) -> String {
        let scaled = (value * 1e10).rounded() / 1e10
        if scaled == scaled.rounded(), scaled < 1e15 { return "\(Int(scaled))" }
        let text = "\(scaled)"
        return text.contains("e") ? "\((scaled * 1e6).rounded() / 1e6)" : text
    }
}

/// Arguments with each literal in them shifted: windows, steps, `ending`, numbers of trades.
func argumentShifts(_ arguments: [Argument]) -> [Shift<[Argument]>] {
    arguments.indices.flatMap { index -> [Shift<[Argument]>] in
        let argument = arguments[index]
        return argument.shifts.map { shift in
            shift.map { kind in
                var changed = arguments
                changed[index] = Argument(kind: kind, span: argument.span)
                return changed
            }
        }
    }
}

extension Argument {
    var shifts: [Shift<Argument.Kind>] {
        switch kind {
        case .trades(let count):
            return countShifts(count).map {
                Shift(span: span, text: "\($0) trades", result: .trades($0))
            }
        case .within(let length): return length.shifts.map { $0.map { .within($0) } }
        case .expression(let expression, let step?, let ending):
            // A window of a grid stays a whole number of steps: one more, one less.
            guard case .duration(let length) = expression.kind, case .literal(let width, _) = step else {
                return []
            }
            return [length + width, length - width].filter { $0 > 0 }.map { shifted in
                Shift(
                    span: expression.span, text: canonicalDuration(shifted),
                    result: .expression(
                        Expression(kind: .duration(milliseconds: shifted), span: expression.span), by: step,
                        ending: ending))
            }
        case .expression(let expression, nil, let ending):
            return ExpressionShifts(expression).shifts.map {
                $0.map { .expression($0, by: nil, ending: ending) }
            } + (ending?.shifts ?? []).map { $0.map { .expression(expression, by: nil, ending: $0) } }
        }
    }
}

extension Expression {
    /// `trades(5m)`, `count(mid, 5m)`: a number of them is whole.
    var isCount: Bool {
        if case .name(_, let name, .some) = kind { return name.text == "trades" || name.text == "count" }
        return false
    }
}
