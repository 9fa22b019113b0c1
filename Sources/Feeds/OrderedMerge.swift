internal import MarketModel

/// Merges files that are nearly in order, each while it is read, by (time, file, line).
///
/// Only files whose trades are due are open. Where a file begins is looked up before; like the order inside
/// a file, it is taken for granted until a trade proves it wrong.
final class OrderedMerge {
    /// More files at once than this are not merged while they are read.
    static let greatestOpen = 32

    /// A file, or where one begins that is not open yet.
    private struct Entry {
        var path: String
        var origin: UInt16
        /// The time of the first trade that was not taken; of a file not open, of its first.
        var time: Int64
        var file: OrderedFile?
    }

    private let symbols: SymbolTable
    private let options: ExportOptions
    /// Files not read to their ends; few, so they are searched one by one.
    private var entries: [Entry] = []
    private var last: (time: Int64, origin: UInt16) = (Int64.min, 0)
    private var doneBytes: Int64 = 0
    private var refusedByFile: [UInt16: RefusedRows] = [:]

    init(_ beginnings: [FileBeginning], symbols: SymbolTable, options: ExportOptions) {
        self.symbols = symbols
        self.options = options
        // A file without a trade is read first: what it refuses counts.
        entries = beginnings.enumerated().map { index, beginning in
            Entry(
                path: beginning.path, origin: UInt16(index), time: beginning.earliest ?? Int64.min, file: nil)
        }
    }

    var bytesRead: Int64 { entries.reduce(doneBytes) { $0 + ($1.file?.bytesRead ?? 0) } }

    /// Of all files, in their order; complete at the end.
    var refused: RefusedRows {
        var all = RefusedRows()
        for (_, rows) in refusedByFile.sorted(by: { $0.key < $1.key }) { all.append(rows) }
        return all
    }

    /// Fills `batch` from its start.
    ///
    /// - Returns: how many trades; 0 at the end.
    /// - Throws: `outOfOrder` when a trade should have come before one that was handed out.
    func next(into batch: UnsafeMutableBufferPointer<Trade>) throws(ExportError) -> Int {
        var filled = 0
        while filled < batch.count, let least = leastEntry() {
            guard let file = entries[least].file else {
                try open(least)
                continue
            }
            let ready = file.ready
            if ready.isEmpty {
                try fetch(least, file)
                continue
            }
            let number = stretch(of: ready, least, atMost: batch.count - filled)
            _ = UnsafeMutableBufferPointer(rebasing: batch[filled...]).initialize(from: ready[..<number])
            filled += number
            last = (ready[number - 1].time, entries[least].origin)
            file.take(number)
            if number < ready.count {
                entries[least].time = ready[number].time
            } else {
                try fetch(least, file)
            }
        }
        return filled
    }

    private func precedes(_ left: Entry, _ right: Entry) -> Bool {
        (left.time, left.origin) < (right.time, right.origin)
    }

    private func leastEntry() -> Int? {
        entries.indices.min { precedes(entries[$0], entries[$1]) }
    }

    private func open(_ index: Int) throws(ExportError) {
        guard entries.count(where: { $0.file != nil }) < OrderedMerge.greatestOpen else {
            throw .outOfOrder(path: entries[index].path, line: 1)
        }
        let reader = try ExportReader(
            path: entries[index].path, symbols: symbols, origin: OriginID(index: entries[index].origin),
            options: options)
        let file = OrderedFile(reader)
        entries[index].file = file
        try fetch(index, file)
    }

    /// Reads on in a file of which nothing is ready, and looks where it stands then.
    private func fetch(_ index: Int, _ file: OrderedFile) throws(ExportError) {
        if let earliest = try file.fetch(), (earliest.time, entries[index].origin) < last {
            throw .outOfOrder(path: entries[index].path, line: earliest.sequence)
        }
        if let first = file.ready.first {
            entries[index].time = first.time
        } else {
            doneBytes += file.bytesRead
            refusedByFile[entries[index].origin] = file.refused
            entries.remove(at: index)
        }
    }

    /// How many of a file's ready trades come before all other files; at least one.
    private func stretch(of ready: UnsafeBufferPointer<Trade>, _ own: Int, atMost most: Int) -> Int {
        let most = min(most, ready.count)
        guard
            let second = entries.indices.filter({ $0 != own }).min(by: { precedes(entries[$0], entries[$1]) })
        else { return most }
        let limit = entries[second]
        func isBefore(_ trade: Trade) -> Bool {
            (trade.time, entries[own].origin) < (limit.time, limit.origin)
        }
        if isBefore(ready[most - 1]) { return most }
        var low = 1
        var high = most - 1
        while low < high {
            let middle = (low + high) / 2
            if isBefore(ready[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Where a file's trades begin, and whether it seems to be in order.
struct FileBeginning {
    var path: String
    /// The earliest time among its first trades; nil when it has none.
    var earliest: Int64?
    /// Whether its first trades are nearly in order.
    var isOrdered: Bool

    private static let length = 3 * 4096
    private static let farBehind = 4096

    /// Reads the first trades of a file.
    ///
    /// - Parameter symbols: not the table in use.
    init(path: String, symbols: SymbolTable, options: ExportOptions) throws(ExportError) {
        self.path = path
        let reader = try ExportReader(path: path, symbols: symbols, options: options)
        var trades: [Trade] = []
        _ = try reader.read(into: &trades, atMost: FileBeginning.length)
        earliest = trades.lazy.map(\.time).min()
        // How many trades are earlier than one that stands far before them.
        var greatest = Int64.min
        var late = 0
        for index in trades.indices.dropFirst(FileBeginning.farBehind) {
            greatest = max(greatest, trades[index - FileBeginning.farBehind].time)
            if trades[index].time < greatest { late += 1 }
        }
        isOrdered = late * 8 <= trades.count
    }
}
