/// What instances keep in memory, from the layouts themselves: for people who ask what a rule costs.
public enum StateSizes {
    /// A point of a stream. Pages of 1,024 hold them, up to two more than are needed; a stream of fewer
    /// points has one page that doubles when more than three quarters of it are needed.
    public static let point = MemoryLayout<Point>.stride
    /// An entry of a window's least and greatest values. A point that newer ones have not made irrelevant
    /// for the one is irrelevant for the other, but for the newest: at most one entry a point, and one more.
    public static let extremesEntry = MonotonicDeque.entryBytes
    /// A stream without points: itself and the ring that it begins with.
    public static let emptyStream = MemoryLayout<PointStream>.stride + PointPages.leastCapacity * point
}

/// What of an input grows with the market.
public struct InputGrowth: Sendable, Equatable {
    /// For how long the points of its stream are kept, milliseconds; 0 where the last ones are enough.
    public var retention: Int64 = 0
    /// How many points are kept, whatever their age.
    public var points = 0
    /// Bytes for each point in the window, at most: least and greatest values.
    public var extremes = 0
    /// Bytes for each point in the window: values in order.
    public var order = 0
    /// How many buckets there may be, and the bytes of one.
    public var buckets = 0
    public var bucketBytes = 0
}

extension BlockProgram {
    /// Bytes of one instance of the block, its streams and what grows with their points left out. The code is
    /// not counted: all instances share it.
    public var instanceBytes: Int {
        let registers = (registerCount + 1) * MemoryLayout<Double>.stride
        let references = streams.count * MemoryLayout<UnsafeMutablePointer<PointStream>>.stride
        let inputBytes = inputs.reduce(0) { $0 + stateBytes(of: $1) + MemoryLayout<Int64>.stride }
        return MemoryLayout<BlockState>.stride + registers + references + inputBytes
            + rules.reduce(0) { $0 + $1.instanceBytes }
    }

    private func stateBytes(of input: InputRequest) -> Int {
        let own = MemoryLayout<InputState>.stride
        switch input {
        case .window(let stream, let window):
            let extremes = window.extremesCount * WindowExtremes.emptyBytes
            let extras = extras(of: stream, window)
            let extrasBytes =
                extras.map {
                    MemoryLayout<WindowExtras>.stride + RealSums.heapBytes($0)
                        + $0.columns.count * MemoryLayout<OrderedValues>.stride
                } ?? 0
            guard case .grid = window.extent, window.aggregates.orderedColumns.isEmpty else {
                return own + extremes + extrasBytes
            }
            return own + extremes + extrasBytes + MemoryLayout<BucketRing>.stride
        case .samples(_, let request):
            let places = Int((request.length + request.ending) / request.step)
            return own + MemoryLayout<GridSamples>.stride
                + places * (MemoryLayout<Int64>.stride + MemoryLayout<Double>.stride)
        case .decay: return own + MemoryLayout<DecayingMean>.stride
        case .lag, .deadline, .rate, .firing: return own
        }
    }

    private func extras(of stream: Int, _ window: WindowRequest) -> WindowExtras.Request? {
        let isSeries = if case .series = streams[stream].kind { true } else { false }
        return WindowExtras.Request(window.aggregates, isSeries: isSeries)
    }

    /// What of an input, by its index, grows with the market.
    public func growth(of index: Int) -> InputGrowth {
        var growth = InputGrowth()
        switch inputs[index] {
        case .window(let stream, let window):
            growth.extremes = window.extremesCount * StateSizes.extremesEntry
            growth.order = window.aggregates.orderedColumns.count * MemoryLayout<Int64>.stride
            switch window.extent {
            case .points(let count): growth.points = count
            case .grid(let length, let ending, let step) where growth.order == 0:
                // The open bucket, and the one that the lower edge has not left.
                growth.buckets = Int((length + ending) / step) + 2
                growth.bucketBytes =
                    MemoryLayout<Bucket>.stride + growth.extremes
                    + max(1, window.extremesCount) * MemoryLayout<ValueRange>.stride
                    + RealSums.heapBytes(extras(of: stream, window))
                growth.extremes = 0
            case .time, .grid: growth.retention = window.extent.reach
            }
        case .lag(_, let delay): growth.retention = delay
        case .deadline, .rate, .samples, .decay, .firing: break
        }
        return growth
    }

    /// For each rule: the sources that can wake it while it is idle. Of those in its mask, the others are
    /// windows whose expiry cannot make its condition true.
    public var idleWakeMasks: [UInt64] { ExpiryAnalysis.wakeMasks(of: self) }
}

extension WindowRequest {
    fileprivate var extremesCount: Int { Column.allCases.count { aggregates.contains(.extremes($0)) } }
}

extension WindowExtremes {
    fileprivate static var emptyBytes: Int {
        MemoryLayout<WindowExtremes>.stride + 2 * MonotonicDeque.emptyBytes
    }
}

extension BlockRule {
    /// Bytes of its alert in one instance.
    fileprivate var instanceBytes: Int {
        let chainBytes =
            chain.isEmpty ? 0 : MemoryLayout<ChainState>.stride + (chain.count + 1) * ChainState.stepBytes
        return MemoryLayout<RuleInstance>.stride + reportRegisters.count * MemoryLayout<UInt16>.stride
            + escalations.count * MemoryLayout<Escalation>.stride + chainBytes
    }
}
