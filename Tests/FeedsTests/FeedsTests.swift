import Feeds
import MarketModel
import Testing

/// Decodes one record with a fresh decoder.
struct Decoded {
    var outcome: DecodeOutcome
    var trades: [Trade]
    var symbols: SymbolTable

    init(
        _ json: String, key: String? = nil, mapping: FieldMapping = .standard,
        limits: TradeLimits = TradeLimits()
    ) {
        self.init(Array(json.utf8), key: key, mapping: mapping, limits: limits)
    }

    init(
        _ bytes: [UInt8], key: String? = nil, mapping: FieldMapping = .standard,
        limits: TradeLimits = TradeLimits()
    ) {
        symbols = SymbolTable()
        let decoder = TradeDecoder(mapping: mapping, limits: limits, symbols: symbols)
        var trades: [Trade] = []
        outcome = bytes.withUnsafeBytes { value in
            guard let key else {
                return decoder.decode(
                    value: value, key: nil, origin: OriginID(index: 0), sequence: 7, into: &trades)
            }
            return Array(key.utf8).withUnsafeBytes { key in
                decoder.decode(value: value, key: key, origin: OriginID(index: 0), sequence: 7, into: &trades)
            }
        }
        self.trades = trades
    }

    var line: String { trades.map { describe($0, symbols) }.joined(separator: " | ") }

    var refusal: DecodeRefusal? {
        if case .refused(let refusals, _) = outcome { return refusals.first }
        return nil
    }
}

/// `AAPL 2022-12-29T21:21:27.666Z 129.58 x 1`, and the quote where there is one.
func describe(_ trade: Trade, _ symbols: SymbolTable) -> String {
    let price = FixedPoint(uncheckedMantissa: trade.price, scale: trade.priceScale)
    let size = FixedPoint(uncheckedMantissa: trade.size, scale: trade.sizeScale)
    var text = "\(symbols.name(of: trade.symbol)) \(Timestamp(milliseconds: trade.time)) \(price) x \(size)"
    if trade.hasQuote {
        let unit = Double(PowersOfTen.int64[Int(trade.quoteScale)])
        text += " bid \(Double(trade.bid) / unit) ask \(Double(trade.ask) / unit)"
    }
    return text
}
