/// What functions make of an input's content: exact integers first, one rounding last (LANGUAGE 3.2a).
/// NaN is unknown.
///
/// A column's value is `integer / unit`: the unit of price and bid is 10^scaleA, of mid 2 * 10^scaleA.
extension InputState {
    /// The integer that stands for 1 in a column of the stream.
    @inline(__always)
    static func unit(_ column: Column, _ stream: UnsafeMutablePointer<PointStream>) -> Int64 {
        switch column {
        case .a, .spread: stream.pointee.unitA
        case .b: stream.pointee.unitB
        case .mid: 2 &* stream.pointee.unitA
        case .real: 1
        }
    }

    /// One point's value, rounded once: both operands are below 2^53.
    @inline(__always)
    static func value(_ point: Point, _ column: Column, _ stream: UnsafeMutablePointer<PointStream>) -> Double
    {
        if column == .real { return point.real }
        return Double(point.integer(column)) / Double(unit(column, stream))
    }

    @inline(__always)
    private func unit(_ column: Column) -> Int64 { InputState.unit(column, stream) }

    mutating func windowSum(_ column: Column) -> Double {
        if count == 0 { return 0 }
        if column == .real { return extras.pointee.reals.sum.magnitude().divided(by: 1) }
        return ExactQuotient.rounded(sums.of(column), Int128(unit(column)))
    }

    mutating func windowMean(_ column: Column) -> Double {
        if count == 0 { return .nan }
        if column == .real {
            return extras.pointee.reals.sum.magnitude().divided(by: UInt64(count))
        }
        return ExactQuotient.rounded(sums.of(column), Int128(count) &* Int128(unit(column)))
    }

    /// Sum of price * size.
    mutating func windowProductSum() -> Double {
        ExactQuotient.rounded(sums.ab, Int128(stream.pointee.unitA) &* Int128(stream.pointee.unitB))
    }

    /// Sum of price * size over sum of size; unknown when no size was traded.
    mutating func windowWeightedMean() -> Double {
        if sums.b == 0 { return .nan }
        return ExactQuotient.rounded(sums.ab, sums.b &* Int128(stream.pointee.unitA))
    }

    mutating func windowRange(_ column: Column) -> Double {
        guard let (least, greatest) = extremes(of: column) else { return .nan }
        if column == .real { return finite(real(greatest) - real(least)) }
        return Double(greatest &- least)
            / Double(unit(column))
    }

    mutating func windowExtreme(_ column: Column, greatest wantsGreatest: Bool) -> Double {
        guard let (least, greatest) = extremes(of: column) else { return .nan }
        let value = wantsGreatest ? greatest : least
        if column == .real { return real(value) }
        return Double(value) / Double(unit(column))
    }

    /// There is no infinity in the language (LANGUAGE 3.3).
    private func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

