import Diagnostics
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import Testing

/// Which rules meet which keys, and what advances together.
struct CompilerBookTests {
    typealias L = TestLanguage

    private func rules(of book: RuleBook, _ key: String) -> [[Int]] {
        book.blocksForKey(key).map { $0.rules.map(\.rule) }
    }

    @Test func `Keys match by name, by pattern anywhere in the symbol, by all, less the exceptions`() {
        let cheap = L.price < 5
        let rules = [
            L.rule("named", on: [.symbol("AAPL"), .symbol("MSFT"), .symbol("AAPL")], when: cheap),
            L.rule("pattern", on: [.pattern("^BINANCE:(BTC|ETH)USDT$"), .pattern("PL")], when: cheap),
            L.rule("all", on: [.all], except: [.symbol("AAPL"), .pattern("ETH")], when: cheap),
            L.rule("mixed", on: [.symbol("AAPL"), .pattern("^A")], except: [.symbol("AMD")], when: cheap),
            L.rule("less", on: [.symbol("AAPL"), .symbol("MSFT")], except: [.symbol("MSFT")], when: cheap),
            L.rule("none", on: [.symbol("AAPL")], except: [.all], when: cheap),
        ]
        let book = compileRules(CheckedProgram(rules: rules)).book
        // Listed rules and dynamic ones never share a block (LANGUAGE 7).
        #expect(self.rules(of: book, "AAPL") == [[0, 3, 4], [1]])
        #expect(self.rules(of: book, "MSFT") == [[0], [2]])
        #expect(self.rules(of: book, "AMD") == [[2]])
        #expect(self.rules(of: book, "AMZN") == [[2, 3]])
        #expect(self.rules(of: book, "BINANCE:BTCUSDT") == [[1, 2]])
        #expect(self.rules(of: book, "BINANCE:ETHUSDT") == [[1]])
        #expect(self.rules(of: book, "XBINANCE:ETHUSDT") == [])
        #expect(book.blocksForKey("AAPL").map(\.startsWithFirstTrade) == [false, true])
        #expect(book.namedSymbols == ["AAPL", "MSFT"])
        #expect(book.links.isEmpty && book.standing.isEmpty)
    }

