import MarketModel

/// Writes trades as text, in the forms in which they lie in Kafka topics and in warehouse exports.
public enum TradeText {
    /// One JSON object, no line end, as an enriched topic carries it: symbol, price, volume, times in
    /// milliseconds, bid and ask where the trade has them, the rate in force where one is given.
    ///
    /// - Parameter ingestDelay: milliseconds from the trade to its receipt.
    public static func appendEnrichedJSON(
        _ trade: SampleTrade, rate: SampleRate? = nil, ingestDelay: Int64 = 120, to out: inout [UInt8]
    ) {
        out.append(text: "{\"symbol\":\"")
        out.append(text: trade.symbol)
        out.append(text: "\",\"price\":")
        out.append(trade.price)
        out.append(text: ",\"volume\":")
        out.append(trade.size)
        out.append(text: ",\"trade_timestamp\":")
        out.append(trade.time)
        out.append(text: ",\"ingest_timestamp\":")
        out.append(trade.time + ingestDelay)
        if let quote = trade.quote {
            out.append(text: ",\"bid\":")
            out.append(quote.bid)
            out.append(text: ",\"ask\":")
            out.append(quote.ask)
        }
        if let rate {
            out.append(text: ",\"fed_rate\":")
            out.append(rate.percent)
            out.append(text: ",\"fed_rate_date\":\"\(rate.date)\"")
        }
        out.append(UInt8(ascii: "}"))
    }

    /// One JSON object, no line end: a single trade with the feed's own short names.
    public static func appendRawJSON(_ trade: SampleTrade, to out: inout [UInt8]) {
        out.append(text: "{\"c\":[\"1\"],\"p\":")
        out.append(trade.price)
        out.append(text: ",\"s\":\"")
        out.append(text: trade.symbol)
        out.append(text: "\",\"t\":")
        out.append(trade.time)
        out.append(text: ",\"v\":")
        out.append(trade.size)
        out.append(UInt8(ascii: "}"))
    }

    /// The columns of an export: of the trades table, or with the quote of each trade besides.
    public enum Columns: Sendable {
        case trades, quoted

        public var header: String {
            switch self {
            case .trades: "symbol,price,timestamp,volume,time\n"
            case .quoted: "symbol,price,timestamp,volume,time,bid,ask\n"
            }
        }
    }

    /// One row of a CSV export, with its line end. A trade without a quote leaves the fields empty (NULL).
    public static func appendCSV(_ trade: SampleTrade, _ columns: Columns, to out: inout [UInt8]) {
        out.append(text: trade.symbol)
        out.append(UInt8(ascii: ","))
        out.append(trade.price)
        out.append(UInt8(ascii: ","))
        out.append(trade.time)
        out.append(UInt8(ascii: ","))
        out.append(trade.size)
        out.append(UInt8(ascii: ","))
        out.append(exportTime: trade.time)
        if case .quoted = columns {
            out.append(UInt8(ascii: ","))
            if let quote = trade.quote { out.append(quote.bid) }
            out.append(UInt8(ascii: ","))
            if let quote = trade.quote { out.append(quote.ask) }
        }
        out.append(UInt8(ascii: "\n"))
    }

    /// One line of an NDJSON export: 64-bit integers as strings, absent values left out.
    public static func appendNDJSON(_ trade: SampleTrade, _ columns: Columns, to out: inout [UInt8]) {
        out.append(text: "{\"symbol\":\"")
        out.append(text: trade.symbol)
        out.append(text: "\",\"price\":")
        out.append(trade.price)
        out.append(text: ",\"timestamp\":\"")
        out.append(trade.time)
        out.append(text: "\",\"volume\":")
        out.append(trade.size)
        out.append(text: ",\"time\":\"")
        out.append(exportTime: trade.time)
        out.append(UInt8(ascii: "\""))
        if case .quoted = columns, let quote = trade.quote {
            out.append(text: ",\"bid\":")
            out.append(quote.bid)
            out.append(text: ",\"ask\":")
            out.append(quote.ask)
        }
        out.append(text: "}\n")
    }
}

extension [UInt8] {
    mutating func append(text: String) { append(contentsOf: text.utf8) }

    /// Plain decimal digits.
    mutating func append(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(digits: value.magnitude, atLeast: 1)
    }

    /// As `FixedPoint.description`, without a String in between.
    mutating func append(_ value: FixedPoint) {
        if value.mantissa < 0 { append(UInt8(ascii: "-")) }
        let unit = UInt64(PowersOfTen.int64[Int(value.scale)])
        let (whole, fraction) = value.mantissa.magnitude.quotientAndRemainder(dividingBy: unit)
        append(digits: whole, atLeast: 1)
        if value.scale > 0 {
            append(UInt8(ascii: "."))
            append(digits: fraction, atLeast: Int(value.scale))
        }
    }

    /// `2025-03-10 14:30:00.12 UTC`: trailing zeros of the fraction are trimmed, and all of it when it is 0.
    mutating func append(exportTime milliseconds: Int64) {
        let day = milliseconds.floorDivided(by: 86_400_000)
        let rest = UInt64(milliseconds - day * 86_400_000)
        let date = CivilDate(daysSinceEpoch: day)
        append(digits: UInt64(date.year), atLeast: 4)
        append(UInt8(ascii: "-"))
        append(digits: UInt64(date.month), atLeast: 2)
        append(UInt8(ascii: "-"))
        append(digits: UInt64(date.day), atLeast: 2)
        append(UInt8(ascii: " "))
        append(digits: rest / 3_600_000, atLeast: 2)
        append(UInt8(ascii: ":"))
        append(digits: rest / 60_000 % 60, atLeast: 2)
        append(UInt8(ascii: ":"))
        append(digits: rest / 1000 % 60, atLeast: 2)
        var fraction = rest % 1000
        if fraction > 0 {
            var digits = 3
            while fraction % 10 == 0 {
                fraction /= 10
                digits -= 1
            }
            append(UInt8(ascii: "."))
            append(digits: fraction, atLeast: digits)
        }
        append(text: " UTC")
    }

    private mutating func append(digits value: UInt64, atLeast width: Int) {
        var divisor: UInt64 = 1
        var count = 1
        while count < width || value / divisor >= 10 {
            divisor *= 10
            count += 1
        }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}
