public import MarketModel

/// Reads the trades of one export file: CSV or NDJSON, told apart by content, packed with gzip or not.
///
/// CSV: a header whose names the mapping knows, or the mapping's `columns`; comma, semicolon, tab or bar;
/// quotes with `""`; either line end; a byte order mark. BigQuery's forms of numbers and times are read,
/// and its NULL, the empty field, which for a size means 0. NDJSON: what `TradeDecoder` reads, one record a
/// line.
///
/// A row that is no trade is counted with its line and reason, and the others are kept. `Trade.sequence` is
/// the line.
///
/// - Invariant: one owner; not for use from several threads.
public final class ExportReader {
    public enum Format: String, Sendable {
        case csv = "CSV"
        case ndjson = "NDJSON"
        /// Not a byte, or nothing but blanks: an empty shard.
        case empty = "empty"
    }

    public let path: String
    public let origin: OriginID
    public private(set) var format = Format.empty
    public private(set) var refused = RefusedRows()
    /// The number of the next line, from 1.
    public private(set) var line: Int64 = 1

    private let buffer: LineBuffer
    private let source: ExportBytes
    private let symbols: SymbolTable
    private let options: ExportOptions
    private var rows: CSVRow?
    private var quickRow: QuickRow?
    private var assembly: TradeAssembly?
    private var decoder: TradeDecoder?
    private var isAtEnd = false

    /// Opens the file and reads its header.
    public init(
        path: String, symbols: SymbolTable, origin: OriginID = OriginID(index: 0),
        options: ExportOptions = ExportOptions()
    ) throws(ExportError) {
        self.path = path
        self.origin = origin
        self.symbols = symbols
        self.options = options
        source = try ExportBytes(path: path)
        buffer = LineBuffer(source)
        try openFormat()
    }

    deinit {
        rows?.deallocate()
        quickRow?.deallocate()
        assembly?.deallocate()
    }

    /// Bytes of the file that have been read, and all there are; of a packed file, packed ones.
    public var bytesRead: Int64 { source.bytesRead }
    public var totalBytes: Int64 { source.totalBytes }

    /// Appends up to `count` trades (a frame of an NDJSON file may bring some more), in the file's order.
    ///
    /// - Returns: false when the file has no more; then nothing was appended.
    /// - Throws: a fault of the file as a whole, such as `truncatedGzip`; trades appended before stay.
    public func read(into trades: inout [Trade], atMost count: Int = 4096) throws(ExportError) -> Bool {
        let before = trades.count
        let goal = before + max(1, count)
        while trades.count < goal, !isAtEnd {
            if buffer.place == buffer.limit {
                if try !buffer.refill(line: line) {
                    isAtEnd = true
                    break
                }
            }
            switch format {
            case .csv: try readRows(into: &trades, goal)
            case .ndjson: readLines(into: &trades, goal)
            case .empty: isAtEnd = true
            }
        }
        return trades.count > before
    }

    private func refuse(_ refusal: DecodeRefusal, line: Int64) {
        refused.append(RefusedRow(file: path, line: line, refusal: refusal))
    }

    // MARK: - Opening

    private func openFormat() throws(ExportError) {
        var isFirst = true
        while true {
            if buffer.place == buffer.limit, try !buffer.refill(line: line) { return }
            if isFirst {
                isFirst = false
                try FileSignature.check(
                    UnsafeRawBufferPointer(start: buffer.place, count: buffer.limit - buffer.place),
                    path: path)
                if buffer.limit - buffer.place >= 3, EightBytes.load(buffer.place) & 0xff_ffff == 0xbf_bbef {
                    buffer.place += 3
                }
            }
            let start = buffer.place
            guard let text = buffer.nextLine() else { continue }
            if text.allSatisfy({ $0 <= 32 }) {
                line += 1
                continue
            }
            if text.first(where: { $0 > 32 }) == UInt8(ascii: "{") {
                format = .ndjson
                buffer.place = start
                decoder = TradeDecoder(mapping: options.mapping, limits: options.limits, symbols: symbols)
                return
            }
            format = .csv
            let assembly = TradeAssembly(mapping: options.mapping, limits: options.limits, symbols: symbols)
            self.assembly = assembly
            let header = try CSVHeader(
                firstLine: text, path: path, table: assembly.table, delimiter: options.delimiter)
            rows = CSVRow(header)
            quickRow = QuickRow(header)
            if header.text.isEmpty { buffer.place = start } else { line += 1 }
            return
        }
    }

