import MarketModel

/// What a source hands over at once.
struct TradeBatch {
    /// In the order of their arrival; with `lanes`, one lane's after another's.
    var trades: [Trade] = []
    /// nil: the trades are in their order.
    var lanes: LanePoll?

    mutating func removeAll() {
        trades.removeAll(keepingCapacity: true)
        lanes = nil
    }
}

/// What one poll says of the lanes whose trades are still to be brought into one order. `PartitionMerge`
/// takes it in the order of its members.
struct LanePoll {
    /// Records of one lane that came one after the other.
    struct Stretch {
        let lane: Int32
        /// So many of the batch's trades, behind those of the stretch before.
        let trades: Int
        /// The offset behind its last record.
        let nextOffset: Int64
    }

    /// Of partitions that were given up; their next owner reads again what was not released.
    var closed: [Int32] = []
    var stretches: [Stretch] = []
    /// Of partitions that were assigned.
    var opened: [Int32] = []
    /// Of every lane, whether its partition has been read to its end.
    var ends: [(lane: Int32, isReached: Bool)] = []
    /// The wall clock, milliseconds.
    var time: Int64
}

/// How far a merge has come.
struct LaneStates {
    struct Lane {
        let number: Int32
        /// Trades that have gone to the engine since the lane was opened.
        let released: Int
        /// Everything before this offset has gone there.
        let releasedBefore: Int64
        /// Of the record at that offset, so many trades have too.
        var split = 0
    }

    /// By their numbers.
    var lanes: [Lane] = []
    /// Trades that wait for those of other lanes.
    var pending = 0
    /// Whether a partition with a backlog has nothing to compare with: the others wait for it.
    var isWaiting = false
    /// Whether it has released what had waited for too long.
    var isOutOfPatience = false

    /// Trades of a lane that have gone to the engine.
    func released(of lane: Int32) -> Int { lanes.first { $0.number == lane }?.released ?? 0 }
}
