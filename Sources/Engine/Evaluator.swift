import Glibc

/// The one switch over opcodes (see `Opcode` for each one's meaning).
///
/// Registers are Doubles; NaN is unknown and spreads by itself through IEEE arithmetic. What would be an
/// infinity is unknown too (LANGUAGE 3.3).
extension BlockState {
    @inline(__always)
    mutating func execute(_ instruction: UnsafeMutablePointer<Instruction>, at t: Int64) {
        let step = instruction.pointee
        let r = registers
        let a = Int(step.a)
        let b = Int(step.b)
        let source = Int(step.source)
        let value: Double
        switch step.opcode {
        case .constant: value = step.constant
        case .last: value = last(source, step.column)
        case .previous: value = previous(source, step.column)
        case .windowCount, .windowSum, .windowProductSum, .windowMean, .windowWeightedMean, .windowFirst,
            .windowLast, .windowLeast, .windowGreatest, .windowRange, .windowVariance, .windowDeviation,
            .windowPopulationDeviation, .windowDrawdown, .windowRebound, .windowScore, .windowPercentile,
            .windowSlope:
            value = window(step)
        case .sampleMean, .sampleStrength, .sampleVolatility, .sampleCorrelation, .sampleBeta, .sampleValue,
            .sampleChange, .sampleMove:
            value = sample(step, at: t)
        case .decayingMean: value = finite(inputs[source].decay.pointee.mean)
        case .firing: value = inputs[source].signal.pointee.count > 0 ? 1 : 0
        case .lagValue: value = inputs[source].lagValue(step.column)
        case .lagChange: value = inputs[source].lagChange(step.column)
        case .lagMove: value = inputs[source].lagMove(step.column)
        case .deadlineReached:
            let input = inputs + source
            let stream = input.pointee.stream!
            let due = stream.pointee.isEmpty ? Int64.max : stream.pointee.newest.time &+ input.pointee.length
            value = stream.pointee.isEmpty ? .nan : t >= due ? 1 : 0
        case .age:
            let stream = streams[source]
            value = stream.pointee.isEmpty ? .nan : Double(t &- stream.pointee.newest.time)
        case .rate: value = rate(source)
        case .add: value = finite(r[a] + r[b])
        case .subtract: value = finite(r[a] - r[b])
        case .multiply: value = finite(r[a] * r[b])
        case .divide: value = finite(r[a] / r[b])
        case .negate: value = -r[a]
        case .relativeDeviation: value = ExactQuotient.relativeDifference(r[a], r[b])
        case .absolute: value = r[a].magnitude
        case .squareRoot: value = finite(r[a].squareRoot())
        case .logarithm: value = r[a] > 0 ? log(r[a]) : .nan
        case .least: value = unknown(r[a], r[b]) ?? (r[a] < r[b] ? r[a] : r[b])
        case .greatest: value = unknown(r[a], r[b]) ?? (r[a] > r[b] ? r[a] : r[b])
        case .less: value = unknown(r[a], r[b]) ?? (r[a] < r[b] ? 1 : 0)
        case .lessOrEqual: value = unknown(r[a], r[b]) ?? (r[a] <= r[b] ? 1 : 0)
        case .equal: value = unknown(r[a], r[b]) ?? (r[a] == r[b] ? 1 : 0)
        case .and: value = r[a] == 0 || r[b] == 0 ? 0 : unknown(r[a], r[b]) ?? 1
        case .or: value = r[a] == 1 || r[b] == 1 ? 1 : unknown(r[a], r[b]) ?? 0
        case .not: value = 1 - r[a]
        case .crossesAbove: value = cross(step, above: true, below: false)
        case .crossesBelow: value = cross(step, above: false, below: true)
        case .crosses: value = cross(step, above: true, below: true)
        case .known: value = r[a].isNaN ? 0 : 1
        case .coalesce: value = r[a].isNaN ? r[b] : r[a]
        }
        r[Int(step.out)] = value
    }

    @inline(__always)
    private func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

