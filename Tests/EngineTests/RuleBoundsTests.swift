import Diagnostics
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

@testable import Engine

/// What `check --explain` says, as text and against what the engine does.
struct RuleBoundsTests {
    private static func program(_ rules: String) throws -> CheckedProgram {
        let parsed = parseRules(SourceFile(name: "test.rules", text: rules.utf8))
        let (program, findings) = checkRules([parsed.file])
        let errors = (parsed.diagnostics + findings).filter { $0.level == .error }
        try #require(errors.isEmpty, "\(DiagnosticRenderer().render(errors))")
        return program
    }

    private static func bounds(_ rules: String) throws -> [RuleBounds] { explainRules(try program(rules)) }

    private static func bytes(_ condition: String, _ clauses: String = "") throws -> Int {
        try bounds("rule r on AAPL\n  when \(condition)\n\(clauses)\n")[0].fixedBytes
    }

    static let rules = """
        list tech = AAPL, MSFT
        session us = mon-fri 09:30-16:00 "America/New_York"
        series pair = KO.price - PEP.price

        rule spike on tech
          when volume(5m) > 3 * volume(1h ending 5m ago) / 12
          cooldown 15m
          during us after 5m
          message "{symbol} low {low(2h)}"
        rule busy on tech
          when volume(5m) > 10k and age(price) < 30s
          for 10s
          repeat 1h
        rule stretched
          when abs(zscore(pair, 1h)) > 3 and rate(DFF, within 10d) > 2%
        rule dear on /^BINANCE:/
          when price > 2 * ago(price, 10m)
        """

