extension Scene {
    /// A made full session, 2025-03-10 from open to close in New York (23,400 s), for measurements: US
    /// stocks, coins on two venues and currencies, their activity by Zipf's law, and every fifth symbol with
    /// a jump of 3 % within a few minutes at some time of the day.
    ///
    /// - Parameters:
    ///   - symbols: how many; the first 120 names are real ones.
    ///   - trades: about how many the day has (within a few per cent, and not fewer).
    public static func tradingDay(symbols: Int, trades: Int) -> Scene {
        let day = SceneDay(2025, 3, 10)
        let open = day.at(13, 30)
        let close = day.at(20, 0)
        var random = SplitMix64(seed: UInt64(symbols))
        let harmonic = (1...max(1, symbols)).reduce(0) { $0 + 1 / Double($1) }
        // The session's U averages about 1.08; a little more makes sure of the count.
        let perSecond = Double(trades) * 1.02 / (23_400 * 1.08) / harmonic
        let session = day.usSession(open: open)
        let instruments = (0..<symbols).map { index in
            var instrument = tradingDayInstrument(index, &random)
            instrument.tradesPerSecond = perSecond / Double(index + 1)
            instrument.activity = session
            if index % 5 == 4 {
                let from = day.at(14, 30) + Int64(random.below(300)) * 60_000
                instrument.level = day.curve([
                    (from, 1), (from + 180_000, index % 2 == 0 ? 1.03 : 0.97), (from + 1_200_000, 1),
                ])
            }
            return instrument
        }
        return Scene(
            id: "D", title: "A trading day", start: open, end: close, eventTime: open,
            instruments: instruments)
    }

    private static func tradingDayInstrument(_ index: Int, _ random: inout SplitMix64) -> Instrument {
        let price = 5 + Double(random.below(40_000)) / 100
        let name = index < listedNames.count ? listedNames[index] : "SYM\(index)"
        if name.hasPrefix("OANDA:") { return .currency(name, 0.5 + price / 400) }
        if name.contains(":") { return .coin(name, price * 10, decimals: 2, typical: 0.5) }
        return .stock(name, price)
    }

    private static let listedNames = """
        SPY AAPL NVDA BINANCE:BTCUSDT TSLA MSFT AMZN QQQ COINBASE:BTC-USD AMD META GOOGL
        BINANCE:ETHUSDT GOOG INTC BAC F T PLTR COINBASE:ETH-USD NFLX XOM JPM DIS BABA OANDA:EUR_USD
        CSCO PFE UBER WFC KO C BINANCE:SOLUSDT CVX MU ORCL PEP VZ CRM QCOM BINANCE:XRPUSDT NKE PYPL
        BA GM WMT OANDA:GBP_USD ABT V MA JNJ PG UNH HD BINANCE:ADAUSDT COST ABBV MRK LLY TMO AVGO
        COINBASE:SOL-USD ACN MCD DHR TXN NEE LIN OANDA:USD_JPY PM BMY RTX UPS HON LOW IBM AMGN
        BINANCE:DOGEUSDT CAT GS SBUX INTU BLK AXP DE LMT OANDA:USD_CHF ISRG NOW MDT GILD ADP CB TJX
        MMC BINANCE:LTCUSDT SYK ADI CI MO ZTS DUK SO BRK.B CL OANDA:AUD_USD ITW BDX EOG SLB PNC USB
        TGT COINBASE:LTC-USD APD GE FDX
        """.split { $0 == " " || $0 == "\n" }.map(String.init)
}
