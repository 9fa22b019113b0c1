internal import Glibc
internal import MarketModel
internal import Synchronization

/// What a `TradeFlow`'s thread does: it reads the files and fills the ring.
final class FlowReading {
    struct Request: Sendable {
        var files: [String]
        var symbols: [String]
        var capacity: Int
        var options: ExportOptions
        var isSorted: Bool
    }

    private let request: Request
    private let ring: SlotRing<TradeFlow.Slot>
    private let record: TradeFlow.Record
    private let symbols: SymbolTable
    private let totalBytes: Int64
    /// Symbols whose names the readers know.
    private var known: Int

    init(_ request: Request, _ ring: SlotRing<TradeFlow.Slot>, _ record: TradeFlow.Record) {
        self.request = request
        self.ring = ring
        self.record = record
        symbols = SymbolTable(capacity: request.capacity)
        for name in request.symbols { _ = symbols.intern(name) }
        known = symbols.count
        totalBytes = request.files.reduce(0) { $0 + ExportBytes.size(of: $1) }
    }

    func run() {
        do throws(ExportError) {
            try request.isSorted ? readSorted() : readMerged()
        } catch {
            if let slot = ring.nextToWrite() {
                slot.pointee.failure = error
                ring.publish()
            }
        }
        ring.end()
    }

    private func readMerged() throws(ExportError) {
        let merge = OrderedMerge(try beginnings(), symbols: symbols, options: request.options)
        var trades = 0
        while let slot = ring.nextToWrite() {
            let count = try merge.next(into: slot.pointee.memory)
            trades += count
            note(merge.bytesRead, trades)
            if count == 0 {
                record.refused.withLock { $0 = merge.refused }
                return
            }
            publish(slot, count)
        }
    }

    private func readSorted() throws(ExportError) {
        let tape = try TradeTape(patterns: request.files, symbols: symbols, options: request.options)
        try tape.load { [record] progress in record.progress.withLock { $0 = progress } }
        record.refused.withLock { $0 = tape.refused }
        while let batch = try tape.nextBatch() {
            guard let slot = ring.nextToWrite() else { return }
            _ = slot.pointee.memory.initialize(from: batch)
            publish(slot, batch.count)
        }
    }

    /// Where the files begin.
    ///
    /// - Throws: `outOfOrder` when that is enough to tell that they must be sorted first.
    private func beginnings() throws(ExportError) -> [FileBeginning] {
        var all: [FileBeginning] = []
        for path in request.files {
            var status = stat()
            // What is no file on disk, such as a pipe, can be read once only.
            guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
                throw .outOfOrder(path: path, line: 1)
            }
            let table = SymbolTable(capacity: request.capacity)
            let beginning = try FileBeginning(path: path, symbols: table, options: request.options)
            guard beginning.isOrdered else { throw .outOfOrder(path: path, line: 1) }
            all.append(beginning)
        }
        return all
    }

    private func publish(_ slot: UnsafeMutablePointer<TradeFlow.Slot>, _ count: Int) {
        slot.pointee.count = count
        slot.pointee.newSymbols = (known..<symbols.count).map {
            symbols.name(of: SymbolID(index: UInt32($0)))
        }
        known = symbols.count
        ring.publish()
    }

    private func note(_ bytes: Int64, _ trades: Int) {
        record.progress.withLock {
            $0 = TradeTape.Progress(bytesRead: bytes, totalBytes: totalBytes, trades: trades)
        }
    }
}
