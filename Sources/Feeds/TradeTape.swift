internal import Glibc
public import MarketModel

/// The trades of export files as one tape, in the order (event time, file as given, line).
///
/// Shards of a BigQuery export need not be in order, neither among each other nor within. `load` reads them
/// all and keeps runs of sorted trades; `nextBatch` merges the runs. A shard that is in order makes runs
/// that need no sorting, and runs that follow one another in time are handed out as they are. Beyond
/// `ExportOptions.tapeMemory` runs move to a temporary file, so a tape may be larger than memory.
///
///     shard 0 --read--> run 0, run 1 ---+
///     shard 1 --read--> run 2 ----------+--merge by (time, file, line)--> batches
///
/// - Invariant: one owner; not for use from several threads.
public final class TradeTape {
    /// What has been read, for a progress bar.
    public struct Progress: Sendable, Equatable {
        public var bytesRead: Int64 = 0
        public var totalBytes: Int64 = 0
        public var trades = 0
    }

    /// Trades a run, 64 MB.
    private static let runLength = 1 << 20
    private static let batchLength = 4096

    /// The files, in the order that settles ties: `Trade.origin` is an index into it.
    public let files: [String]
    public private(set) var refused = RefusedRows()
    public private(set) var progress = Progress()
    /// The least and the greatest event time, once loaded.
    public private(set) var span: ClosedRange<Timestamp>?

    private let symbols: SymbolTable
    private let options: ExportOptions
    private var merge: RunMerge?
    private var spill: SpillFile?
    private var memoryUsed = 0
    private let batch: UnsafeMutableBufferPointer<Trade>

    /// Finds the files; nothing is read yet.
    ///
    /// - Parameter patterns: paths, or patterns with `*`, `?`, `[...]` and `~`.
    public init(
        patterns: [String], symbols: SymbolTable, options: ExportOptions = ExportOptions()
    ) throws(ExportError) {
        files = try FilePattern.files(patterns)
        guard files.count <= Int(UInt16.max) else { throw .tooManyFiles(count: files.count) }
        self.symbols = symbols
        self.options = options
        batch = .allocate(capacity: TradeTape.batchLength)
    }

    deinit { batch.deallocate() }

    /// Reads all files. `nextBatch` does it when it was not done.
    ///
    /// - Parameter report: called after every few thousand trades.
    public func load(report: ((Progress) -> Void)? = nil) throws(ExportError) {
        guard merge == nil else { return }
        let merge = RunMerge()
        for path in files { progress.totalBytes += ExportBytes.size(of: path) }
        for (index, path) in files.enumerated() {
            let before = progress.bytesRead
            let reader = try ExportReader(
                path: path, symbols: symbols, origin: OriginID(index: UInt16(index)), options: options)
            try readShard(reader, into: merge) {
                progress.bytesRead = before + reader.bytesRead
                report?(progress)
            }
            refused.append(reader.refused)
        }
        try merge.begin(spill)
        self.merge = merge
    }

    /// The next trades of the tape.
    ///
    /// - Returns: some trades, valid until the next call and while the tape lives; nil at the end.
    public func nextBatch() throws(ExportError) -> UnsafeBufferPointer<Trade>? {
        try load()
        return try merge?.next(into: batch, spill: spill)
    }

    private func readShard(
        _ reader: ExportReader, into merge: RunMerge, report: () -> Void
    ) throws(ExportError) {
        var trades: [Trade] = []
        trades.reserveCapacity(TradeTape.batchLength + 64)
        var run = RunBuilder()
        defer { run.deallocate() }
        while try reader.read(into: &trades, atMost: TradeTape.batchLength) {
            run.append(trades)
            progress.trades += trades.count
            trades.removeAll(keepingCapacity: true)
            if run.count >= TradeTape.runLength { try keep(&run, in: merge) }
            report()
        }
        try keep(&run, in: merge)
        report()
    }

    private func keep(_ run: inout RunBuilder, in merge: RunMerge) throws(ExportError) {
        guard let trades = run.finish() else { return }
        let first = Timestamp(milliseconds: trades[0].time)
        let last = Timestamp(milliseconds: trades[trades.count - 1].time)
        span = span.map { min($0.lowerBound, first)...max($0.upperBound, last) } ?? first...last
        memoryUsed += trades.count * MemoryLayout<Trade>.stride
        guard memoryUsed > options.tapeMemory else {
            merge.add(SortedRun(.memory(trades)))
            return
        }
        memoryUsed -= trades.count * MemoryLayout<Trade>.stride
        defer { free(trades.baseAddress) }
        let file = if let spill { spill } else { try SpillFile() }
        spill = file
        merge.add(SortedRun(try file.append(trades)))
    }
}
