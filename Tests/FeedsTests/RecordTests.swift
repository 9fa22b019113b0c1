import Feeds
import MarketModel
import Testing

/// What a record may hold besides one trade, and how it is refused.
@Suite struct RecordTests {
    static func trade(price: String = "1.5", size: String = "2", time: String = "1672348887666") -> String {
        #"{"symbol":"AAPL","price":\#(price),"volume":\#(size),"timestamp":\#(time)}"#
    }

    @Test func `A frame gives its trades in order, the twins too`() {
        let decoded = Decoded(
            #"{"data":[{"c":null,"p":2,"s":"A","t":1672348887666,"v":1},"#
                + #"{"p":2,"s":"A","t":1672348887666,"v":1},"#
                + #"{"p":3,"s":"B","t":1672348887667,"v":0.5}],"type":"trade"}"#)
        #expect(decoded.outcome == .decoded(3))
        #expect(
            decoded.line == "A 2022-12-29T21:21:27.666Z 2 x 1 | A 2022-12-29T21:21:27.666Z 2 x 1 | "
                + "B 2022-12-29T21:21:27.667Z 3 x 0.5")
        #expect(decoded.trades.allSatisfy { $0.sequence == 7 })
    }

    @Test func `One bad trade of a frame leaves the others`() {
        let decoded = Decoded(
            #"{"data":[{"p":0,"s":"A","t":1672348887666,"v":1},{"p":3,"s":"B","t":1672348887667,"v":1}]}"#)
        #expect(decoded.line == "B 2022-12-29T21:21:27.667Z 3 x 1")
        guard case .refused(let refusals, let accepted) = decoded.outcome else {
            Issue.record("\(decoded.outcome)")
            return
        }
        #expect(accepted == 1)
        #expect(refusals.map(\.kind) == [.notPositive])
    }

    @Test(arguments: [
        (#"{"type":"ping"}"#, DecodeOutcome.ignored(.ping)),
        (#" { "type" : "ping" } "#, .ignored(.ping)),
        (#"{"data":[],"type":"trade"}"#, .ignored(.emptyFrame)),
        (#"{"data":null,"type":"trade"}"#, .ignored(.emptyFrame)),
        ("[]", .ignored(.emptyFrame)),
        ("", .ignored(.tombstone)),
        (
            #"{"msg":"Subscribing to too many symbols","type":"error"}"#,
            .feedWarning("Subscribing to too many symbols")
        ),
    ])
    func `What carries no trade is told apart from what is broken`(_ sample: (String, DecodeOutcome)) {
        let decoded = Decoded(sample.0)
        #expect(decoded.outcome == sample.1)
        #expect(decoded.trades.isEmpty)
    }

    @Test(arguments: [
        #"{"payload":{"after":{"symbol":"A","price":1,"ts":1672348887666}}}"#,
        #"{"before":null,"after":{"symbol":"A","price":1,"ts":1672348887666},"op":"c","ts_ms":1}"#,
        #"{"trade":[{"symbol":"A","price":1,"ts":1672348887666}]}"#,
        #"[{"symbol":"A","price":1,"ts":1672348887666}]"#,
        #"{"symbol":"A","price":1,"ts":1672348887666,"data":{"note":"not a trade"}}"#,
        #"{"data":{"note":"not a trade"},"symbol":"A","price":1,"ts":1672348887666}"#,
        #"{"ts":null,"timestamp":1672348887666,"symbol":"A","last_price":null,"price":1}"#,
        "\u{feff}" + #"{"symbol":"A","price":1,"ts":1672348887666}"#,
        "{\n\t\"symbol\" : \"A\" ,\r\n \"price\" :1 , \"ts\" : 1672348887666 }\n",
        #"{"s\u0079mbol":"\u0041","price":1,"ts":1672348887666}"#,
        #"{"symbol":" A ","price":"1.0","ts":"1672348887666"}"#,
        #"{"symbol":"A","close":99,"price":1,"ts":1672348887666}"#,
        #"{"symbol":"A","price":1,"close":99,"ts":1672348887666}"#,
    ])
    func `Wrappers, blanks, nulls, escapes and lesser aliases do not matter`(json: String) {
        #expect(Decoded(json).line == "A 2022-12-29T21:21:27.666Z 1 x 0")
    }

    @Test func `The key names the symbol only when the record does not`() {
        let bare = #"{"price":1,"ts":1672348887666}"#
        #expect(Decoded(bare, key: "MSFT").line.hasPrefix("MSFT "))
        #expect(Decoded(bare, key: "\"MSFT\"").line.hasPrefix("MSFT "))
        #expect(Decoded(Self.trade(), key: "MSFT").line.hasPrefix("AAPL "))
        // A time is no symbol.
        #expect(Decoded(bare, key: "1672348887666").refusal?.kind == .badSymbol)
        var mapping = FieldMapping()
        mapping.symbolWhenAbsent = "BTCUSD"
        #expect(Decoded(bare, mapping: mapping).line.hasPrefix("BTCUSD "))
    }

    @Test func `A venue is put before a symbol that has none`() {
        let json = #"{"venue":"BYBIT","symbol":"BCHUSDT","price":1,"t":1672348887666}"#
        #expect(Decoded(json).line.hasPrefix("BYBIT:BCHUSDT "))
        let prefixed = #"{"venue":"BYBIT","symbol":"OKX:BCHUSDT","price":1,"t":1672348887666}"#
        #expect(Decoded(prefixed).line.hasPrefix("OKX:BCHUSDT "))
    }

    @Test(arguments: ["IC MARKETS:1", "BRK.B", "BTC-USD", "EUR/USD", "OANDA:EUR_USD", "日経225", "^GSPC"])
    func `A symbol may have spaces inside, punctuation and any letters`(name: String) {
        let json = #"{"symbol":"\#(name)","price":1,"t":1672348887666}"#
        #expect(Decoded(json).line.hasPrefix("\(name) 2022"))
        let escaped = json.replacing("/", with: "\\/")
        #expect(Decoded(escaped).line.hasPrefix("\(name) 2022"))
    }

    @Test func `Bid and ask count only together, and only as numbers above zero`() {
        func quote(_ members: String) -> Decoded {
            Decoded(#"{"symbol":"A","price":1,"t":1672348887666,\#(members)}"#)
        }
        #expect(quote(#""bid":0.99,"ask":1.015"#).line.hasSuffix("bid 0.99 ask 1.015"))
        #expect(quote(#""bid_price":"0.99","ask_price":"1.010""#).line.hasSuffix("bid 0.99 ask 1.01"))
        for members in [#""bid":0.99"#, #""bid":null,"ask":1"#, #""bid":0,"ask":1"#, #""bid":"","ask":1"#] {
            #expect(quote(members).outcome == .decoded(1))
            #expect(quote(members).trades.first?.hasQuote == false)
        }
        #expect(quote(#""bid":"x","ask":1"#).refusal?.kind == .badQuote)
    }

    @Test func `A mapping's own names replace the standard ones`() {
        var mapping = FieldMapping()
        mapping[.price] = ["bid"]
        mapping[.time] = ["when"]
        let json = #"{"symbol":"A","price":7,"bid":2,"ask":3,"when":1672348887,"ts":5}"#
        #expect(Decoded(json, mapping: mapping).line == "A 2022-12-29T21:21:27.000Z 2 x 0")
        #expect(mapping.conflicts.isEmpty)
        mapping[.size] = ["Bid"]
        #expect(mapping.conflicts == ["Bid is both price and size"])
    }
}
