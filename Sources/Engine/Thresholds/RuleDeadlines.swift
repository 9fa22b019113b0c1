/// When time alone may move each rule of a block: a binary min-heap in which each rule knows its place, so
/// that a change costs O(log n).
struct RuleDeadlines: ~Copyable {
    /// By rule.
    private let deadlines: UnsafeMutablePointer<Int64>
    private let places: UnsafeMutablePointer<Int32>
    private let heap: UnsafeMutablePointer<Int32>
    private let count: Int

    init(count: Int) {
        self.count = count
        deadlines = .allocate(capacity: max(1, count))
        places = .allocate(capacity: max(1, count))
        heap = .allocate(capacity: max(1, count))
        deadlines.initialize(repeating: Int64.max, count: count)
        for index in 0..<count {
            (places + index).initialize(to: Int32(index))
            (heap + index).initialize(to: Int32(index))
        }
    }

    deinit {
        deadlines.deallocate()
        places.deallocate()
        heap.deallocate()
    }

    @inline(__always) var earliest: Int64 { count == 0 ? Int64.max : deadlines[Int(heap[0])] }
    @inline(__always) var first: Int { Int(heap[0]) }

    @inline(__always)
    mutating func set(_ rule: Int, to deadline: Int64) {
        let before = deadlines[rule]
        if deadline == before { return }
        deadlines[rule] = deadline
        if deadline < before { siftUp(Int(places[rule])) } else { siftDown(Int(places[rule])) }
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            if deadlines[Int(heap[parent])] <= deadlines[Int(heap[place])] { return }
            exchange(parent, place)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < count {
                if deadlines[Int(heap[child])] < deadlines[Int(heap[least])] { least = child }
            }
            if least == place { return }
            exchange(least, place)
            place = least
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        let rule = heap[left]
        heap[left] = heap[right]
        heap[right] = rule
        places[Int(heap[left])] = Int32(left)
        places[Int(heap[right])] = Int32(right)
    }
}
