internal import MarketModel

/// Merges sorted runs by (time, origin, sequence).
///
/// A binary heap of the runs, the one with the least head first. The first run gives all its trades up to
/// the second least head at once: runs that do not overlap pass through without a comparison a trade.
final class RunMerge {
    /// What a run is compared by: its head.
    private struct Head {
        var time: Int64
        var sequence: Int64
        var origin: UInt16
        var run: Int

        @inline(__always)
        init(_ trade: Trade, run: Int) {
            time = trade.time
            sequence = trade.sequence
            origin = trade.origin.index
            self.run = run
        }

        @inline(__always)
        func precedes(_ other: Head) -> Bool {
            if time != other.time { return time < other.time }
            if origin != other.origin { return origin < other.origin }
            if sequence != other.sequence { return sequence < other.sequence }
            return run < other.run
        }
    }

    /// A stretch of this length is handed out where it lies.
    private static let directLength = 256

    private var runs: [SortedRun] = []
    private var heap: [Head] = []
    /// Whether the first run's head is still to be looked up: its last stretch was handed out where it lies.
    private var isTopStale = false

    deinit {
        for run in runs { run.deallocate() }
    }

    func add(_ run: SortedRun) { runs.append(run) }

    /// Arranges the runs; none is added from now on.
    func begin(_ spill: SpillFile?) throws(ExportError) {
        for index in runs.indices where !runs[index].isEmpty {
            try runs[index].fetch(from: spill)
            heap.append(Head(runs[index].head, run: index))
        }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    /// - Returns: trades in a run's memory or in `batch`; nil when there are no more.
    func next(
        into batch: UnsafeMutableBufferPointer<Trade>, spill: SpillFile?
    ) throws(ExportError) -> UnsafeBufferPointer<Trade>? {
        if isTopStale { try renewTop(spill) }
        var filled = 0
        while let top = heap.first, filled < batch.count {
            let ready = runs[top.run].ready
            let length = stretch(of: ready, run: top.run, atMost: batch.count - filled)
            runs[top.run].take(length)
            if filled == 0, length >= RunMerge.directLength {
                isTopStale = true
                return UnsafeBufferPointer(rebasing: ready[..<length])
            }
            _ = UnsafeMutableBufferPointer(rebasing: batch[filled...]).initialize(from: ready[..<length])
            filled += length
            try renewTop(spill)
        }
        return filled > 0 ? UnsafeBufferPointer(rebasing: batch[..<filled]) : nil
    }

    /// How many trades of the first run come before every other run's head; at least one.
    private func stretch(of ready: UnsafeBufferPointer<Trade>, run: Int, atMost most: Int) -> Int {
        let most = min(most, ready.count)
        guard heap.count > 1 else { return most }
        let other = heap.count > 2 && heap[2].precedes(heap[1]) ? heap[2] : heap[1]
        // Doubling steps first: interleaved runs have short stretches.
        var low = 1
        var high = 1
        while high < most, Head(ready[high], run: run).precedes(other) {
            low = high + 1
            high = min(most, high * 2)
        }
        while low < high {
            let middle = (low + high) / 2
            if Head(ready[middle], run: run).precedes(other) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts the first run, of which trades were taken, where its new head belongs.
    private func renewTop(_ spill: SpillFile?) throws(ExportError) {
        isTopStale = false
        let run = heap[0].run
        if runs[run].isEmpty {
            heap[0] = heap[heap.count - 1]
            heap.removeLast()
            if heap.isEmpty { return }
        } else {
            try runs[run].fetch(from: spill)
            heap[0] = Head(runs[run].head, run: run)
        }
        sink(0)
    }

    private func sink(_ start: Int) {
        var parent = start
        while true {
            var least = 2 * parent + 1
            guard least < heap.count else { return }
            if least + 1 < heap.count, heap[least + 1].precedes(heap[least]) { least += 1 }
            guard heap[least].precedes(heap[parent]) else { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
