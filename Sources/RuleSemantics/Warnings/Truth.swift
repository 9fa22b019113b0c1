/// What a condition can be, whatever the market does. Unknown is left out: it neither fires nor clears.
struct Truth: Equatable {
    var canBeTrue: Bool
    var canBeFalse: Bool

    static let open = Truth(canBeTrue: true, canBeFalse: true)
    static let never = Truth(canBeTrue: false, canBeFalse: true)
    static let always = Truth(canBeTrue: true, canBeFalse: false)
    /// Unknown, always: `1 / 0 > 2`.
    static let unknown = Truth(canBeTrue: false, canBeFalse: false)

    var negated: Truth { Truth(canBeTrue: canBeFalse, canBeFalse: canBeTrue) }
}

/// The least and greatest value that a quantity can have. `isEmpty` where it is always unknown.
struct Bounds: Equatable {
    var low: Double
    var high: Double

    static let all = Bounds(low: -.infinity, high: .infinity)
    static let notNegative = Bounds(low: 0, high: .infinity)
    static let none = Bounds(low: .infinity, high: -.infinity)

    var isEmpty: Bool { low > high }

    func meets(_ other: Bounds) -> Bounds { Bounds(low: max(low, other.low), high: min(high, other.high)) }
    func joined(with other: Bounds) -> Bounds {
        Bounds(low: min(low, other.low), high: max(high, other.high))
    }
}

/// Folds what is known without the market: constants, and the signs of counts, sizes and deviations.
enum Folding {
    static func truth(of expression: CheckedExpression) -> Truth {
        switch expression {
        case .bool(let value): return value ? .always : .never
        case .not(let inner): return truth(of: inner).negated
        case .and: return conjunction(expression)
        case .or(let left, let right):
            let (first, second) = (truth(of: left), truth(of: right))
            return Truth(
                canBeTrue: first.canBeTrue || second.canBeTrue,
                canBeFalse: first.canBeFalse && second.canBeFalse)
        case .comparison(let symbol, let left, let right):
            if case .symbol = left { return .open }
            if isCondition(left) { return .open }
            return compare(symbol, bounds(of: left), bounds(of: right))
        case .between(let value, let low, let high):
            let inner = bounds(of: value)
            let above = compare(.greaterOrEqual, inner, bounds(of: low))
            let below = compare(.lessOrEqual, inner, bounds(of: high))
            let isEmpty = bounds(of: low).low > bounds(of: high).high
            return Truth(
                canBeTrue: above.canBeTrue && below.canBeTrue && !isEmpty,
                canBeFalse: above.canBeFalse || below.canBeFalse)
        case .crosses(let direction, let left, let right): return crossing(direction, left, right)
        case .call(let call):
            if call.builtin == .known, case .expression(let inner) = call.arguments.first, isConstant(inner) {
                return .always
            }
            return .open
        case .lookup(let column) where column.isBool:
            return Truth(canBeTrue: column.values.contains(1), canBeFalse: column.values.contains(0))
        case .number, .symbol, .lookup, .series, .negate, .arithmetic: return .open
        }
    }

    /// `and`, with what its parts say together of one quantity: `price > 5 and price < 3`.
    private static func conjunction(_ expression: CheckedExpression) -> Truth {
        let parts = operands(expression)
        let truths = parts.map(truth(of:))
        var result = Truth(
            canBeTrue: truths.allSatisfy(\.canBeTrue), canBeFalse: truths.contains(where: \.canBeFalse))
        var known: [String: (bounds: Bounds, isOpenLow: Bool, isOpenHigh: Bool)] = [:]
        for part in parts {
            guard let limit = limit(part) else { continue }
            var entry = known[limit.key] ?? (.all, false, false)
            if limit.bounds.low >= entry.bounds.low, limit.bounds.low > -.infinity {
                entry.isOpenLow = limit.isStrict || (entry.isOpenLow && limit.bounds.low == entry.bounds.low)
            }
            if limit.bounds.high <= entry.bounds.high, limit.bounds.high < .infinity {
                entry.isOpenHigh =
                    limit.isStrict || (entry.isOpenHigh && limit.bounds.high == entry.bounds.high)
            }
            entry.bounds = entry.bounds.meets(limit.bounds)
            known[limit.key] = entry
            let isPoint = entry.bounds.low == entry.bounds.high
            if entry.bounds.isEmpty || isPoint && (entry.isOpenLow || entry.isOpenHigh) {
                result.canBeTrue = false
            }
        }
        return result
    }