    // MARK: - NDJSON

    private func readLines(into trades: inout [Trade], _ goal: Int) {
        guard let decoder else { return }
        while trades.count < goal, let text = buffer.nextLine() {
            if !text.isEmpty {
                let outcome = decoder.decode(
                    value: text, key: nil, origin: origin, sequence: line, into: &trades)
                if case .refused(let refusals, _) = outcome {
                    for refusal in refusals { refuse(refusal, line: line) }
                }
            }
            line += 1
        }
    }

    // MARK: - CSV

    /// A row whose quotes do not close within so many bytes is a broken line, not a long one.
    private static let greatestOpenRow = 1 << 20

    private func readRows(into trades: inout [Trade], _ goal: Int) throws(ExportError) {
        guard let assembly else { return }
        while buffer.place < buffer.limit, trades.count < goal {
            if let quickRow { readQuickRows(quickRow, assembly, into: &trades, goal) }
            try readGeneralRows(assembly, into: &trades, goal)
        }
    }

    /// Reads rows until one needs the general way.
    private func readQuickRows(
        _ row: QuickRow, _ assembly: TradeAssembly, into trades: inout [Trade], _ goal: Int
    ) {
        var record = RecordOrigin(origin: origin, sequence: line, key: nil)
        let limit = buffer.limit
        // Words may be loaded behind the text: none needs to be shifted.
        let scan = QuickScan(end: limit + LineBuffer.room)
        var place = buffer.place
        while place < limit, trades.count < goal {
            var trade = Trade(record)
            guard let after = row.read(place, assembly, scan, &trade) else { break }
            trades.append(trade)
            place = after
            record.sequence += 1
        }
        line = record.sequence
        buffer.place = place
    }

    /// Reads rows the general way: one, or all when no other way is known.
    private func readGeneralRows(
        _ assembly: TradeAssembly, into trades: inout [Trade], _ goal: Int
    ) throws(ExportError) {
        guard var rows else { return }
        let isOne = quickRow != nil
        var cursor = Cursor(from: buffer.place, to: buffer.limit)
        var record = RecordOrigin(origin: origin, sequence: line, key: nil)
        let limit = buffer.limit
        while cursor.place < limit, trades.count < goal {
            let start = cursor.place
            let result = rows.read(&cursor)
            switch result {
            case .row:
                do throws(DecodeRefusal) {
                    trades.append(
                        try assembly.trade(rows.slots, seen: rows.seen, cursor: cursor, from: record))
                } catch {
                    if !isHeader(start, rows.header) {
                        refuse(RowRefusal.of(error, rows.seen), line: record.sequence)
                    }
                }
                if rows.hasQuotes { record.sequence += feeds(start, cursor.place - 1) }
            case .blank: break
            default:
                cursor.place = start
                if case .unfinished = result, !buffer.isAtEnd, limit - start < ExportReader.greatestOpenRow {
                    buffer.place = start
                    line = record.sequence
                    _ = try buffer.refill(line: line)
                    return
                }
                refuse(RowRefusal.of(result, columns: rows.header.columns.count), line: record.sequence)
                while cursor.byte != 10 { cursor.place += 1 }
                cursor.place += 1
            }
            record.sequence += 1
            if isOne { break }
        }
        line = record.sequence
        buffer.place = cursor.place
    }

    /// Whether a row repeats the header, as it does where shards were joined.
    private func isHeader(_ start: UnsafeRawPointer, _ header: CSVHeader) -> Bool {
        let count = header.text.count
        guard count > 0, buffer.limit - start > count else { return false }
        return UnsafeRawBufferPointer(start: start, count: count).elementsEqual(header.text)
    }

    /// The line feeds in a part of the text.
    private func feeds(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int64 {
        Int64(UnsafeRawBufferPointer(start: start, count: end - start).count { $0 == 10 })
    }
}
