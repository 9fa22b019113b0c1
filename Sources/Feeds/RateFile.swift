public import MarketModel

/// A file of one or more rate series as FRED writes it.
///
/// The header is `DATE,DFF` or `observation_date,DFF,SOFR`; a vintage's column may bear its day,
/// `DFF_20240710`. A missing value is `.`, empty, `NA` or `ND`: no observation, so the last value stays in
/// force. Rows may come in any order; of several for one date the last counts. A broken row is reported
/// with its line, and the others are kept.
public struct RateFile: Sendable {
    /// By date, one a date.
    public let observations: [RateObservation]
    public let refused: RefusedRows

    /// - Parameters:
    ///   - series: the column's name, in either case; a file of one column may call it otherwise.
    ///   - lag: from an observation's date to the time at which it was known.
    public init(path: String, series: String, lag: PublicationLag = .nextBusinessDay) throws(ExportError) {
        let buffer = LineBuffer(try ExportBytes(path: path))
        var reader = RateRows(path: path, series: series)
        var line: Int64 = 1
        var isFirst = true
        while try buffer.refill(line: line) {
            if isFirst {
                let content = UnsafeRawBufferPointer(start: buffer.place, count: buffer.limit - buffer.place)
                try FileSignature.check(content, path: path)
                if content.starts(with: [0xef, 0xbb, 0xbf]) { buffer.place += 3 }
                isFirst = false
            }
            while let text = buffer.nextLine() {
                try reader.read(text, line: line)
                line += 1
            }
        }
        guard !reader.values.isEmpty else { throw .noRates(path: path, series: series) }
        let dates = reader.values.keys.sorted()
        observations = dates.compactMap { date in
            reader.values[date].map { percent in
                RateObservation(series: series, date: date, percent: percent, knownAt: lag.knownAt(for: date))
            }
        }
        refused = reader.refused
    }

    /// The observations alone.
    public static func read(
        path: String, series: String, lag: PublicationLag = .nextBusinessDay
    ) throws(ExportError) -> [RateObservation] {
        try RateFile(path: path, series: series, lag: lag).observations
    }
}

/// The rows of a rate file, one after the other.
private struct RateRows {
    let path: String
    let series: String
    var values: [CivilDate: FixedPoint] = [:]
    var refused = RefusedRows()
    private var columns: (date: Int, value: Int, count: Int)?

    init(path: String, series: String) {
        self.path = path
        self.series = series
    }

    mutating func read(_ text: UnsafeRawBufferPointer, line: Int64) throws(ExportError) {
        if text.allSatisfy({ $0 <= 32 }) { return }
        let fields = CSVHeader.split(text, 44)
        guard let columns else {
            self.columns = try header(fields, text)
            return
        }
        do throws(DecodeRefusal) {
            guard fields.count == columns.count else {
                throw DecodeRefusal(.badRow, "\(fields.count) fields instead of \(columns.count)")
            }
            var date = fields[columns.date]
            guard let date = date.withUTF8({ CivilDate(isoText: UnsafeRawBufferPointer($0)) }) else {
                throw DecodeRefusal(
                    .badTime, "the date \"\(fields[columns.date])\" is not of the form 2025-03-20")
            }
            if let percent = try RateText.percent(fields[columns.value]) { values[date] = percent }
        } catch {
            refused.append(RefusedRow(file: path, line: line, refusal: error))
        }
    }

    private func header(
        _ fields: [String], _ text: UnsafeRawBufferPointer
    ) throws(ExportError) -> (date: Int, value: Int, count: Int) {
        let date = fields.firstIndex { ["date", "observationdate"].contains(FieldMapping.normalized($0)) }
        guard let date else { throw .noDateColumn(path: path, line: excerptOf(text)) }
        let wanted = series.uppercased()
        let value =
            fields.firstIndex { $0.uppercased() == wanted }
            ?? fields.firstIndex {
                $0.uppercased().hasPrefix(wanted + "_") && $0.utf8.count == wanted.utf8.count + 9
            }
            ?? (fields.count == 2 ? 1 - date : nil)
        guard let value, value != date else {
            throw .noSeries(path: path, series: series, columns: fields.filter { $0 != fields[date] })
        }
        return (date, value, fields.count)
    }
}

/// Rates as text.
enum RateText {
    /// A figure in percent; nil for the forms of a missing value.
    static func percent(_ text: String) throws(DecodeRefusal) -> FixedPoint? {
        switch text.uppercased() {
        case ".", "", "NA", "N/A", "#N/A", "ND", "NULL": return nil
        case "NAN", "INF", "-INF", "INFINITY", "-INFINITY":
            throw DecodeRefusal(.notFinite, "the rate \"\(text)\" is not a finite number")
        default: break
        }
        var text = text
        let wide = text.withUTF8 { bytes -> WideNumber? in
            guard let start = UnsafeRawBufferPointer(bytes).baseAddress else { return nil }
            let end = start + bytes.count
            guard let (wide, after) = WideNumber.scan(from: start, to: end), after == end else { return nil }
            return wide
        }
        guard let wide else { throw DecodeRefusal(.badRate, "the rate \"\(text)\" is not a number") }
        guard let percent = wide.fixedPoint else {
            throw DecodeRefusal(.tooManyDigits, "the rate \"\(text)\" has more than 15 digits")
        }
        return percent
    }
}
