public import MarketModel

/// A published value of the federal funds rate, as the file gives it.
public struct SampleRate: Sendable, Equatable {
    public var date: CivilDate
    /// In percent: `4.33`.
    public var percent: FixedPoint

    public init(date: CivilDate, percent: FixedPoint) {
        self.date = date
        self.percent = percent
    }

    /// DFF's rows from `first` to `last`, both included, in order of date.
    ///
    /// - Throws: `SampleTape.Failure`, or the error of reading the file.
    public static func fedFunds(from first: CivilDate, through last: CivilDate) throws -> [SampleRate] {
        let text = String(decoding: try SampleFile.fedFunds.bytes(), as: UTF8.self)
        var rates: [SampleRate] = []
        var line = 0
        for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            if row.isEmpty || line == 1 { continue }
            let cells = row.split(separator: ",")
            guard cells.count == 2, let date = CivilDate(iso: cells[0]), let percent = FixedPoint(cells[1])
            else { throw SampleTape.Failure.malformed(file: SampleFile.fedFunds.rawValue, line: line) }
            if date >= first, date <= last { rates.append(SampleRate(date: date, percent: percent)) }
        }
        return rates
    }

    /// A record of the rates topic; without known-at, so that the reader applies its publication lag.
    public var json: String { "{\"series\":\"DFF\",\"date\":\"\(date)\",\"value\":\(percent)}" }
}

extension CivilDate {
    /// `2025-03-20`; nil for anything else.
    init?(iso text: Substring) {
        let parts = text.split(separator: "-")
        guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}
