import Feeds
import MarketModel
import Testing

/// The shapes of records that public producers of Finnhub's trades write.
@Suite struct ShapeTests {
    static let decoded: [(json: String, trade: String)] = [
        (
            #"{"data":[{"c":null,"p":66972.77,"s":"BINANCE:BTCUSDT","t":1721555886208,"v":0.01559}],"type":"trade"}"#,
            "BINANCE:BTCUSDT 2024-07-21T09:58:06.208Z 66972.77 x 0.01559"
        ),
        (
            #"{"s":"AAPL","p":129.58,"t":1672348887666,"v":1,"c":["1","24","12"]}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"symbol":"AAPL","price":129.58,"volume":1,"timestamp":1672348887666}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"uuid":"7d6b9c3e-0000-11ee-be56-0242ac120002","symbol":"AAPL","price":129.58,"volume":1.0,"#
                + #""trade_conditions":"1,24,12","trade_timestamp":"2022-12-29T21:21:27.666Z","#
                + #""ingest_timestamp":"2022-12-29T21:21:28.101Z"}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"symbol":"AAPL","price":129.58,"timestamp_ms":1672348887666,"volume":1,"#
                + #""received_at":"2022-12-29T21:21:28.101000+00:00","conditions":["1","24","12"]}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"symbol":"BINANCE:BTCUSDT","price":66972.77,"volume":0.01559,"timestamp":1721555886208,"#
                + #""_ingest_ts":"2024-07-21T09:58:06.300000"}"#,
            "BINANCE:BTCUSDT 2024-07-21T09:58:06.208Z 66972.77 x 0.01559"
        ),
        (
            #"{"Symbol":"BINANCE:ETHUSDT","Price":3500.1,"Volume":0.5,"Timestamp":1721555886208,"TradeCondition":null}"#,
            "BINANCE:ETHUSDT 2024-07-21T09:58:06.208Z 3500.1 x 0.5"
        ),
        (
            #"{"symbol":"AAPL","ts":1672427874976.0,"currentts":20221230191756.0,"volume":10.0,"price":128.055,"#
                + #""tradeconditions":"1 12","uuid":"20221230191756_42a4752d-5f66-4245-8153-a5ec8478f738"}"#,
            "AAPL 2022-12-30T19:17:54.976Z 128.055 x 10"
        ),
        (
            #"{"trade_id":"fh-1672348887666-AAPL","ticker":"AAPL","price":129.58,"quantity":1,"side":"unknown","#
                + #""trade_type":"market","bid_price":null,"ask_price":null,"#
                + #""timestamp":"2022-12-29T21:21:27.666000+00:00"}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"type":"forex","source":"finnhub","data":{"symbol":"EUR/USD","price":1.0841,"timestamp":1718000000000}}"#,
            "EUR/USD 2024-06-10T06:13:20.000Z 1.0841 x 0"
        ),
        (
            #"{"uuid":"u","symbol":"AAPL","price":129.58,"volume":1,"trades_conditions":["1"],"#
                + #""trade_ts":"2022-12-29 21:21:27.666","ingestion_ts":"2022-12-29 21:21:28.101","price_z_score":0.4}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"stock_symbol":"AAPL","stock_price":129.58,"trade_volume":1,"unix_trade_timestamp":1672348887666,"#
                + #""date_trade_timestamp":"2022-12-29 21:21:27","unique_id":"u"}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
        ),
        (
            #"{"symbol":"BTC-USD","timestamp":1721555886208123,"price":"66972.77000000","quantity":"0.01559000","#
                + #""currency":"USD","side":"BUY","trade_conditions":[],"source_sequence":12,"#
                + #""ingestion_timestamp":1721555886300123}"#,
            "BTC-USD 2024-07-21T09:58:06.208Z 66972.77 x 0.01559"
        ),
        (
            #"{"symbol":"AAPL","price":129.58,"volume":1,"trade_timestamp":1672348887666,"#
                + #""ingest_timestamp":1672348888101,"bid":129.57,"ask":129.59,"fed_rate":4.33,"fed_rate_date":"2022-12-28"}"#,
            "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1 bid 129.57 ask 129.59"
        ),
    ]

    @Test("A shape that public producers write decodes by the standard mapping", arguments: decoded)
    func decodes(_ shape: (json: String, trade: String)) {
        let decoded = Decoded(shape.json)
        #expect(decoded.outcome == .decoded(1))
        #expect(decoded.line == shape.trade)
    }

    static let binance =
        #"{"e":"trade","E":1721555886210,"s":"BTCUSDT","t":12345,"p":"66972.77","q":"0.01559","T":1721555886208,"m":true}"#

    @Test func `Binance's own format is refused as ambiguous, with the mapping that reads it`() {
        let decoded = Decoded(ShapeTests.binance)
        #expect(decoded.trades.isEmpty)
        #expect(decoded.refusal?.kind == .ambiguous)
        #expect(decoded.refusal?.reason.contains("mapping binance") == true)
    }

    @Test func `The mapping for Binance reads its own format`() {
        let decoded = Decoded(ShapeTests.binance, mapping: .binance)
        #expect(decoded.outcome == .decoded(1))
        #expect(decoded.line == "BTCUSDT 2024-07-21T09:58:06.208Z 66972.77 x 0.01559")
    }
}
