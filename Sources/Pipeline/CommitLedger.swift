/// Remembers which records may be committed: those whose every trade has been evaluated, with the resulting
/// transitions in the outbox. A restart before that reads them again (DESIGN 2, stage 10).
///
/// One entry a batch of a partition, in the order of offsets:
///
///     [ next offset 120, greatest time 10:00:04 ] [ 180, 10:00:09 ] ...
///       committable once all before 120 has been through the engine and the watermark has passed 10:00:04
struct CommitLedger {
    struct Entry {
        /// The offset behind the batch's last record.
        var nextOffset: Int64
        /// Milliseconds; `Int64.min` for a batch without trades.
        var greatestTime: Int64
    }

    private struct Lane {
        let partition: Int32
        var entries: [Entry] = []
        /// Every trade of a record before this offset is evaluated.
        var evaluatedBefore = Int64.min

        mutating func take(closedBefore watermark: Int64) -> Int64? {
            let settled = entries.prefix {
                $0.nextOffset <= evaluatedBefore && $0.greatestTime < watermark
            }
            guard let last = settled.last else { return nil }
            defer { entries.removeFirst(settled.count) }
            return last.nextOffset
        }
    }

    /// By partition, ascending.
    private var lanes: [Lane] = []

    mutating func add(_ entry: Entry, of partition: Int32) {
        let place = lanes.firstIndex { $0.partition >= partition } ?? lanes.count
        if place == lanes.count || lanes[place].partition != partition {
            lanes.insert(Lane(partition: partition), at: place)
        }
        lanes[place].entries.append(entry)
    }

    /// Forgets a revoked partition: another consumer commits it now.
    mutating func forget(_ partition: Int32) { lanes.removeAll { $0.partition == partition } }

    /// Takes note that every trade of a partition's records before an offset has been through the engine.
    mutating func evaluate(_ partition: Int32, before offset: Int64) {
        guard let index = lanes.firstIndex(where: { $0.partition == partition }) else { return }
        lanes[index].evaluatedBefore = offset
    }

    /// Takes out what is settled.
    ///
    /// - Parameter watermark: instants before it are evaluated.
    /// - Returns: the offset to commit by partition, ascending.
    mutating func take(closedBefore watermark: Int64) -> [(partition: Int32, offset: Int64)] {
        lanes.indices.compactMap { index in
            lanes[index].take(closedBefore: watermark).map { (lanes[index].partition, $0) }
        }
    }
}
