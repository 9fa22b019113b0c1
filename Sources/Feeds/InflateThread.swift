internal import Glibc

/// Unpacks a gzip file on a thread of its own, a few blocks ahead of its reader.
///
/// Unpacking costs several times what decoding does; beside it, a reader waits for nothing else.
final class InflateThread {
    private struct Block: @unchecked Sendable {
        let memory: UnsafeMutableRawBufferPointer
        var count = 0
        /// Of the packed file, once this block had been unpacked.
        var bytesRead: Int64 = 0
        /// What ended the file early, in the last block.
        var failure: ExportError?
    }

    private static let blockSize = 256 * 1024
    private static let blocks = 4

    private let ring: SlotRing<Block>
    private let thread: WorkThread
    private var block: UnsafeMutablePointer<Block>?
    private var taken = 0
    private(set) var bytesRead: Int64 = 0

    /// - Parameter packed: used by the thread only from now on.
    /// - Returns: nil when no thread can be had.
    init?(_ packed: sending PackedFile) {
        ring = SlotRing(
            slots: (0..<InflateThread.blocks).map { _ in
                Block(memory: .allocate(byteCount: InflateThread.blockSize, alignment: 16))
            })
        // Only this closure uses it: the file is passed on, not shared.
        nonisolated(unsafe) let file = packed
        guard let thread = WorkThread({ [ring] in InflateThread.unpack(file, into: ring) }) else {
            for block in ring.all { block.memory.deallocate() }
            return nil
        }
        self.thread = thread
    }

    deinit {
        ring.cancel()
        thread.join()
        for block in ring.all { block.memory.deallocate() }
    }

    private static func unpack(_ file: PackedFile, into ring: SlotRing<Block>) {
        while let block = ring.nextToWrite() {
            block.pointee.failure = nil
            do throws(ExportError) {
                block.pointee.count = try file.unpack(into: block.pointee.memory)
            } catch {
                block.pointee.count = 0
                block.pointee.failure = error
            }
            block.pointee.bytesRead = file.bytesRead
            let isLast = block.pointee.count == 0
            ring.publish()
            if isLast { break }
        }
        ring.end()
    }

    /// Fills `buffer` from its start with as much as lies ready, after waiting for some.
    ///
    /// - Returns: how many bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        if let block, taken < block.pointee.count { return copy(block, buffer) }
        block = ring.nextToRead()
        taken = 0
        guard let block else { return 0 }
        bytesRead = block.pointee.bytesRead
        if let failure = block.pointee.failure { throw failure }
        return copy(block, buffer)
    }

    private func copy(
        _ block: UnsafeMutablePointer<Block>, _ buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let count = min(buffer.count, block.pointee.count - taken)
        buffer.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: block.pointee.memory[taken..<(taken + count)]))
        taken += count
        return count
    }
}
