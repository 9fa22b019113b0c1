import MarketModel
import SampleMarket
import Testing

/// Each scene contains what the public record says of its event.
@Suite struct KnownEventTests {
    struct Path {
        var times: [Int64] = []
        var prices: [Double] = []

        /// The last price at or before `time`.
        func price(at time: Int64) -> Double {
            let after = times.firstIndex { $0 > time } ?? times.count
            return prices[after - 1]
        }

        func change(_ from: Int64, _ to: Int64) -> Double { price(at: to) / price(at: from) - 1 }

        func count(_ from: Int64, _ to: Int64) -> Int { times.count { $0 > from && $0 <= to } }
    }

    func path(_ symbol: String, _ id: String, seed: UInt64 = 1) throws -> Path {
        let scenes = Scene.known.filter { $0.id == id }
        var path = Path()
        for trade in MarketGenerator(seed: seed, scenes: Array(scenes.prefix(1))) where trade.symbol == symbol
        {
            path.times.append(trade.time)
            path.prices.append(trade.price.doubleValue)
        }
        try #require(!path.times.isEmpty)
        return path
    }

    func time(_ year: Int, _ month: Int, _ day: Int, _ hour: Int64, _ minute: Int64, _ second: Int64 = 0)
        -> Int64
    {
        Timestamp(
            year: year, month: month, day: day, millisecondOfDay: ((hour * 60 + minute) * 60 + second) * 1000
        ).milliseconds
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `The flash crash falls about five per cent in five minutes and nine on the day`(seed: UInt64) throws
    {
        let spy = try path("SPY", "H1", seed: seed)
        let fall = spy.change(time(2010, 5, 6, 18, 42), time(2010, 5, 6, 18, 47))
        #expect(fall < -0.045 && fall > -0.055)
        let day = spy.change(time(2010, 5, 6, 13, 31), time(2010, 5, 6, 18, 47))
        #expect(day < -0.08 && day > -0.10)
    }

    @Test func `A stub quote is hit in the flash crash`() throws {
        let path = try path("ACN", "H1")
        #expect(path.prices.count { $0 == 0.01 } == 1)
    }

    @Test func `Runaway orders move a stock more than ten per cent on ten times the volume`() throws {
        let stock = try path("KWK", "H2")
        let open = time(2012, 8, 1, 13, 30)
        #expect(stock.change(open, time(2012, 8, 1, 13, 42)) > 0.10)
        let during = Double(stock.count(open, open + 2_700_000))
        let after = Double(stock.count(open + 2_760_000, open + 2 * 2_700_000))
        #expect(during > 8 * after)
    }

    @Test func `False news costs one per cent in three minutes and all of it comes back`() throws {
        let spy = try path("SPY", "H3")
        #expect(spy.change(time(2013, 4, 23, 17, 7), time(2013, 4, 23, 17, 10)) < -0.009)
        #expect(abs(spy.change(time(2013, 4, 23, 17, 6), time(2013, 4, 23, 17, 15))) < 0.003)
    }

    @Test func `The franc's quotes go far apart, and for three minutes there are none`() throws {
        let scene = try #require(Scene.known.first { $0.id == "H5" })
        var widest = 0.0
        var longest: Int64 = 0
        var last = scene.start
        for trade in MarketGenerator(seed: 1, scenes: [scene]) where trade.symbol == "OANDA:EUR_CHF" {
            let quote = try #require(trade.quote)
            let (bid, ask) = (quote.bid.doubleValue, quote.ask.doubleValue)
            widest = max(widest, (ask - bid) / ((ask + bid) / 2))
            longest = max(longest, trade.time - last)
            last = trade.time
        }
        #expect(widest > 0.005)
        #expect(longest > 170_000 && longest < 200_000)
    }

    @Test func `A market-wide halt is fifteen minutes without a trade of any symbol`() throws {
        for scene in Scene.known where scene.id == "H10" {
            let inside = MarketGenerator(seed: 1, scenes: [scene]).count {
                $0.time >= scene.eventTime + 1000 && $0.time < scene.eventTime + 15 * 60_000 - 1000
            }
            #expect(inside == 0)
        }
    }

    @Test func `One venue prints an eighth of the others' price for seconds`() throws {
        let alone = try path("BINANCEUS:BTCUSD", "H16")
        let other = try path("COINBASE:BTC-USD", "H16")
        let moment = time(2021, 10, 21, 11, 34, 24)
        #expect(alone.price(at: moment) / other.price(at: moment) < 0.14)
        #expect(abs(alone.price(at: moment + 60_000) / other.price(at: moment + 60_000) - 1) < 0.02)
    }

    @Test func `A stablecoin trades below 0.88`() throws {
        let coin = try path("KRAKEN:USDC/USD", "H21")
        let low = try #require(coin.prices.min())
        #expect(low > 0.865 && low < 0.88)
    }

    @Test func `Coins fall by their sizes on the day of the liquidations`() throws {
        let begin = time(2025, 10, 10, 20, 45)
        let worst = time(2025, 10, 10, 21, 16)
        let bitcoin = try path("BINANCE:BTCUSDT", "H24").change(begin, worst)
        #expect(bitcoin < -0.10 && bitcoin > -0.14)
        let other = try path("BINANCE:SOLUSDT", "H24").change(begin, worst)
        #expect(other < -0.27)
    }

    @Test func `Outside its event a stock neither halts nor jumps`() throws {
        let spy = try path("SPY", "H3")
        let open = time(2013, 4, 23, 13, 30)
        for (earlier, later) in zip(spy.times, spy.times.dropFirst()) where later > open {
            #expect(later - earlier < 120_000)
        }
        var minute = open
        while minute + 300_000 < time(2013, 4, 23, 17, 7) {
            #expect(abs(spy.change(minute, minute + 300_000)) < 0.006)
            minute += 60_000
        }
    }
}
