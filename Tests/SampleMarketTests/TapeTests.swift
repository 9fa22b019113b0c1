import MarketModel
import SampleMarket
import Testing

@Suite struct TapeTests {
    @Test(arguments: [
        (SampleTape.bitstamp2011, 9999), (.mtgox2013, 2331), (.venues2021, 385), (.coinbaseTicker2021, 107),
    ])
    func `Every row of a tape is read, in order of time`(tape: SampleTape, rows: Int) throws {
        let trades = try tape.trades()
        #expect(trades.count == rows)
        #expect(zip(trades, trades.dropFirst()).allSatisfy { $0.time <= $1.time })
    }

    @Test func `The Bitstamp tape carries its fat finger of 2011-11-25`() throws {
        let trades = try SampleTape.bitstamp2011.trades()
        let index = try #require(trades.firstIndex { $0.time == 1_322_219_039_000 })
        #expect(Timestamp(milliseconds: trades[index].time).description == "2011-11-25T11:03:59.000Z")
        #expect(trades[index - 1].price.description == "4.39")
        #expect(trades[index].price.description == "15")
        #expect(trades[index].size.description == "1.658")
    }

    @Test func `Coinbase's ticker has a bid below its ask in every row`() throws {
        for row in try SampleTape.coinbaseTicker2021.trades() {
            let quote = try #require(row.quote)
            #expect(quote.bid.doubleValue <= quote.ask.doubleValue)
        }
    }

    @Test func `The federal funds rate steps by 20 basis points on the days of policy steps and on no other`()
        throws
    {
        let rates = try SampleRate.fedFunds(
            from: CivilDate(year: 2015, month: 12, day: 1), through: CivilDate(year: 2024, month: 12, day: 31)
        )
        var steps: [String] = []
        for (before, after) in zip(rates, rates.dropFirst()) {
            if abs(after.percent.doubleValue - before.percent.doubleValue) > 0.195 {
                steps.append(after.date.description)
            }
        }
        #expect(steps == policySteps)
    }

    /// From the public record of the Federal Open Market Committee: the day after each change.
    let policySteps = [
        "2015-12-17", "2016-12-15", "2017-03-16", "2017-06-15", "2017-12-14", "2018-03-22", "2018-06-14",
        "2018-09-27", "2018-12-20", "2019-08-01", "2019-09-19", "2019-10-31", "2020-03-04", "2020-03-16",
        "2022-03-17", "2022-05-05", "2022-06-16", "2022-07-28", "2022-09-22", "2022-11-03", "2022-12-15",
        "2023-02-02", "2023-03-23", "2023-05-04", "2023-07-27", "2024-09-19", "2024-11-08", "2024-12-19",
    ]

    @Test func `The replay is one order of time over tapes and scenes`() throws {
        let trades = try SampleReplay.trades(seed: 1)
        #expect(zip(trades, trades.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(
            Set(trades.map(\.symbol)).isSuperset(of: [
                "BITSTAMP:BTCUSD", "MTGOX:BTCUSD", "SPY", "OANDA:EUR_CHF",
            ]))
        #expect(trades.count > 150_000 && trades.count < 250_000)
    }
}
