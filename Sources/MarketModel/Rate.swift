/// One published value of an interest-rate series (LANGUAGE 7).
public struct RateObservation: Sendable, Equatable {
    /// The series' name as FRED spells it: `DFF`, `DGS10`.
    public var series: String
    /// The day that the value is for. Joining on it would look ahead.
    public var date: CivilDate
    /// In percent, as published: `4.33`.
    public var percent: FixedPoint
    /// When the market could first read it.
    public var knownAt: Timestamp

    public init(series: String, date: CivilDate, percent: FixedPoint, knownAt: Timestamp) {
        self.series = series
        self.date = date
        self.percent = percent
        self.knownAt = knownAt
    }

    /// The value as a ratio: `4.33` percent is 0.0433, rounded once.
    public var ratio: Double {
        Double(percent.mantissa) / PowersOfTen.double[Int(percent.scale) + 2]
    }
}
