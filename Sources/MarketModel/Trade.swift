/// A symbol's dense number in its `SymbolTable`.
public struct SymbolID: Hashable, Sendable {
    public let index: UInt32

    @inlinable
    public init(index: UInt32) { self.index = index }
}

/// Where an event came from: a Kafka partition or an export file. Events of one symbol and instant are
/// ordered by (origin, sequence) (LANGUAGE 2.3); origins are numbered in that order.
public struct OriginID: Hashable, Sendable {
    public let index: UInt16

    @inlinable
    public init(index: UInt16) { self.index = index }
}

/// One trade, decoded: 64 bytes, no references.
///
/// `price`, `size`, `bid` and `ask` are mantissas of `FixedPoint`s in canonical form (their invariant
/// holds); `bid` and `ask` share `quoteScale`, and mean something only when `hasQuote`.
public struct Trade: Sendable, Equatable {
    /// Event time, milliseconds since the epoch.
    public var time: Int64
    public var price: Int64
    public var size: Int64
    public var bid: Int64
    public var ask: Int64
    /// Offset in the partition, or line in the file.
    public var sequence: Int64
    public var symbol: SymbolID
    public var origin: OriginID
    public var priceScale: UInt8
    public var sizeScale: UInt8
    public var quoteScale: UInt8
    public var hasQuote: Bool

    @inlinable
    public init(
        symbol: SymbolID, time: Int64, price: FixedPoint, size: FixedPoint, origin: OriginID, sequence: Int64
    ) {
        self.time = time
        self.price = price.mantissa
        self.size = size.mantissa
        self.bid = 0
        self.ask = 0
        self.sequence = sequence
        self.symbol = symbol
        self.origin = origin
        self.priceScale = price.scale
        self.sizeScale = size.scale
        self.quoteScale = 0
        self.hasQuote = false
    }

    /// Sets bid and ask, brought to one scale.
    ///
    /// - Returns: false, and no quote, when no common scale holds both.
    @discardableResult
    public mutating func setQuote(bid: FixedPoint, ask: FixedPoint) -> Bool {
        let scale = max(bid.scale, ask.scale)
        let (wideBid, bidOverflow) = bid.mantissa.multipliedReportingOverflow(
            by: PowersOfTen.int64[Int(scale - bid.scale)])
        let (wideAsk, askOverflow) = ask.mantissa.multipliedReportingOverflow(
            by: PowersOfTen.int64[Int(scale - ask.scale)])
        let limit = FixedPoint.greatestMantissa.magnitude
        guard !bidOverflow, !askOverflow, wideBid.magnitude <= limit, wideAsk.magnitude <= limit else {
            hasQuote = false
            return false
        }
        self.bid = wideBid
        self.ask = wideAsk
        quoteScale = scale
        hasQuote = true
        return true
    }
}

/// Why a trade was not accepted; each is counted apart.
public enum TradeRefusal: String, Sendable, CaseIterable {
    case notPositive = "price not positive"
    case negativeSize = "size negative"
    case notFinite = "not a finite number"
    case inTheFuture = "time too far in the future"
    case tooManyDigits = "more than 15 digits"
    case symbolTableFull = "symbol table full"
    case late = "late"
}
