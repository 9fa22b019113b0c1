public import MarketModel

/// Reads rates from JSON records: one observation, an array, or an answer of FRED's or the New York Fed's
/// interface.
///
///     {"series":"DFF","date":"2025-03-20","value":4.33,"known_at":"2025-03-21T13:00:00Z"}
///     {"observations":[{"date":"2024-07-09","value":"5.33"}, ...]}            key: DFF
///     {"refRates":[{"effectiveDate":"2024-07-09","type":"EFFR","percentRate":5.33}, ...]}
///
/// `known_at` is a text or a number of s, ms, us or ns; without it the series' publication lag gives it.
/// The series is a field, else the message's key. The value is in percent; FRED's `.` and null are missing
/// values.
public struct RateDecoder: Sendable {
    private static let seriesNames = ["series", "seriesid", "type"]
    private static let dateNames = ["date", "observationdate", "effectivedate"]
    private static let valueNames = ["value", "percent", "percentrate", "rate"]
    private static let knownAtNames = ["knownat", "publishedat", "availableat"]
    private static let envelopes = ["observations", "refrates", "data", "payload", "after"]

    /// The lag of a series that has none of its own.
    public var defaultLag: PublicationLag
    public var lags: [String: PublicationLag]

    public init(defaultLag: PublicationLag = .nextBusinessDay, lags: [String: PublicationLag] = [:]) {
        self.defaultLag = defaultLag
        self.lags = lags
    }

    /// Appends the record's observations.
    public func decode(
        value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?, into rates: inout [RateObservation]
    ) -> DecodeOutcome {
        if value.isEmpty { return .ignored(.tombstone) }
        // A copy with room behind it, for words loaded at its end.
        let text = Array(value) + [UInt8](repeating: 32, count: 8)
        return text.withUnsafeBytes { bytes in
            let before = rates.count
            var reading = Reading(
                decoder: self, key: SymbolText.fromKey(key).map { String(decoding: $0, as: UTF8.self) })
            var cursor = Cursor(bytes)
            do throws(JSONFault) {
                if cursor.word(at: cursor.place) & 0xff_ffff == 0xbf_bbef { cursor.place += 3 }
                cursor.skipSpace()
                try reading.value(&cursor, depth: 0, into: &rates)
                cursor.skipSpace()
                if !cursor.isAtEnd { throw cursor.fault("nothing after the record") }
            } catch {
                rates.removeLast(rates.count - before)
                return .refused([RecordRefusal.of(value, error)], accepted: 0)
            }
            if !reading.refusals.isEmpty { return .refused(reading.refusals, accepted: rates.count - before) }
            if rates.count > before { return .decoded(rates.count - before) }
            return .ignored(reading.missing > 0 ? .missingValue : .emptyFrame)
        }
    }

    private func lag(of series: String) -> PublicationLag { lags[series] ?? defaultLag }

    /// One record's reading.
    private struct Reading {
        let decoder: RateDecoder
        let key: String?
        var refusals: [DecodeRefusal] = []
        var missing = 0

        mutating func value(
            _ cursor: inout Cursor, depth: Int, into rates: inout [RateObservation]
        ) throws(JSONFault) {
            switch cursor.byte {
            case UInt8(ascii: "{") where depth < 4: try object(&cursor, depth, &rates)
            case UInt8(ascii: "[") where depth < 4:
                try cursor.elements { (cursor) throws(JSONFault) in
                    try value(&cursor, depth: depth + 1, into: &rates)
                }
            case UInt8(ascii: "{"), UInt8(ascii: "["): throw cursor.fault("at most 4 levels of nesting")
            default: throw cursor.fault("a JSON object")
            }
        }

        private mutating func object(
            _ cursor: inout Cursor, _ depth: Int, _ rates: inout [RateObservation]
        ) throws(JSONFault) {
            var fields: [String: String?] = [:]
            var hasEnvelope = false
            try cursor.members { (name, cursor) throws(JSONFault) in
                let name = FieldMapping.normalized(name)
                let isNested = cursor.byte == UInt8(ascii: "{") || cursor.byte == UInt8(ascii: "[")
                if isNested, RateDecoder.envelopes.contains(name) {
                    hasEnvelope = true
                    try value(&cursor, depth: depth + 1, into: &rates)
                } else {
                    fields.updateValue(try cursor.scalarText(), forKey: name)
                }
            }
            if hasEnvelope { return }
            do throws(DecodeRefusal) {
                if let rate = try observation(fields) { rates.append(rate) } else { missing += 1 }
            } catch {
                refusals.append(error)
            }
        }

        private func observation(_ fields: [String: String?]) throws(DecodeRefusal) -> RateObservation? {
            func first(_ names: [String]) -> String? { names.lazy.compactMap { fields[$0] ?? nil }.first }
            guard let series = first(RateDecoder.seriesNames) ?? key, !series.isEmpty else {
                throw DecodeRefusal(
                    .badSymbol,
                    "the record names no series: add a field \"series\", or make it the message's key")
            }
            guard let dateText = first(RateDecoder.dateNames) else {
                throw DecodeRefusal(
                    .badTime, "the rate of \(series) has no date: add \"date\":\"2025-03-20\"")
            }
            guard let date = RateTime.date(dateText) else {
                throw DecodeRefusal(
                    .badTime, "the date \"\(dateText)\" of \(series) is not of the form 2025-03-20")
            }
            guard let valueText = first(RateDecoder.valueNames) else {
                let hasValue = fields.keys.contains { RateDecoder.valueNames.contains($0) }
                if hasValue { return nil }
                throw DecodeRefusal(
                    .badRate, "the record of \(series) has no value: add \"value\", in percent")
            }
            guard let percent = try RateText.percent(valueText) else { return nil }
            var knownAt = decoder.lag(of: series).knownAt(for: date)
            if let text = first(RateDecoder.knownAtNames) {
                guard let time = RateTime.instant(text) else {
                    throw DecodeRefusal(
                        .badTime,
                        "known_at \"\(text)\" of \(series) is not a time such as 2025-03-21T13:00:00Z")
                }
                knownAt = time
            }
            return RateObservation(series: series, date: date, percent: percent, knownAt: knownAt)
        }
    }
}

/// Dates and instants of rate records.
enum RateTime {
    /// `2025-03-20`, a time of that day, or a number as `TimeScan` reads it.
    static func date(_ text: String) -> CivilDate? {
        if let milliseconds = instant(text)?.milliseconds {
            return CivilDate(daysSinceEpoch: milliseconds.floorDivided(by: 86_400_000))
        }
        var text = text
        return text.withUTF8 { CivilDate(isoText: UnsafeRawBufferPointer($0)) }
    }

    static func instant(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 8)
        let milliseconds = bytes.withUnsafeBytes { bytes -> Int64? in
            let cursor = Cursor(bytes)
            let content = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 8)])
            if let (wide, after) = WideNumber.scan(from: cursor.start, to: cursor.end - 8),
                after == cursor.end - 8
            {
                guard let number = wide.narrowed else { return nil }
                return TimeScan.milliseconds(number: number.mantissa, scale: number.scale)
            }
            var days = DayMemory()
            return TimeScan.milliseconds(text: content, limit: cursor.end, days: &days)
        }
        return milliseconds.map { Timestamp(milliseconds: $0) }
    }
}
