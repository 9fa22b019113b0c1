/// Sums over a window's points, exact: a point that leaves takes away what it brought (LANGUAGE 3.2).
struct WindowSums {
    var a: Int128 = 0
    var b: Int128 = 0
    var aa: Int128 = 0
    var ab: Int128 = 0
    var bb: Int128 = 0

    @inline(__always)
    mutating func insert(_ point: Point, _ aggregates: WindowAggregates) {
        let a = Int128(point.a)
        let b = Int128(point.b)
        if aggregates.contains(.sumA) { self.a &+= a }
        if aggregates.contains(.sumB) { self.b &+= b }
        if aggregates.contains(.sumAA) { aa &+= a &* a }
        if aggregates.contains(.sumAB) { ab &+= a &* b }
        if aggregates.contains(.sumBB) { bb &+= b &* b }
    }

    @inline(__always)
    mutating func remove(_ point: Point, _ aggregates: WindowAggregates) {
        let a = Int128(point.a)
        let b = Int128(point.b)
        if aggregates.contains(.sumA) { self.a &-= a }
        if aggregates.contains(.sumB) { self.b &-= b }
        if aggregates.contains(.sumAA) { aa &-= a &* a }
        if aggregates.contains(.sumAB) { ab &-= a &* b }
        if aggregates.contains(.sumBB) { bb &-= b &* b }
    }

    mutating func insert(
        _ positions: Range<Int>, of stream: UnsafeMutablePointer<PointStream>, _ aggregates: WindowAggregates
    ) {
        if positions.count == 1 { return insert(stream.pointee[positions.lowerBound], aggregates) }
        insert(WindowSums(of: positions, stream, aggregates))
    }

    mutating func remove(
        _ positions: Range<Int>, of stream: UnsafeMutablePointer<PointStream>, _ aggregates: WindowAggregates
    ) {
        if positions.count == 1 { return remove(stream.pointee[positions.lowerBound], aggregates) }
        remove(WindowSums(of: positions, stream, aggregates))
    }

    mutating func insert(_ other: WindowSums) {
        a &+= other.a
        b &+= other.b
        aa &+= other.aa
        ab &+= other.ab
        bb &+= other.bb
    }

    mutating func remove(_ other: WindowSums) {
        a &-= other.a
        b &-= other.b
        aa &-= other.aa
        ab &-= other.ab
        bb &-= other.bb
    }

    /// The stream has brought a and b to finer decimals.
    mutating func rescale(_ factorA: Int128, _ factorB: Int128) {
        a *= factorA
        b *= factorB
        aa *= factorA * factorA
        ab *= factorA * factorB
        bb *= factorB * factorB
    }

    /// Sum of a column's integers.
    @inline(__always)
    func of(_ column: Column) -> Int128 {
        switch column {
        case .a, .real: a
        case .b: b
        case .mid: a &+ b
        case .spread: b &- a
        }
    }

    /// Sum of the squares of a column's integers.
    @inline(__always)
    func squares(_ column: Column) -> Int128 {
        switch column {
        case .a, .real: aa
        case .b: bb
        case .mid: aa &+ 2 &* ab &+ bb
        case .spread: aa &- 2 &* ab &+ bb
        }
    }
}

extension WindowSums {
    /// Of many points at once: one loop without branches for each sum.
    private init(
        of positions: Range<Int>, _ stream: UnsafeMutablePointer<PointStream>, _ aggregates: WindowAggregates
    ) {
        self.init()
        var start = positions.lowerBound
        while start < positions.upperBound {
            // To a page's end: sums of so many values of 15 digits fit 64 bits.
            let count = min(positions.upperBound &- start, stream.pointee.pages.run(from: start))
            let points = UnsafeBufferPointer(start: stream.pointee.pages.place(start), count: count)
            if aggregates.contains(.sumA) { a &+= Int128(points.reduce(0) { $0 &+ $1.a }) }
            if aggregates.contains(.sumB) { b &+= Int128(points.reduce(0) { $0 &+ $1.b }) }
            if aggregates.contains(.sumAA) {
                for point in points { aa &+= Int128(point.a) &* Int128(point.a) }
            }
            if aggregates.contains(.sumAB) {
                for point in points { ab &+= Int128(point.a) &* Int128(point.b) }
            }
            if aggregates.contains(.sumBB) {
                for point in points { bb &+= Int128(point.b) &* Int128(point.b) }
            }
            start &+= count
        }
    }
}

/// Sums over the times of a window's points, for least squares; milliseconds since the epoch.
///
/// 10^8 points of this century with mantissas of 10^15 keep every sum below 2^120.
struct TimeSums {
    var t: Int128 = 0
    var tt: Int128 = 0
    var ta: Int128 = 0
    var tb: Int128 = 0

    mutating func insert(_ point: Point) { add(point, 1) }

    mutating func remove(_ point: Point) { add(point, -1) }

    private mutating func add(_ point: Point, _ sign: Int128) {
        let time = Int128(point.time)
        t += sign * time
        tt += sign * time * time
        ta += sign * time * Int128(point.a)
        tb += sign * time * Int128(point.b)
    }

    mutating func insert(_ other: TimeSums) { add(other, 1) }

    mutating func remove(_ other: TimeSums) { add(other, -1) }

    private mutating func add(_ other: TimeSums, _ sign: Int128) {
        t += sign * other.t
        tt += sign * other.tt
        ta += sign * other.ta
        tb += sign * other.tb
    }

    mutating func rescale(_ factorA: Int128, _ factorB: Int128) {
        ta *= factorA
        tb *= factorB
    }

    /// Sum of the products of times and a column's integers.
    func products(_ column: Column) -> Int128 {
        switch column {
        case .a, .real: ta
        case .b: tb
        case .mid: ta + tb
        case .spread: tb - ta
        }
    }
}

extension WindowSums {
    init(from reader: inout StateReader) throws(CheckpointError) {
        a = try reader.int128()
        b = try reader.int128()
        aa = try reader.int128()
        ab = try reader.int128()
        bb = try reader.int128()
    }

    func write(to writer: inout StateWriter) { for sum in [a, b, aa, ab, bb] { writer.append(sum) } }
}

extension TimeSums {
    init(from reader: inout StateReader) throws(CheckpointError) {
        t = try reader.int128()
        tt = try reader.int128()
        ta = try reader.int128()
        tb = try reader.int128()
    }

    func write(to writer: inout StateWriter) { for sum in [t, tt, ta, tb] { writer.append(sum) } }
}
