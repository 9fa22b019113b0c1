import MarketModel

/// One point of a stream: 24 bytes.
struct Point {
    /// Milliseconds since the epoch.
    var time: Int64
    /// Price or bid as a mantissa of the stream's scale; the bit pattern of a named series' Double.
    var a: Int64
    /// Size or ask as a mantissa of the stream's scale.
    var b: Int64

    @inline(__always)
    func integer(_ column: Column) -> Int64 {
        switch column {
        case .a, .real: a
        case .b: b
        case .mid: a &+ b
        case .spread: b &- a
        }
    }

    @inline(__always)
    var real: Double { Double(bitPattern: UInt64(bitPattern: a)) }

    /// The stream has brought a and b to finer decimals.
    mutating func rescale(_ factorA: Int64, _ factorB: Int64) {
        a *= factorA
        b *= factorB
    }
}

extension Point {
    init(from reader: inout StateReader) throws(CheckpointError) {
        self.init(time: try reader.int64(), a: try reader.int64(), b: try reader.int64())
    }

    func write(to writer: inout StateWriter) {
        writer.append(time)
        writer.append(a)
        writer.append(b)
    }
}

/// The points of one symbol's trades or quotes, or of a named series, kept as long as some window or lag
/// reads them. All windows share them; a window is a pair of positions.
///
///     position   head ............ lastInstant ... tail
///
/// Lives behind a stable pointer that its `Cluster` owns.
///
/// - Invariant: times do not decrease; `a` and `b` have one decimal scale each for all points, and their
///   magnitude is at most 10^15 (`FixedPoint.greatestMantissa`).
struct PointStream: ~Copyable {
    private(set) var pages = PointPages()
    /// Position of the oldest point kept; positions only grow.
    var head = 0
    /// One past the newest point.
    var tail = 0
    /// Position of the first point that has the newest point's time.
    var lastInstant = 0
    /// Time of the newest point that was dropped at the cap: windows that reach it are unknown.
    var lostThrough = Int64.min
    /// The greatest magnitudes so far, on the present scales.
    var greatestA: UInt64 = 0
    var greatestB: UInt64 = 0
    private(set) var scaleA: UInt8 = 0
    private(set) var scaleB: UInt8 = 0
    /// 10^scaleA and 10^scaleB.
    private(set) var unitA: Int64 = 1
    private(set) var unitB: Int64 = 1
    let kind: StreamRequest.Kind
    /// Whose trades or quotes they are: the symbol's number; -1 for a named series.
    var symbolNumber = -1
    /// Since when its feed has been observed (LANGUAGE 4.2); for a named series, all feeds that it reads.
    var start = FeedState.notStarted
    /// The blocks that read this stream, with their sources that a point changes.
    var readers = UnsafeList<StreamReader>()

    init(kind: StreamRequest.Kind) { self.kind = kind }

    @inline(__always)
    subscript(position: Int) -> Point {
        get { pages[position] }
        nonmutating set { pages[position] = newValue }
    }

    @inline(__always) var isEmpty: Bool { tail == 0 }
    @inline(__always) var isFull: Bool { tail == pages.end }
    @inline(__always) var newest: Point { pages[tail &- 1] }

    /// - Precondition: not full; `point.time` is not before the newest point's.
    @inline(__always)
    mutating func append(_ point: Point) {
        if tail == 0 || newest.time != point.time { lastInstant = tail }
        pages[tail] = point
        greatestA = max(greatestA, point.a.magnitude)
        greatestB = max(greatestB, point.b.magnitude)
        tail &+= 1
    }

    /// Puts a point that is older than the newest one in its place, behind those of its time.
    ///
    /// - Precondition: not full; no reader has seen the points behind it.
    mutating func insert(_ point: Point) {
        append(point)
        var place = tail - 1
        while place > head, self[place - 1].time > point.time {
            self[place] = self[place - 1]
            place -= 1
        }
        if place == tail - 1 { return }
        self[place] = point
        lastInstant = tail - 1
        while lastInstant > head, self[lastInstant - 1].time == newest.time { lastInstant -= 1 }
    }

    mutating func setScales(_ a: UInt8, _ b: UInt8) {
        scaleA = a
        scaleB = b
        unitA = PowersOfTen.int64[Int(a)]
        unitB = PowersOfTen.int64[Int(b)]
    }

    /// Makes room for more points.
    mutating func extend(cap: Int) { pages.extend(from: head, to: tail, cap: cap) }

    /// The oldest position kept whose point is newer than `time`; `tail` for none.
    ///
    /// - Complexity: O(log n).
    func firstPosition(after time: Int64) -> Int {
        var low = head
        var high = tail
        while low < high {
            let middle = (low + high) / 2
            if self[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The newest point that is older than the newest instant (LANGUAGE 11, `prev`).
    @inline(__always)
    var beforeLastInstant: Point? {
        lastInstant > head ? pages[lastInstant &- 1] : nil
    }
}

/// A block that reads a stream.
struct StreamReader {
    let block: UnsafeMutablePointer<BlockState>
    /// The sources of the block that change when a point arrives.
    let mask: UInt64
    /// Points that the block need not be evaluated for.
    var region = SafeRegion()
}