    @Test func `Keys with the same rules share one program`() {
        let rule = L.rule("r", on: [.all], when: L.price > L.series(.price, of: "SPY"))
        let book = compileRules(CheckedProgram(rules: [rule])).book
        func place(_ key: String) -> UnsafeRawPointer? {
            book.blocksForKey(key)[0].code.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) }
        }
        #expect(place("A") == place("B"))
        #expect(place("A") != place("SPY"))
    }

    @Test func `A block takes at most 64 sources; rules beyond it get another`() {
        let rules = (1...100).map { index in
            L.rule("r\(index)", when: L.call(.volume, L.window(Int64(index) * 1000)) > 5)
        }
        let blocks = compileRules(CheckedProgram(rules: rules)).book.blocksForKey("AAPL")
        #expect(blocks.map(\.sourceCount) == [64, 38])
        #expect(blocks.flatMap(\.rules).map(\.rule) == Array(0..<100))
    }

    @Test func `A rule that no block can hold is reported and left out`() {
        let sum = (1...64).map { L.call(.volume, L.window($0 * 1000)) }.reduce(L.price) { $0 + $1 }
        let compiled = compileRules(
            CheckedProgram(rules: [L.rule("huge", when: sum > 5), L.rule("small", when: L.price > 5)]))
        #expect(compiled.diagnostics.map(\.code) == ["E099"])
        #expect(compiled.diagnostics[0].message.hasPrefix("rule `huge` reads 65 different streams"))
        #expect(compiled.book.blocksForKey("AAPL").flatMap(\.rules).map(\.rule) == [1])
        #expect(compiled.book.rules.map(\.name) == ["huge", "small"])
    }

    @Test func `What an editor is told is what compiling reports`() {
        let sum = (1...64).map { L.call(.volume, L.window($0 * 1000)) }.reduce(L.price) { $0 + $1 }
        let program = CheckedProgram(
            series: [
                CheckedSeries(name: "wide", expression: sum),
                CheckedSeries(name: "narrow", expression: L.price),
            ],
            rules: [L.rule("small", when: L.price > 5), L.rule("huge", when: sum > 5)])
        let findings = compilerFindings(program)
        #expect(findings.count == 2)
        #expect(findings.map(\.message) == compileRules(program).diagnostics.map(\.message))
    }

    @Test func `All that dynamic rules read of other symbols advances together and is kept from the start`() {
        let hour = 60 * L.minute
        let program = CheckedProgram(
            series: [
                CheckedSeries(
                    name: "pair", expression: L.series(.price, of: "KO") - L.series(.price, of: "PEP"))
            ],
            rules: [
                L.rule(
                    "one", on: [.all],
                    when: L.price > L.call(.vwap, of: "SPY", L.window(hour, ending: 5 * L.minute))),
                L.rule(
                    "two", on: [.pattern("^A")],
                    when: L.price > L.call(.ago, L.x(.bid, of: "QQQ"), .duration(hour, step: nil))
                ) {
                    $0.values = [
                        CheckedValue(
                            text: "pair", expression: L.call(.avg, .series(.named(0)), L.window(hour)))
                    ]
                },
                L.rule("three", on: [.symbol("DIA")], when: L.price > L.series(.price, of: "IWM")),
            ])
        let book = compileRules(program).book
        #expect(book.links == [["KO", "PEP", "QQQ", "SPY"]])
        #expect(
            book.standing.map(\.disassembly) == [
                "streams\n  s0 trades SPY\ninputs\n  i0 lag s0 1h5m\n",
                "streams\n  s0 quotes QQQ\ninputs\n  i0 lag s0 1h\n",
                "streams\n  s0 series 0\ninputs\n  i0 lag s0 1h\n",
            ])
        #expect(book.namedSymbols == ["DIA", "KO", "PEP", "SPY", "QQQ", "IWM"])
    }

    @Test func `Rules without a key wait only for what they read`() {
        let pair = CheckedSeries(
            name: "pair", expression: L.series(.price, of: "KO") - L.series(.price, of: "PEP"))
        let ratio = CheckedSeries(name: "ratio", expression: .series(.named(0)) / L.series(.price, of: "SPY"))
        let program = CheckedProgram(
            series: [pair, ratio],
            rules: [
                L.rule("pair", on: nil, when: .series(.named(0)) > 3),
                L.rule("other", on: nil, when: L.series(.price, of: "BTC") > 3),
                L.rule("third", on: nil, when: L.call(.rate, .rate(0)) > 0.05),
                L.rule("spy", on: nil, when: L.series(.price, of: "SPY") > 3),
                L.rule("ratio", on: nil, when: .series(.named(1)) > 3),
            ], rateSeries: ["DFF"])
        let compiled = compileRules(program)
        #expect(compiled.book.keyless.map { $0.rules.map(\.rule) } == [[0, 4], [3], [1], [2]])
        #expect(compiled.book.rateSeries == ["DFF"] && compiled.rateSeries == ["DFF"])
        #expect(
            compiled.book.series[1].block.disassembly == """
                streams
                  s0 series 0
                  s1 trades SPY
                code
                  r0 = last s0 real                     [s0]
                  r1 = last s1 a                        [s1]
                  r2 = divide r0 r1                     [s0 s1]

                """)
        #expect(compiled.book.series[1].value == 2)
    }

    @Test func `Clocks, levels and routes stand in the order of the rules`() {
        let rules = [
            L.rule("a", when: L.price > 5) {
                $0.hold = 30_000
                $0.cooldown = 60_000
                $0.repeats = 90_000
                $0.severity = .critical
                $0.notifiers = ["desk", "mail"]
            }, L.rule("b", when: L.price > 5),
        ]
        let compiled = compileRules(CheckedProgram(rules: rules))
        let first = compiled.book.rules[0]
        #expect(first.hold == 30_000 && first.cooldown == 60_000 && first.repeats == 90_000)
        #expect(first.severity == .critical && first.session == nil)
        #expect(compiled.ruleRoutes == [["desk", "mail"], []])
        #expect(compiled.rules.map(\.name) == ["a", "b"])
    }
}
