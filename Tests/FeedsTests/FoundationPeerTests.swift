import Feeds
import Foundation
import MarketModel
import Testing

/// Foundation's JSON reading as a second opinion on records that nobody would write.
@Suite struct FoundationPeerTests {
    /// A value that means nothing here, nested and escaped at will.
    static func noise(_ random: inout SeededGenerator, depth: Int = 0) -> Any {
        switch Int.random(in: 0...(depth < 4 ? 7 : 5), using: &random) {
        case 0: return NSNull()
        case 1: return Bool.random(using: &random)
        case 2: return Int.random(in: -9_999_999...9_999_999, using: &random)
        case 3: return Double.random(in: -1...1, using: &random)
        case 4:
            return ["", "}", "{\"p\":1}", "a\"b\\c", "\u{1}\n\t", "日本 🎌", "\\", "],["].randomElement(
                using: &random) ?? ""
        case 5: return String(repeating: "x", count: Int.random(in: 0...40, using: &random))
        case 6:
            return (0..<Int.random(in: 0...4, using: &random)).map { _ in noise(&random, depth: depth + 1) }
        default:
            var object: [String: Any] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                object["k\(Int.random(in: 0...99, using: &random))"] = noise(&random, depth: depth + 1)
            }
            return object
        }
    }

    @Test func `What Foundation writes around a trade's members does not change the trade`() throws {
        var random = SeededGenerator(seed: 42)
        let decoder = SteadyDecoder()
        let symbols = ["AAPL", "EUR/USD", "A\"B", "日経225", "IC MARKETS:1", "BINANCE:BTCUSDT", "A\\B"]
        for _ in 0..<4000 {
            let symbol = symbols.randomElement(using: &random) ?? ""
            let cents = Int.random(in: 1...99_999_999, using: &random)
            let time = Int64.random(in: 1_000_000_000_000..<4_000_000_000_000, using: &random)
            var object: [String: Any] = [
                "symbol": symbol, "price": Decimal(cents) / 100, "timestamp": time,
            ]
            for index in 0..<Int.random(in: 0...8, using: &random) {
                object["noise \"\(index)\""] = Self.noise(&random)
            }
            var options: JSONSerialization.WritingOptions = []
            if Bool.random(using: &random) { options.insert(.prettyPrinted) }
            if Bool.random(using: &random) { options.insert(.sortedKeys) }
            let text = try [UInt8](JSONSerialization.data(withJSONObject: object, options: options))
            let trades = decoder.trades(text)
            let price = try #require(FixedPoint(mantissa: Int64(cents), scale: 2))
            #expect(decoder.outcome == .decoded(1), "\(String(decoding: text, as: UTF8.self))")
            #expect(
                trades.map { describe($0, decoder.symbols) }
                    == ["\(symbol) \(Timestamp(milliseconds: time)) \(price) x 0"])
        }
    }

    @Test
    func `A damaged record that Foundation can read is not called broken JSON`() {
        var random = SeededGenerator(seed: 43)
        let decoder = SteadyDecoder()
        let seeds = ShapeTests.shapes.map { Array($0.json.utf8) }
        var agreed = 0
        var looser = 0
        for _ in 0..<10_000 {
            let text = FuzzTests.mutated(seeds[Int.random(in: 0..<seeds.count, using: &random)], &random)
            let isDecoded = !decoder.trades(text).isEmpty
            let isJSON =
                (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
            if isDecoded, isJSON { agreed += 1 }
            // Looser by intent: members that do not matter are stepped over, not checked.
            if isDecoded, !isJSON { looser += 1 }
            // Foundation lets a comma stand before a closing bracket, which JSON does not.
            let hasLastComma = text.contains(",}".utf8) || text.contains(",]".utf8)
            if !isDecoded, isJSON, !hasLastComma, case .refused(let refusals, _) = decoder.outcome {
                #expect(
                    refusals.allSatisfy { $0.kind != .notJSON }, "\(String(decoding: text, as: UTF8.self))")
            }
        }
        #expect(agreed > 500)
        #expect(looser < agreed / 2, "\(looser) of \(agreed)")
    }
}
