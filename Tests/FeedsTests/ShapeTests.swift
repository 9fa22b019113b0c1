import Feeds
import Foundation
import MarketModel
import Testing

/// The shapes of records that public producers of Finnhub's trades write, one a line of
/// Fixtures/shapes.jsonl.
@Suite struct ShapeTests {
    static let apple = "AAPL 2022-12-29T21:21:27.666Z 129.58 x 1"
    static let bitcoin = "BINANCE:BTCUSDT 2024-07-21T09:58:06.208Z 66972.77 x 0.01559"

    /// What each shape is, by its number; S14 is another matter.
    static let expected: [String: String] = [
        "S1": bitcoin, "S2": apple, "S3": apple, "S4": apple, "S5": apple, "S6": bitcoin,
        "S7": "BINANCE:ETHUSDT 2024-07-21T09:58:06.208Z 3500.1 x 0.5",
        "S8": "AAPL 2022-12-30T19:17:54.976Z 128.055 x 10",
        "S9": apple,
        "S10": "EUR/USD 2024-06-10T06:13:20.000Z 1.0841 x 0",
        "S11": apple, "S12": apple,
        "S13": "BTC-USD 2024-07-21T09:58:06.208Z 66972.77 x 0.01559",
        "S15": apple + " bid 129.57 ask 129.59",
    ]

    struct Shape: Sendable, CustomStringConvertible {
        var name: String
        var json: String
        var description: String { name }
    }

    static let shapes: [Shape] = {
        let text = (try? String(contentsOfFile: Fixture.path("shapes.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            let name = line.dropFirst(#"{"_shape":""#.count).prefix { $0 != " " }
            return Shape(name: String(name), json: String(line))
        }
    }()

    @Test func `There are fifteen shapes`() {
        #expect(Self.shapes.count == 15)
    }

    @Test("A shape that public producers write decodes by the standard mapping", arguments: shapes)
    func decodes(_ shape: Shape) {
        guard shape.name != "S14" else { return }
        let decoded = Decoded(shape.json)
        #expect(decoded.outcome == .decoded(1))
        #expect(decoded.line == Self.expected[shape.name])
    }

    @Test func `Binance's own format is refused as ambiguous, with the mapping that reads it`() throws {
        let shape = try #require(Self.shapes.first { $0.name == "S14" })
        let refused = Decoded(shape.json)
        #expect(refused.trades.isEmpty)
        #expect(refused.refusal?.kind == .ambiguous)
        #expect(refused.refusal?.reason.contains("mapping binance") == true)

        let decoded = Decoded(shape.json, mapping: .binance)
        #expect(decoded.outcome == .decoded(1))
        #expect(decoded.line == "BTCUSDT 2024-07-21T09:58:06.208Z 66972.77 x 0.01559")
    }

    @Test func `Alpaca's and Polygon's own formats are read by their mappings`() {
        let alpaca = Decoded(
            #"[{"T":"t","S":"AAPL","x":"D","p":126.55,"s":3,"t":"2021-02-22T15:51:44.208Z","c":["@"]}]"#,
            mapping: .alpaca)
        #expect(alpaca.line == "AAPL 2021-02-22T15:51:44.208Z 126.55 x 3")
        let polygon = Decoded(
            #"[{"ev":"T","sym":"MSFT","x":4,"p":114.125,"s":100,"c":[0,12],"t":1536036818784,"q":3681328}]"#,
            mapping: .polygon)
        #expect(polygon.line == "MSFT 2018-09-04T04:53:38.784Z 114.125 x 100")
        #expect(FieldMapping.names.allSatisfy { FieldMapping.named($0) != nil })
        #expect(FieldMapping.named("kraken") == nil)
    }

    @Test func `A decoder that has seen other shapes reads each as a fresh one does`() {
        let symbols = SymbolTable()
        let decoder = TradeDecoder(symbols: symbols)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            guard let shape = Self.shapes.randomElement(using: &random) else { return }
            // Python's separators half of the time.
            let json =
                Bool.random(using: &random)
                ? shape.json : shape.json.replacing("\":", with: "\": ").replacing(",\"", with: ", \"")
            var trades: [Trade] = []
            let outcome = Array(json.utf8).withUnsafeBytes {
                decoder.decode(value: $0, key: nil, origin: OriginID(index: 0), sequence: 0, into: &trades)
            }
            if shape.name == "S14" {
                #expect(trades.isEmpty)
            } else {
                #expect(outcome == .decoded(1), "\(json)")
                #expect(trades.map { describe($0, symbols) } == [Self.expected[shape.name]])
            }
        }
    }
}
