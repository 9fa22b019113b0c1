import Engine
import RuleCompiler
import RuleSemantics
import Testing

/// Rules as instructions, read as a person reads them.
struct CompilerLoweringTests {
    typealias L = TestLanguage

    @Test func `Equal subexpressions and windows of several rules are computed once`() {
        let pace = L.call(.volume, L.window(5 * L.minute)) / .number(Double(5 * L.minute))
        let rules = [
            L.rule("one", when: pace > 3 && L.call(.trades, L.window(5 * L.minute)) >= 20),
            L.rule("two", when: pace > 4) {
                $0.values = [
                    CheckedValue(text: "high(5m)", expression: L.call(.high, L.window(5 * L.minute)))
                ]
            },
        ]
        #expect(
            L.disassembly(rules) == """
                streams
                  s0 trades key
                inputs
                  i0 window s0 5m sumB extremes(a)
                code
                  r0 = windowSum i0 b                   [i0]
                  r1 = constant 300000.0                []
                  r2 = divide r0 r1                     [i0]
                  r3 = constant 3.0                     []
                  r4 = less r3 r2                       [i0]
                  r5 = windowCount i0                   [i0]
                  r6 = constant 20.0                    []
                  r7 = lessOrEqual r6 r5                [i0]
                  r8 = and r4 r7                        [i0]
                  r9 = constant 4.0                     []
                  r10 = less r9 r2                      [i0]
                reports
                  r11 = windowGreatest i0 a             [i0]
                rules
                  rule 0 when r8 [i0]
                  rule 1 when r10 [i0], reports 0..<1: r11

                """)
    }

    @Test func `A source that only a message reads stays out of the rule's mask and of the code`() {
        let rule = L.rule("quiet", when: L.price > 5) {
            $0.message = [.value(L.call(.avg, L.x(.mid), L.window(L.minute)), NumberFormat(decimals: 2))]
        }
        #expect(
            L.disassembly([rule]) == """
                streams
                  s0 trades key
                  s1 quotes key
                inputs
                  i0 window s1 1m sumA sumB
                code
                  r0 = last s0 a                        [s0]
                  r1 = constant 5.0                     []
                  r2 = less r1 r0                       [s0]
                reports
                  r3 = windowMean i0 mid                [i0]
                rules
                  rule 0 when r2 [s0], reports 0..<1: r3

                """)
    }

    @Test func `A crossing in a message runs on the tape, for it remembers`() {
        let rule = L.rule("crossing", when: L.price > 5) {
            $0.message = [.value(.crosses(.above, L.size, 10), NumberFormat(unit: .bool))]
        }
        #expect(
            L.disassembly([rule]) == """
                streams
                  s0 trades key
                code
                  r0 = last s0 a                        [s0]
                  r1 = constant 5.0                     []
                  r2 = less r1 r0                       [s0]
                  r3 = last s0 b                        [s0]
                  r4 = constant 10.0                    []
                  r5 = crossesAbove r3 r4               [s0]
                rules
                  rule 0 when r2 [s0], reports 0..<0: r5

                """)
    }

    @Test(arguments: [
        (ComparisonOperator.greaterOrEqual, 60_000.0, "deadlineReached 1m"),
        (.greater, 60_000, "deadlineReached 1m1ms"),
        (.less, 60_000, "not deadlineReached 1m"),
        (.lessOrEqual, 60_000, "not deadlineReached 1m1ms"),
        (.greater, 0.5, "deadlineReached 1ms"), (.greaterOrEqual, 0.5, "deadlineReached 1ms"),
        (.less, 0.5, "not deadlineReached 1ms"), (.lessOrEqual, 0.5, "not deadlineReached 1ms"),
    ])
    func `An age is compared through the instant at which the answer changes`(
        _ operation: ComparisonOperator, _ bound: Double, _ expected: String
    ) throws {
        let age = L.call(.age, L.x(.price))
        for (expression, isMirrored) in [
            (CheckedExpression.comparison(operation, age, .number(bound)), false),
            (CheckedExpression.comparison(mirrored(operation), .number(bound), age), true),
        ] {
            let block = try #require(compiled([L.rule("silent", when: expression)]).first)
            let opcodes = block.code.map { "\($0.opcode)" }.reversed().joined(separator: " ")
            guard case .deadline(_, let delay) = block.inputs[0] else {
                Issue.record("no deadline")
                continue
            }
            let span = delay == 60_000 ? "1m" : delay == 60_001 ? "1m1ms" : "\(delay)ms"
            #expect("\(opcodes) \(span)" == expected, "mirrored: \(isMirrored)")
            #expect(block.inputs.count == 1)
        }
    }

    @Test func `An age between two bounds takes two deadlines`() {
        let rule = L.rule("stale", when: .between(L.call(.age, L.x(.price)), low: 1000, high: 2000))
        #expect(
            L.disassembly([rule]) == """
                streams
                  s0 trades key
                inputs
                  i0 deadline s0 1s
                  i1 deadline s0 2s1ms
                code
                  r0 = deadlineReached i0               [i0]
                  r1 = deadlineReached i1               [i1]
                  r2 = not r1                           [i1]
                  r3 = and r0 r2                        [i0 i1]
                rules
                  rule 0 when r3 [i0 i1]

                """)
    }

    @Test func `Constants fold as the evaluator would compute them, from the left, never regrouped`() throws {
        let block = try #require(
            compiled([
                L.rule("a", when: L.price > 0.1 + 0.2 + 0.3),
                L.rule("b", when: L.price > L.size * 30 / 365),
                L.rule("c", when: L.price > 1 / 0),
                L.rule("d", when: L.price > L.call(.sqrt, .expression(-1 as CheckedExpression))),
            ]).first)
        let constants = block.code.filter { $0.opcode == .constant }.map(\.constant)
        #expect(constants.filter { !$0.isNaN } == [(0.1 + 0.2) + 0.3, 30, 365])
        // Division by zero and a root outside its domain are one unknown.
        #expect(constants.filter(\.isNaN).count == 1)
    }

    @Test func `A comparison of symbols is settled with the key`() throws {
        let isApple = CheckedExpression.comparison(.equal, .symbol(.key), .symbol(.symbol("AAPL")))
        let rules = [
            L.rule(
                "own", on: [.symbol("AAPL"), .symbol("MSFT")], when: (isApple && L.price > 5) || L.size > 7)
        ]
        let book = compileRules(CheckedProgram(rules: rules)).book
        let apple = try #require(book.blocksForKey("AAPL").first)
        let microsoft = try #require(book.blocksForKey("MSFT").first)
        #expect(apple.code.map(\.opcode).contains(.or))
        #expect(!microsoft.code.map(\.opcode).contains(.or))
        let other = L.rule("other", when: .not(isApple))
        #expect(try #require(compiled([other]).first).code.map(\.constant) == [0])
        let unequal = CheckedExpression.comparison(.notEqual, .symbol(.key), .symbol(.symbol("MSFT")))
        #expect(try #require(compiled([L.rule("unequal", when: unequal)]).first).code.map(\.constant) == [1])
    }

    @Test func `A symbol that is named and is the key is one stream`() throws {
        let rule = L.rule(
            "spread", on: [.symbol("SPY"), .symbol("QQQ")], when: L.price > L.series(.price, of: "SPY"))
        let book = compileRules(CheckedProgram(rules: [rule])).book
        #expect(try #require(book.blocksForKey("SPY").first).streams.count == 1)
        #expect(try #require(book.blocksForKey("QQQ").first).symbols == ["SPY"])
    }

    @Test func `Every function has its opcode`() throws {
        let w = L.window(L.minute)
        let d = CheckedArgument.duration(L.minute, step: nil)
        let x = L.x(.price)
        let grid = CheckedArgument.window(.time(length: 60_000, ending: 0, step: 1000))
        let expected: [(CheckedExpression, Opcode)] = [
            (L.call(.trades, w), .windowCount), (L.call(.count, x, w), .windowCount),
            (L.call(.sum, x, w), .windowSum), (L.call(.volume, w), .windowSum),
            (L.call(.notional, w), .windowProductSum), (L.call(.avg, x, w), .windowMean),
            (L.call(.vwap, w), .windowWeightedMean), (L.call(.first, x, w), .windowFirst),
            (L.call(.last, x, w), .windowLast), (L.call(.min, x, w), .windowLeast),
            (L.call(.low, w), .windowLeast), (L.call(.max, x, w), .windowGreatest),
            (L.call(.high, w), .windowGreatest), (L.call(.range, w), .windowRange),
            (L.call(.stddev, x, w), .windowDeviation), (L.call(.zscore, x, w), .windowScore),
            (L.call(.ago, x, d), .lagValue), (L.call(.change, x, d), .lagChange),
            (L.call(.move, x, d), .lagMove), (L.call(.prev, x), .previous),
            (L.call(.rate, .rate(0)), .rate), (L.call(.deviation, x, L.x(.size)), .relativeDeviation),
            (L.call(.abs, x), .absolute), (L.call(.sqrt, x), .squareRoot), (L.call(.ln, x), .logarithm),
            (L.call(.least, x, L.x(.size)), .least), (L.call(.greatest, x, L.x(.size)), .greatest),
            (L.call(.coalesce, x, L.x(.size)), .coalesce), (L.call(.known, x), .known),
            (L.call(.twap, grid), .sampleMean), (L.call(.rsi, grid), .sampleStrength),
            (L.call(.volatility, grid), .sampleVolatility), (L.call(.beta, x, x, grid), .sampleBeta),
            (L.call(.correlation, x, x, grid), .sampleCorrelation), (L.call(.volume, grid), .windowSum),
            (L.call(.change, x, .duration(L.minute, step: 1000)), .sampleChange),
            (L.call(.volume, .window(.trades(100))), .windowSum), (L.call(.slope, x, w), .windowSlope),
            (L.call(.median, x, w), .windowPercentile), (L.call(.ewma, x, d), .decayingMean),
        ]
        for (expression, opcode) in expected {
            let block = try #require(
                compiled([L.rule("r", when: expression > L.series(.bid))]).first, "\(opcode)")
            #expect(block.code.contains { $0.opcode == opcode }, "\(opcode)")
        }
    }

    @Test func `A window's input keeps what its functions are made of, and no more`() throws {
        let w = L.window(L.minute)
        func aggregates(_ expression: CheckedExpression) throws -> WindowAggregates {
            let block = try #require(compiled([L.rule("r", when: expression > 0)]).first)
            guard case .window(_, let window) = block.inputs[0] else { return [] }
            return window.aggregates
        }
        #expect(try aggregates(L.call(.trades, w)) == [])
        #expect(try aggregates(L.call(.vwap, w)) == [.sumAB, .sumB])
        #expect(try aggregates(L.call(.stddev, L.x(.spread), w)) == [.sumA, .sumB, .sumAA, .sumAB, .sumBB])
        #expect(try aggregates(L.call(.zscore, L.x(.price), w)) == [.sumA, .sumAA])
        #expect(try aggregates(L.call(.max, L.x(.mid), w)) == .extremes(.mid))
        #expect(try aggregates(L.call(.first, L.x(.price), w)) == [])
    }

    private func compiled(_ rules: [CheckedRule]) -> [BlockProgram] {
        compileRules(CheckedProgram(rules: rules, rateSeries: ["DFF"])).book.blocksForKey("AAPL")
    }

    private func mirrored(_ operation: ComparisonOperator) -> ComparisonOperator {
        switch operation {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: operation
        }
    }
}
