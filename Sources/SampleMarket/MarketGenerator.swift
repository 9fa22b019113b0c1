import MarketModel

/// A made market: real events' times and sizes, made prices around them, the same for the same seed.
///
/// Every second of a scene each instrument gets a number of trades from its activity curve; their
/// milliseconds are drawn and sorted over all instruments. A trade's price is
///
/// ```text
///   mid   = level(t) * (1 + wander)      wander: a random walk pulled back to 0 within half an hour
///   quote = mid less and plus half the spread, on the tick grid, at least one tick wide
///   price = the bid or the ask
/// ```
///
/// Nothing reads a clock, and each scene draws from its own sequence, so that a scene is the same whichever
/// others play with it.
///
/// - Invariant: the trades ascend in time (equal times are frequent).
public struct MarketGenerator: Sequence, IteratorProtocol, Sendable {
    private let seed: UInt64
    private var waiting: ArraySlice<Scene>
    private var player: ScenePlayer?
    private var batch: [SampleTrade] = []
    private var position = 0

    /// - Parameter scenes: in order of time, one beginning no earlier than the one before it ends.
    public init(seed: UInt64, scenes: [Scene] = Scene.known) {
        precondition(zip(scenes, scenes.dropFirst()).allSatisfy { $0.end <= $1.start })
        self.seed = seed
        waiting = scenes[...]
    }

    public mutating func next() -> SampleTrade? {
        while position == batch.count {
            var fresh: [SampleTrade] = []
            swap(&fresh, &batch)
            fresh.removeAll(keepingCapacity: true)
            position = 0
            let goesOn = nextSecond(into: &fresh)
            batch = fresh
            if !goesOn { return nil }
        }
        position += 1
        return batch[position - 1]
    }

    /// Appends the trades of the next second, none if it was quiet; the fast way to a large tape.
    ///
    /// - Returns: false when the market is over.
    public mutating func nextSecond(into trades: inout [SampleTrade]) -> Bool {
        while true {
            if player != nil, player?.nextSecond(into: &trades) == true { return true }
            guard let scene = waiting.popFirst() else {
                player = nil
                return false
            }
            var mixed = SplitMix64(seed: seed ^ UInt64(bitPattern: scene.start))
            player = ScenePlayer(scene, SplitMix64(seed: mixed.next()))
        }
    }
}

/// Plays one scene, second by second.
struct ScenePlayer: Sendable {
    private var instruments: [InstrumentPlayer]
    private var random: SplitMix64
    private var second: Int64
    private let end: Int64
    /// Milliseconds in the upper half, the instrument in the lower: sorting it sorts by time.
    private var arrivals: [UInt64] = []

    init(_ scene: Scene, _ random: SplitMix64) {
        instruments = scene.instruments.map { InstrumentPlayer($0, start: scene.start) }
        self.random = random
        second = scene.start
        end = scene.end
    }

    mutating func nextSecond(into trades: inout [SampleTrade]) -> Bool {
        guard second < end else { return false }
        arrivals.removeAll(keepingCapacity: true)
        for index in instruments.indices {
            let count = instruments[index].tradesInSecond(from: second, &random)
            for _ in 0..<count {
                arrivals.append(random.below(1000) << 32 | UInt64(index))
            }
        }
        arrivals.sort()
        for arrival in arrivals {
            let time = second + Int64(arrival >> 32)
            trades.append(instruments[Int(arrival & 0xffff_ffff)].trade(at: time, &random))
        }
        second += 1000
        return true
    }
}
