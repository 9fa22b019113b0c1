internal import Glibc

/// The part of a file that is being read: whole lines, with room around them.
///
///     | room | rest of the text | lines ... \n | begun line | room |
///            place ->           ->            limit        filled
///
/// Words may be loaded up to 64 bytes before and behind the text. Everything before `limit` ends with a
/// line feed, the file's last line too, so that a scan for the end of a line needs no bounds.
final class LineBuffer {
    private static let room = 64
    private static let firstCapacity = 1 << 20
    private static let greatestCapacity = 64 << 20

    let source: ExportBytes
    private var memory: UnsafeMutableRawPointer
    private var capacity = LineBuffer.firstCapacity
    private var allocated = LineBuffer.firstCapacity
    private var filled: UnsafeMutableRawPointer
    /// The reader moves it behind what it has read.
    var place: UnsafeRawPointer
    private(set) var limit: UnsafeRawPointer
    private(set) var isAtEnd = false

    init(_ source: ExportBytes) {
        self.source = source
        memory = LineBuffer.allocate(capacity)
        filled = memory + LineBuffer.room
        place = UnsafeRawPointer(filled)
        limit = place
    }

    deinit { memory.deallocate() }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity + 2 * room, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + 2 * room)
        return memory
    }

    /// Moves the unread rest to the front and reads on, until there is at least one more line feed.
    ///
    /// - Parameter line: the number of the line at `place`, for an error.
    /// - Returns: false when the file has no more.
    func refill(line: Int64) throws(ExportError) -> Bool {
        if isAtEnd { return false }
        moveToFront()
        while true {
            if free == 0 {
                guard capacity < LineBuffer.greatestCapacity else {
                    throw .lineTooLong(path: source.path, line: line)
                }
                capacity *= 2
                moveToFront()
            }
            let count = try source.read(into: UnsafeMutableRawBufferPointer(start: filled, count: free))
            if count == 0 {
                finish()
                return limit > place
            }
            var last = filled + count
            while last > filled, (last - 1).load(as: UInt8.self) != 10 { last -= 1 }
            let hasFeed = last > filled
            filled += count
            if hasFeed {
                limit = UnsafeRawPointer(last)
                return true
            }
        }
    }

    /// The next whole line, without its end, until `refill` is called; nil when there is none.
    func nextLine() -> UnsafeRawBufferPointer? {
        guard place < limit, let feed = memchr(place, 10, limit - place) else { return nil }
        let start = place
        var end = UnsafeRawPointer(feed)
        place = end + 1
        if end > start, (end - 1).load(as: UInt8.self) == 13 { end -= 1 }
        return UnsafeRawBufferPointer(start: start, count: end - start)
    }

    /// Bytes that can still be read; one is kept for a last line feed.
    private var free: Int { capacity - 1 - (filled - (memory + LineBuffer.room)) }

    /// Moves the text from `place` on to the front, into larger memory when `capacity` has grown.
    private func moveToFront() {
        let rest = UnsafeRawPointer(filled) - place
        let old = memory
        if capacity > allocated {
            memory = LineBuffer.allocate(capacity)
            allocated = capacity
        }
        let front = memory + LineBuffer.room
        memmove(front, place, rest)
        if memory != old { old.deallocate() }
        filled = front + rest
        place = UnsafeRawPointer(front)
        limit = place
    }

    /// Ends the last line.
    private func finish() {
        isAtEnd = true
        if UnsafeRawPointer(filled) > place, (filled - 1).load(as: UInt8.self) != 10 {
            filled.storeBytes(of: 10, as: UInt8.self)
            filled += 1
        }
        limit = UnsafeRawPointer(filled)
    }
}
