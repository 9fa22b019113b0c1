/// Bounds of what functions make of a window's content, from its outlook. They go through other roundings
/// than the exact values, so they are widened by far more than those can differ.
extension InputState {
    mutating func bounds(_ step: Instruction, _ outlook: UnsafeMutablePointer<WindowOutlook>) -> Interval {
        var bounds = knownBounds(step, outlook)
        if !isKnown { bounds.mayBeUnknown = true }
        return bounds
    }

    private mutating func knownBounds(_ step: Instruction, _ outlook: UnsafeMutablePointer<WindowOutlook>)
        -> Interval
    {
        let column = step.column
        let unit = Double(InputState.unit(column, stream))
        switch step.opcode {
        case .windowCount:
            return Interval(
                low: Double(outlook.pointee.count),
                high: Double(outlook.pointee.count &+ outlook.pointee.others))
        case .windowSum: return sumBounds(column, outlook, unit)
        case .windowProductSum: return productBounds(outlook)
        case .windowMean: return meanBounds(column, outlook, unit)
        case .windowWeightedMean: return weightedMeanBounds(outlook, unit)
        case .windowFirst, .windowLast: return edgeBounds(step, outlook, unit)
        case .windowLeast: return extremeBounds(column, outlook, greatest: false, unit)
        case .windowGreatest: return extremeBounds(column, outlook, greatest: true, unit)
        case .windowRange:
            let greatest = extremeBounds(column, outlook, greatest: true, unit)
            let least = extremeBounds(column, outlook, greatest: false, unit)
            return greatest.subtracting(least).widened(by: greatest.reach + least.reach)
        case .windowVariance: return varianceBounds(column, outlook, unit)
        case .windowDeviation: return varianceBounds(column, outlook, unit).squareRoot
        default: return .any
        }
    }

    private mutating func sumBounds(
        _ column: Column, _ outlook: UnsafeMutablePointer<WindowOutlook>, _ unit: Double
    ) -> Interval {
        let sum = outlook.pointee.sums.of(column).approximate
        guard outlook.pointee.others > 0 else {
            return Interval(low: sum / unit, high: sum / unit).widened(by: sum.magnitude / unit)
        }
        let (least, greatest) = outlook.pointee.range.of(column)
        let count = Double(outlook.pointee.others)
        let rise = column == .b ? outlook.pointee.weight : count * max(0, Double(greatest))
        let fall = count * min(0, Double(least))
        return Interval(low: (sum + fall) / unit, high: (sum + rise) / unit)
            .widened(by: (sum.magnitude + rise - fall) / unit)
    }

    private mutating func productBounds(_ outlook: UnsafeMutablePointer<WindowOutlook>) -> Interval {
        let unit = Double(stream.pointee.unitA) * Double(stream.pointee.unitB)
        let sum = outlook.pointee.sums.ab.approximate
        guard outlook.pointee.others > 0 else {
            return Interval(low: sum / unit, high: sum / unit).widened(by: sum.magnitude / unit)
        }
        if outlook.pointee.range.leastB < 0 { return .any }
        let rise = outlook.pointee.weight * max(0, Double(outlook.pointee.range.greatestA))
        let fall = outlook.pointee.weight * min(0, Double(outlook.pointee.range.leastA))
        return Interval(low: (sum + fall) / unit, high: (sum + rise) / unit)
            .widened(by: (sum.magnitude + rise - fall) / unit)
    }

    /// A mean of the points that stay and of any of the others, which have at most the share `others` of the
    /// weight: it lies between the one's mean and that share of the way to the others' bounds.
    private static func blend(_ mean: Double, _ share: Double, _ least: Double, _ greatest: Double)
        -> Interval
    {
        Interval(
            low: min(mean, mean + share * (least - mean)), high: max(mean, mean + share * (greatest - mean)))
    }

