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

    /// - Parameters:
    ///   - starts: of lanes that do not begin where the group has committed.
    ///   - late: since the checkpoint.
    ///   - lateBefore: those that it holds.
    mutating func begin(
        _ starts: [Int32: ReadingPlace.Record], late: [ReadingPlace.LateTrade],
        lateBefore: [ReadingPlace.LateTrade]
    ) {
        self.starts.merge(starts) { $1 }
        (self.late, self.lateBefore) = (late, lateBefore)
    }

    mutating func note(_ answer: EngineAnswer) {
        late += answer.late.map { ReadingPlace.LateTrade($0) }
        guard let states = answer.lanes else { return }
        // A lane that was closed stands where it stood, until its partition comes back.
        for lane in lanes.lanes where lane.releasedBefore > 0 {
            let next = states.lanes.first { $0.number == lane.number }
            if next.map({ $0.released < lane.released || $0.releasedBefore == 0 }) ?? true {
                starts[lane.number] = record(of: lane)
            }
        }
        lanes = states
    }

    private func record(of lane: LaneStates.Lane) -> ReadingPlace.Record {
        var record = ReadingPlace.Record(offset: lane.releasedBefore, taken: lane.split)
        let start = starts[lane.number] ?? ReadingPlace.Record(offset: 0)
        if record.offset == start.offset { record.taken += start.taken }
        let isBehind = (record.offset, record.taken) > (start.offset, start.taken)
        return isBehind ? record : start
    }

    /// Since the last checkpoint.
    func place(_ watermarks: [String: Int64]) -> ReadingPlace {
        var place = ReadingPlace()
        place.records = starts
        for lane in lanes.lanes where lane.releasedBefore > 0 {
            place.records[lane.number] = record(of: lane)
        }
        place.watermarks = watermarks
        place.late = late
        return place
    }

    /// For a checkpoint: with all late trades that may be met again.
    ///
    /// - Parameter index: what it no longer reaches is not read again.
    func wholePlace(_ watermarks: [String: Int64], _ index: TimeIndex) -> ReadingPlace {
        var place = place(watermarks)
        place.late = (lateBefore + late).filter { $0.offset >= index.first(of: $0.lane) }
        place.late.removeFirst(max(0, place.late.count - PlaceKeeper.lateCapacity))
        return place
    }

    /// The checkpoint is in the file.
    mutating func noteKept(_ place: ReadingPlace) {
        lateBefore = place.late
        late = []
    }
}
