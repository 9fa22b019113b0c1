/// Blocks by the instant at which they must be evaluated next: a binary min-heap in which each block knows
/// its own place, so that a changed timer moves it in O(log n).
struct TimerHeap: ~Copyable {
    private var blocks = UnsafeList<UnsafeMutablePointer<BlockState>>()

    /// The least timer; `Int64.max` when nothing is due ever.
    @inline(__always)
    var earliest: Int64 { blocks.count == 0 ? Int64.max : blocks[0].pointee.timer }

    @inline(__always)
    var first: UnsafeMutablePointer<BlockState> { blocks[0] }

    mutating func insert(_ block: UnsafeMutablePointer<BlockState>) {
        block.pointee.heapIndex = blocks.count
        blocks.append(block)
        siftUp(block.pointee.heapIndex)
    }

    /// Puts a block where its timer belongs after a change.
    @inline(__always)
    mutating func update(_ block: UnsafeMutablePointer<BlockState>) {
        if blocks.count == 1 { return }
        siftUp(block.pointee.heapIndex)
        siftDown(block.pointee.heapIndex)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            if blocks[parent].pointee.timer <= blocks[index].pointee.timer { return }
            exchange(parent, index)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < blocks.count {
                if blocks[child].pointee.timer < blocks[least].pointee.timer { least = child }
            }
            if least == index { return }
            exchange(least, index)
            index = least
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        let block = blocks[left]
        blocks[left] = blocks[right]
        blocks[right] = block
        blocks[left].pointee.heapIndex = left
        blocks[right].pointee.heapIndex = right
    }
}
