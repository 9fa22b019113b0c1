/// What of an engine's state is no function of the points in its exact windows, in bytes by the layouts: what
/// has to be stored so that a restart, which reads the windows' time again, goes on as if nothing had
/// happened. Keys, and the overhead of whatever format, are left out.
public struct StoredState: Sendable, Equatable {
    /// Alerts under evaluation, and those among them that are or have been anything but idle: the others
    /// are as at their beginning.
    public var alerts = 0
    public var movedAlerts = 0
    /// Bytes of the moved ones.
    public var alertBytes = 0
    /// The last point of each stream, which outlives its window.
    public var lastPointBytes = 0
    /// Buckets of grid windows.
    public var bucketBytes = 0
    /// Decaying means.
    public var decayBytes = 0
    /// Samples at grid points.
    public var sampleBytes = 0

    public init() {}

    public var bytes: Int { alertBytes + lastPointBytes + bucketBytes + decayBytes + sampleBytes }
}

extension AlertEngine {
    public var storedState: StoredState {
        var stored = StoredState()
        var streams: Set<UnsafeMutablePointer<PointStream>> = []
        for cluster in clusters {
            for block in cluster.pointee.series + cluster.pointee.blocks {
                block.pointee.add(to: &stored)
                for index in 0..<block.pointee.streamCount { streams.insert(block.pointee.streams[index]) }
            }
        }
        stored.lastPointBytes = streams.count { !$0.pointee.isEmpty } * MemoryLayout<Point>.stride
        return stored
    }
}

extension BlockState {
    fileprivate func add(to stored: inout StoredState) {
        for index in 0..<ruleCount {
            let moved = rules[index].movedBytes
            stored.alerts += 1
            stored.movedAlerts += moved > 0 ? 1 : 0
            stored.alertBytes += moved
        }
        for index in 0..<inputCount {
            // An empty ring, mean or sample is as at the beginning.
            if let buckets = inputs[index].buckets { stored.bucketBytes += buckets.pointee.storedBytes }
            if let decay = inputs[index].decay, !decay.pointee.mean.isNaN {
                stored.decayBytes += MemoryLayout<Double>.stride + MemoryLayout<Int64>.stride
            }
            if let samples = inputs[index].samples { stored.sampleBytes += samples.pointee.storedBytes }
        }
    }
}

extension RuleInstance {
    /// 0 for one that is as at its beginning.
    fileprivate var movedBytes: Int {
        let matches = chain?.pointee.matches ?? []
        let isMoved = state.phase != .idle || state.announcedAt != Int64.min || matches.contains { $0 != nil }
        return isMoved ? MemoryLayout<RuleState>.stride + matches.count * MemoryLayout<Int64>.stride : 0
    }
}

extension BucketRing {
    fileprivate var storedBytes: Int {
        (tail - head) * (MemoryLayout<Bucket>.stride + columns.count * MemoryLayout<ValueRange>.stride)
    }
}

extension GridSamples {
    fileprivate var storedBytes: Int { Int(length + ending) * MemoryLayout<Int64>.stride }
}