    @Test func `A rule's bounds are told in its own words`() throws {
        let text = try Self.bounds(Self.rules).map(\.text).joined(separator: "\n")
            .replacing(/[0-9,]+ bytes an alert/, with: "N bytes an alert")
        #expect(
            text == """
                rule spike: one alert for each of 2 symbols
                  keeps   N bytes an alert
                          24 bytes for each of the trades of its symbol in the last 2h, and at most 16 \
                for least and greatest values
                  wakes   at each of the trades of its symbol
                          when one of them is 5m or 1h5m old
                          once, when a window is warm: 5m and 1h5m after the input begins
                          15m after it fires, if it waits for that (`cooldown`)
                          5m after session us opens, and when it closes
                  shares  the trades of its symbol, with busy
                          the window 5m of the trades of its symbol, with busy

                rule busy: one alert for each of 2 symbols
                  keeps   N bytes an alert
                          24 bytes for each of the trades of its symbol in the last 5m
                  wakes   at each of the trades of its symbol
                          when one of them is 5m old, unless it is idle
                          when the last of them is 30s old
                          once, when a window is warm: 5m after the input begins
                          10s after its condition becomes true (`for`)
                          every 1h while it fires (`repeat`)
                  shares  the trades of its symbol, with spike
                          the window 5m of the trades of its symbol, with spike

                rule stretched: one alert
                  keeps   N bytes an alert
                          24 bytes for each of the points of series pair in the last 1h, once for all \
                that read them
                  wakes   at each of the points of series pair
                          when one of them is 1h old
                          when a value of DFF is known, and 10d after
                          once, when a window is warm: 1h after the input begins
                  shares  nothing

                rule dear: one alert for each symbol that it selects, from the symbol's first trade
                  keeps   N bytes an alert
                          24 bytes for each of the trades of its symbol in the last 10m
                  wakes   at each of the trades of its symbol
                          when one of them is 10m old
                  shares  what it reads of a symbol, with every other rule that selects the symbol

                """)
    }

    @Test func `Grids, counts of trades, orders, samples and firing are told too`() throws {
        let text = try Self.bounds(
            """
            rule month on AAPL
              when change(price, 30d by 1h) > 20% and high(1d by 1h) > 5
            rule odd on AAPL
              when price > 2 * median(price, 100 trades) and ewma(price, 5m) > 1 and not firing(month)
            rule calm on AAPL
              when volatility(1h by 1m) < 1%
            """
        ).map(\.text).joined().replacing(/[0-9,]+ bytes an alert/, with: "N bytes an alert")
            .replacing(/[0-9]+ bytes for each of at most/, with: "N bytes for each of at most")
        #expect(
            text == """
                rule month: one alert, for one symbol
                  keeps   N bytes an alert
                          N bytes for each of at most 26 buckets of the window 1d by 1h of the trades \
                of its symbol
                  wakes   at each of the trades of its symbol
                          at whole multiples of 1h (UTC) while one of them counts
                          once, when a window is warm: 1d after the input begins
                  shares  the trades of its symbol, with odd and calm
                rule odd: one alert, for one symbol
                  keeps   N bytes an alert
                          24 bytes for each of the trades of its symbol among the last 100, and 8 for \
                their order
                  wakes   at each of the trades of its symbol
                          when month fires or clears for its symbol
                  shares  the trades of its symbol, with month and calm
                rule calm: one alert, for one symbol
                  keeps   N bytes an alert
                  wakes   at each of the trades of its symbol
                          at whole multiples of 1m (UTC) while one of them counts
                          once, when a window is warm: 1h after the input begins
                  shares  the trades of its symbol, with month and odd

                """)
    }

    @Test func `A grid's samples are all of its cost; a bucket's bytes are its own`() throws {
        let hour = try Self.bounds("rule r on AAPL\n  when volatility(1h by 1m) > 1%\n")[0]
        let two = try Self.bounds("rule r on AAPL\n  when volatility(2h by 1m) > 1%\n")[0]
        #expect(two.fixedBytes - hour.fixedBytes == 60 * 2 * MemoryLayout<Int64>.stride)
        #expect(hour.streams[0].retention == 0)
        let grid = try Self.bounds("rule r on AAPL\n  when volume(1d by 1m ending 1h ago) > 5\n")[0]
        #expect(grid.buckets.map(\.count) == [25 * 60 + 2])
        #expect(grid.buckets[0].bytesPerBucket > MemoryLayout<Bucket>.stride)
        #expect(grid.streams[0].retention == 0)
        let ordered = try Self.bounds("rule r on AAPL\n  when median(price, 1d by 1m) > 5\n")[0]
        #expect(ordered.buckets.isEmpty)
        #expect(ordered.streams[0].retention == 86_400_000 + 60_000)
        #expect(ordered.streams[0].orderBytesPerPoint == 8)
    }

    @Test func `A window, its extremes, a chain and an escalation cost what their layouts say`() throws {
        let plain = try Self.bytes("price > 1")
        let input = MemoryLayout<InputState>.stride + MemoryLayout<Int64>.stride
        let register = MemoryLayout<Double>.stride
        #expect(plain > MemoryLayout<BlockState>.stride + MemoryLayout<RuleInstance>.stride)
        // A constant, a count and a comparison instead of a price; one input; one value that is reported.
        #expect(try Self.bytes("trades(5m) > 1") == plain + input)
        let extremes = MemoryLayout<WindowExtremes>.stride + 16 * StateSizes.extremesEntry
        #expect(try Self.bytes("high(5m) > 1") == plain + input + extremes)
        let escalated = try Self.bytes("price > 1", "  escalate critical when price > 2")
        #expect(escalated == plain + MemoryLayout<Escalation>.stride + 2 * register)
        let chained = try Self.bytes("price > 1", "  then within 5m price > 2")
        let chain = MemoryLayout<ChainState>.stride + 2 * ChainState.stepBytes
        #expect(chained == plain + chain + 2 * register)
    }

    @Test func `Streams of other symbols and of series are not counted for each alert`() throws {
        let own = try Self.bounds("rule r on AAPL\n  when price > 1\n")[0]
        let foreign = try Self.bounds("rule r\n  when AAPL.price > 1\n")[0]
        #expect(own.fixedBytes == foreign.fixedBytes + StateSizes.emptyStream)
        #expect(own.streams.map(\.isOwn) == [true])
        #expect(foreign.streams.map(\.isOwn) == [false])
        #expect(foreign.streams.map(\.name) == ["trades of AAPL"])
    }

    /// One trade a second, from the start of 2025 on.
    private static func run(
        _ rules: String, seconds: Int, usesSafeRegions: Bool = true
    ) throws -> AlertEngine {
        let compiled = compileRules(try program(rules))
        let symbols = SymbolTable()
        var options = EngineOptions(order: .sorted)
        options.usesSafeRegions = usesSafeRegions
        let engine = AlertEngine(book: compiled.book, symbols: symbols, options: options)
        let symbol = try #require(symbols.intern("AAPL"))
        let (price, size) = (try #require(FixedPoint("100")), try #require(FixedPoint("1")))
        for second in 0..<seconds {
            let time = 1_735_689_600_000 + Int64(second) * 1_000
            engine.append([
                Trade(
                    symbol: symbol, time: time, price: price, size: size, origin: OriginID(index: 0),
                    sequence: Int64(second))
            ])
            _ = engine.advance()
        }
        _ = engine.finish()
        return engine
    }

    @Test func `The engine keeps the points of the explained span, and at most 8/3 as many places`() throws {
        let rules = "rule r on AAPL\n  when avg(price, 2m) > 200\n"
        let retention = try Self.bounds(rules)[0].streams[0].retention
        #expect(retention == 120_000)
        let engine = try Self.run(rules, seconds: 3_000)
        let places = try #require(engine.slots[0].trades).pointee.pages.capacity
        #expect(places >= Int(retention) / 1_000)
        #expect(places <= (Int(retention) / 1_000 + 1) * 8 / 3)
    }

    @Test func `A window's expiry wakes a rule that is idle where the bounds say so, and only there`() throws
    {
        let more = "rule r on AAPL\n  when volume(1500ms) > 10\n"
        #expect(try Self.bounds(more)[0].wakes.contains("when one of them is 1s500ms old, unless it is idle"))
        let fewer = "rule r on AAPL\n  when volume(1500ms) < 0.5\n"
        #expect(try Self.bounds(fewer)[0].wakes.contains("when one of them is 1s500ms old"))
        let (sleeper, waker) = (
            try Self.run(more, seconds: 200, usesSafeRegions: false),
            try Self.run(fewer, seconds: 200, usesSafeRegions: false)
        )
        // A trade each second, and a trade leaves half a second after the next.
        #expect(sleeper.counters.evaluations < 210)
        #expect(waker.counters.evaluations > 380)
    }
}
