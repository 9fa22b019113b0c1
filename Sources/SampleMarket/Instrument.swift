/// What the generator knows of a symbol: its level, its grain, how often and how wildly it trades.
struct Instrument: Sendable {
    /// How sizes look.
    enum Sizes: Sendable {
        /// Odd lots below 100 and round lots, a few of them large.
        case shares
        /// Decimal amounts around `typical`, heavy-tailed, with that many decimals.
        case coins(typical: Double, decimals: UInt8)
        /// Price updates with volume 0.
        case none
    }

    var symbol: String
    /// Where the price stands when no event moves it.
    var price: Double
    /// Decimals of the price; its tick is one unit of the last.
    var decimals: UInt8
    var sizes: Sizes
    var carriesQuotes: Bool
    /// Mean over a session of even activity.
    var tradesPerSecond: Double
    /// Half the bid-ask spread as a ratio to the mid price, when no event widens it.
    var halfSpread: Double
    /// Standard deviation of the price's ratio to its level, per square root of a second.
    var volatility = 3e-5

    /// What the event does, each a factor over time.
    var level = Curve.one
    var activity = Curve.one
    var width = Curve.one
    /// Single trades away from the market: a stub quote hit, a finger too fat.
    var prints: [Print] = []

    struct Print: Sendable {
        var time: Int64
        var price: Double
        var size: Double
    }

    static func stock(_ symbol: String, _ price: Double, perSecond: Double = 0.2) -> Instrument {
        Instrument(
            symbol: symbol, price: price, decimals: 2, sizes: .shares, carriesQuotes: true,
            tradesPerSecond: perSecond, halfSpread: 1e-4)
    }

    static func currency(_ symbol: String, _ price: Double, perSecond: Double = 0.3) -> Instrument {
        Instrument(
            symbol: symbol, price: price, decimals: 5, sizes: .none, carriesQuotes: true,
            tradesPerSecond: perSecond, halfSpread: 0.5e-4, volatility: 1e-5)
    }

    static func coin(
        _ symbol: String, _ price: Double, decimals: UInt8, typical: Double, perSecond: Double = 0.3
    ) -> Instrument {
        Instrument(
            symbol: symbol, price: price, decimals: decimals,
            sizes: .coins(typical: typical, decimals: 5), carriesQuotes: true,
            tradesPerSecond: perSecond, halfSpread: 1e-4, volatility: 6e-5)
    }
}
