import Engine
import RuleSemantics

/// The functions of LANGUAGE 11 as instructions.
extension ExpressionLowering {
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
        case .median: return percentile(call, rank: 50)
        case .percentile: return percentile(call, rank: call.arguments[1].constant ?? .nan)
        case .slope: return window(.windowSlope, call)
        case .twap: return sampled(.sampleMean, call)
        case .rsi: return sampled(.sampleStrength, call)
        case .volatility: return sampled(.sampleVolatility, call)
        case .correlation: return dependence(.sampleCorrelation, call)
        case .beta: return dependence(.sampleBeta, call)
        case .ewma: return decayingMean(call)
        case .firing: return firing(call)
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
        guard let extent = argument?.extent else { return graph.unknown() }
        let (stream, column) = place(reference)
        // A count is the same for every column.
        let read = opcode == .windowCount ? Column.a : column
        return graph.read(opcode, .window(stream, extent), column: read)
    }

    /// `median(x, w)`, `percentile(x, p, w)`; the rank in per cent.
    private mutating func percentile(_ call: BuiltinCall, rank: Double) -> Int {
        guard let reference = call.arguments.first?.series, let extent = call.arguments.last?.extent else {
            return graph.unknown()
        }
        let (stream, column) = place(reference)
        let millionths = (rank * 1_000_000).rounded()
        return graph.insert(
            ExpressionNode(
                opcode: .windowPercentile, column: column, source: .window(stream, extent),
                bits: millionths.bitPattern))
    }

    /// `f(x, d)` against the prevailing point at `t - d`, or at the last grid point before it.
    private mutating func lag(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let reference = call.arguments.first?.series,
            case .time(let delay, 0, let step)? = call.arguments.last?.span
        else { return graph.unknown() }
        let (stream, column) = place(reference)
        guard let step else { return graph.read(opcode, .lag(stream, delay: delay), column: column) }
        let request = SampleRequest(
            column: column, length: delay + step, ending: 0, step: step, warmsUp: false)
        var node = ExpressionNode(opcode: opcode.sampled, column: column, source: .samples(stream, request))
        // Samples change with the grid only; the present value with each point.
        if opcode != .lagValue { node.otherSource = .point(stream) }
        return graph.insert(node)
    }

    /// `f(w by s)` over samples of the owner's price.
    private mutating func sampled(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let source = samples(of: .market(.price, call.owner), call) else { return graph.unknown() }
        return graph.read(opcode, source)
    }

    /// `f(a, b, w by s)`.
    private mutating func dependence(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let one = call.arguments[0].series, let other = call.arguments[1].series,
            let first = samples(of: one, call), let second = samples(of: other, call)
        else { return graph.unknown() }
        return graph.insert(ExpressionNode(opcode: opcode, source: first, otherSource: second))
    }

    private func samples(of reference: SeriesReference, _ call: BuiltinCall) -> Source? {
        guard case .time(let length, let ending, let step?)? = call.arguments.last?.span else { return nil }
        let (stream, column) = place(reference)
        return .samples(
            stream,
            SampleRequest(column: column, length: length, ending: ending, step: step, warmsUp: true))
    }

    private mutating func decayingMean(_ call: BuiltinCall) -> Int {
        guard let reference = call.arguments.first?.series,
            case .time(let halfLife, 0, nil)? = call.arguments.last?.span
        else { return graph.unknown() }
        let (stream, column) = place(reference)
        return graph.read(.decayingMean, .decay(stream, column, halfLife: halfLife))
    }

    /// The same key's state if both have one, else any (LANGUAGE 6).
    private mutating func firing(_ call: BuiltinCall) -> Int {
        guard case .rule(let name)? = call.arguments.first, let asked = rules.asked(name) else {
            return graph.bool(false)
        }
        return graph.read(.firing, .firing(rule: asked.index, sameKey: isKeyed && asked.isKeyed))
    }

    private mutating func point(_ opcode: Opcode, _ call: BuiltinCall) -> Int {
        guard let reference = call.arguments.first?.series else { return graph.unknown() }
        let (stream, column) = place(reference)
        return graph.read(opcode, .point(stream), column: opcode == .age ? .a : column)
    }

    /// `rate(DFF)`, `rate(DFF, within 10d)`.
    private mutating func rate(_ call: BuiltinCall) -> Int {
        guard case .rate(let series)? = call.arguments.first else { return graph.unknown() }
        var within: Int64?
        if call.arguments.count > 1, case .time(let delay, _, _) = call.arguments[1].span { within = delay }
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
    /// A window of time or a duration, which the checker may give in either form.
    fileprivate var span: CheckedWindow? {
        switch self {
        case .window(let window): window
        case .duration(let length, let step): .time(length: length, ending: 0, step: step)
        default: nil
        }
    }

    fileprivate var extent: WindowExtent? { span?.extent }

    fileprivate var constant: Double? {
        if case .expression(.number(let value)) = self { value } else { nil }
    }
}

extension Opcode {
    /// The same against a grid sample.
    fileprivate var sampled: Opcode {
        switch self {
        case .lagChange: .sampleChange
        case .lagMove: .sampleMove
        default: .sampleValue
        }
    }
}
