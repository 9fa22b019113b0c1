internal import Glibc

/// The part of a file that is being read: whole lines, with room around them.
///
///     | room | rest of the text | lines ... \n | begun line | room |
///            place ->           ->            limit        filled
///
/// Words may be loaded up to 64 bytes before and behind the text. Everything before `limit` ends with a
/// line feed, the file's last line too, so that a scan for the end of a line needs no bounds.
final class LineBuffer {
    static let room = 64
    private static let firstCapacity = 1 << 20
    /// For files smaller than that; there may be thousands of shards.
    private static let smallCapacity = 1 << 16
    private static let greatestCapacity = 64 << 20

    let source: ExportBytes
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var allocated: Int
    private var filled: UnsafeMutableRawPointer
    /// The reader moves it behind what it has read.
    var place: UnsafeRawPointer
    private(set) var limit: UnsafeRawPointer
    private(set) var isAtEnd = false

    init(_ source: ExportBytes) {
        self.source = source
        capacity =
            source.totalBytes < LineBuffer.smallCapacity ? LineBuffer.smallCapacity : LineBuffer.firstCapacity
        allocated = capacity
        memory = LineBuffer.allocate(capacity)
        filled = memory + LineBuffer.room
        place = UnsafeRawPointer(filled)
        limit = place
    }

    deinit { free(memory) }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        // Zeroed, page by page as it is used.
        guard let memory = calloc(capacity + 2 * room, 1) else { preconditionFailure("out of memory") }
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
            if space == 0 {
                guard capacity < LineBuffer.greatestCapacity else {
                    throw .lineTooLong(path: source.path, line: line)
                }
                capacity *= 2
                moveToFront()
            }
            let count = try source.read(into: UnsafeMutableRawBufferPointer(start: filled, count: space))
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
    private var space: Int { capacity - 1 - (filled - (memory + LineBuffer.room)) }

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
        if memory != old { free(old) }
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
