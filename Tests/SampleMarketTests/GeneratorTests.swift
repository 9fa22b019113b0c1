import Foundation
import MarketModel
import SampleMarket
import Testing

@Suite struct GeneratorTests {
    @Test func `The same seed gives the same market`() {
        #expect(Array(MarketGenerator(seed: 7)) == Array(MarketGenerator(seed: 7)))
    }

    @Test func `Another seed gives another market`() {
        #expect(Array(MarketGenerator(seed: 7)) != Array(MarketGenerator(seed: 8)))
    }

    @Test func `Trades ascend in time and lie inside their scene`() {
        for scene in Scene.known {
            let times = MarketGenerator(seed: 1, scenes: [scene]).map(\.time)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(times.allSatisfy { $0 >= scene.start && $0 < scene.end })
            #expect(times.contains { $0 > scene.eventTime })
        }
    }

    @Test func `A scene is the same whichever others play with it`() {
        let scene = Scene.known[2]
        let alone = Array(MarketGenerator(seed: 3, scenes: [scene]))
        let among = MarketGenerator(seed: 3).filter { $0.time >= scene.start && $0.time < scene.end }
        #expect(alone == among)
    }

    @Test func `Prices are positive, canonical, and the bid or the ask`() {
        let wrong = MarketGenerator(seed: 5).filter { trade in
            guard trade.price.mantissa > 0, trade.size.mantissa >= 0,
                FixedPoint(mantissa: trade.price.mantissa, scale: Int(trade.price.scale)) == trade.price
            else { return true }
            guard let quote = trade.quote else { return false }
            return quote.bid.doubleValue >= quote.ask.doubleValue
                || (trade.price != quote.bid && trade.price != quote.ask)
        }
        #expect(wrong == [])
    }

    @Test func `The first numbers of a seed are fixed for all machines`() {
        var random = SplitMix64(seed: 1_234_567)
        // From the reference implementation, https://prng.di.unimi.it/splitmix64.c
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    @Test func `The market of seed 1 is the one that it was`() {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var count = 0
        var line: [UInt8] = []
        for trade in MarketGenerator(seed: 1, scenes: Array(Scene.known.suffix(3))) {
            line.removeAll(keepingCapacity: true)
            TradeText.appendCSV(trade, .quoted, to: &line)
            for byte in line { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            count += 1
        }
        #expect(count == 36_815)
        #expect(hash == 5_201_791_099_467_185_365)
    }

    @Test func `A trading day has its symbols, the first by far the busiest, and its number of trades`() {
        var counts: [String: Int] = [:]
        let day = Scene.tradingDay(symbols: 150, trades: 60_000)
        for trade in MarketGenerator(seed: 1, scenes: [day]) { counts[trade.symbol, default: 0] += 1 }
        let total = counts.values.reduce(0, +)
        #expect(Set(day.symbols).count == 150 && counts.count == 150)
        #expect(total >= 60_000 && total < 64_000)
        #expect(counts["SPY", default: 0] > 5 * counts["BINANCE:ETHUSDT", default: 1])
    }

    @Test func `An export file holds the asked number of trades under a header`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let market = MarketGenerator(seed: 1, scenes: [.tradingDay(symbols: 5, trades: 2000)])
        #expect(try ExportFile.writeCSV(market, .trades, count: 1500, to: path) == 1500)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1501)
        #expect(lines[0] == "symbol,price,timestamp,volume,time")
        #expect(lines.dropFirst().allSatisfy { $0.split(separator: ",").count == 5 })
    }
}
