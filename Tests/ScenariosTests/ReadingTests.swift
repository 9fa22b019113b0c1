import Diagnostics
import MarketModel
import Testing

@testable import Scenarios

/// How a tape's notation becomes trades, and what is said of mistakes.
@Suite struct ReadingTests {
    /// `0s AAPL 100`, a line each.
    static func tape(_ lines: String) -> [String] {
        let text = "test \"t\"\n  tape\n\(lines)\n  expect no alerts\n"
        let (tests, diagnostics) = parseTests(SourceFile(name: "t.test", text: text.utf8))
        #expect(DiagnosticRenderer().render(diagnostics) == "")
        guard let test = tests.first else { return [] }
        var out = test.trades.map { trade in
            var line = "\(test.clock.offset(of: trade.time)) \(trade.symbol) \(trade.price)"
            if trade.size != TapePath.standardSize { line += " x \(trade.size)" }
            if let bid = trade.bid, let ask = trade.ask { line += " @ \(bid)/\(ask)" }
            return line
        }
        out.append("end \(test.clock.offset(of: test.end))")
        return out
    }

    @Test func `Values are a second apart unless the line says otherwise`() {
        #expect(Self.tape("A 1 2x2") == ["0s A 1", "1s A 2", "2s A 2", "end 3s"])
        #expect(Self.tape("A 1 2 every 500ms") == ["0s A 1", "500ms A 2", "end 1s"])
    }

    @Test func `A value for a time fills it, and the next line begins behind it`() {
        #expect(
            Self.tape("A 1 for 20s every 10s size 5\nA 2")
                == ["0s A 1 x 5", "10s A 1 x 5", "20s A 2", "end 21s"])
    }

    @Test func `A straight line ends at its value, from the last price wherever that stands`() {
        #expect(Self.tape("A 100 -> 97 over 3s") == ["0s A 100", "1s A 99", "2s A 98", "3s A 97", "end 4s"])
        #expect(Self.tape("A 100\nB 7\nA -> 101 over 2s").suffix(3) == ["2s A 100.5", "3s A 101", "end 4s"])
    }

    @Test func `A straight line is rounded to cents, or to the decimals that its prices are written with`() {
        #expect(Self.tape("A 1 -> 2 over 3s").dropLast() == ["0s A 1", "1s A 1.33", "2s A 1.67", "3s A 2"])
        #expect(
            Self.tape("A 1.0000 -> 1.0001 over 2s").dropLast() == ["0s A 1", "1s A 1.0001", "2s A 1.0001"])
        #expect(Self.tape("A 2 -> 1 over 3s").dropLast() == ["0s A 2", "1s A 1.67", "2s A 1.33", "3s A 1"])
    }

    @Test func `A line between prices of all digits that there are is drawn without overflow`() {
        let wide = Self.tape("A 999999999999999 -> 1.00000000000000000000001 over 500s")
        #expect(wide.count == 502)
        #expect(wide[500] == "8m20s A 1")
    }

    @Test func `Lines stand beside one another, and at times of their own`() {
        #expect(
            Self.tape("A 1x3\nwith B 2\nA 4\nat 10s B 5\nquiet 5s")
                == ["0s A 1", "1s A 1", "2s A 1", "0s B 2", "3s A 4", "10s B 5", "end 16s"])
        #expect(
            Self.tape("A 1\nat 10:00:05 A 2\nat 2025-03-11 10:00 A 3").suffix(3) == [
                "5s A 2", "1d A 3", "end 1d1s",
            ])
    }

    @Test func `A spread lies half below and half above the price`() {
        #expect(Self.tape("A 1.085 spread 0.0003").first == "0s A 1.085 @ 1.08485/1.08515")
        #expect(Self.tape("A 10 bid 9 ask 12").first == "0s A 10 @ 9/12")
    }

    @Test func `A clock is the zone's, in summer and in winter`() {
        for (date, hour) in [("2025-03-07", 15), ("2025-03-10", 14)] {
            let text = """
                test "t"
                  start \(date) 10:00 America/New_York
                  tape
                    A 1
                  expect no alerts
                """
            let test = parseTests(SourceFile(name: "t.test", text: text.utf8)).tests.first
            #expect(test.map { $0.clock.start % 86_400_000 / 3_600_000 } == Int64(hour))
            #expect(test.map { $0.clock.wall($0.clock.start) } == "10:00:00")
        }
    }

    @Test func `Each mistake is told once, with its place and what to write`() throws {
        let rules = try Repository.source("Tests/ScenariosTests/Fixtures/mistakes.rules")
        let tests = try Repository.source("Tests/ScenariosTests/Fixtures/mistakes.test")
        let suite = TestSuite(rules: [rules], tests: [tests])
        try Repository.expectGolden(DiagnosticRenderer().render(suite.diagnostics), "mistakes.golden")
        #expect(suite.testCount == 1)
    }

    @Test func `Whatever bytes a file holds, it is read without a trap`() {
        var state: UInt64 = 1
        let pieces = [
            "test", "\"a\"", "rule", "tape", "expect", "at", "5m", "A", "100", "->", "over", "x", "`", "\"",
            "\\", "\n", "every", "0s", "=", "of", "no", "alerts", "9999999999999999", "-1", "\u{e9}", "#",
            "quiet", "rate", "start", "2025-03-10", "99:99", ",", ":", "firing", "1x0", "1e5",
            "1.00000000000000000000001", "999999999999999", "100000d", "1ms",
        ]
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count] + (state & 4 == 0 ? " " : "\n")
            }
            let source = SourceFile(name: "f.test", text: text.utf8)
            for diagnostic in parseTests(source).diagnostics {
                #expect(diagnostic.span != nil && !diagnostic.message.isEmpty)
            }
        }
    }
}
