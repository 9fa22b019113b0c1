/// How an engine takes its input.
public struct EngineOptions: Sendable {
    public enum Order: Sendable, Equatable {
        /// Trades come in the order of their event times; every feed's watermark is the greatest time seen.
        case sorted
        /// Trades come as they arrived; a feed's watermark is its greatest time less `lateness` milliseconds
        /// (LANGUAGE 2.2).
        case arrival(lateness: Int64)
    }

    public var order: Order
    /// Also emit `pending` and `dropped`.
    public var emitsPending: Bool
    /// The greatest number of points that a stream keeps (LANGUAGE 4.5); beyond it its windows are unknown.
    /// It is looked at when a page is full: up to a page of points more may be there.
    public var pointCap: Int

    /// Leave rules alone while nothing can move them (`SafeRegion`). Without it each change point is
    /// evaluated, and the same transitions come out: for comparison.
    public var usesSafeRegions = true
    /// How many comparisons with constants a block must have for them to be kept in order (`ThresholdPlan`).
    /// The same transitions come out whatever it is: for comparison.
    public var leastThresholds = EngineOptions.defaultLeastThresholds

    /// The symbols that are evaluated; the others' trades only move their feeds.
    public var shard = EngineShard.whole

    /// Fewer are as cheap one by one.
    public static let defaultLeastThresholds = 16

    public static let defaultLateness: Int64 = 250
    /// 4 M points of 24 bytes; also keeps n(n-1)*10^24 within UInt128 (see `WindowState`).
    public static let defaultPointCap = 4_000_000
    /// What a user may choose.
    public static let pointCaps = 1_000...16_000_000

    public init(
        order: Order = .arrival(lateness: EngineOptions.defaultLateness), emitsPending: Bool = false,
        pointCap: Int = EngineOptions.defaultPointCap
    ) {
        self.order = order
        self.emitsPending = emitsPending
        self.pointCap = pointCap
    }
}

/// What an engine has done so far.
public struct EngineCounters: Sendable, Equatable {
    /// Trades of its shard that were in time, whether or not a rule reads them.
    public var accepted = 0
    /// Trades whose instant was closed on arrival, by feed (the venue prefix; "" has none).
    public var lateByFeed: [String: Int] = [:]
    /// Trades that their symbol's common decimal scale cannot hold.
    public var tooManyDigits = 0
    /// Instances of blocks, that is (symbol, rules) pairs under evaluation.
    public var blocks = 0
    /// Evaluations of a block at an instant.
    public var evaluations = 0
    /// The least watermark of the feeds that have events; nil before the first.
    public var watermark: Int64?

    public init() {}

    /// Adds what another shard has done with the same input.
    public mutating func add(_ other: EngineCounters) {
        accepted += other.accepted
        for (feed, count) in other.lateByFeed { lateByFeed[feed, default: 0] += count }
        tooManyDigits += other.tooManyDigits
        blocks += other.blocks
        evaluations += other.evaluations
        watermark = watermark.map { min($0, other.watermark ?? $0) } ?? other.watermark
    }

    public var late: Int { lateByFeed.values.reduce(0, +) }
}
