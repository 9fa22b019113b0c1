/// A set of symbols with comparable delay, and how far its input is closed (LANGUAGE 2.2).
///
/// Lives behind a stable pointer that the engine owns.
struct FeedState: ~Copyable {
    /// The part of its symbols' names before `:`; empty for none.
    let name: String
    let lateness: Int64
    /// Time of the first instant that was processed: the start of the feed's input (LANGUAGE 4.2).
    var start = FeedState.notStarted
    /// Least time among the trades accepted before the start was settled.
    var leastPending = Int64.max
    /// Instants before it are closed.
    var watermark = Int64.min
    private(set) var accepted = 0
    var late = 0
    /// Clusters of this feed alone, by the instant at which each must be looked at next.
    var wheel = TimingWheel()
    /// By their numbers in the wheel.
    var scheduled = UnsafeList<UnsafeMutablePointer<Cluster>>()
    /// Set by each arrival, cleared by each idle tick.
    var arrivedSinceIdleTick = false

    static let notStarted = Int64.max

    init(name: String, lateness: Int64) {
        self.name = name
        self.lateness = lateness
    }

    @inline(__always) var isStarted: Bool { start != FeedState.notStarted }
    @inline(__always) var hasEvents: Bool { watermark != Int64.min }

    /// Accepts an event of this time and moves the watermark, or refuses it as late.
    @inline(__always)
    mutating func admit(_ time: Int64) -> Bool {
        guard time >= watermark else { return false }
        arrivedSinceIdleTick = true
        accepted &+= 1
        if !isStarted { leastPending = min(leastPending, time) }
        watermark = max(watermark, time &- lateness)
        return true
    }
}
