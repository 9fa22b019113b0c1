import RuleSemantics
import Testing

/// Each warning of LANGUAGE 9 beside the nearest text that must be silent.
@Suite("Checker: warnings")
struct WarningTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        var code: String
        var warned: String
        var silent: String
        var testDescription: String { "\(code) \(warned)" }
    }

    private static let us = "session us = XNYS regular\n"
    private static let lunch = "session lunch = mon-fri 12:00-13:00 \"Europe/London\"\n"

    private static func on(_ clauses: String) -> String { "rule r on AAPL\n  when \(clauses)\n" }

    static let pairs = [
        Pair(code: "W001", warned: on("volume(5m) < 0"), silent: on("volume(5m) <= 0")),
        Pair(code: "W001", warned: on("price > 5 and price < 3"), silent: on("price > 3 and price < 5")),
        Pair(
            code: "W001", warned: on("price > 5 then within 5m trades(1m) < 0"),
            silent: on("price > 5 then within 5m trades(1m) < 1")),
        Pair(
            code: "W001", warned: "table t(x: ratio)\n  else 2%\n" + on("t.x > 3% and price > 1"),
            silent: "table t(x: ratio)\n  else 2%\n  AAPL 4%\n" + on("t.x > 3% and price > 1")),
        Pair(
            code: "W001",
            warned: "template t(b: bool)\n  when b and price > 5\nrule r on AAPL\n  use t(false)\n",
            silent: "template t(b: bool)\n  when b and price > 5\nrule r on AAPL\n  use t(true)\n"),
        Pair(code: "W002", warned: on("abs(move(price, 5m)) >= 0"), silent: on("abs(move(price, 5m)) > 0")),
        Pair(code: "W003", warned: "let x = 5\n" + on("price > 5"), silent: "let x = 5\n" + on("price > x")),
        Pair(
            code: "W003", warned: "let f(x: price, y: price) = x * 2\n" + on("price > f(1, 2)"),
            silent: "let f(x: price, y: price) = x * 2 + y\n" + on("price > f(1, 2)")),
        Pair(
            code: "W003", warned: "template t(x: price)\n  when price > x\n" + on("price > 5"),
            silent: "template t(x: price)\n  when price > x\nrule r on AAPL\n  use t(5)\n"),
        Pair(
            code: "W003",
            warned: "template t(x: price, d: duration)\n  when price > x\nrule r on A\n  use t(5, 5m)\n",
            silent:
                "template t(x: price, d: duration)"
                + "\n  when price > x\n  for d\nrule r on A\n  use t(5, 5m)\n"),
        Pair(
            code: "W003", warned: "table t(x: price)\n  else 2\n" + on("price > 5"),
            silent: "table t(x: price)\n  else 2\n" + on("price > t.x")),
        Pair(code: "W003", warned: us + on("price > 5"), silent: us + on("price > 5 during us")),
        Pair(code: "W004", warned: on("symbol == AAPL"), silent: on("symbol == AAPL and price > 5")),
        Pair(
            code: "W004", warned: on("price > 5 then within 5m rate(SOFR) > 5%"),
            silent: on("price > 5 then within 5m rate(DFF) > 5%")),
        Pair(
            code: "W004", warned: "series c = rate(SOFR) - rate(DFF)\nrule r\n  when c > 1%\n",
            silent: "series c = rate(DGS2) - rate(DFF)\nrule r\n  when c > 1%\n"),
        Pair(
            code: "W005", warned: us + on("avg(price, 7h by 1m) > 5 during us"),
            silent: us + on("avg(price, 6h by 1m) > 5 during us")),
        Pair(
            code: "W005", warned: lunch + on("price > 5 escalate critical when high(2h) > 9 during lunch"),
            silent: lunch + on("price > 5 escalate critical when high(1h) > 9 during lunch")),
        Pair(
            code: "W005", warned: lunch + on("price > 5 for 1h during lunch"),
            silent: lunch + on("price > 5 for 59m during lunch")),
        Pair(
            code: "W006", warned: us + on("change(price, 5m) > 2% during us"),
            silent: us + on("change(price, 5m) > 2% during us after 5m")),
        Pair(
            code: "W006", warned: us + on("price > 5 then within 5m move(price, 5m) > 2 during us after 1m"),
            silent: us + on("price > 5 then within 5m move(price, 5m) > 2 during us after 5m")),
        Pair(code: "W007", warned: on("price > ewma(price, 5m)"), silent: on("price > avg(price, 5m)")),
    ]

    private func codes(_ text: String) -> [String] {
        Checking(text, options: CheckOptions(rateSeries: ["DFF", "DGS2"])).codes
    }

    @Test("Each warning fires on what it is about, and is silent on its neighbour", arguments: pairs)
    func pair(pair: Pair) {
        #expect(codes(pair.warned) == [pair.code], "\(pair.warned)")
        #expect(codes(pair.silent) == [], "\(pair.silent)")
    }
}
