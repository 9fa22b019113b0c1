internal import Glibc
internal import MarketModel

/// The trades of one file in order of time while it is being read, for a file that is nearly in order.
///
///     | taken | ready, nothing may come before it | held back, `slack` trades | <- batch read
///             next                                                            count
///
/// A trade may stand up to `slack` trades behind its place. Whoever takes trades finds out when one comes
/// too late all the same, by comparing it with what was taken before.
///
/// - Complexity: a batch in order costs one comparison a trade; one that is not is sorted and merged with
///   the trades that it overlaps.
final class OrderedFile {
    /// How many trades are held back.
    static let slack = 16 * 1024
    private static let batchLength = 4096

    let origin: OriginID
    private let reader: ExportReader
    private var batch: [Trade] = []
    private var trades: UnsafeMutableBufferPointer<Trade>
    private var other: UnsafeMutableBufferPointer<Trade>
    private var next = 0
    private var count = 0
    private(set) var isAtEnd = false

    init(_ reader: ExportReader) {
        self.reader = reader
        origin = reader.origin
        batch.reserveCapacity(OrderedFile.batchLength + 64)
        let capacity = 2 * OrderedFile.slack + 2 * OrderedFile.batchLength
        trades = .allocate(capacity: capacity)
        other = .allocate(capacity: 0)
    }

    deinit {
        trades.deallocate()
        other.deallocate()
    }

    var bytesRead: Int64 { reader.bytesRead }
    var refused: RefusedRows { reader.refused }

    /// Trades that nothing may come before, as far as the slack reaches.
    var ready: UnsafeBufferPointer<Trade> {
        let end = isAtEnd ? count : max(next, count - OrderedFile.slack)
        return UnsafeBufferPointer(rebasing: trades[next..<end])
    }

    func take(_ number: Int) { next += number }

    /// Reads on until a trade is ready or the file ends.
    ///
    /// - Returns: the earliest trade that has been read; nil when there was none.
    func fetch() throws(ExportError) -> (time: Int64, sequence: Int64)? {
        var earliest: (time: Int64, sequence: Int64)?
        while !isAtEnd, count - next <= OrderedFile.slack {
            batch.removeAll(keepingCapacity: true)
            guard try reader.read(into: &batch, atMost: OrderedFile.batchLength) else {
                isAtEnd = true
                break
            }
            let first = append()
            if earliest.map({ first.time < $0.time }) ?? true { earliest = first }
        }
        return earliest
    }

    /// Adds the batch.
    ///
    /// - Returns: its earliest trade.
    private func append() -> (time: Int64, sequence: Int64) {
        makeRoom(for: batch.count)
        let added = UnsafeMutableBufferPointer(rebasing: trades[count..<(count + batch.count)])
        _ = added.initialize(from: batch)
        count += batch.count
        var isSorted = true
        for index in 1..<max(1, added.count) where added[index].time < added[index - 1].time {
            isSorted = false
            break
        }
        if !isSorted { TradeSort.sort(added) }
        let first = (time: added[0].time, sequence: added[0].sequence)
        let start = count - added.count
        if start > next, trades[start - 1].time > first.time { merge(from: start) }
        return first
    }

    /// Merges the trades from `start` on with those before them, both in order.
    private func merge(from start: Int) {
        // The first trade that is later than the batch's first.
        var low = next
        var high = start
        let first = trades[start].time
        while low < high {
            let middle = (low + high) / 2
            if trades[middle].time > first { high = middle } else { low = middle + 1 }
        }
        let length = start - low
        if other.count < length {
            other.deallocate()
            other = .allocate(capacity: max(length, 2 * OrderedFile.batchLength))
        }
        _ = other.initialize(from: trades[low..<start])
        var left = 0
        var right = start
        var place = low
        while left < length {
            // What was read before comes first among equals.
            if right < count, trades[right].time < other[left].time {
                trades[place] = trades[right]
                right += 1
            } else {
                trades[place] = other[left]
                left += 1
            }
            place += 1
        }
    }

    private func makeRoom(for number: Int) {
        guard count + number > trades.count else { return }
        let kept = count - next
        if kept + number > trades.count {
            // A frame of an NDJSON file with very many trades.
            let larger = UnsafeMutableBufferPointer<Trade>.allocate(capacity: 2 * (kept + number))
            _ = larger.initialize(from: trades[next..<count])
            trades.deallocate()
            trades = larger
        } else if let base = trades.baseAddress {
            memmove(base, base + next, kept * MemoryLayout<Trade>.stride)
        }
        count = kept
        next = 0
    }
}
