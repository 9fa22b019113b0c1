import Feeds
import Foundation
import MarketModel
import Testing

enum Fixture {
    /// A file of the folder Fixtures beside this one.
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)").path
    }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// One record, decoded by a fresh decoder.
struct Decoded {
    var outcome: DecodeOutcome
    var trades: [Trade]
    var symbols: SymbolTable

    init(
        _ json: String, key: String? = nil, mapping: FieldMapping = .standard,
        limits: TradeLimits = TradeLimits(), symbols: SymbolTable = SymbolTable()
    ) {
        self.init(Array(json.utf8), key: key, mapping: mapping, limits: limits, symbols: symbols)
    }

    init(
        _ bytes: [UInt8], key: String? = nil, mapping: FieldMapping = .standard,
        limits: TradeLimits = TradeLimits(), symbols: SymbolTable = SymbolTable()
    ) {
        let decoder = TradeDecoder(mapping: mapping, limits: limits, symbols: symbols)
        var trades: [Trade] = []
        outcome = bytes.withUnsafeBytes { value in
            guard let key else {
                return decoder.decode(
                    value: value, key: nil, origin: OriginID(index: 0), sequence: 7, into: &trades)
            }
            return Array(key.utf8).withUnsafeBytes { key in
                decoder.decode(
                    value: value, key: key, origin: OriginID(index: 0), sequence: 7, into: &trades)
            }
        }
        self.symbols = symbols
        self.trades = trades
    }

    var line: String { trades.map { describe($0, symbols) }.joined(separator: " | ") }

    var refusal: DecodeRefusal? {
        if case .refused(let refusals, _) = outcome { return refusals.first }
        return nil
    }
}

/// One decoder for many records, as a topic has.
final class SteadyDecoder {
    let symbols = SymbolTable()
    private let decoder: TradeDecoder
    private(set) var outcome = DecodeOutcome.ignored(.tombstone)

    init(mapping: FieldMapping = .standard) { decoder = TradeDecoder(mapping: mapping, symbols: symbols) }

    func trades(_ bytes: [UInt8]) -> [Trade] {
        // Memory of exactly this length, so that the address sanitizer sees a byte read too far.
        let value = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { value.deallocate() }
        value.copyBytes(from: bytes)
        var trades: [Trade] = []
        outcome = decoder.decode(
            value: UnsafeRawBufferPointer(value), key: nil, origin: OriginID(index: 0), sequence: 7,
            into: &trades)
        return trades
    }

    func trades(_ json: String) -> [Trade] { trades(Array(json.utf8)) }

    func line(_ json: String) -> String {
        trades(json).map { describe($0, symbols) }.joined(separator: " | ")
    }
}

/// `AAPL 2022-12-29T21:21:27.666Z 129.58 x 1`, and the quote where there is one.
func describe(_ trade: Trade, _ symbols: SymbolTable) -> String {
    let price = FixedPoint(uncheckedMantissa: trade.price, scale: trade.priceScale)
    let size = FixedPoint(uncheckedMantissa: trade.size, scale: trade.sizeScale)
    var text = "\(symbols.name(of: trade.symbol)) \(Timestamp(milliseconds: trade.time)) \(price) x \(size)"
    if trade.hasQuote {
        let bid = FixedPoint(mantissa: trade.bid, scale: Int(trade.quoteScale)) ?? .zero
        let ask = FixedPoint(mantissa: trade.ask, scale: Int(trade.quoteScale)) ?? .zero
        text += " bid \(bid) ask \(ask)"
    }
    return text
}
