import MarketModel

/// How far the engine has been given the partitions' records, and which of them came too late.
struct PlaceKeeper {
    /// Late trades that are remembered, so that a restart leaves out the same ones; beyond, the oldest are
    /// forgotten.
    static let lateCapacity = 1_000_000

    private var lanes = LaneStates()
    /// Where reading began, by lane.
    private var starts: [Int32: ReadingPlace.Record] = [:]
    private var late: [ReadingPlace.LateTrade] = []
    /// Those that the last checkpoint holds.
    private var lateBefore: [ReadingPlace.LateTrade] = []

    /// - Parameter starts: of lanes that do not begin where the group has committed.
    mutating func begin(_ starts: [Int32: ReadingPlace.Record], late: [ReadingPlace.LateTrade]) {
        self.starts.merge(starts) { $1 }
        lateBefore = late
    }

    mutating func note(_ answer: EngineAnswer) {
        late += answer.late.map { ReadingPlace.LateTrade($0) }
        if let states = answer.lanes { lanes = states }
    }

    /// Since the last checkpoint.
    func place(_ watermarks: [String: Int64]) -> ReadingPlace {
        var place = ReadingPlace()
        place.records = starts
        for lane in lanes.lanes {
            var record = ReadingPlace.Record(offset: lane.releasedBefore, taken: lane.split)
            let start = starts[lane.number] ?? ReadingPlace.Record(offset: 0)
            if record.offset == start.offset { record.taken += start.taken }
            if record.end > start.end { place.records[lane.number] = record }
        }
        place.watermarks = watermarks
        place.late = late
        return place
    }

    /// For a checkpoint: with all late trades that may be met again.
    ///
    /// - Parameter index: what it no longer reaches is not read again.
    mutating func settle(_ watermarks: [String: Int64], _ index: TimeIndex) -> ReadingPlace {
        lateBefore = (lateBefore + late).filter { $0.offset >= index.first(of: $0.lane) }
        lateBefore.removeFirst(max(0, lateBefore.count - PlaceKeeper.lateCapacity))
        late = []
        var place = place(watermarks)
        place.late = lateBefore
        return place
    }
}
