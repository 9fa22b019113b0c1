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
        let partition: Int32
        var entries: [Entry] = []
        /// For the first of the entries: the batch that took the last of their trades to the engine.
        var batches: [Int] = []

        mutating func release(in batch: Int, before pending: Int64) {
            while batches.count < entries.count, entries[batches.count].nextOffset <= pending {
                batches.append(batch)
            }
        }

        mutating func take(closedBefore watermark: Int64, evaluatedThrough batch: Int) -> Int64? {
            var count = 0
            while count < batches.count, batches[count] <= batch, entries[count].greatestTime < watermark {
                count += 1
            }
            if count == 0 { return nil }
            defer {
                entries.removeFirst(count)
                batches.removeFirst(count)
            }
            return entries[count - 1].nextOffset
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

    /// Takes note that everything before what still waits goes to the engine with this batch, or went before.
    ///
    /// - Parameters:
    ///   - batch: its number; numbers only grow.
    ///   - firstPending: the least offset of a partition that still waits, if any.
    mutating func release(in batch: Int, firstPending: (Int32) -> Int64?) {
        for index in lanes.indices {
            lanes[index].release(in: batch, before: firstPending(lanes[index].partition) ?? Int64.max)
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
        for index in lanes.indices {
            let offset = lanes[index].take(closedBefore: watermark, evaluatedThrough: batch)
            if let offset { settled.append((lanes[index].partition, offset)) }
        }
        return settled
    }
}
