import Diagnostics
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

@testable import Engine

@Suite("What a checkpoint has to hold")
struct StoredStateTests {
    /// The state after trades of A at these prices, a second apart.
    private func state(_ condition: String, prices: [Int64]) -> StoredState {
        let source = SourceFile(name: "test.rules", text: "rule r on A\n  when \(condition)\n".utf8)
        let (program, _) = checkRules([parseRules(source).file])
        let symbols = SymbolTable()
        let engine = AlertEngine(
            book: compileRules(program).book, symbols: symbols, options: EngineOptions(order: .sorted))
        guard let symbol = symbols.intern("A") else { return StoredState() }
        for (number, price) in prices.enumerated() {
            engine.append([
                Trade(
                    symbol: symbol, time: Int64(number) * 1000,
                    price: FixedPoint(uncheckedMantissa: price, scale: 0),
                    size: FixedPoint(uncheckedMantissa: 1, scale: 0), origin: OriginID(index: 0),
                    sequence: Int64(number))
            ])
            _ = engine.advance()
        }
        _ = engine.finish()
        return engine.storedState
    }

    @Test("an alert that has never been anything but idle is as at its beginning")
    func idleAlerts() {
        let quiet = state("price > 100", prices: [1, 2, 3])
        #expect((quiet.alerts, quiet.movedAlerts, quiet.alertBytes) == (1, 0, 0))
        let fired = state("price > 100", prices: [1, 101, 3])
        #expect((fired.alerts, fired.movedAlerts) == (1, 1))
        #expect(fired.alertBytes > 0)
    }

    @Test("of an exact window nothing is kept but its stream's last point")
    func exactWindows() {
        let one = state("change(price, 1h) > 5%", prices: [1])
        #expect(one.bytes == MemoryLayout<Point>.stride)
        #expect(state("change(price, 1h) > 5%", prices: Array(1...500)).bytes == one.bytes)
    }

    @Test("a mean is kept, and a grid's buckets with points")
    func otherState() {
        #expect(state("price > 2 * ewma(price, 1m)", prices: [1, 2]).decayBytes == 16)
        let first = state("volume(1h by 1m) > 1000", prices: Array(1...30)).bucketBytes
        #expect(first > 0)
        #expect(state("volume(1h by 1m) > 1000", prices: Array(1...150)).bucketBytes > first)
    }
}
