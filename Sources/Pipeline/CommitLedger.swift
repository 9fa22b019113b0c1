/// Remembers which records may be committed: those whose every trade has been evaluated, with the resulting
/// transitions in the outbox. A restart before that reads them again (DESIGN 2, stage 10).
///
/// One entry a batch of a partition, in the order of offsets:
///
///     [ next offset 120, greatest time 10:00:04 ] [ 180, 10:00:09 ] ...
///       committable once the watermark has passed 10:00:04 and the engine has been given its trades
struct CommitLedger {
    struct Entry {
        /// The offset behind the batch's last record.
        var nextOffset: Int64
        /// Milliseconds; `Int64.min` for a batch without trades.
        var greatestTime: Int64
    }

    private var entries: [Int32: [Entry]] = [:]

    mutating func add(_ entry: Entry, of partition: Int32) {
        entries[partition, default: []].append(entry)
    }

    /// Forgets a revoked partition: another consumer commits it now.
    mutating func forget(_ partition: Int32) { entries[partition] = nil }

    /// Takes out what is settled.
    ///
    /// - Parameters:
    ///   - watermark: instants before it are evaluated.
    ///   - firstPending: the least offset of a partition that has not reached the engine, if any.
    /// - Returns: the offset to commit by partition, ascending.
    mutating func take(
        closedBefore watermark: Int64, firstPending: (Int32) -> Int64?
    ) -> [(partition: Int32, offset: Int64)] {
        var settled: [(partition: Int32, offset: Int64)] = []
        for partition in entries.keys.sorted() {
            guard let list = entries[partition] else { continue }
            let pending = firstPending(partition) ?? Int64.max
            let count = list.prefix { $0.greatestTime < watermark && $0.nextOffset <= pending }.count
            guard count > 0 else { continue }
            settled.append((partition, list[count - 1].nextOffset))
            entries[partition] = Array(list[count...])
        }
        return settled
    }
}
