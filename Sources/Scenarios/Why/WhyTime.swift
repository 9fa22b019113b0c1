import MarketModel

/// Instants as answers write them, in UTC.
enum WhyTime {
    /// `2025-03-10 14:03:11.220`.
    static func full(_ instant: Int64) -> String {
        let text = Timestamp(milliseconds: instant).description
        return text.prefix(10) + " " + text.dropFirst(11).dropLast()
    }

    /// `14:03:11.220` on the day of `other`, with its date on another.
    static func short(_ instant: Int64, besides other: Int64) -> String {
        let text = full(instant)
        return text.prefix(10) == full(other).prefix(10) ? String(text.dropFirst(11)) : text
    }
}