    private func real(_ bits: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: bits)) }

    /// `(x - extreme) / extreme` of the stream's last value against the window's greatest or least.
    mutating func windowDistance(_ column: Column, fromGreatest: Bool) -> Double {
        guard let (least, greatest) = extremes(of: column) else { return .nan }
        let extreme = Int128(fromGreatest ? greatest : least)
        return ExactQuotient.rounded(Int128(stream.pointee.newest.integer(column)) &- extreme, extreme)
    }

    /// Variance of the sample (n - 1), or of the population (n); unknown below two points either way.
    mutating func windowVariance(_ column: Column, ofPopulation: Bool = false) -> Double {
        if column == .real {
            return extras.pointee.reals.variance(count, ofPopulation: ofPopulation)
        }
        return variance(
            sums.of(column), sums.squares(column), count, column, ofPopulation: ofPopulation)
    }

    /// `(n * Sum(x^2) - (Sum x)^2) / (n (n-1))` in units of 1/unit^2, rounded once.
    ///
    /// With n at most 4 M (`EngineOptions.defaultPointCap`) and 12 decimals the denominator is below 2^127;
    /// a grid window's n may be greater, and with that many decimals its value is rounded thrice.
    private mutating func variance(
        _ sum: Int128, _ squares: Int128, _ count: Int, _ column: Column, ofPopulation: Bool = false
    ) -> Double {
        if count < 2 { return .nan }
        let n = UInt128(count)
        let numerator =
            UInt256(n, times: squares.magnitude) &- UInt256(sum.magnitude, times: sum.magnitude)
        let unit = UInt128(unit(column))
        let divisor = n &* (ofPopulation ? n : n &- 1)
        let denominator = divisor.multipliedReportingOverflow(by: unit &* unit)
        if !denominator.overflow { return ExactQuotient.rounded(numerator, denominator.partialValue) }
        return ExactQuotient.rounded(numerator, divisor) / Double(unit) / Double(unit)
    }

    /// How many sample deviations the stream's last value is away from the mean of the window without the
    /// last instant (LANGUAGE 11, `zscore`): the distance is rounded once, then divided.
    mutating func windowScore(_ column: Column) -> Double {
        let stream = stream!
        if stream.pointee.isEmpty { return .nan }
        let newest = stream.pointee.newest
        let leaving = lastInstantInside()
        if column == .real { return realScore(newest, without: leaving) }
        var sum = sums.of(column)
        var squares = sums.squares(column)
        for position in leaving {
            let value = Int128(stream.pointee[position].integer(column))
            sum &-= value
            squares &-= value &* value
        }
        let count = count &- leaving.count
        let deviation = variance(sum, squares, count, column).squareRoot()
        guard deviation > 0 else { return .nan }
        let n = Int128(count)
        let distance = ExactQuotient.rounded(
            n &* Int128(newest.integer(column)) &- sum, n &* Int128(unit(column)))
        return distance / deviation
    }

    private mutating func realScore(_ newest: Point, without leaving: Range<Int>) -> Double {
        let reals = RealSums(copying: extras.pointee.reals)
        for position in leaving { reals.remove(stream.pointee[position]) }
        let count = count - leaving.count
        let deviation = reals.variance(count).squareRoot()
        guard deviation > 0 else { return .nan }
        // (n*x - sum) / n
        reals.sum.negate()
        reals.sum.add(newest.real, times: UInt64(count))
        return reals.sum.magnitude().divided(by: UInt64(count)) / deviation
    }

    /// The prevailing value at t - d.
    @inline(__always)
    mutating func lagValue(_ column: Column) -> Double {
        isKnown ? InputState.value(stream.pointee[upper &- 1], column, stream) : .nan
    }

    /// `(x - y) / y` of now against t - d.
    @inline(__always)
    mutating func lagChange(_ column: Column) -> Double {
        guard isKnown else { return .nan }
        let before = stream.pointee[upper &- 1]
        let now = stream.pointee.newest
        if column == .real { return ExactQuotient.relativeDifference(now.real, before.real) }
        let base = Int128(before.integer(column))
        return ExactQuotient.rounded(Int128(now.integer(column)) &- base, base)
    }

    /// `x - y` of now against t - d.
    @inline(__always)
    mutating func lagMove(_ column: Column) -> Double {
        guard isKnown else { return .nan }
        let before = stream.pointee[upper &- 1]
        let now = stream.pointee.newest
        if column == .real { return finite(now.real - before.real) }
        let difference = now.integer(column) &- before.integer(column)
        return Double(difference) / Double(unit(column))
    }
}

extension RealSums {
    /// Variance of `count` values, rounded once.
    func variance(_ count: Int, ofPopulation: Bool = false) -> Double {
        guard count >= 2 else { return .nan }
        let n = UInt64(count)
        let numerator = squares.magnitude().multiplied(by: n).subtracting(sum.magnitude().squared())
        return numerator.divided(by: n * (ofPopulation ? n : n - 1))
    }
}