    /// NaN if either is unknown.
    @inline(__always)
    private func unknown(_ left: Double, _ right: Double) -> Double? {
        left.isNaN || right.isNaN ? .nan : nil
    }

    @inline(__always)
    private mutating func last(_ source: Int, _ column: Column) -> Double {
        let stream = streams[source]
        if stream.pointee.isEmpty { return .nan }
        return InputState.value(stream.pointee.newest, column, stream)
    }

    private mutating func previous(_ source: Int, _ column: Column) -> Double {
        let stream = streams[source]
        guard let point = stream.pointee.beforeLastInstant else { return .nan }
        return InputState.value(point, column, stream)
    }

    @inline(__always)
    private mutating func window(_ step: Instruction) -> Double {
        let input = inputs + Int(step.source)
        guard input.pointee.isKnown else { return .nan }
        let column = step.column
        switch step.opcode {
        case .windowCount: return Double(input.pointee.count)
        case .windowSum: return input.pointee.windowSum(column)
        case .windowProductSum: return input.pointee.windowProductSum()
        case .windowMean: return input.pointee.windowMean(column)
        case .windowWeightedMean: return input.pointee.windowWeightedMean()
        case .windowFirst, .windowLast:
            guard let point = input.pointee.edgePoint(first: step.opcode == .windowFirst) else { return .nan }
            return InputState.value(point, column, input.pointee.stream!)
        case .windowLeast: return input.pointee.windowExtreme(column, greatest: false)
        case .windowGreatest: return input.pointee.windowExtreme(column, greatest: true)
        case .windowRange: return input.pointee.windowRange(column)
        case .windowVariance: return input.pointee.windowVariance(column)
        case .windowDeviation: return input.pointee.windowVariance(column).squareRoot()
        case .windowPopulationDeviation:
            return input.pointee.windowVariance(column, ofPopulation: true).squareRoot()
        case .windowDrawdown: return input.pointee.windowDistance(column, fromGreatest: true)
        case .windowRebound: return input.pointee.windowDistance(column, fromGreatest: false)
        case .windowScore: return input.pointee.windowScore(column)
        case .windowPercentile: return input.pointee.windowPercentile(column, rank: step.constant)
        case .windowSlope: return input.pointee.windowSlope(column)
        default: return .nan
        }
    }

    @inline(never)
    private func sample(_ step: Instruction, at t: Int64) -> Double {
        let input = inputs + Int(step.source)
        switch step.opcode {
        case .sampleMean: return input.pointee.sampleMean(at: t)
        case .sampleStrength: return input.pointee.sampleStrength(at: t)
        case .sampleVolatility: return input.pointee.sampleVolatility(at: t)
        case .sampleCorrelation: return sampleDependence(step, at: t, isBeta: false)
        case .sampleBeta: return sampleDependence(step, at: t, isBeta: true)
        case .sampleValue: return input.pointee.sampleValue(at: t)
        case .sampleChange: return input.pointee.sampleChange(at: t)
        case .sampleMove: return input.pointee.sampleMove(at: t)
        default: return .nan
        }
    }

    private mutating func rate(_ source: Int) -> Double {
        let input = inputs + source
        guard input.pointee.isKnown,
            let step = input.pointee.rates.pointee.prevailing(after: input.pointee.upper)
        else { return .nan }
        return step.ratio
    }

    /// The sign of (a - b) at the last change point at which both were known stands in register out + 1.
    private mutating func cross(_ step: Instruction, above: Bool, below: Bool) -> Double {
        let left = registers[Int(step.a)]
        let right = registers[Int(step.b)]
        if left.isNaN || right.isNaN { return .nan }
        let sign: Double = left > right ? 1 : left < right ? -1 : 0
        let before = registers[Int(step.out) + 1]
        registers[Int(step.out) + 1] = sign
        if before.isNaN { return 0 }
        let crossed = (above && sign > 0 && before <= 0) || (below && sign < 0 && before >= 0)
        return crossed ? 1 : 0
    }
}
