import Engine
import RuleSemantics

/// The functions of LANGUAGE 11 as instructions.
extension ExpressionLowering {
    /// A function that this version does not evaluate is refused by the checker; here it is unknown, which
    /// neither fires nor clears a rule (LANGUAGE 3.4).
    mutating func lower(_ call: BuiltinCall) -> Int {
        switch call.builtin {
        case .trades: return window(.windowCount, call, on: .price)
        case .volume: return window(.windowSum, call, on: .size)
        case .notional: return window(.windowProductSum, call, on: .price)
        case .vwap: return window(.windowWeightedMean, call, on: .price)
        case .low: return window(.windowLeast, call, on: .price)
        case .high: return window(.windowGreatest, call, on: .price)
        case .range: return window(.windowRange, call, on: .price)
        case .count: return window(.windowCount, call)
        case .sum: return window(.windowSum, call)
        case .avg: return window(.windowMean, call)
        case .first: return window(.windowFirst, call)
        case .last: return window(.windowLast, call)
        case .min: return window(.windowLeast, call)
        case .max: return window(.windowGreatest, call)
        case .variance: return window(.windowVariance, call)
        case .stddev: return window(.windowDeviation, call)
        case .stddevPop: return window(.windowPopulationDeviation, call)
        case .drawdown: return window(.windowDrawdown, call, on: .price)
        case .rebound: return window(.windowRebound, call, on: .price)
        case .zscore: return window(.windowScore, call)
        case .ago: return lag(.lagValue, call)
        case .change: return lag(.lagChange, call)
        case .move: return lag(.lagMove, call)
        case .prev: return point(.previous, call)
        case .age: return point(.age, call)
        case .rate: return rate(call)
        case .deviation: return folded(.relativeDeviation, call)
        case .least: return folded(.least, call)
        case .greatest: return folded(.greatest, call)
        case .coalesce: return folded(.coalesce, call)
        case .abs: return applied(.absolute, call)
        case .sqrt: return applied(.squareRoot, call)
        case .ln: return applied(.logarithm, call)
        case .known: return applied(.known, call)
        case .twap, .median, .percentile, .volatility,
            .correlation, .beta, .slope, .ewma, .rsi, .firing:
            return graph.unknown()
        }
    }

    /// `f(w)` over a column of the owner's trades.
    private mutating func window(_ opcode: Opcode, _ call: BuiltinCall, on series: MarketSeries) -> Int {
        window(opcode, of: .market(series, call.owner), call.arguments.last)
    }

    /// `f(x, w)`.
    private mutating func window(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let reference = call.arguments.first?.series else { return graph.unknown() }
        return window(opcode, of: reference, call.arguments.last)
    }

    private mutating func window(
        _ opcode: Opcode, of reference: SeriesReference, _ argument: CheckedArgument?
    ) -> Int {
        guard let (length, ending) = argument?.exactWindow else { return graph.unknown() }
        let (stream, column) = place(reference)
        // A count is the same for every column.
        let read = opcode == .windowCount ? Column.a : column
        return graph.read(opcode, .window(stream, length: length, ending: ending), column: read)
    }

    /// `f(x, d)` against the prevailing point at `t - d`.
    private mutating func lag(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let reference = call.arguments.first?.series, let delay = call.arguments.last?.exactDelay else {
            return graph.unknown()
        }
        let (stream, column) = place(reference)
        return graph.read(opcode, .lag(stream, delay: delay), column: column)
    }

    private mutating func point(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let reference = call.arguments.first?.series else { return graph.unknown() }
        let (stream, column) = place(reference)
        return graph.read(opcode, .point(stream), column: opcode == .age ? .a : column)
    }

    /// `rate(DFF)`, `rate(DFF, within 10d)`.
    private mutating func rate(_ call: BuiltinCall) -> Int {
        guard case .rate(let series)? = call.arguments.first else { return graph.unknown() }
        let within = call.arguments.count > 1 ? call.arguments[1].exactDelay : nil
        return graph.read(.rate, .rate(series, within: within))
    }

    private mutating func applied(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let argument = call.arguments.first else { return graph.unknown() }
        return graph.unary(opcode, operand(argument))
    }

    /// Two operands or more, from the left.
    private mutating func folded(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let first = call.arguments.first else { return graph.unknown() }
        var result = operand(first)
        for argument in call.arguments.dropFirst() {
            result = graph.binary(opcode, result, operand(argument))
        }
        return result
    }

    private mutating func operand(_ argument: CheckedArgument) -> Int {
        switch argument {
        case .expression(let expression): lower(expression)
        case .series(let reference): last(reference)
        case .duration(let milliseconds, nil): graph.constant(Double(milliseconds))
        case .window, .duration, .rate, .rule: graph.unknown()
        }
    }
}

extension CheckedArgument {
    /// A window that holds every point; nil for the forms that this version does not evaluate.
    fileprivate var exactWindow: (length: Int64, ending: Int64)? {
        switch self {
        case .window(.time(let length, let ending, nil)): (length, ending)
        case .duration(let length, nil): (length, 0)
        default: nil
        }
    }

    fileprivate var exactDelay: Int64? {
        switch self {
        case .duration(let delay, nil), .window(.time(let delay, 0, nil)): delay
        default: nil
        }
    }
}
