import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import Testing

@testable import Pipeline

/// Symbols divided among threads, against one engine that has them all.
@Suite("An engine on several threads")
struct ShardedEngineTests {
    /// Rules of one symbol, of two together, of a template over all, and of all together.
    private static let rules = """
        series gap = A.price - B.price
        rule wide
          when abs(gap) > 5.5
        rule drift on B
          when abs(move(gap, 2m)) > 3 and C.price > 50
        rule jump on all
          when abs(change(price, 1m)) > 4%
          cooldown 1m
        rule busy on all
          when count(price, 30s) > 12
        rule quiet on D, E
          when age(price) > 8s
        rule echo on F
          when firing(jump) and price > 50
        """

    /// Knuth's linear congruential generator.
    private struct Steps {
        private var state: UInt64 = 7

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    struct Result: Equatable {
        var transitions: [EngineTransition] = []
        var late: [Int64] = []
        var accepted = 0
        var blocks = 0
        var symbols: [String] = []
    }

    /// What comes of trades given in batches; every `late`-th one is a minute late.
    private func result(_ shards: Int, batch length: Int, late: Int = 97) throws -> Result {
        let compiled = try PipelineTests.compiled(Self.rules)
        let symbols = SymbolTable()
        let engine = ShardedEngine(
            book: compiled.book, symbols: symbols, options: EngineOptions(order: .sorted), shards: shards)
        var random = Steps()
        var result = Result()
        var batch: [Trade] = []
        for index in 0..<20_000 {
            // New symbols keep coming.
            let known = min(40, 6 + index / 300)
            let name = String(UnicodeScalar(UInt8(65 + random.next(below: known) % 26)))
            let symbol = try #require(symbols.intern(index % 11 == 0 ? "\(name)\(index % 5)" : name))
            let time = 1_741_600_000_000 + Int64(index) * 90 - (index % late == late - 1 ? 60_000 : 0)
            let price = FixedPoint(uncheckedMantissa: Int64(4700 + random.next(below: 600)), scale: 2)
            batch.append(
                Trade(
                    symbol: symbol, time: time, price: price,
                    size: FixedPoint(uncheckedMantissa: 1, scale: 0),
                    origin: OriginID(index: 0), sequence: Int64(index)))
            if batch.count == length {
                result.transitions += engine.advance(batch)
                batch.removeAll()
            }
        }
        result.transitions += engine.advance(batch)
        result.transitions += engine.finish()
        result.late = engine.takeLateTrades().map(\.sequence).sorted()
        result.accepted = engine.counters.accepted
        result.blocks = engine.counters.blocks
        result.symbols = (0..<symbols.count).map { symbols.name(of: SymbolID(index: UInt32($0))) }
        return result
    }

    @Test(
        "as many threads as one likes give the transitions of one, in the same order", arguments: [2, 3, 8])
    func sameTransitions(shards: Int) throws {
        for length in [1, 100, 4096] {
            let alone = try result(1, batch: length)
            #expect(try result(shards, batch: length) == alone)
            #expect(alone.transitions.count > 200)
            #expect(alone.late.count == 20_000 / 97)
        }
    }

    @Test("every rule of the comparison fires")
    func rulesFire() throws {
        let compiled = try PipelineTests.compiled(Self.rules)
        let fired = Set(try result(3, batch: 500).transitions.map { compiled.rules[$0.rule].name })
        #expect(fired == Set(compiled.rules.map(\.name)))
    }

    @Test("an engine that is let go of with batches under way ends its threads")
    func abandoned() throws {
        let compiled = try PipelineTests.compiled(Self.rules)
        let symbols = SymbolTable()
        let symbol = try #require(symbols.intern("A"))
        var engine: ShardedEngine? = ShardedEngine(
            book: compiled.book, symbols: symbols, options: EngineOptions(order: .sorted), shards: 4)
        for index in 0..<20 {
            let trade = Trade(
                symbol: symbol, time: Int64(index), price: FixedPoint(uncheckedMantissa: 1, scale: 0),
                size: FixedPoint(uncheckedMantissa: 1, scale: 0), origin: OriginID(index: 0),
                sequence: Int64(index))
            _ = engine?.advance([trade])
        }
        weak let freed = engine
        engine = nil
        #expect(freed == nil)
    }
}
