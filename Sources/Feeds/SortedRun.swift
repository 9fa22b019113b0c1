internal import Glibc
internal import MarketModel

/// Trades in order, in memory or in the tape's temporary file, read from the front.
struct SortedRun {
    enum Storage {
        /// Memory of `malloc`.
        case memory(UnsafeMutableBufferPointer<Trade>)
        /// So many trades from a byte offset on.
        case file(offset: Int64, count: Int)
    }

    private static let windowLength = 16 * 1024

    private let storage: Storage
    private var window: UnsafeMutableBufferPointer<Trade>
    /// Trades of the storage before the window.
    private var before = 0
    /// The next trade, within the window.
    private var next = 0
    private let count: Int

    init(_ storage: Storage) {
        self.storage = storage
        switch storage {
        case .memory(let trades):
            window = trades
            count = trades.count
        case .file(_, let length):
            window = RunBuilder.allocate(min(length, SortedRun.windowLength))
            count = length
            before = -window.count
            next = window.count
        }
    }

    func deallocate() { free(window.baseAddress) }

    var isEmpty: Bool { before + next >= count }

    /// The first trade that has not been taken.
    ///
    /// - Precondition: not empty, and `fetch` was called since the last `take`.
    var head: Trade { window[next] }

    /// The trades that lie ready, the head first.
    var ready: UnsafeBufferPointer<Trade> {
        let end = min(window.count, count - before)
        return UnsafeBufferPointer(rebasing: window[next..<end])
    }

    mutating func take(_ number: Int) { next += number }

    /// Reads on in the file when the window is used up.
    mutating func fetch(from file: SpillFile?) throws(ExportError) {
        guard next >= window.count, !isEmpty, case .file(let offset, _) = storage, let file else { return }
        before += window.count
        next = 0
        let length = min(window.count, count - before)
        let part = UnsafeMutableBufferPointer(rebasing: window[..<length])
        try file.read(into: part, at: offset + Int64(before * MemoryLayout<Trade>.stride))
    }
}

/// Gathers one run's trades in memory that grows in place.
struct RunBuilder {
    private(set) var count = 0
    private var capacity = 0
    private var memory: UnsafeMutablePointer<Trade>?
    private var isSorted = true
    private var last = Int64.min

    init() {}

    func deallocate() { free(memory) }

    static func allocate(_ capacity: Int) -> UnsafeMutableBufferPointer<Trade> {
        let memory = grown(nil, to: capacity)
        return UnsafeMutableBufferPointer(start: memory, count: capacity)
    }

    private static func grown(
        _ memory: UnsafeMutablePointer<Trade>?, to capacity: Int
    ) -> UnsafeMutablePointer<Trade> {
        guard let block = realloc(memory, capacity * MemoryLayout<Trade>.stride) else {
            preconditionFailure("out of memory")
        }
        return block.assumingMemoryBound(to: Trade.self)
    }

    mutating func append(_ trades: [Trade]) {
        if count + trades.count > capacity {
            capacity = max(capacity * 2, count + trades.count)
            memory = RunBuilder.grown(memory, to: capacity)
        }
        for trade in trades {
            if trade.time < last { isSorted = false }
            last = trade.time
        }
        trades.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress, let memory else { return }
            (memory + count).initialize(from: base, count: source.count)
        }
        count += trades.count
    }

    /// The run, sorted by time, the trades of one time in their order; its memory is the caller's now. Nil
    /// when it is empty.
    mutating func finish() -> UnsafeMutableBufferPointer<Trade>? {
        guard count > 0, let memory else { return nil }
        let trades = UnsafeMutableBufferPointer(start: memory, count: count)
        let result = isSorted ? trades : TradeSort.sorted(trades)
        self = RunBuilder()
        return result
    }
}
