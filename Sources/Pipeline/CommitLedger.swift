/// Remembers which records may be committed: those whose every trade has been evaluated, with the resulting
/// transitions in the outbox. A restart before that reads them again (DESIGN 2, stage 10).
///
/// One entry a batch of a partition, in the order of offsets:
///
///     [ next offset 120, greatest time 10:00:04, batch 7 ] [ 180, 10:00:09, not released ] ...
///       committable once batch 7 is evaluated and the watermark has passed 10:00:04
struct CommitLedger {
    struct Entry {
        /// The offset behind the batch's last record.
        var nextOffset: Int64
        /// Milliseconds; `Int64.min` for a batch without trades.
        var greatestTime: Int64
    }

    private struct Lane {
        var entries: [Entry] = []
        /// For the first of the entries: the batch that took the last of their trades to the engine.
        var batches: [Int] = []
    }

    private var lanes: [Int32: Lane] = [:]

    mutating func add(_ entry: Entry, of partition: Int32) {
        lanes[partition, default: Lane()].entries.append(entry)
    }

    /// Forgets a revoked partition: another consumer commits it now.
    mutating func forget(_ partition: Int32) { lanes[partition] = nil }

    /// Takes note that everything before what still waits goes to the engine with this batch, or went before.
    ///
    /// - Parameters:
    ///   - batch: its number; numbers only grow.
    ///   - firstPending: the least offset of a partition that still waits, if any.
    mutating func release(in batch: Int, firstPending: (Int32) -> Int64?) {
        for partition in lanes.keys {
            guard let lane = lanes[partition], lane.batches.count < lane.entries.count else { continue }
            let pending = firstPending(partition) ?? Int64.max
            let released = lane.entries[lane.batches.count...].prefix { $0.nextOffset <= pending }.count
            if released == 0 { continue }
            lanes[partition]?.batches.append(contentsOf: repeatElement(batch, count: released))
        }
    }

    /// Takes out what is settled.
    ///
    /// - Parameters:
    ///   - watermark: instants before it are evaluated.
    ///   - batch: it and those before it are evaluated.
    /// - Returns: the offset to commit by partition, ascending.
    mutating func take(
        closedBefore watermark: Int64, evaluatedThrough batch: Int
    ) -> [(partition: Int32, offset: Int64)] {
        var settled: [(partition: Int32, offset: Int64)] = []
        for partition in lanes.keys.sorted() {
            guard let lane = lanes[partition] else { continue }
            let count = zip(lane.entries, lane.batches).prefix { $0.greatestTime < watermark && $1 <= batch }
                .count
            guard count > 0 else { continue }
            settled.append((partition, lane.entries[count - 1].nextOffset))
            lanes[partition]?.entries.removeFirst(count)
            lanes[partition]?.batches.removeFirst(count)
        }
        return settled
    }
}
