extension Scene {
    /// 2020-03-09, 13:34: the index is 7 % below its close; nothing trades for 15 minutes.
    static let marketHaltMarch9 = marketHalt(
        SceneDay(2020, 3, 9), halt: (13, 34, 13), gap: 0.95)

    /// 2020-03-16: the same one second after the open.
    static let marketHaltMarch16 = marketHalt(
        SceneDay(2020, 3, 16), halt: (13, 30, 1), gap: 0.93)

    private static func marketHalt(
        _ day: SceneDay, halt: (Int64, Int64, Int64), gap: Double
    ) -> Scene {
        let open = day.at(13, 30)
        let begin = day.at(halt.0, halt.1, halt.2)
        let end = begin + 15 * 60_000
        let stopped = day.curve([(begin - 1, 3), (begin, 0), (end - 1, 0), (end, 3), (end + 1_800_000, 1)])
        func stock(_ symbol: String, _ price: Double) -> Instrument {
            var instrument = Instrument.stock(symbol, price)
            instrument.activity = day.usSession(open: open, times: stopped)
            instrument.level = day.curve([
                (open - 1, gap + 0.005), (open, gap), (begin, 0.93), (end, 0.925), (day.at(15, 0), 0.945),
                (day.at(19, 59), 0.922),
            ])
            instrument.volatility = 6e-5
            return instrument
        }
        return Scene(
            id: "H10", title: "Market-wide halt", start: day.at(12, 25), end: day.at(20, 0), eventTime: begin,
            instruments: [stock("SPY", 297.5), stock("QQQ", 208.4), stock("AAPL", 289), stock("MSFT", 161.6)])
    }

    /// 2021-10-21, 11:34: one venue prints 8,200 while the others stand at 65,000.
    static let oneVenuePrint: Scene = {
        let day = SceneDay(2021, 10, 21)
        var alone = Instrument.coin("BINANCEUS:BTCUSD", 65_100, decimals: 2, typical: 0.02)
        alone.activity = day.curve([
            (day.at(11, 33, 59), 1), (day.at(11, 34), 15), (day.at(11, 35), 10), (day.at(11, 36), 1),
        ])
        alone.level = day.curve([
            (day.at(11, 34), 1), (day.at(11, 34, 20), 0.126), (day.at(11, 34, 25), 0.126),
            (day.at(11, 34, 45), 1),
        ])
        return Scene(
            id: "H16", title: "Flash print on one venue", start: day.at(10, 0), end: day.at(13, 0),
            eventTime: day.at(11, 34),
            instruments: [alone, .coin("COINBASE:BTC-USD", 65_100, decimals: 2, typical: 0.02)])
    }()

    /// 2023-03-11, a Saturday: a dollar coin trades at 0.87 to 0.88 after its bank failed.
    static let stablecoinPeg: Scene = {
        let day = SceneDay(2023, 3, 11)
        var coin = Instrument.coin(
            "KRAKEN:USDC/USD", 0.9998, decimals: 4, typical: 900, perSecond: 0.15)
        coin.volatility = 1.5e-5
        coin.activity = day.curve([(day.at(5, 45), 1), (day.at(7, 20), 5), (day.at(9, 0), 2)])
        coin.level = day.curve([
            (day.at(5, 50), 1), (day.at(6, 30), 0.965), (day.at(7, 20), 0.876), (day.at(7, 40), 0.88),
            (day.at(9, 0), 0.93), (day.at(10, 0), 0.945),
        ])
        coin.width = day.curve([(day.at(5, 50), 1), (day.at(7, 20), 25), (day.at(10, 0), 8)])
        return Scene(
            id: "H21", title: "A stablecoin loses its peg", start: day.at(4, 30), end: day.at(10, 0),
            eventTime: day.at(5, 50),
            instruments: [coin, .coin("KRAKEN:BTC/USD", 20_150, decimals: 1, typical: 0.05, perSecond: 0.15)])
    }()

    /// 2025-10-10, worst minute 21:15: record liquidations; Bitcoin 10 to 14 % down, other coins 30 to 70 %.
    static let tariffCrash: Scene = {
        let day = SceneDay(2025, 10, 10)
        let storm = day.curve([
            (day.at(20, 50), 1), (day.at(21, 10), 4), (day.at(21, 15), 8), (day.at(21, 30), 4),
            (day.at(22, 0), 2),
        ])
        let wide = day.curve([
            (day.at(20, 50), 1), (day.at(21, 15), 40), (day.at(21, 30), 10), (day.at(22, 0), 2),
        ])
        func coin(
            _ symbol: String, _ price: Double, decimals: UInt8, typical: Double, low: Double
        ) -> Instrument {
            var coin = Instrument.coin(symbol, price, decimals: decimals, typical: typical)
            coin.activity = storm
            coin.width = wide
            coin.level = day.curve([
                (day.at(20, 50), 1), (day.at(21, 10), 1 - (1 - low) * 0.35), (day.at(21, 16), low),
                (day.at(21, 30), low + (1 - low) * 0.4), (day.at(22, 20), low + (1 - low) * 0.5),
            ])
            return coin
        }
        return Scene(
            id: "H24", title: "Tariff news and liquidations", start: day.at(19, 45), end: day.at(22, 20),
            eventTime: day.at(20, 50),
            instruments: [
                coin("BINANCE:BTCUSDT", 117_200, decimals: 2, typical: 0.02, low: 0.88),
                coin("BINANCE:ETHUSDT", 4_110, decimals: 2, typical: 0.4, low: 0.83),
                coin("BINANCE:SOLUSDT", 214, decimals: 2, typical: 8, low: 0.7),
            ])
    }()
}
