/// What functions make of grid samples.
extension InputState {
    @inline(never)
    mutating func advanceSamples(to t: Int64) -> Int64 {
        let wasKnown = isKnown
        let (hasTicked, next) = samples.pointee.advance(stream, to: t, seesEveryTick: seesEveryTick)
        let start = stream.pointee.start
        let known =
            start == FeedState.notStarted
            ? Int64.max : max(start, samples.pointee.lostThrough) + length + ending
        isKnown = !samples.pointee.warmsUp || known <= t
        hasChanged = hasTicked || isKnown != wasKnown
        return isKnown ? next : min(next, known)
    }

    mutating func advanceDecay(to t: Int64) -> Int64 {
        decay.pointee.advance(stream, to: t)
        return Int64.max
    }

    /// `twap`: the mean of the window's samples, rounded once.
    func sampleMean(at t: Int64) -> Double {
        guard isKnown, let window = samples.pointee.window(at: t) else { return .nan }
        let unit = Int128(InputState.unit(samples.pointee.column, stream))
        let sum = window.reduce(0 as Int128) { $0 + Int128(samples.pointee.value(at: $1)) }
        return ExactQuotient.rounded(sum, Int128(window.count) * unit)
    }

    /// `rsi`: 100 * G / (G + L), rounded once; unknown when nothing moved.
    func sampleStrength(at t: Int64) -> Double {
        guard isKnown, let window = samples.pointee.window(at: t), window.count > 1 else { return .nan }
        var gains: Int128 = 0
        var losses: Int128 = 0
        for index in window.dropFirst() {
            let step = Int128(samples.pointee.value(at: index)) - Int128(samples.pointee.value(at: index - 1))
            if step > 0 { gains += step } else { losses -= step }
        }
        return gains + losses == 0 ? .nan : ExactQuotient.rounded(100 * gains, gains + losses)
    }

    /// `volatility`: the sample deviation of the log returns, as `stddev` takes it of a series of them.
    func sampleVolatility(at t: Int64) -> Double {
        guard isKnown, let window = samples.pointee.window(at: t), window.count > 2 else { return .nan }
        let moments = ReturnMoments()
        for index in window.dropFirst() {
            let value = samples.pointee.logReturn(at: index)
            if value.isNaN { return .nan }
            moments.insert(value)
        }
        return moments.variance(window.count - 1).squareRoot()
    }

    /// The value at the last grid point at or before `t - d`.
    func sampleValue(at t: Int64) -> Double {
        guard let value = samples.pointee.oldest(at: t) else { return .nan }
        let column = samples.pointee.column
        if column == .real { return Double(bitPattern: UInt64(bitPattern: value)) }
        return Double(value) / Double(InputState.unit(column, stream))
    }

    /// `(x - y) / y` of now against the value at the last grid point at or before `t - d`.
    func sampleChange(at t: Int64) -> Double {
        guard let value = samples.pointee.oldest(at: t) else { return .nan }
        let column = samples.pointee.column
        let now = stream.pointee.newest
        if column == .real {
            return ExactQuotient.relativeDifference(now.real, Double(bitPattern: UInt64(bitPattern: value)))
        }
        return ExactQuotient.rounded(Int128(now.integer(column)) - Int128(value), Int128(value))
    }

    /// `x - y`.
    func sampleMove(at t: Int64) -> Double {
        guard let value = samples.pointee.oldest(at: t) else { return .nan }
        let column = samples.pointee.column
        let now = stream.pointee.newest
        if column == .real {
            let difference = now.real - Double(bitPattern: UInt64(bitPattern: value))
            return difference.isFinite ? difference : .nan
        }
        return Double(now.integer(column) - value) / Double(InputState.unit(column, stream))
    }
}

/// Sums over the log returns of one or two series: exact, so that their order does not matter.
struct ReturnMoments: ~Copyable {
    private let sum = ExactRealSum(.value)
    private let squares = ExactRealSum(.square)
    private let otherSum = ExactRealSum(.value)
    private let otherSquares = ExactRealSum(.square)
    private let products = ExactRealSum(.square)

    func insert(_ value: Double) {
        sum.add(value)
        squares.addSquare(value)
    }

    func insert(_ value: Double, _ other: Double) {
        insert(value)
        otherSum.add(other)
        otherSquares.addSquare(other)
        products.addProduct(value, other)
    }

    /// Of the sample, rounded once.
    func variance(_ count: Int) -> Double { ReturnMoments.variance(sum, squares, count) }

    func otherVariance(_ count: Int) -> Double { ReturnMoments.variance(otherSum, otherSquares, count) }

    private static func variance(
        _ sum: borrowing ExactRealSum, _ squares: borrowing ExactRealSum, _ count: Int
    ) -> Double {
        guard count >= 2 else { return .nan }
        let n = UInt64(count)
        return squares.magnitude().multiplied(by: n).subtracting(sum.magnitude().squared())
            .divided(by: n * (n - 1))
    }

    /// Of the sample, rounded once.
    func covariance(_ count: Int) -> Double {
        guard count >= 2 else { return .nan }
        let n = UInt64(count)
        let cross = sum.magnitude().multiplied(by: otherSum.magnitude())
        return products.magnitude().multiplied(by: n).minus(cross).divided(by: n * (n - 1))
    }
}

extension BlockState {
    /// `correlation` and `beta` of two series' log returns where both samples are known; unknown below
    /// three returns. Covariance and variances are rounded once each; what follows is IEEE.
    func sampleDependence(_ step: Instruction, at t: Int64, isBeta: Bool) -> Double {
        let left = inputs + Int(step.source)
        let right = inputs + Int(step.b)
        guard left.pointee.isKnown, right.pointee.isKnown,
            let ours = left.pointee.samples.pointee.window(at: t),
            let theirs = right.pointee.samples.pointee.window(at: t)
        else { return .nan }
        let window = max(ours.lowerBound, theirs.lowerBound)...ours.upperBound
        guard window.count > 3 else { return .nan }
        let moments = ReturnMoments()
        for index in window.dropFirst() {
            let one = left.pointee.samples.pointee.logReturn(at: index)
            let other = right.pointee.samples.pointee.logReturn(at: index)
            if one.isNaN || other.isNaN { return .nan }
            moments.insert(one, other)
        }
        let count = window.count - 1
        let variances = (moments.variance(count), moments.otherVariance(count))
        if isBeta { return variances.1 > 0 ? moments.covariance(count) / variances.1 : .nan }
        guard variances.0 > 0, variances.1 > 0 else { return .nan }
        return moments.covariance(count) / (variances.0.squareRoot() * variances.1.squareRoot())
    }
}
