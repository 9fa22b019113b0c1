import Feeds
import MarketModel
import Testing

/// The limits of LANGUAGE 3.1, and reasons that tell what to do.
@Suite struct RefusalTests {
    struct Refused: Sendable, CustomStringConvertible {
        var json: String
        var kind: DecodeRefusal.Kind
        var words: String

        init(_ json: String, _ kind: DecodeRefusal.Kind, _ words: String) {
            self.json = json
            self.kind = kind
            self.words = words
        }

        init(price: String, _ kind: DecodeRefusal.Kind, _ words: String) {
            self.init(RecordTests.trade(price: price), kind, words)
        }

        init(size: String, _ kind: DecodeRefusal.Kind, _ words: String) {
            self.init(RecordTests.trade(size: size), kind, words)
        }

        init(time: String, _ kind: DecodeRefusal.Kind, _ words: String) {
            self.init(RecordTests.trade(time: time), kind, words)
        }

        var description: String { json }
    }

    static let cases: [Refused] = [
        Refused(price: "0", .notPositive, "price 0 is not above 0"),
        Refused(price: "-37.63", .notPositive, "price -37.63 is not above 0"),
        Refused(price: "1e-13", .notPositive, "price 1e-13"),
        Refused(price: #""NaN""#, .notFinite, #"price "NaN" is not a finite number"#),
        Refused(price: "NaN", .notFinite, "price NaN"),
        Refused(price: "-Infinity", .notFinite, "price -Infinity"),
        Refused(price: #""inf""#, .notFinite, "price"),
        Refused(price: "1234567890123456", .tooManyDigits, "more than 15 digits"),
        Refused(price: "1e40", .tooManyDigits, "price 1e40"),
        Refused(price: "true", .badPrice, "price true is not a number"),
        Refused(price: "[1]", .badPrice, "price [1] is not a number"),
        Refused(price: #""129,58""#, .badPrice, #"price "129,58" is not a number"#),
        Refused(price: #""""#, .badPrice, "price"),
        Refused(price: "null", .badPrice, "no price (p, price, last"),
        Refused(size: "-1", .negativeSize, "size -1 is below 0"),
        Refused(size: #""many""#, .badSize, #"size "many" is not a number"#),
        Refused(size: "Infinity", .notFinite, "size"),
        Refused(time: "32503680000000", .inTheFuture, "3000-01-01T00:00:00.000Z, later than 2099-12-31"),
        Refused(time: #""3000-01-01T00:00:00Z""#, .inTheFuture, "check the unit"),
        Refused(time: #""1850-01-01T00:00:00Z""#, .tooOld, "before 1900"),
        Refused(time: #""yesterday""#, .badTime, "ISO 8601"),
        Refused(time: #""2025-02-29 10:00:00""#, .badTime, "is not a time"),
        Refused(time: #""2025-03-10""#, .badTime, "is not a time"),
        Refused(time: "null", .badTime, "no time (t, timestamp"),
        Refused(#"{"symbol":"","price":1,"t":1672348887666}"#, .badSymbol, "is empty"),
        Refused(#"{"symbol":17,"price":1,"t":1672348887666}"#, .badSymbol, "is not a text"),
        Refused(#"{"symbol":"A\u0007","price":1,"t":1672348887666}"#, .badSymbol, "control character"),
        Refused(
            #"{"symbol":"\#(String(repeating: "A", count: 65))","price":1,"t":1672348887666}"#, .badSymbol,
            "more than 64 bytes"),
        Refused(#"{"price":1,"t":1672348887666}"#, .badSymbol, "no symbol (s, symbol"),
        Refused(
            #"{"name":"A","cost":1,"at":1672348887666}"#, .notATrade,
            "its fields are name, cost, at"),
        Refused(#"{"data":[17]}"#, .notATrade, "is not an object"),
        Refused(#"{"symbol":"AAPL","price":1"#, .notJSON, "cut off"),
        Refused(#"{"symbol":"AAPL","pri"#, .notJSON, "closing quote"),
        Refused(#"{"symbol":"AAPL" "price":1}"#, .notJSON, "expected a comma"),
        Refused(#"{"symbol":"AAPL","price":1} x"#, .notJSON, "nothing after the record"),
        Refused("AAPL,129.58,1672348887666", .notJSON, "expected a JSON object at byte 1: 'AAPL"),
        Refused(#""{\"symbol\":\"AAPL\"}""#, .notJSON, "encodes the record twice"),
        Refused("{}", .notATrade, "it is empty"),
        Refused("{", .notJSON, "name in quotes"),
    ]

    @Test("A record beyond the limits is refused with a reason that tells what to do", arguments: cases)
    func refuses(_ sample: Refused) {
        let decoded = Decoded(sample.json)
        #expect(decoded.trades.isEmpty)
        #expect(decoded.refusal?.kind == sample.kind)
        #expect(decoded.refusal?.reason.contains(sample.words) == true, "\(decoded.outcome)")
    }

    @Test func `A schema registry's record is told by its header`() {
        let decoded = Decoded([0, 0, 0, 1, 42] + Array("\u{8}AAPL".utf8))
        #expect(decoded.refusal?.kind == .registryRecord)
        #expect(decoded.refusal?.reason.hasPrefix("Avro record of a schema registry (schema 298)") == true)
    }

    @Test func `Binary values are told from broken text`() {
        #expect(Decoded([2, 8, 0x41, 0x41, 1, 2, 3, 4, 5]).refusal?.reason.contains("binary") == true)
        #expect(Decoded([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0]).refusal?.reason.contains("gzip") == true)
    }

    @Test func `A feed may allow prices below zero`() {
        let oil = Decoded(
            RecordTests.trade(price: "-37.63"), limits: TradeLimits(allowsNonPositivePrices: true))
        #expect(oil.line == "AAPL 2022-12-29T21:21:27.666Z -37.63 x 2")
    }

    @Test func `Live, a time more than a minute ahead of the clock is refused`() {
        let symbols = SymbolTable()
        let decoder = TradeDecoder(symbols: symbols)
        let now = Timestamp(milliseconds: 1_672_348_887_666)
        decoder.setClock(now)
        func decode(ahead: Int64) -> DecodeOutcome {
            var trades: [Trade] = []
            let json = RecordTests.trade(time: "\(now.milliseconds + ahead)")
            return Array(json.utf8).withUnsafeBytes {
                decoder.decode(value: $0, key: nil, origin: OriginID(index: 0), sequence: 0, into: &trades)
            }
        }
        #expect(decode(ahead: 60_000) == .decoded(1))
        guard case .refused(let refusals, 0) = decode(ahead: 60_001) else {
            Issue.record("accepted")
            return
        }
        #expect(refusals.first?.kind == .inTheFuture)
        #expect(refusals.first?.tradeRefusal == .inTheFuture)
        decoder.setClock(Timestamp(milliseconds: now.milliseconds + 1))
        #expect(decode(ahead: 60_001) == .decoded(1))
    }

    @Test func `A full symbol table refuses new symbols and keeps the known`() {
        let symbols = SymbolTable(capacity: 1)
        #expect(Decoded(RecordTests.trade(), symbols: symbols).outcome == .decoded(1))
        let other = #"{"symbol":"MSFT","price":1,"t":1672348887666}"#
        #expect(Decoded(other, symbols: symbols).refusal?.kind == .symbolTableFull)
        #expect(Decoded(RecordTests.trade(), symbols: symbols).outcome == .decoded(1))
    }

    @Test func `The engine's refusals are kinds of their own`() {
        for refusal in TradeRefusal.allCases where refusal != .late {
            #expect(DecodeRefusal.Kind(rawValue: refusal.rawValue) != nil)
        }
    }
}
