import Glibc

/// The prevailing values of a column at grid points, as far back as a function reads (LANGUAGE 4.1).
///
///     grid index k is the time k * step
///     ring    [newest - capacity + 1 ...................... newest]      newest <= t / step
///     window        (newest - ending - length, newest - ending]          in steps
///
/// A long quiet time costs nothing: once all samples are one and the same point's, nothing changes until the
/// next point, and the index stands still.
struct GridSamples: ~Copyable {
    let column: Column
    let step: Int64
    /// In steps.
    let length: Int64
    let ending: Int64
    let warmsUp: Bool
    private let capacity: Int64
    private let values: UnsafeMutablePointer<Int64>
    /// ln of each sample by the one before it; NaN where that is unknown or no number.
    private let returns: UnsafeMutablePointer<Double>
    /// Position in the stream of the first point that has not been seen.
    var consumed = 0
    /// Nothing is known of the points up to this time: it has begun after them.
    var lostThrough = Int64.min
    /// Index of the newest sample taken.
    private var newest = Int64.min
    /// Index of the first sample with a known value.
    private var firstKnown = Int64.max
    private var prevailing: Int64 = 0
    private var hasPrevailing = false
    /// The samples from this index on are one point's.
    private var uniformSince = Int64.max

    init(_ request: SampleRequest) {
        column = request.column
        step = request.step
        length = request.length / step
        ending = request.ending / step
        warmsUp = request.warmsUp
        capacity = length + ending
        values = .allocate(capacity: Int(capacity))
        values.initialize(repeating: 0, count: Int(capacity))
        returns = .allocate(capacity: Int(capacity))
        returns.initialize(repeating: .nan, count: Int(capacity))
    }

    deinit {
        values.deallocate()
        returns.deallocate()
    }

    /// The next grid point, where a point that arrives after `t` becomes a sample at the earliest.
    func nextTick(after t: Int64) -> Int64 { (BucketRing.floor(t, step) &+ 1) &* step }

    mutating func adopt(_ other: borrowing GridSamples) {
        consumed = other.consumed
        lostThrough = other.lostThrough
        newest = other.newest
        firstKnown = other.firstKnown
        prevailing = other.prevailing
        hasPrevailing = other.hasPrevailing
        uniformSince = other.uniformSince
        values.update(from: other.values, count: Int(capacity))
        returns.update(from: other.returns, count: Int(capacity))
    }

    func write(to writer: inout StateWriter) {
        writer.append(lostThrough)
        writer.append(newest)
        writer.append(firstKnown)
        writer.append(prevailing)
        writer.append(hasPrevailing)
        writer.append(uniformSince)
        guard hasPrevailing else { return }
        for index in 0..<Int(capacity) {
            // Of equal samples all but the first are one byte.
            writer.append(values[index] &- (index == 0 ? 0 : values[index - 1]))
            writer.append(unsigned: returns[index].bitPattern.byteSwapped)
        }
    }

    /// Takes over what another one of the same request has written.
    mutating func read(from reader: inout StateReader) throws(CheckpointError) {
        lostThrough = try reader.int64()
        newest = try reader.int64()
        firstKnown = try reader.int64()
        prevailing = try reader.int64()
        hasPrevailing = try reader.flag()
        uniformSince = try reader.int64()
        guard hasPrevailing else { return }
        for index in 0..<Int(capacity) {
            values[index] = try reader.int64() &+ (index == 0 ? 0 : values[index - 1])
            returns[index] = Double(bitPattern: try reader.unsigned().byteSwapped)
        }
    }

    /// Sees the stream's points and takes the samples up to `t`.
    ///
    /// - Returns: whether a sample was taken, and when the next is due.
    mutating func advance(
        _ stream: UnsafeMutablePointer<PointStream>, to t: Int64, seesEveryTick: Bool
    ) -> (hasTicked: Bool, next: Int64) {
        let before = newest
        let last = BucketRing.floor(t, step)
        consumed = max(consumed, stream.pointee.head)
        while consumed < stream.pointee.tail {
            let point = stream.pointee[consumed]
            consumed += 1
            // The first grid point at which it prevails.
            let index = BucketRing.floor(point.time - 1, step) + 1
            sample(through: min(index - 1, last))
            let value = point.integer(column)
            if !hasPrevailing { firstKnown = index }
            hasPrevailing = true
            prevailing = value
            uniformSince = newest + 1
        }
        sample(through: last)
        let isUniform = !seesEveryTick && newest - uniformSince + 1 >= capacity
        let next = hasPrevailing && !isUniform ? (newest + 1) * step : Int64.max
        return (newest != before, next)
    }

    private mutating func sample(through last: Int64) {
        guard last > newest else { return }
        guard hasPrevailing else {
            newest = last
            return
        }
        var index = max(newest + 1, last - capacity + 1)
        // After a gap the sample before it is of the same point.
        var held: Int64?
        if index > firstKnown { held = index == newest + 1 ? values[place(newest)] : prevailing }
        while index <= last {
            values[place(index)] = prevailing
            returns[place(index)] = held.map { logarithm(prevailing, $0) } ?? .nan
            held = prevailing
            index += 1
        }
        newest = last
    }

    private func place(_ index: Int64) -> Int {
        let rest = index % capacity
        return Int(rest < 0 ? rest + capacity : rest)
    }

    private func logarithm(_ now: Int64, _ before: Int64) -> Double {
        let (now, before) = (double(now), double(before))
        guard now > 0, before > 0 else { return .nan }
        let logarithm = log(now / before)
        return logarithm.isFinite ? logarithm : .nan
    }

    private func double(_ value: Int64) -> Double {
        column == .real ? Double(bitPattern: UInt64(bitPattern: value)) : Double(value)
    }

    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        let factor = column == .b ? factorB : factorA
        for index in 0..<Int(capacity) { values[index] *= factor }
        prevailing *= factor
    }

    // MARK: Reading

    /// The indices of the known samples in the window at `t`.
    func window(at t: Int64) -> ClosedRange<Int64>? {
        guard hasPrevailing else { return nil }
        let end = BucketRing.floor(t, step) - ending
        let first = max(end - length + 1, firstKnown)
        return first <= end ? first...end : nil
    }

    /// The column's integer, or a named series' bits.
    func value(at index: Int64) -> Int64 { index > newest ? prevailing : values[place(index)] }

    /// ln of the sample by the one before it.
    func logReturn(at index: Int64) -> Double {
        index > newest ? logarithm(prevailing, prevailing) : returns[place(index)]
    }

    /// The value at the oldest index kept, which is the last grid point at or before `t - d` of a lag.
    func oldest(at t: Int64) -> Int64? {
        let index = BucketRing.floor(t, step) - capacity + 1
        return hasPrevailing && index >= firstKnown ? value(at: index) : nil
    }
}
