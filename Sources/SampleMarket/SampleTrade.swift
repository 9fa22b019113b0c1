public import MarketModel

/// One trade of a tape or of the generator, as plain values.
public struct SampleTrade: Sendable, Equatable {
    /// With its venue's prefix where it has one: `AAPL`, `BINANCE:BTCUSDT`, `OANDA:EUR_CHF`.
    public var symbol: String
    /// Event time, milliseconds since the epoch, UTC.
    public var time: Int64
    public var price: FixedPoint
    /// 0 for venues that send price updates instead of trades (foreign exchange).
    public var size: FixedPoint
    /// The best bid and offer at that moment, where the tape carries quotes.
    public var quote: Quote?

    public struct Quote: Sendable, Equatable {
        public var bid: FixedPoint
        public var ask: FixedPoint

        public init(bid: FixedPoint, ask: FixedPoint) {
            self.bid = bid
            self.ask = ask
        }
    }

    public init(symbol: String, time: Int64, price: FixedPoint, size: FixedPoint, quote: Quote? = nil) {
        self.symbol = symbol
        self.time = time
        self.price = price
        self.size = size
        self.quote = quote
    }
}