    private static func operands(_ expression: CheckedExpression) -> [CheckedExpression] {
        var parts: [CheckedExpression] = []
        var rest = expression
        while case .and(let left, let right) = rest {
            parts.append(right)
            rest = left
        }
        return [rest] + parts.reversed()
    }

    /// A comparison of something with a constant, as bounds of it.
    private static func limit(
        _ part: CheckedExpression
    ) -> (key: String, bounds: Bounds, isStrict: Bool)? {
        guard case .comparison(let symbol, let left, let right) = part, !isCondition(left) else { return nil }
        let (subject, constant, relation): (CheckedExpression, Double, ComparisonOperator)
        switch (left, right) {
        case (.number, .number): return nil
        case (_, .number(let value)): (subject, constant, relation) = (left, value, symbol)
        case (.number(let value), _): (subject, constant, relation) = (right, value, symbol.mirrored)
        default: return nil
        }
        let key = subject.identity
        switch relation {
        case .less: return (key, Bounds(low: -.infinity, high: constant), true)
        case .lessOrEqual: return (key, Bounds(low: -.infinity, high: constant), false)
        case .greater: return (key, Bounds(low: constant, high: .infinity), true)
        case .greaterOrEqual: return (key, Bounds(low: constant, high: .infinity), false)
        case .equal: return (key, Bounds(low: constant, high: constant), false)
        case .notEqual: return nil
        }
    }

    private static func compare(_ symbol: ComparisonOperator, _ left: Bounds, _ right: Bounds) -> Truth {
        if left.isEmpty || right.isEmpty { return .unknown }
        switch symbol {
        case .less: return Truth(canBeTrue: left.low < right.high, canBeFalse: left.high >= right.low)
        case .lessOrEqual: return Truth(canBeTrue: left.low <= right.high, canBeFalse: left.high > right.low)
        case .greater: return compare(.less, right, left)
        case .greaterOrEqual: return compare(.lessOrEqual, right, left)
        case .equal:
            let isOne = left.low == left.high && left == right
            return Truth(canBeTrue: !left.meets(right).isEmpty, canBeFalse: !isOne)
        case .notEqual: return compare(.equal, left, right).negated
        }
    }

    /// A crossing needs both sides of the line.
    private static func crossing(
        _ direction: CrossDirection, _ left: CheckedExpression, _ right: CheckedExpression
    ) -> Truth {
        let above = compare(.greater, bounds(of: left), bounds(of: right))
        let below = compare(.less, bounds(of: left), bounds(of: right))
        switch direction {
        case .above: return Truth(canBeTrue: above == .open, canBeFalse: true)
        case .below: return Truth(canBeTrue: below == .open, canBeFalse: true)
        case .either: return Truth(canBeTrue: above == .open || below == .open, canBeFalse: true)
        }
    }

    private static func isConstant(_ expression: CheckedExpression) -> Bool {
        if case .number = expression { true } else { false }
    }

    /// A bool on the left of `==`.
    private static func isCondition(_ expression: CheckedExpression) -> Bool {
        switch expression {
        case .bool, .comparison, .and, .or, .not, .between, .crosses: true
        case .call(let call): call.builtin == .known || call.builtin == .firing
        case .lookup(let column): column.isBool
        case .number, .symbol, .series, .negate, .arithmetic: false
        }
    }
}
