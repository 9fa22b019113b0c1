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
        rule dear_money on E
          when rate(DFF) > 3% and price > 50
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
        /// Trades in the order of the answers.
        var answered: [Int64] = []
        var answeredCount = 0

        mutating func add(_ answers: [EngineAnswer]) {
            for answer in answers {
                transitions += answer.transitions
                late += answer.late.map(\.sequence)
                answered += answer.trades.map(\.sequence)
                answeredCount += answer.count
            }
        }
    }

    /// What comes of trades given in batches; every `late`-th one is a minute late.
    ///
    /// - Parameter lanes: so many lanes take the trades in turn, to be merged; nil: they are in their order.
    private func result(
        _ threads: EngineThreads, order: EngineOptions.Order = .sorted, batch length: Int, late: Int = 97,
        lanes: Int? = nil
    ) throws -> Result {
        let compiled = try PipelineTests.compiled(Self.rules)
        let symbols = SymbolTable()
        let engine = try ShardedEngine(
            book: compiled.book, symbols: symbols, options: EngineOptions(order: order), threads: threads)
        var random = Steps()
        var result = Result()
        var batch = TradeBatch()
        for index in 0..<20_000 {
            // New symbols keep coming.
            let known = min(40, 6 + index / 300)
            let name = String(UnicodeScalar(UInt8(65 + random.next(below: known) % 26)))
            let symbol = try #require(symbols.intern(index % 11 == 0 ? "\(name)\(index % 5)" : name))
            let time = 1_741_600_000_000 + Int64(index) * 90 - (index % late == late - 1 ? 60_000 : 0)
            let price = FixedPoint(uncheckedMantissa: Int64(4700 + random.next(below: 600)), scale: 2)
            batch.trades.append(
                Trade(
                    symbol: symbol, time: time, price: price,
                    size: FixedPoint(uncheckedMantissa: 1, scale: 0),
                    origin: OriginID(index: 0), sequence: Int64(index)))
            if batch.trades.count == length {
                if let lanes { divide(&batch, among: lanes, isLast: false) }
                result.add(engine.advance(&batch))
                batch.removeAll()
            }
            guard order != .sorted, lanes == nil, index % 3_000 == 2_999 else { continue }
            // Live, rates and quiet moments come between batches.
            engine.appendRate(
                series: 0, date: CivilDate(daysSinceEpoch: 20_000 + Int64(index) / 3_000), ratio: 0.04,
                knownAt: time - 500)
            result.add(engine.advance(idleTo: time))
        }
        if let lanes { divide(&batch, among: lanes, isLast: true) }
        result.add(engine.advance(&batch))
        result.add(engine.finish())
        result.late.sort()
        result.accepted = engine.counters.accepted
        result.blocks = engine.counters.blocks
        result.symbols = (0..<symbols.count).map { symbols.name(of: SymbolID(index: UInt32($0))) }
        return result
    }

    /// The trades of each lane, one lane after the other, as polls bring them.
    private func divide(_ batch: inout TradeBatch, among lanes: Int, isLast: Bool) {
        var poll = LanePoll(time: 0)
        var trades: [Trade] = []
        for lane in 0..<lanes {
            let its = batch.trades.filter { Int($0.sequence) % lanes == lane }
            poll.opened.append(Int32(lane))
            poll.ends.append((Int32(lane), isLast))
            guard let last = its.last else { continue }
            poll.stretches.append(
                .init(lane: Int32(lane), trades: its.count, nextOffset: last.sequence + 1))
            trades += its
        }
        batch = TradeBatch(trades: trades, lanes: poll)
    }

    @Test(
        "as many threads as one likes give the transitions of one, in the same order", arguments: [2, 3, 8])
    func sameTransitions(shards: Int) throws {
        for length in [1, 100, 4096] {
            let alone = try result(.caller, batch: length)
            #expect(try result(.shards(shards), batch: length) == alone)
            #expect(alone.answered == (0..<20_000).map(Int64.init))
            #expect(alone.transitions.count > 200)
            #expect(alone.late.count == 20_000 / 97)
        }
    }

    @Test(
        "a thread that runs ahead tells the same as none, rates and quiet moments between",
        arguments: [1, 2_000])
    func ahead(length: Int) throws {
        let order = EngineOptions.Order.arrival(lateness: 250)
        let alone = try result(.caller, order: order, batch: length)
        #expect(try result(.ahead, order: order, batch: length) == alone)
        #expect(alone.transitions.count > 200)
    }

    @Test(
        "lanes are merged to the same order on either thread, however they are cut",
        arguments: [100, 2_000, 9_000])
    func lanes(length: Int) throws {
        let order = EngineOptions.Order.arrival(lateness: 250)
        let alone = try result(.caller, order: order, batch: 700, lanes: 4)
        #expect(try result(.caller, order: order, batch: length, lanes: 4) == alone)
        #expect(try result(.ahead, order: order, batch: length, lanes: 4) == alone)
        #expect(alone.answeredCount == 20_000)
        #expect(alone.late.count > 100)
        #expect(alone.transitions.count > 200)
    }

    @Test("every rule of the comparison fires")
    func rulesFire() throws {
        let compiled = try PipelineTests.compiled(Self.rules)
        var told = try result(.shards(3), batch: 500).transitions
        told += try result(.ahead, order: .arrival(lateness: 250), batch: 2_000).transitions
        let fired = Set(told.map { compiled.rules[$0.rule].name })
        #expect(fired == Set(compiled.rules.map(\.name)))
    }

    @Test("an engine that is let go of with batches under way ends its threads")
    func abandoned() throws {
        let compiled = try PipelineTests.compiled(Self.rules)
        let symbols = SymbolTable()
        let symbol = try #require(symbols.intern("A"))
        var engine: ShardedEngine? = try ShardedEngine(
            book: compiled.book, symbols: symbols, options: EngineOptions(order: .sorted), threads: .shards(4)
        )
        for index in 0..<20 {
            let trade = Trade(
                symbol: symbol, time: Int64(index), price: FixedPoint(uncheckedMantissa: 1, scale: 0),
                size: FixedPoint(uncheckedMantissa: 1, scale: 0), origin: OriginID(index: 0),
                sequence: Int64(index))
            var batch = TradeBatch(trades: [trade])
            _ = engine?.advance(&batch)
        }
        weak let freed = engine
        engine = nil
        #expect(freed == nil)
    }
}
