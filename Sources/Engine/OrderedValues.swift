/// Values in ascending order, with repetition: a list of sorted chunks.
///
///     chunk 0            chunk 1          chunk 2
///     [1 3 3 4 7 . .]    [7 8 9 . . . .]  [12 15 . . . . .]
///
/// - Complexity: O(n / chunk + chunk) an insertion, removal or look-up by place, with small constants: 50,000
///   values are 100 to 200 chunks, and a move within one is at most 4 KiB.
struct OrderedValues: ~Copyable {
    private static let capacity = 512

    private struct Chunk {
        var values: UnsafeMutablePointer<Int64>
        var count: Int

        var last: Int64 { values[count - 1] }

        /// The first place whose value is not below `value`.
        func place(of value: Int64) -> Int {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if values[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private var chunks = UnsafeList<Chunk>()
    private(set) var count = 0

    init() {}

    deinit {
        for index in 0..<chunks.count { chunks[index].values.deallocate() }
    }

    mutating func insert(_ value: Int64) {
        count += 1
        if chunks.count == 0 {
            let values = UnsafeMutablePointer<Int64>.allocate(capacity: OrderedValues.capacity)
            values[0] = value
            return chunks.append(Chunk(values: values, count: 1))
        }
        let index = chunk(of: value)
        if chunks[index].count == OrderedValues.capacity {
            split(index)
            return insertIntoChunk(value, chunks[index].last < value ? index + 1 : index)
        }
        insertIntoChunk(value, index)
    }

    private mutating func insertIntoChunk(_ value: Int64, _ index: Int) {
        var chunk = chunks[index]
        let place = chunk.place(of: value)
        (chunk.values + place + 1).update(from: chunk.values + place, count: chunk.count - place)
        chunk.values[place] = value
        chunk.count += 1
        chunks[index] = chunk
    }

    /// - Precondition: `value` is one of the values.
    mutating func remove(_ value: Int64) {
        let index = chunk(of: value)
        var chunk = chunks[index]
        let place = chunk.place(of: value)
        precondition(place < chunk.count && chunk.values[place] == value)
        (chunk.values + place).update(from: chunk.values + place + 1, count: chunk.count - place - 1)
        chunk.count -= 1
        count -= 1
        chunks[index] = chunk
        if chunk.count == 0 {
            chunk.values.deallocate()
            chunks.remove(at: index)
        }
    }

    /// The value at a place, from 0.
    subscript(place: Int) -> Int64 {
        var rest = place
        var index = 0
        while rest >= chunks[index].count {
            rest -= chunks[index].count
            index += 1
        }
        return chunks[index].values[rest]
    }

    mutating func rescale(by factor: Int64) {
        for index in 0..<chunks.count {
            for place in 0..<chunks[index].count { chunks[index].values[place] *= factor }
        }
    }

    /// The first chunk that may hold `value`, or else the last.
    private func chunk(of value: Int64) -> Int {
        var low = 0
        var high = chunks.count - 1
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func split(_ index: Int) {
        let half = OrderedValues.capacity / 2
        let values = UnsafeMutablePointer<Int64>.allocate(capacity: OrderedValues.capacity)
        var chunk = chunks[index]
        values.initialize(from: chunk.values + half, count: chunk.count - half)
        chunks.insert(Chunk(values: values, count: chunk.count - half), at: index + 1)
        chunk.count = half
        chunks[index] = chunk
    }
}
