import Feeds
import MarketModel

/// Export files in the order (event time, file as given, line), up to an instant; read on another thread.
struct FlowSource: TradeSource {
    private let files: [String]
    private let symbols: SymbolTable
    private let options: ExportOptions
    private let last: Int64?
    private let isSorted: Bool
    private(set) var flow: TradeFlow?
    /// Our ids by the flow's, which are the same unless someone else named symbols meanwhile.
    private var ids: [SymbolID] = []
    private var hasSameIDs = true
    /// Whether a trade stood so far behind its place that all that was handed out is void.
    private(set) var needsSorting = false

    /// - Parameters:
    ///   - last: trades after it are not handed out, milliseconds.
    ///   - isSorted: reads everything before it hands out the first trade.
    init(
        files: [String], symbols: SymbolTable, options: DryRunOptions, isSorted: Bool
    ) {
        self.files = files
        self.symbols = symbols
        self.options = options.export
        self.last = options.to?.milliseconds
        self.isSorted = isSorted
    }

    /// Begins to read.
    mutating func start() throws(CommandFailure) {
        ids = (0..<symbols.count).map { SymbolID(index: UInt32($0)) }
        do {
            flow = try TradeFlow(
                patterns: files, symbols: ids.map(symbols.name), capacity: symbols.capacity, options: options,
                isSorted: isSorted)
        } catch {
            throw CommandFailure(error)
        }
    }

    mutating func next(into batch: inout TradeBatch, isHurried: Bool) throws(CommandFailure) -> SourceState {
        do {
            guard let part = try flow?.next() else { return .ended }
            for name in part.newSymbols { note(name) }
            // Behind the last instant reading goes on: only the files' ends tell that all was in order.
            if let first = part.trades.first, let last, first.time > last { return .more }
            let start = batch.trades.count
            batch.trades.append(contentsOf: part.trades)
            if let last { while let end = batch.trades.last, end.time > last { batch.trades.removeLast() } }
            if !hasSameIDs {
                for index in start..<batch.trades.count {
                    batch.trades[index].symbol = ids[Int(batch.trades[index].symbol.index)]
                }
            }
            return .more
        } catch .outOfOrder {
            needsSorting = true
            return .ended
        } catch {
            throw CommandFailure(error)
        }
    }

    private mutating func note(_ name: String) {
        // Nobody but the engine names symbols besides, those of the rules, and it does so before the start.
        guard let id = symbols.intern(name) else {
            preconditionFailure("more symbols than the flow may hold")
        }
        hasSameIDs = hasSameIDs && Int(id.index) == ids.count
        ids.append(id)
    }
}

/// Export files row by row, one file after the other as given: the order in which they arrived.
struct ArrivalSource: TradeSource {
    private let paths: [String]
    private let symbols: SymbolTable
    private let options: ExportOptions
    private let last: Int64?
    private var opened = 0
    private var reader: ExportReader?
    private var doneBytes: Int64 = 0
    private(set) var refused: [RefusedRows] = []

    init(paths: [String], symbols: SymbolTable, options: ExportOptions, through last: Int64?) {
        self.paths = paths
        self.symbols = symbols
        self.options = options
        self.last = last
    }

    /// Of the files' bytes, packed ones as they lie on disk.
    var bytesRead: Int64 { doneBytes + (reader?.bytesRead ?? 0) }

    mutating func next(into batch: inout TradeBatch, isHurried: Bool) throws(CommandFailure) -> SourceState {
        do throws(ExportError) {
            while true {
                if let reader {
                    if try reader.read(into: &batch.trades) {
                        if let last { batch.trades.removeAll { $0.time > last } }
                        return .more
                    }
                    refused.append(reader.refused)
                    doneBytes += reader.totalBytes
                    self.reader = nil
                }
                guard opened < paths.count else { return .ended }
                reader = try ExportReader(
                    path: paths[opened], symbols: symbols, origin: OriginID(index: UInt16(opened)),
                    options: options)
                opened += 1
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
