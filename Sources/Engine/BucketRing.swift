/// A grid window's points by buckets (LANGUAGE 4.1, `1d by 1m`): each holds the aggregates of its points,
/// and enters and leaves the window as a whole.
///
///     bucket number k: (k * step, (k + 1) * step]      only buckets with points are kept
///
///     head ===== in the window ===== entered ----- not yet ----- tail       (without `ending` all are in)
struct BucketRing: ~Copyable {
    let step: Int64
    let columns: [Column]
    private let request: WindowExtras.Request?
    /// Positions of the oldest bucket kept, of the first that has not entered yet, and past the newest.
    private(set) var head = 0
    var entered = 0
    private(set) var tail = 0
    /// Position in the stream of the first point that no bucket has taken in.
    var consumed = 0
    /// Time of the newest point that the stream dropped before a bucket took it in.
    var lostThrough = Int64.min
    private var ring: UnsafeMutablePointer<Bucket>
    private var mask = 7

    init(step: Int64, columns: [Column], extras request: WindowExtras.Request?) {
        self.step = step
        self.columns = columns
        self.request = request
        ring = .allocate(capacity: 8)
    }

    deinit {
        for position in head..<tail { (ring + (position & mask)).deinitialize(count: 1) }
        ring.deallocate()
    }

    /// Takes over what another ring of the same grid holds, whose columns include these.
    mutating func adopt(_ other: borrowing BucketRing) {
        consumed = other.consumed
        lostThrough = other.lostThrough
        for position in other.head..<other.tail {
            append(Bucket(copying: other.ring[position & other.mask], other.columns, columns, request))
            if position < other.entered { entered = tail }
        }
    }

    /// The bucket of a time: an upper edge belongs to the bucket that ends there.
    func number(of time: Int64) -> Int64 { BucketRing.floor(time - 1, step) }

    static func floor(_ value: Int64, _ step: Int64) -> Int64 {
        let quotient = value / step
        return value % step < 0 ? quotient - 1 : quotient
    }

    /// - Precondition: `head <= position < tail`.
    func bucket(_ position: Int) -> UnsafeMutablePointer<Bucket> { ring + (position & mask) }

    /// Takes in the stream's next point.
    mutating func insert(_ point: Point, _ aggregates: WindowAggregates) {
        let number = number(of: point.time)
        if tail == head || bucket(tail - 1).pointee.number != number {
            append(Bucket(number, point, columns: columns.count, request))
        }
        bucket(tail - 1).pointee.insert(point, aggregates, columns)
    }

    mutating func removeFirst() {
        bucket(head).deinitialize(count: 1)
        head += 1
        entered = max(entered, head)
    }

    private mutating func append(_ new: consuming Bucket) {
        if tail - head > mask { grow() }
        (ring + (tail & mask)).initialize(to: new)
        tail += 1
    }

    private mutating func grow() {
        let capacity = (mask + 1) * 2
        let larger = UnsafeMutablePointer<Bucket>.allocate(capacity: capacity)
        for position in head..<tail {
            (larger + (position & (capacity - 1))).moveInitialize(from: ring + (position & mask), count: 1)
        }
        ring.deallocate()
        ring = larger
        mask = capacity - 1
    }

    func write(to writer: inout StateWriter) {
        writer.append(lostThrough)
        writer.append(unsigned: UInt64(tail - head))
        for position in head..<tail { bucket(position).pointee.write(to: &writer, columns.count) }
    }

    /// Takes over what another ring of the same request has written, with none of it in the window yet.
    ///
    /// - Precondition: empty.
    mutating func read(from reader: inout StateReader) throws(CheckpointError) {
        lostThrough = try reader.int64()
        for _ in 0..<(try reader.count()) {
            let number = try reader.int64()
            var bucket = Bucket(number, try Point(from: &reader), columns: columns.count, request)
            try bucket.read(from: &reader, columns.count)
            append(bucket)
        }
    }

    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        for position in head..<tail { bucket(position).pointee.rescale(factorA, factorB, columns) }
    }
}

/// What the points of one bucket add up to; not empty.
struct Bucket: ~Copyable {
    let number: Int64
    private(set) var count = 0
    private(set) var sums = WindowSums()
    private(set) var first: Point
    private(set) var last: Point
    private(set) var times: TimeSums?
    let reals: RealSums
    private let ranges: UnsafeMutablePointer<ValueRange>

    init(_ number: Int64, _ first: Point, columns: Int, _ request: WindowExtras.Request?) {
        self.number = number
        self.first = first
        last = first
        ranges = .allocate(capacity: max(1, columns))
        ranges.initialize(repeating: ValueRange(), count: max(1, columns))
        times = request?.sumsTimes ?? false ? TimeSums() : nil
        reals = RealSums(request)
    }

    init(
        copying other: borrowing Bucket, _ columns: [Column], _ wanted: [Column],
        _ request: WindowExtras.Request?
    ) {
        self.init(other.number, other.first, columns: wanted.count, request)
        count = other.count
        sums = other.sums
        last = other.last
        if times != nil { times = other.times }
        reals.insert(other.reals)
        for (index, column) in wanted.enumerated() {
            if let place = columns.firstIndex(of: column) { ranges[index] = other.ranges[place] }
        }
    }

    /// What `write` has written behind the number and the first point.
    mutating func read(from reader: inout StateReader, _ columns: Int) throws(CheckpointError) {
        last = try Point(from: &reader)
        count = try reader.int()
        sums = try WindowSums(from: &reader)
        if times != nil { times = try TimeSums(from: &reader) }
        try reals.read(from: &reader)
        for index in 0..<columns {
            ranges[index] = ValueRange(least: try reader.int64(), greatest: try reader.int64())
        }
    }

    func write(to writer: inout StateWriter, _ columns: Int) {
        writer.append(number)
        first.write(to: &writer)
        last.write(to: &writer)
        writer.append(count)
        sums.write(to: &writer)
        times?.write(to: &writer)
        reals.write(to: &writer)
        for index in 0..<columns {
            writer.append(ranges[index].least)
            writer.append(ranges[index].greatest)
        }
    }

    deinit { ranges.deallocate() }

    mutating func insert(_ point: Point, _ aggregates: WindowAggregates, _ columns: [Column]) {
        count += 1
        last = point
        sums.insert(point, aggregates)
        times?.insert(point)
        reals.insert(point)
        for index in columns.indices { ranges[index].insert(point, columns[index]) }
    }

    /// Least and greatest of a column, by its place among the window's.
    func range(_ index: Int) -> ValueRange { ranges[index] }

    mutating func rescale(_ factorA: Int64, _ factorB: Int64, _ columns: [Column]) {
        sums.rescale(Int128(factorA), Int128(factorB))
        times?.rescale(Int128(factorA), Int128(factorB))
        first.rescale(factorA, factorB)
        last.rescale(factorA, factorB)
        for (index, column) in columns.enumerated() {
            ranges[index] = ranges[index].rescaled(by: column == .b ? factorB : factorA)
        }
    }
}
