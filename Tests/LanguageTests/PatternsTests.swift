import Patterns
import Testing

@Suite("Patterns")
struct PatternsTests {
    @Test(
        "A pattern searches the whole symbol, prefix included",
        arguments: [
            ("^BINANCE:(BTC|ETH)USDT$", "BINANCE:BTCUSDT", true),
            ("^BINANCE:(BTC|ETH)USDT$", "BTCUSDT", false),
            ("BTC", "BINANCE:BTCUSDT", true), ("USDT$", "BINANCE:BTCUSDT", true),
            ("USDT$", "BINANCE:BTCUSDTX", false), ("^(?!BINANCE:).*USD", "KRAKEN:BTCUSD", true),
            ("^(?!BINANCE:).*USD", "BINANCE:BTCUSD", false), ("/", "BTC/USD", true), ("^$", "", true),
            ("", "anything", true), ("^.$", "é", true), ("^é+$", "éé", true), ("\\d{4}$", "ESZ2025", true),
        ])
    func search(pattern: String, symbol: String, isMatch: Bool) throws {
        #expect(try Pattern(pattern).matches(symbol) == isMatch)
    }

    @Test(
        "What does not compile says why and where",
        arguments: [("^BINANCE:(", 10), ("[A-Z", 4), ("a**b", 2), ("(?<name", 7), ("\\C", 2)])
    func errors(pattern: String, offset: Int) {
        #expect {
            _ = try Pattern(pattern)
        } throws: { error in
            guard let error = error as? PatternError else { return false }
            return !error.message.isEmpty && error.offset == offset
        }
    }

    @Test("A pattern that backtracks without end ends, as no match")
    func catastrophe() throws {
        let symbol = String(repeating: "A", count: 5_000) + "!"
        #expect(try Pattern("^(A+)+$").matches(symbol) == false)
    }

    @Test("A symbol longer than the JIT's stack allows is still searched")
    func longSymbol() throws {
        let symbol = String(repeating: "AB", count: 20_000)
        #expect(try Pattern("^(?:(A)(B))*$").matches(symbol))
    }

    @Test("One pattern matches from many tasks at once")
    func threads() async throws {
        let pattern = try Pattern("^BINANCE:[A-Z]+USDT$")
        let hits = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<500).count { pattern.matches($0 % 2 == task % 2 ? "BINANCE:BTCUSDT" : "AAPL") }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(hits == 2_000)
    }
}
