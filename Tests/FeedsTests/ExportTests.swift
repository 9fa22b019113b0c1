import Feeds
import Foundation
import MarketModel
import SampleMarket
import Testing

/// CSV and NDJSON exports, BigQuery's above all, in all their forms.
@Suite struct ExportTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    func read(_ text: String, options: ExportOptions = ExportOptions()) throws -> ReadFile {
        try ReadFile(try scratch.write("export", text), options: options)
    }

    static let apple = "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"

    @Test func `A BigQuery export in CSV is read, its broken lines counted`() throws {
        let read = try read(
            """
            symbol,price,timestamp,volume,time
            AAPL,129.58,1672348887666,1,2022-12-29 21:21:27.666 UTC
            MSFT,abc,1672348887666,1,2022-12-29 21:21:27.666 UTC
            "BRK.B",1e2,1672348887667,,2022-12-29 21:21:27.667 UTC
            MSFT,1,2
            IC MARKETS:1,1.5,1672348887,0.25,2022-12-29 21:21:27 UTC
            AAPL,1,1672348887666,1,2022-12-29 21:21:27.666 UTC,x

            AAPL,NaN,32503680000000,1,
            AAPL,1,32503680000000,1,
            ,1,1672348887666,1,
            AAPL,,1672348887666,1,
            AAPL,1,,1,2022-12-29 21:21:27.666 UTC
            """)
        #expect(read.format == .csv)
        #expect(
            read.lines == [
                "2 AAPL 2022-12-29T21:21:27.666Z 129.58 x 1",
                "4 BRK.B 2022-12-29T21:21:27.667Z 100 x 0",
                "6 IC MARKETS:1 2022-12-29T21:21:27.000Z 1.5 x 0.25",
                // The time column stands in for an empty timestamp.
                "13 AAPL 2022-12-29T21:21:27.666Z 1 x 1",
            ])
        #expect(
            read.refused == [
                #"3 the price "abc" is not a number"#,
                "5 3 fields instead of 5; is the line cut off?",
                "7 6 fields instead of 5; a field with a delimiter needs quotes",
                #"9 the price "NaN" is not a finite number"#,
                "10 the time 32503680000000 is 3000-01-01T00:00:00.000Z, later than "
                    + "2099-12-31T23:59:59.999Z: check the unit of the feed's times and the clocks",
                "11 the symbol is empty",
                "12 the price is empty",
            ])
    }

    @Test(arguments: [
        "symbol,price,timestamp,volume\nAAPL,129.58,1672348887666,1",
        "symbol,price,timestamp,volume\r\nAAPL,129.58,1672348887666,1\r\n",
        "\u{feff}symbol,price,timestamp,volume\nAAPL,129.58,1672348887666,1\n",
        "\u{feff}\"symbol\",\"price\",\"t\",\"volume\"\r\n\"AAPL\",\"129.58\",\"1672348887666\",\"1\"\r\n",
        "\n\nsymbol;price;timestamp;volume\nAAPL;129.580;1672348887666;1.0\n\n\n",
        "symbol\tprice\ttimestamp\tvolume\nAAPL\t129.58\t1672348887666\t1\n",
        "Ticker|Last_Price|Trade_TS|Qty\nAAPL|1.2958e2|2022-12-29T21:21:27.666Z|1\n",
        "note,volume,t,price,symbol\n\"say \"\"hi\"\"\",1,\"2022-12-29 21:21:27.666 UTC\",129.58,AAPL\n",
        "note,volume,timestamp,price,symbol\n5\" pipe,1,1672348887666, 129.58 , AAPL \n",
        "id,symbol,price,timestamp,volume,id2\n,AAPL,129.58,1672348887666,1,\n",
        "symbol,price,close,timestamp,volume\nAAPL,129.58,7,1672348887666,1\n",
        "symbol,close,price,timestamp,volume\nAAPL,7,129.58,1672348887666,1\n",
        "symbol,price,timestamp,volume\nsymbol,price,timestamp,volume\nAAPL,129.58,1672348887666,1\n",
        #"{"symbol":"AAPL","price":129.58,"timestamp":"1672348887666","volume":"1"}"#,
        "\u{feff}" + #"{"time":"2022-12-29 21:21:27.666 UTC","symbol":"AAPL","price":129.58,"volume":1.0}"#
            + "\r\n\r\n",
        "\n  " + #"{"data":[{"s":"AAPL","p":129.58,"t":1672348887666,"v":1}],"type":"trade"}"#
            + "\n{\"type\":\"ping\"}\n",
    ])
    func `The forms of one row all mean the same trade`(text: String) throws {
        let read = try read(text)
        #expect(read.refused == [])
        #expect(read.lines.map { $0.drop { $0 != " " }.dropFirst() } == [Self.apple[...]])
    }

    @Test func `NDJSON as BigQuery writes it: integers as text, NULLs left out, angles escaped`() throws {
        let read = try read(
            #"""
            {"symbol":"AAPL","price":129.58,"timestamp":"1672348887666","time":"2022-12-29 21:21:27.666 UTC"}
            {"symbol":"A\u0026B","price":"NaN","timestamp":"1672348887666","volume":1}
            {"symbol":"A\u0026B","price":2,"timestamp":"1672348887666","volume":1}
            {"symbol":"AAPL","price":1
            {"symbol":"MSFT","price":3,"timestamp":"1672348887667","volume":0.5}
            """#)
        #expect(read.format == .ndjson)
        #expect(
            read.lines == [
                "1 AAPL 2022-12-29T21:21:27.666Z 129.58 x 0", "3 A&B 2022-12-29T21:21:27.666Z 2 x 1",
                "5 MSFT 2022-12-29T21:21:27.667Z 3 x 0.5",
            ])
        #expect(read.refused.count == 2)
        #expect(read.refused.first == #"2 the price "NaN" is not a finite number"#)
        #expect(read.refused.last?.hasPrefix("4 not JSON") == true)
    }

    @Test func `Empty shards are no error`() throws {
        #expect(try read("").lines == [])
        #expect(try read("\n\r\n ").format == .empty)
        let header = try read("symbol,price,timestamp,volume\n")
        #expect(header.lines == [] && header.refused == [])
    }

    @Test func `Line numbers count the lines inside quotes, and a broken quote costs one line`() throws {
        let read = try read(
            """
            note,symbol,price,t
            "two
            lines",A,1,1672348887666
            "never closed,A,2,1672348887666
            ok,B,3,1672348887666
            "closed" badly,A,4,1672348887666
            ok,C,5,1672348887666
            "open at the end,A,6,1672348887666
            """)
        #expect(
            read.lines.map { String($0.prefix(3)) } == ["2 A", "5 B", "7 C"])
        #expect(read.refused.map { String($0.prefix(1)) } == ["4", "6", "8"])
        #expect(read.refused.last == "8 an opening quote is never closed")
    }

    @Test func `Rows survive wherever the reader's buffer ends`() throws {
        var random = SeededGenerator(seed: 11)
        for size in [1_048_000, 1_048_576, 1_600_000] {
            var text = "note,symbol,price,t\n"
            var expected: [String] = []
            var line = 2
            while text.utf8.count < size {
                let length = Int.random(in: 0...200, using: &random)
                let price = Int.random(in: 1...99_999, using: &random)
                let isMultiline = length % 7 == 0
                let note = isMultiline ? "\"" + String(repeating: "x\n", count: length) + "\"" : "\(price)"
                text += "\(note),S\(length),\(price),1672348887666\n"
                expected.append("\(line) S\(length) 2022-12-29T21:21:27.666Z \(price) x 0")
                line += 1 + (isMultiline ? length : 0)
            }
            let path = try scratch.write("large-\(size)", text)
            let read = try ReadFile(path, batch: 1000)
            #expect(read.refused == [])
            #expect(read.lines == expected)
        }
    }

    @Test func `A line longer than the first buffer is read`() throws {
        let note = String(repeating: "n", count: 3_000_000)
        let read = try read("symbol,price,t,note\nA,1,1672348887666,\(note)\nB,2,1672348887666,\n")
        #expect(read.lines.map { $0.prefix(3) } == ["2 A", "3 B"])
    }

    @Test func `A short time is no date because the next line has a dash`() throws {
        let read = try read("symbol,price,t\nA,1,12\nB-C,2,12\n")
        #expect(read.refused == [])
        #expect(
            read.lines == ["2 A 1970-01-01T00:00:12.000Z 1 x 0", "3 B-C 1970-01-01T00:00:12.000Z 2 x 0"])
    }

    // MARK: - Files of the sample market

    @Test func `The Bitstamp tape is read without a header, by its columns`() throws {
        var options = ExportOptions()
        options.mapping.columns = ["time", "price", "size"]
        options.mapping.symbolWhenAbsent = "BITSTAMP:BTCUSD"
        let read = try ReadFile(SampleFile.bitstamp2011.path, options: options, batch: 5000)
        #expect(read.refused == [])
        #expect(read.lines.count == 9999)
        #expect(read.lines.first == "1 BITSTAMP:BTCUSD 2011-09-13T13:53:36.000Z 5.8 x 1")
        #expect(read.lines.contains { $0.hasSuffix("2011-11-25T11:03:59.000Z 15 x 1.658") })
    }

    @Test func `The Mt.Gox day is read by a mapping of its id to the time`() throws {
        var options = ExportOptions()
        options.mapping[.time] = ["id"]
        options.mapping.symbolWhenAbsent = "MTGOX:BTCUSD"
        let read = try ReadFile(SampleFile.mtgox2013.path, options: options)
        #expect(read.refused == [])
        #expect(read.lines.count == 2331)
        #expect(read.lines.first == "2 MTGOX:BTCUSD 2013-01-01T00:04:19.486Z 13.51001 x 36.87430786")
    }

    @Test func `The captures of several venues name the venue before the symbol`() throws {
        let trades = try ReadFile(SampleFile.venues2021.path)
        #expect(trades.refused == [])
        #expect(trades.lines.count == 385)
        #expect(trades.lines.first == "2 BYBIT:BCHUSDT 2021-04-17T16:43:05.116Z 1053.9 x 0.14")
        let quotes = try ReadFile(SampleFile.coinbaseTicker2021.path)
        #expect(quotes.refused == [])
        #expect(quotes.lines.count == 107)
        #expect(
            quotes.lines.first
                == "2 COINBASE:BAND-GBP 2021-04-17T16:43:30.244Z 14.7775 x 0 bid 14.755 ask 14.806")
    }
}
