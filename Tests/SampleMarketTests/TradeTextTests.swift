import MarketModel
import SampleMarket
import Testing

@Suite struct TradeTextTests {
    func trade(quoted: Bool) throws -> SampleTrade {
        SampleTrade(
            symbol: "AAPL", time: 1_672_348_887_660, price: try #require(FixedPoint("129.58")),
            size: try #require(FixedPoint("0.007")),
            quote: quoted
                ? SampleTrade.Quote(
                    bid: try #require(FixedPoint("129.5")), ask: try #require(FixedPoint("130"))) : nil)
    }

    func text(_ write: (inout [UInt8]) -> Void) -> String {
        var out: [UInt8] = []
        write(&out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test func `Enriched JSON has quote and rate where they are known`() throws {
        let rate = SampleRate(
            date: CivilDate(year: 2022, month: 12, day: 28), percent: try #require(FixedPoint("4.33")))
        let full = try trade(quoted: true)
        #expect(
            text { TradeText.appendEnrichedJSON(full, rate: rate, ingestDelay: 435, to: &$0) }
                == #"{"symbol":"AAPL","price":129.58,"volume":0.007,"trade_timestamp":1672348887660,"#
                + #""ingest_timestamp":1672348888095,"bid":129.5,"ask":130,"fed_rate":4.33,"#
                + #""fed_rate_date":"2022-12-28"}"#)
        let bare = try trade(quoted: false)
        #expect(
            text { TradeText.appendEnrichedJSON(bare, to: &$0) }
                == #"{"symbol":"AAPL","price":129.58,"volume":0.007,"trade_timestamp":1672348887660,"#
                + #""ingest_timestamp":1672348887780}"#)
    }

    @Test func `A single trade has the feed's own short names`() throws {
        let bare = try trade(quoted: false)
        #expect(
            text { TradeText.appendRawJSON(bare, to: &$0) }
                == #"{"c":["1"],"p":129.58,"s":"AAPL","t":1672348887660,"v":0.007}"#)
    }

    @Test func `An export's row trims the zeros of its time and leaves an unknown quote empty`() throws {
        let full = try trade(quoted: true)
        let bare = try trade(quoted: false)
        #expect(
            text { TradeText.appendCSV(full, .quoted, to: &$0) }
                == "AAPL,129.58,1672348887660,0.007,2022-12-29 21:21:27.66 UTC,129.5,130\n")
        #expect(
            text { TradeText.appendCSV(bare, .quoted, to: &$0) }
                == "AAPL,129.58,1672348887660,0.007,2022-12-29 21:21:27.66 UTC,,\n")
        #expect(
            text { TradeText.appendCSV(full, .trades, to: &$0) }
                == "AAPL,129.58,1672348887660,0.007,2022-12-29 21:21:27.66 UTC\n")
        #expect(
            text { TradeText.appendNDJSON(full, .quoted, to: &$0) }
                == #"{"symbol":"AAPL","price":129.58,"timestamp":"1672348887660","volume":0.007,"#
                + #""time":"2022-12-29 21:21:27.66 UTC","bid":129.5,"ask":130}"# + "\n")
    }

    @Test(
        arguments: [
            (0, "1970-01-01 00:00:00 UTC"), (1_699_999_999_001, "2023-11-14 22:13:19.001 UTC"),
            (1_700_000_000_100, "2023-11-14 22:13:20.1 UTC"), (-1, "1969-12-31 23:59:59.999 UTC"),
        ] as [(Int64, String)])
    func `Export times`(milliseconds: Int64, expected: String) throws {
        var trade = try trade(quoted: false)
        trade.time = milliseconds
        #expect(text { TradeText.appendCSV(trade, .trades, to: &$0) }.hasSuffix(",\(expected)\n"))
    }

    @Test func `Decimals are written as their description has them`() throws {
        for (mantissa, scale) in [(1, 0), (-5, 2), (12_345, 4), (1, 12), (999_999_999_999_999, 3)]
            as [(Int64, Int)]
        {
            let number = try #require(FixedPoint(mantissa: mantissa, scale: scale))
            var trade = try trade(quoted: false)
            trade.price = number
            #expect(text { TradeText.appendCSV(trade, .trades, to: &$0) }.hasPrefix("AAPL,\(number),"))
        }
    }

    @Test func `A rate's record leaves known-at to the reader's publication lag`() throws {
        let rates = try SampleRate.fedFunds(
            from: CivilDate(year: 2022, month: 3, day: 17), through: CivilDate(year: 2022, month: 3, day: 17))
        #expect(rates.map(\.json) == [#"{"series":"DFF","date":"2022-03-17","value":0.33}"#])
    }
}