    private mutating func meanBounds(
        _ column: Column, _ outlook: UnsafeMutablePointer<WindowOutlook>, _ unit: Double
    ) -> Interval {
        guard outlook.pointee.count > 0 || outlook.pointee.others > 0 else { return .unknown }
        let others = outlook.pointee.others > 0 ? outlook.pointee.range.of(column) : (0, 0)
        let (least, greatest) = (Double(others.0), Double(others.1))
        if outlook.pointee.count == 0 {
            return Interval(low: least / unit, high: greatest / unit, mayBeUnknown: true)
                .widened(by: (least.magnitude + greatest.magnitude) / unit)
        }
        let mean = outlook.pointee.sums.of(column).approximate / Double(outlook.pointee.count)
        let share = Double(outlook.pointee.others) / Double(outlook.pointee.others &+ outlook.pointee.count)
        let bounds = InputState.blend(mean, share, least, greatest)
        return Interval(low: bounds.low / unit, high: bounds.high / unit)
            .widened(by: (bounds.low.magnitude + bounds.high.magnitude) / unit)
    }

    private mutating func weightedMeanBounds(_ outlook: UnsafeMutablePointer<WindowOutlook>, _ unit: Double)
        -> Interval
    {
        if outlook.pointee.others > 0, outlook.pointee.range.leastB < 0 { return .any }
        let weight = outlook.pointee.sums.b.approximate
        let least = Double(outlook.pointee.range.leastA)
        let greatest = Double(outlook.pointee.range.greatestA)
        guard weight > 0 else {
            if outlook.pointee.others == 0 { return .unknown }
            return Interval(low: least / unit, high: greatest / unit, mayBeUnknown: true)
                .widened(by: (least.magnitude + greatest.magnitude) / unit)
        }
        let mean = outlook.pointee.sums.ab.approximate / weight
        let share =
            outlook.pointee.others > 0 ? outlook.pointee.weight / (outlook.pointee.weight + weight) : 0
        let bounds = InputState.blend(mean, share, least, greatest)
        return Interval(low: bounds.low / unit, high: bounds.high / unit)
            .widened(by: (bounds.low.magnitude + bounds.high.magnitude) / unit)
    }

    private mutating func edgeBounds(
        _ step: Instruction, _ outlook: UnsafeMutablePointer<WindowOutlook>, _ unit: Double
    ) -> Interval {
        var bounds = Interval.unknown
        if outlook.pointee.count > 0 {
            let first = step.opcode == .windowFirst
            let point =
                first && kind != .buckets
                ? stream.pointee[lower &+ outlook.pointee.leaving] : edgePoint(first: first)
            if let point { bounds = Interval(Double(point.integer(step.column)) / unit) }
        }
        if outlook.pointee.others > 0 {
            let (least, greatest) = outlook.pointee.range.of(step.column)
            bounds = bounds.union(Interval(low: Double(least) / unit, high: Double(greatest) / unit))
        }
        bounds.mayBeUnknown = outlook.pointee.count == 0
        return bounds
    }

    private mutating func extremeBounds(
        _ column: Column, _ outlook: UnsafeMutablePointer<WindowOutlook>, greatest wantsGreatest: Bool,
        _ unit: Double
    ) -> Interval {
        var bounds = Interval.unknown
        if outlook.pointee.others > 0 {
            let (least, greatest) = outlook.pointee.range.of(column)
            bounds = Interval(low: Double(least) / unit, high: Double(greatest) / unit)
        }
        guard outlook.pointee.count > 0 else {
            bounds.mayBeUnknown = true
            return bounds
        }
        let from = kind == .buckets ? Int.min : lower &+ outlook.pointee.leaving
        guard let staying = extreme(of: column, greatest: wantsGreatest, from: from) else { return .any }
        let value = Double(staying) / unit
        if outlook.pointee.others == 0 { return Interval(value) }
        return wantsGreatest
            ? Interval(low: value, high: max(value, bounds.high))
            : Interval(low: min(value, bounds.low), high: value)
    }

    private mutating func extreme(of column: Column, greatest: Bool, from position: Int) -> Int64? {
        for index in 0..<extremesCount where extremes[index].column == column {
            return extremes[index].value(greatest: greatest, from: position)
        }
        return nil
    }

