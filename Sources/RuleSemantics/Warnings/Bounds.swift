extension Folding {
    /// The values that a quantity can have; conservative: never narrower than what is true.
    static func bounds(of expression: CheckedExpression) -> Bounds {
        switch expression {
        case .number(let value): return Bounds(low: value, high: value)
        case .series(.market(.size, _)): return .notNegative
        case .series: return .all
        case .lookup(let column):
            guard let low = column.values.min(), let high = column.values.max() else { return .all }
            return Bounds(low: low, high: high)
        case .negate(let inner):
            let bounds = bounds(of: inner)
            return Bounds(low: -bounds.high, high: -bounds.low)
        case .arithmetic(let symbol, let left, let right):
            return arithmetic(symbol, bounds(of: left), bounds(of: right))
        case .call(let call): return self.call(call)
        case .bool, .symbol, .comparison, .and, .or, .not, .between, .crosses: return .all
        }
    }

    private static func call(_ call: BuiltinCall) -> Bounds {
        let values = call.arguments.compactMap { argument -> Bounds? in
            if case .expression(let inner) = argument { bounds(of: inner) } else { nil }
        }
        let isOfSizes = call.arguments.contains { argument in
            if case .series(.market(.size, _)) = argument { true } else { false }
        }
        switch call.builtin {
        case .trades, .count, .volume, .range, .age, .stddev, .stddevPop, .variance, .volatility, .sqrt:
            return .notNegative
        case .sum, .avg, .min, .max, .first, .last, .ago, .prev, .median, .percentile:
            return isOfSizes ? .notNegative : .all
        case .correlation: return Bounds(low: -1, high: 1)
        case .rsi: return Bounds(low: 0, high: 100)
        case .abs: return values.first.map(magnitude) ?? .notNegative
        case .least:
            guard values.count == 2 else { return .all }
            return Bounds(low: min(values[0].low, values[1].low), high: min(values[0].high, values[1].high))
        case .greatest:
            guard values.count == 2 else { return .all }
            return Bounds(low: max(values[0].low, values[1].low), high: max(values[0].high, values[1].high))
        case .coalesce: return values.count == 2 ? values[0].joined(with: values[1]) : .all
        default: return .all
        }
    }

    private static func magnitude(_ bounds: Bounds) -> Bounds {
        if bounds.isEmpty || bounds.low >= 0 { return bounds }
        if bounds.high <= 0 { return Bounds(low: -bounds.high, high: -bounds.low) }
        return Bounds(low: 0, high: max(-bounds.low, bounds.high))
    }

    private static func arithmetic(
        _ symbol: ArithmeticOperator, _ left: Bounds, _ right: Bounds
    ) -> Bounds {
        if left.isEmpty || right.isEmpty { return .none }
        let ends: [Double]
        switch symbol {
        case .add: ends = [left.low + right.low, left.high + right.high]
        case .subtract: ends = [left.low - right.high, left.high - right.low]
        case .multiply:
            ends = [
                left.low * right.low, left.low * right.high, left.high * right.low, left.high * right.high,
            ]
        case .divide:
            if right.low == 0, right.high == 0 { return .none }
            guard right.low > 0 || right.high < 0 else { return .all }
            ends = [
                left.low / right.low, left.low / right.high, left.high / right.low, left.high / right.high,
            ]
        }
        // Infinity times zero, and the like: nothing is known.
        guard !ends.contains(where: \.isNaN), let low = ends.min(), let high = ends.max() else { return .all }
        if low == high, low.isInfinite { return .none }
        return Bounds(low: low, high: high)
    }
}
