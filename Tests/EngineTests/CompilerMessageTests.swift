import Engine
import Foundation
import MarketModel
import RuleSemantics
import Testing

@testable import RuleCompiler

/// Messages and values, numbers against texts that Python's decimal module made (Fixtures/number_text.py).
struct CompilerMessageTests {
    typealias L = TestLanguage

    @Test func `A number prints as its exact decimal value rounded half to even`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/number_text.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1200)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            let bits = try #require(UInt64(words[0], radix: 16))
            let format = NumberFormat(
                decimals: Int(words[2]), showsPlus: words[3].contains("+"),
                groupsThousands: words[3].contains(","),
                unit: words[1] == "percent" ? .percent : words[1] == "bp" ? .basisPoints : .plain)
            #expect(NumberText(format: format).text(Double(bitPattern: bits)) == words[4], "\(line)")
        }
    }

    @Test(arguments: [
        (0.0, "0s"), (250, "250ms"), (1000, "1s"), (90_000, "1m30s"), (86_400_000, "1d"),
        (93_784_005, "1d2h3m4s5ms"), (-61_000, "-1m1s"), (0.4, "0s"), (1.5, "2ms"), (-0.2, "0s"),
    ])
    func `A duration prints in its largest units`(_ milliseconds: Double, _ text: String) {
        #expect(NumberText(format: NumberFormat(unit: .duration)).text(milliseconds) == text)
    }

    @Test func `A message has its rule, key, level and values; unknown prints as n-a`() {
        let rule = L.rule("fast", when: L.price > 5) {
            $0.labels = [Transition.Label(name: "team", value: "desk")]
            $0.values = [
                CheckedValue(text: "price", expression: L.price),
                CheckedValue(text: "change(price, 5m)", expression: L.size),
            ]
            $0.message = [
                .severity, .text(": "), .rule, .text(" "), .symbol, .text(" at "),
                .value(L.price, NumberFormat(symbolDecimals: .price)), .text(" size "),
                .value(L.size, NumberFormat(symbolDecimals: .size, groupsThousands: true)), .text(" "),
                .value(.symbol(.symbol("SPY")), NumberFormat()), .text("/"),
                .value(.symbol(.key), NumberFormat()),
                .text(" "), .value(.bool(true), NumberFormat(unit: .bool)), .text(" "),
                .value(L.size, NumberFormat(decimals: 2, showsPlus: true, unit: .percent)),
            ]
        }
        let symbols = SymbolTable()
        var step = EngineTransition(
            rule: 0, key: symbols.intern("AAPL"), kind: .escalated, at: 1_741_617_000_123, severity: .critical
        )
        step.values = [5.25, .nan, 5.25, 12_000, .nan, .nan, 1, .nan]
        step.priceScale = 3
        let renderer = TransitionRenderer([rule])
        let transition = renderer.render(step, symbols: symbols)
        #expect(transition.message == "critical: fast AAPL at 5.250 size 12,000 SPY/AAPL true n/a")
        #expect(transition.labels == [Transition.Label(name: "team", value: "desk")])
        #expect(
            transition.values == [
                Transition.Value(name: "price", value: 5.25),
                Transition.Value(name: "change(price, 5m)", value: nil),
            ])
        #expect(transition.at.description == "2025-03-10T14:30:00.123Z")
        #expect(transition.kind == .escalated && transition.severity == .critical && transition.key == "AAPL")

        // Without a key there are no decimals of its own: the shortest text. Too few values are unknown.
        step.key = nil
        step.values = [5.25, 0, 5.25]
        let keyless = renderer.render(step, symbols: symbols)
        #expect(keyless.message == "critical: fast  at 5.25 size n/a SPY/ n/a n/a")
        #expect(keyless.key.isEmpty)
    }
}