    private mutating func varianceBounds(
        _ column: Column, _ outlook: UnsafeMutablePointer<WindowOutlook>, _ unit: Double
    ) -> Interval {
        guard outlook.pointee.count >= 2 else { return .any }
        let spread = Spread(
            outlook.pointee.sums, outlook.pointee.count, column, around: stream.pointee.newest)
        guard outlook.pointee.others > 0 else {
            let variance = Interval(low: spread.least, high: spread.greatest)
            return variance.scaled(by: 1 / Double(outlook.pointee.count &- 1) / unit / unit).widenedByItself
        }
        let others = Double(outlook.pointee.others)
        let distance = spread.distance(to: outlook.pointee.range.of(column))
        let n = Double(outlook.pointee.count)
        return Interval(
            low: spread.least / (n + others - 1),
            high: (spread.greatest + others * distance * distance) / (n - 1)
        ).scaled(by: 1 / unit / unit).widenedByItself
    }

    /// Of the stream's last value against the window without the last instant, whichever that is by then.
    mutating func scoreBounds(
        _ column: Column, _ outlook: UnsafeMutablePointer<WindowOutlook>, _ region: SafeRegion
    ) -> Interval {
        var outlook = outlook.pointee
        let staysFrom = kind == .buckets ? Int.min : lower &+ outlook.leaving
        let last = lastInstantInside()
        if last.count > WindowOutlook.budget { return .any }
        outlook.mayLeave(
            max(last.lowerBound, staysFrom)..<max(last.upperBound, staysFrom), of: stream, aggregates)
        guard outlook.count >= 2 else { return .any }
        let spread = Spread(outlook.sums, outlook.count, column, around: stream.pointee.newest)
        let others = Double(outlook.others)
        let n = Double(outlook.count)
        let deviation = (spread.least / (n + others - 1)).squareRoot()
        guard deviation > 0 else { return .any }
        var newest = PointRange()
        newest.insert(stream.pointee.newest)
        newest.insert(region)
        let (least, greatest) = newest.of(column)
        let center = Double(stream.pointee.newest.integer(column))
        let mean =
            outlook.others > 0
            ? InputState.blend(
                spread.mean, others / (others + n), Double(outlook.range.of(column).least) - center,
                Double(outlook.range.of(column).greatest) - center) : Interval(spread.mean)
        let low = Double(least) - center - mean.high
        let high = Double(greatest) - center - mean.low
        let bounds = Interval(low: min(low, 0) / deviation, high: max(high, 0) / deviation)
        return bounds.widened(by: 1 + bounds.high - bounds.low)
    }

    /// Mean and sum of squared deviations of the points that stay, around one of the values.
    private struct Spread {
        /// Less the center.
        let mean: Double
        let center: Double
        /// Bounds of the sum of squared deviations from the mean.
        let least: Double
        let greatest: Double

        init(_ sums: WindowSums, _ count: Int, _ column: Column, around point: Point) {
            let middle = Int128(point.integer(column))
            let sum = sums.of(column) &- middle &* Int128(count)
            let squares =
                sums.squares(column) &- 2 &* middle &* sums.of(column) &+ middle &* middle &* Int128(count)
            mean = sum.approximate / Double(count)
            center = middle.approximate
            let whole = squares.approximate
            let value = whole - sum.approximate * mean
            let room = whole * 0x1p-40
            least = max(0, value - room)
            greatest = max(0, value + room)
        }

        /// How far from the mean a value can be.
        func distance(to range: (least: Int64, greatest: Int64)) -> Double {
            max(
                (Double(range.least) - center - mean).magnitude,
                (Double(range.greatest) - center - mean).magnitude)
        }
    }
}

extension Int128 {
    /// Within two roundings; the standard library's conversion is generic code and takes a microsecond.
    fileprivate var approximate: Double {
        let top = Double(UInt64(truncatingIfNeeded: magnitude >> 64)) * 0x1p64
        let whole = top + Double(UInt64(truncatingIfNeeded: magnitude))
        return self < 0 ? -whole : whole
    }
}

extension Interval {
    /// - Parameter factor: positive.
    fileprivate func scaled(by factor: Double) -> Interval {
        Interval(low: low * factor, high: high * factor, mayBeUnknown: mayBeUnknown)
    }

    fileprivate var widenedByItself: Interval {
        let room = widened(by: low.magnitude + high.magnitude)
        return Interval(low: max(0, room.low), high: room.high, mayBeUnknown: mayBeUnknown)
    }
}
