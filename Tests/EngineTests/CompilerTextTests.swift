import Diagnostics
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

/// Rule text all the way to instructions and back to a message.
struct CompilerTextTests {
    static let text = """
        list tech = AAPL, MSFT
        session us = mon-fri 09:30-16:00 "America/New_York"
        series pair = KO.price - PEP.price

        rule fast_move on tech
          when abs(change(price, 5m)) >= 2%
          until abs(change(price, 5m)) < 1%
          during us after 5m
          cooldown 15m
          message "{symbol} {change(price, 5m):+0.00%} in 5 min, now {price}"

        rule volume_spike on tech, /^BINANCE:/
          when volume(5m) / 5m > 3 * volume(1h ending 5m ago) / 1h
            and trades(5m) >= 20
          message "{symbol} volume {volume(5m):,0}"

        rule silent on tech
          when age(price) > 2m and rate(DFF, within 10d) > 4%

        rule stretched
          when abs(zscore(pair, 1h)) > 3
        """

    private func compiled() throws -> CompiledRules {
        let (file, syntax) = parseRules(SourceFile(name: "text.rules", text: Self.text.utf8))
        let (program, meaning) = checkRules([file])
        let errors = (syntax + meaning).filter { $0.level == .error }
        #expect(errors.isEmpty, "\(DiagnosticRenderer().render(errors))")
        return compileRules(program)
    }

    @Test func `The rules of a list become one block, with windows shared`() throws {
        let book = try compiled().book
        #expect(
            book.blocksForKey("MSFT").map(\.disassembly) == [
                """
                streams
                  s0 trades key
                inputs
                  i0 lag s0 5m
                  i1 window s0 5m sumB
                  i2 window s0 1h ending 5m ago sumB
                  i3 deadline s0 2m1ms
                  i4 rate 0 within 10d
                code
                  r0 = lagChange i0 a                   [i0]
                  r1 = absolute r0                      [i0]
                  r2 = constant 0.02                    []
                  r3 = lessOrEqual r2 r1                [i0]
                  r4 = constant 0.01                    []
                  r5 = less r1 r4                       [i0]
                  r7 = windowSum i1 b                   [i1]
                  r8 = constant 300000.0                []
                  r9 = divide r7 r8                     [i1]
                  r10 = constant 3.0                    []
                  r11 = windowSum i2 b                  [i2]
                  r12 = multiply r10 r11                [i2]
                  r13 = constant 3600000.0              []
                  r14 = divide r12 r13                  [i2]
                  r15 = less r14 r9                     [i1 i2]
                  r16 = windowCount i1                  [i1]
                  r17 = constant 20.0                   []
                  r18 = lessOrEqual r17 r16             [i1]
                  r19 = and r15 r18                     [i1 i2]
                  r20 = deadlineReached i3              [i3]
                  r21 = rate i4                         [i4]
                  r22 = constant 0.04                   []
                  r23 = less r22 r21                    [i4]
                  r24 = and r20 r23                     [i3 i4]
                reports
                  r6 = last s0 a                        [s0]
                  r25 = age s0                          [s0]
                rules
                  rule 0 when r3 until r5 [i0], reports 0..<1: r0 r6 r0 r6
                  rule 1 when r19 [i1 i2], reports 1..<1: r7 r11 r16 r7
                  rule 2 when r24 [i3 i4], reports 1..<2: r25 r21

                """
            ])
        #expect(book.blocksForKey("BINANCE:BTCUSDT").map { $0.rules.map(\.rule) } == [[1]])
        #expect(book.keyless.map { $0.rules.map(\.rule) } == [[3]])
        #expect(book.namedSymbols == ["AAPL", "MSFT", "KO", "PEP"])
        #expect(book.rules[0].session?.opens.isEmpty == false && book.rules[0].cooldown == 900_000)
    }

    @Test func `Every clause of a rule's life has its place in the block`() throws {
        let text = """
            rule r on A
              when price > 10
              then within 5s drawdown(1m) < -1%
              until stddev(price, 1m) < 1
              escalate critical when price > 20
            """
        let (file, _) = parseRules(SourceFile(name: "text.rules", text: text.utf8))
        let (program, problems) = checkRules([file])
        #expect(!problems.hasErrors, "\(DiagnosticRenderer().render(problems))")
        let block = try #require(compileRules(program).book.blocksForKey("A").first)
        #expect(
            block.disassembly == """
                streams
                  s0 trades key
                inputs
                  i0 window s0 1m sumA sumAA extremes(a)
                code
                  r0 = last s0 a                        [s0]
                  r1 = constant 10.0                    []
                  r2 = less r1 r0                       [s0]
                  r3 = windowDeviation i0 a             [i0]
                  r4 = constant 1.0                     []
                  r5 = less r3 r4                       [i0]
                  r6 = windowDrawdown i0 a              [i0]
                  r7 = constant -0.01                   []
                  r8 = less r6 r7                       [i0]
                  r9 = constant 20.0                    []
                  r10 = less r9 r0                      [s0]
                rules
                  rule 0 when r2 then within 5s r8 until r5 critical when r10 [s0 i0], reports 0..<0: r0 r6

                """)
    }

    @Test func `A step of the engine becomes the message that the rule says`() throws {
        let compiled = try compiled()
        let symbols = SymbolTable()
        var step = EngineTransition(rule: 0, key: symbols.intern("MSFT"), kind: .firing, at: 0)
        step.values = [0.0213, 412.5, 0.0213, 412.5]
        step.priceScale = 2
        let fast = compiled.renderer.render(step, symbols: symbols)
        #expect(fast.message == "MSFT +2.13% in 5 min, now 412.50")
        #expect(fast.values.map(\.name) == ["change(price, 5m)", "price"])
        step.rule = 1
        step.values = [1_234_567.5, .nan, 20, 1_234_567.5]
        let spike = compiled.renderer.render(step, symbols: symbols)
        #expect(spike.message == "MSFT volume 1,234,568")
        #expect(spike.values.map(\.value) == [1_234_567.5, nil, 20])
        let keyless = EngineTransition(rule: 3, key: nil, kind: .resolved, at: 0)
        #expect(compiled.renderer.render(keyless, symbols: symbols).message.hasPrefix("stretched"))
    }
}
