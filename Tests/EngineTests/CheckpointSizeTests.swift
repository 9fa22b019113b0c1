import Diagnostics
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

/// What makes a checkpoint larger, and what does not.
struct CheckpointSizeTests {
    /// Bytes after trades of A at these prices, a second apart.
    private func size(_ condition: String, prices: [Int64]) -> Int {
        let source = SourceFile(name: "test.rules", text: "rule r on A\n  when \(condition)\n".utf8)
        let (program, _) = checkRules([parseRules(source).file])
        let symbols = SymbolTable()
        let engine = AlertEngine(
            book: compileRules(program).book, symbols: symbols, options: EngineOptions(order: .sorted))
        guard let symbol = symbols.intern("A") else { return 0 }
        for (number, price) in prices.enumerated() {
            engine.append([
                Trade(
                    symbol: symbol, time: 1_741_600_000_000 + Int64(number) * 1000,
                    price: FixedPoint(uncheckedMantissa: price, scale: 0),
                    size: FixedPoint(uncheckedMantissa: 1, scale: 0), origin: OriginID(index: 0),
                    sequence: Int64(number))
            ])
            _ = engine.advance()
        }
        _ = engine.finish()
        return engine.checkpoint().count
    }

    @Test func `An alert that has never been anything but idle takes no room`() {
        let quiet = size("price > 100", prices: [1, 2, 3])
        #expect(size("price > 100", prices: [1, 101, 3]) > quiet)
    }

    @Test func `The points of an exact window take no room`() {
        let one = size("change(price, 1h) > 500", prices: [7, 7])
        #expect(size("change(price, 1h) > 500", prices: Array(repeating: 7, count: 500)) <= one + 8)
    }

    @Test func `A mean takes some, and every bucket of a grid that has points`() {
        let exact = size("price > 200", prices: Array(repeating: 7, count: 150))
        #expect(size("price > 2 * ewma(price, 1m)", prices: Array(repeating: 7, count: 150)) > exact)
        let half = size("volume(1h by 1m) > 1000", prices: Array(repeating: 7, count: 30))
        let three = size("volume(1h by 1m) > 1000", prices: Array(repeating: 7, count: 150))
        #expect(three > half + 20)
    }
}
