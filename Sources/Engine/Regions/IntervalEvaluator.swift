/// The evaluator over intervals: what each register can be while a region lasts (see `Evaluator` for the
/// values themselves).
extension BlockState {
    /// - Precondition: the block reads no named series and has no `crosses`.
    mutating func interval(of step: Instruction, _ place: RegionPlace, _ scratch: RegionScratch) -> Interval {
        let r = scratch.intervals
        let a = Int(step.a)
        let b = Int(step.b)
        let source = Int(step.source)
        switch step.opcode {
        case .constant: return Interval(step.constant)
        case .last: return lastBounds(step, scratch.regions[source])
        case .previous: return previousBounds(step, scratch.regions[source])
        case .windowCount, .windowSum, .windowProductSum, .windowMean, .windowWeightedMean, .windowFirst,
            .windowLast, .windowLeast, .windowGreatest, .windowRange, .windowVariance, .windowDeviation,
            .windowPopulationDeviation, .windowDrawdown, .windowRebound, .windowScore, .windowPercentile,
            .windowSlope:
            return windowBounds(step, place, scratch)
        // Samples and rates stand still until their deadlines, which end a region; a signal ends it.
        case .sampleMean, .sampleStrength, .sampleVolatility, .sampleCorrelation, .sampleBeta, .sampleValue,
            .rate, .firing:
            return Interval(registers[Int(step.out)])
        case .sampleChange, .sampleMove, .decayingMean, .age: return .any
        case .lagValue, .lagChange, .lagMove: return lagBounds(step, place, scratch)
        case .deadlineReached: return deadlineBounds(source, place)
        case .add: return r[a].adding(r[b])
        case .subtract: return r[a].subtracting(r[b])
        case .multiply: return r[a].multiplied(by: r[b])
        case .divide: return r[a].divided(by: r[b])
        case .negate: return r[a].negated
        case .relativeDeviation: return r[a].relativeDifference(to: r[b])
        case .absolute: return r[a].magnitude
        case .squareRoot: return r[a].squareRoot
        case .logarithm: return r[a].logarithm
        case .least: return r[a].least(r[b])
        case .greatest: return r[a].greatest(r[b])
        case .less: return r[a].isLess(than: r[b])
        case .lessOrEqual: return r[a].isLessOrEqual(to: r[b])
        case .equal: return r[a].isEqual(to: r[b])
        case .and: return r[a].and(r[b])
        case .or: return r[a].or(r[b])
        case .not: return r[a].inverted
        case .crossesAbove, .crossesBelow, .crosses: return .any
        case .known: return r[a].known
        case .coalesce: return r[a].coalesced(with: r[b])
        }
    }

    private mutating func lastBounds(_ step: Instruction, _ region: SafeRegion) -> Interval {
        let stream = streams[Int(step.source)]
        var range = PointRange()
        range.insert(region)
        if !stream.pointee.isEmpty { range.insert(stream.pointee.newest) }
        return bounds(range, step.column, stream, mayBeUnknown: stream.pointee.isEmpty)
    }

    private mutating func previousBounds(_ step: Instruction, _ region: SafeRegion) -> Interval {
        let stream = streams[Int(step.source)]
        var range = PointRange()
        let before = stream.pointee.beforeLastInstant
        if let before { range.insert(before) }
        if region.remaining > 0 {
            range.insert(region)
            if !stream.pointee.isEmpty { range.insert(stream.pointee.newest) }
        }
        return bounds(range, step.column, stream, mayBeUnknown: before == nil)
    }

    private mutating func bounds(
        _ range: PointRange, _ column: Column, _ stream: UnsafeMutablePointer<PointStream>, mayBeUnknown: Bool
    ) -> Interval {
        if range.isEmpty { return .unknown }
        let unit = Double(InputState.unit(column, stream))
        let (least, greatest) = range.of(column)
        return Interval(
            low: Double(least) / unit, high: Double(greatest) / unit, mayBeUnknown: mayBeUnknown)
    }

    private mutating func windowBounds(_ step: Instruction, _ place: RegionPlace, _ scratch: RegionScratch)
        -> Interval
    {
        let source = Int(step.source)
        if inputs[source].staysUnknown(place) { return .unknown }
        let request = scratch.streamOfInput[source]
        let region = scratch.regions[request]
        guard let outlook = scratch.outlook(of: source, inputs + source, place, region) else { return .any }
        switch step.opcode {
        case .windowScore:
            var bounds = inputs[source].scoreBounds(step.column, outlook, region)
            if !inputs[source].isKnown { bounds.mayBeUnknown = true }
            return bounds
        case .windowDrawdown, .windowRebound:
            var extreme = step
            extreme.opcode = step.opcode == .windowDrawdown ? .windowGreatest : .windowLeast
            var last = step
            last.source = UInt16(request)
            return lastBounds(last, region)
                .relativeDifference(to: inputs[source].bounds(extreme, outlook))
        default: return inputs[source].bounds(step, outlook)
        }
    }

    private mutating func lagBounds(_ step: Instruction, _ place: RegionPlace, _ scratch: RegionScratch)
        -> Interval
    {
        let source = Int(step.source)
        let request = scratch.streamOfInput[source]
        let region = scratch.regions[request]
        let input = inputs + source
        guard let range = input.pointee.lagRange(place, region) else { return .any }
        let before = bounds(
            range, step.column, input.pointee.stream, mayBeUnknown: !input.pointee.isKnown)
        if step.opcode == .lagValue { return before }
        var last = step
        last.source = UInt16(request)
        let now = lastBounds(last, region)
        if step.opcode == .lagChange { return now.relativeDifference(to: before) }
        return now.subtracting(before).widened(by: now.reach + before.reach)
    }

    private mutating func deadlineBounds(_ source: Int, _ place: RegionPlace) -> Interval {
        let input = inputs + source
        let stream = input.pointee.stream!
        if stream.pointee.isEmpty { return .any }
        let due = stream.pointee.newest.time &+ input.pointee.length
        return Interval(
            canBeTrue: place.end >= due, canBeFalse: place.start < due || place.end >= due,
            mayBeUnknown: false)
    }
}
