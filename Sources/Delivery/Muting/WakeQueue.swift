import MarketModel

/// Which alert is to be looked at next: a binary heap in the order of (time, name). An entry counts as long
/// as its alert has this time; others are passed over.
struct WakeQueue: Sendable {
    private struct Entry: Comparable {
        var at: Timestamp
        var name: String

        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at
                ? left.at < right.at : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }

    private var heap: [Entry] = []

    mutating func insert(_ name: String, at time: Timestamp) {
        heap.append(Entry(at: time, name: name))
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the first at or before `bound`.
    mutating func next(through bound: Timestamp) -> (name: String, at: Timestamp)? {
        guard let first = heap.first, first.at <= bound else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var least = 2 * parent + 1
            if least + 1 < heap.count, heap[least + 1] < heap[least] { least += 1 }
            if heap[parent] < heap[least] { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.name, first.at)
    }
}
