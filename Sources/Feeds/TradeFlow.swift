public import MarketModel
internal import Synchronization

/// The trades of export files as one tape, in the order (event time, file as given, line), read and decoded
/// on a thread of its own, a few batches ahead of whoever takes them.
///
///     files --read, inflate--> decode --order--> [batch][batch][batch][batch] --> next(0), next(1), ...
///                                                at most `depth`
///
/// Files nearly in order, each and among each other, are merged while they are read, in memory that does not
/// grow with them. Whether they are is only known at their ends: should a trade prove to be far behind its
/// place, `next` throws `outOfOrder`, and all that was taken is void; a flow made with `isSorted: true` then
/// reads everything before its first batch, as `TradeTape` does.
///
/// - Invariant: one thread at a time takes.
public final class TradeFlow: @unchecked Sendable {
    /// Trades in order.
    public struct Batch {
        /// Valid until the next call of `next`.
        public let trades: UnsafeBufferPointer<Trade>
        /// Names whose ids this batch is the first to use, in the order of their ids, which follow on those
        /// that the flow was made with and those of the batches before.
        public let newSymbols: [String]
    }

    struct Slot {
        let memory: UnsafeMutableBufferPointer<Trade>
        var count = 0
        var newSymbols: [String] = []
        /// What ended the reading early, in the last slot.
        var failure: ExportError?
    }

    /// What both sides see, besides the batches.
    final class Record: Sendable {
        let progress = Mutex(TradeTape.Progress())
        let refused = Mutex(RefusedRows())
    }

    public static let batchLength = 4096
    /// Batches that may lie ready: enough for both sides never to wait for a wake-up, and small enough for
    /// the processor's cache.
    public static let depth = 8

    /// The files, in the order that settles ties: `Trade.origin` is an index into it.
    public let files: [String]
    private let ring: SlotRing<Slot>
    private let record = Record()
    private let thread: WorkThread

    /// Finds the files and begins to read.
    ///
    /// - Parameters:
    ///   - patterns: paths, or patterns with `*`, `?`, `[...]` and `~`.
    ///   - symbols: the names that have ids already, in the order of their ids.
    ///   - capacity: the greatest number of symbols; trades of later ones are refused.
    ///   - isSorted: whether to sort everything first, for files that are not nearly in order.
    public init(
        patterns: [String], symbols: [String], capacity: Int = 1 << 20,
        options: ExportOptions = ExportOptions(), isSorted: Bool = false
    ) throws(ExportError) {
        let files = try FilePattern.files(patterns)
        guard files.count <= Int(UInt16.max) else { throw .tooManyFiles(count: files.count) }
        self.files = files
        let ring = SlotRing(
            slots: (0..<TradeFlow.depth).map { _ in
                Slot(memory: .allocate(capacity: TradeFlow.batchLength))
            })
        let request = FlowReading.Request(
            files: files, symbols: symbols, capacity: capacity, options: options, isSorted: isSorted)
        let record = record
        guard let thread = WorkThread({ FlowReading(request, ring, record).run() }) else {
            for slot in ring.all { slot.memory.deallocate() }
            throw .unreadable(path: files[0], reason: "the system has no thread to read it")
        }
        self.ring = ring
        self.thread = thread
    }

    deinit {
        ring.cancel()
        thread.join()
        for slot in ring.all { slot.memory.deallocate() }
    }

    /// Waits for the next batch.
    ///
    /// - Returns: nil at the end, and once the flow is cancelled.
    /// - Throws: what ended the reading: `outOfOrder`, or a fault of a file as a whole.
    public func next() throws(ExportError) -> Batch? {
        guard let slot = ring.nextToRead() else { return nil }
        if let failure = slot.pointee.failure { throw failure }
        let trades = UnsafeBufferPointer(rebasing: slot.pointee.memory[..<slot.pointee.count])
        return Batch(trades: trades, newSymbols: slot.pointee.newSymbols)
    }

    /// How far the reading is; it runs ahead of `next`.
    public var progress: TradeTape.Progress { record.progress.withLock { $0 } }

    /// What was refused, of all files in their order; complete once `next` has returned nil.
    public var refused: RefusedRows { record.refused.withLock { $0 } }

    /// Whether `next` need not wait, or need no longer after at most so many milliseconds.
    public func isReady(within milliseconds: Int) -> Bool {
        ring.isReady(within: milliseconds)
    }

    /// Ends the flow early; `next` returns nil from now on.
    public func cancel() { ring.cancel() }
}
