import Feeds
import MarketModel

/// Export files in the order (event time, file as given, line), up to an instant.
struct TapeSource: TradeSource {
    private let tape: TradeTape
    private let last: Int64?

    /// - Parameter last: trades after it are not handed out, milliseconds.
    init(_ tape: TradeTape, through last: Int64?) {
        self.tape = tape
        self.last = last
    }

    mutating func next(into batch: inout [Trade]) throws(CommandFailure) -> SourceState {
        do {
            guard let trades = try tape.nextBatch() else { return .ended }
            if let last, let end = trades.last?.time, end > last {
                batch.append(contentsOf: trades.prefix { $0.time <= last })
                return .ended
            }
            batch.append(contentsOf: trades)
            return .more
        } catch {
            throw CommandFailure(error)
        }
    }

    mutating func commit(closedBefore watermark: Int64) {}
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

    mutating func next(into batch: inout [Trade]) throws(CommandFailure) -> SourceState {
        do throws(ExportError) {
            while true {
                if let reader {
                    if try reader.read(into: &batch) {
                        if let last { batch.removeAll { $0.time > last } }
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

    mutating func commit(closedBefore watermark: Int64) {}
}
