import MarketModel
import RuleSemantics
import RuleSyntax
import Testing

@Suite("Checker: the checked program")
struct CheckerProgramTests {
    private func values(_ text: String) throws -> [String] {
        let checking = Checking(text)
        #expect(checking.errorCodes == [], "\(checking.rendered)")
        return try #require(checking.program.rules.first).values.map(\.text)
    }

    @Test("A transition carries each distinct call or series of `when`, then of the message, in order")
    func valueOrder() throws {
        let text = """
            rule r on AAPL
              when abs( change( price,5m ) ) > 2% and size > 5 and change(price, 300s) > 1%
              until trades(1m) == 0
              message "{price} {size} {vwap(1h30m ending 60s ago):0.0} {rate(DFF, within 10d)}"
            """
        #expect(
            try values(text) == [
                "change(price, 5m)", "size", "price", "vwap(1h30m ending 1m ago)", "rate(DFF, within 10d)",
            ])
    }

    @Test("Values are named with every `let` written out")
    func letsInValues() throws {
        let text = """
            let w = 5m
            let up(x: price, d: duration) = change(x, d) > 2%
            let of(s: symbol) = s.vwap(w) > s.price
            let here = avg(price, w ending w ago)
            rule r on AAPL
              when up(price, 2 * w) and of(SPY) and of(symbol) and SPY.here > 5 and SPY.up(price, w)
                and SPY.avg(price, w) > 5 and SPY.avg(QQQ.price, w) > 5 and SPY.abs(price) > 5
                and deviation(price, 4 * 25) > 2% and deviation(up_limit, BTC-USD.price) > 2%
            let up_limit = price * 2
            """
        #expect(
            try values(text) == [
                "change(price, 10m)", "SPY.vwap(5m)", "SPY.price", "vwap(5m)", "price",
                "SPY.avg(price, 5m ending 5m ago)", "change(SPY.price, 5m)", "SPY.avg(price, 5m)",
                "SPY.avg(QQQ.price, 5m)", "deviation(price, 4 * 25)",
                "deviation(price * 2, BTC-USD.price)",
            ])
    }

    @Test("A rule keeps its text as written, from `rule` to the end of its last clause")
    func ruleText() throws {
        let rule = "rule  r on AAPL\r\n  when price > 1 # dear\r\n  notify desk"
        let checking = Checking("## Why.\r\n\(rule)   # the desk\r\n# end\r\nrule s on B when price > 1")
        #expect(
            checking.program.rules.map(\.text) == [
                "rule r on AAPL\n  when price > 1 # dear\n  notify desk", "rule s on B when price > 1",
            ])
    }

    @Test("A parameter means what its argument meant where it was written")
    func hygiene() throws {
        let text = """
            let inner(x: price) = QQQ.avg(x, 5m) + x
            let outer(x: price, y: price) = inner(y) + x
            rule r on AAPL
              when SPY.outer(price, IWM.price) > 0 and outer(price, price) > 0
            """
        #expect(
            try values(text) == ["avg(IWM.price, 5m)", "IWM.price", "SPY.price", "avg(price, 5m)", "price"])
    }

    @Test("Series stand in order of dependency, whatever the order of the files")
    func seriesOrder() throws {
        let checking = Checking(
            "series c = a + b\nrule r\n  when c > 0 and zscore(a, 1h) > 3",
            "series b = a * 2\nlet half = a / 2", "series a = KO.price - PEP.price\nseries d = half + c\n")
        #expect(checking.errorCodes == [])
        #expect(checking.program.series.map(\.name) == ["a", "b", "c", "d"])
        for (index, series) in checking.program.series.enumerated() {
            for node in series.expression.nodes {
                if case .series(.named(let other)) = node { #expect(other < index) }
            }
        }
    }

    @Test("Rates are numbered once, in order of appearance")
    func rates() throws {
        let checking = Checking(
            """
            let carry(s: symbol) = rate(s) - rate(DFF)
            let unused_in_rules = rate(SOFR)
            rule r
              when rate(DGS10) - rate(DGS2) < 0% and carry(DGS2) > 1% and unused < 5
            let unused = 4
            """)
        #expect(checking.errorCodes == [])
        #expect(checking.program.rateSeries == ["DGS10", "DGS2", "DFF"])
    }

    @Test("An age is always on the left, its bound a number of milliseconds")
    func ages() throws {
        let rule = try condition("5m < age(price) and age(size) in 1s..1m").onlyRule()
        var found: [String] = []
        for node in rule.when.nodes {
            guard case .comparison(let symbol, .call(let call), .number(let bound)) = node else { continue }
            #expect(call.builtin == .age)
            found.append("\(symbol.rawValue) \(Int(bound))")
        }
        #expect(found == ["> 300000", ">= 1000", "<= 60000"])
    }

    @Test("Constants are folded as the engine would compute them")
    func folding() throws {
        let rule = try condition("price > 2 * (3 + 4) / 7 - abs(-1) + least(5, 2, 9)").onlyRule()
        guard case .comparison(.greater, _, .number(let bound)) = rule.when else {
            return #expect(Bool(false), "\(rule.when)")
        }
        #expect(bound == 3)
    }

    @Test("Several arguments of `least` are taken two at a time from the left")
    func least() throws {
        let rule = try condition("least(price, bid, ask) > 5").onlyRule()
        let calls = rule.when.nodes.compactMap { node -> BuiltinCall? in
            if case .call(let call) = node { call } else { nil }
        }
        #expect(calls.map(\.arguments.count) == [2, 2])
    }

    @Test("A rule without clauses gets its defaults")
    func defaults() throws {
        let rule = try condition("price > 5").onlyRule()
        #expect(rule.severity == .warning)
        #expect(rule.message.map(\.sketch) == ["rule", "' '", "symbol"])
        #expect(rule.sessionDelay == 0 && rule.hold == nil && rule.until == nil && rule.session == nil)
        let keyless = try Checking("rule r\n  when SPY.price > 5").onlyRule()
        #expect(keyless.message.map(\.sketch) == ["rule"])
        #expect(keyless.target == nil)
    }

    @Test("Clauses reach the program")
    func clauses() throws {
        let rule = try Checking(
            """
            let hold = 30s
            session desk = fri-mon 22:00-06:00, 09:00-17:30 "Europe/London"
            rule r on AAPL
              when price > 5
              for hold
              until price < 4
              unless size > 5
              during desk after 5m
              cooldown 15m
              repeat 1h
              unknown keep
              severity critical
              labels team = "rates", desk = "a \\"b\\""
              labels tier = "1"
              notify desk, ops
              runbook "https://wiki/x"
              message "{rule}: {symbol} {severity}"
            """
        ).onlyRule()
        #expect(rule.hold == 30_000 && rule.cooldown == 900_000 && rule.repeats == 3_600_000)
        #expect(rule.sessionDelay == 300_000)
        #expect(rule.session?.weekdays == [5, 6, 7, 1])
        #expect(rule.session?.clocks.map(\.open) == [1320, 540])
        #expect(rule.session?.timeZone == "Europe/London")
        #expect(rule.until != nil && rule.unless != nil)
        #expect(rule.labels.map(\.name) == ["team", "desk", "tier"])
        #expect(rule.labels.map(\.value) == ["rates", "a \"b\"", "1"])
        #expect(rule.notifiers == ["desk", "ops"] && rule.runbook == "https://wiki/x")
        #expect(rule.message.map(\.sketch) == ["rule", "': '", "symbol", "' '", "severity"])
    }

    @Test(
        "Without a format a value prints by its type",
        arguments: [
            ("price", NumberFormat(symbolDecimals: .price)),
            ("vwap(5m)", NumberFormat(symbolDecimals: .price)),
            ("size", NumberFormat(symbolDecimals: .size)), ("SPY.price", NumberFormat()),
            ("price - SPY.price", NumberFormat()),
            ("change(price, 5m)", NumberFormat(decimals: 2, unit: .percent)),
            ("trades(5m)", NumberFormat(decimals: 0)), ("age(price)", NumberFormat(unit: .duration)),
            ("notional(5m)", NumberFormat(decimals: 2, groupsThousands: true)),
            ("zscore(price, 5m)", NumberFormat()), ("price > 5", NumberFormat(unit: .bool)),
            ("price:0.00", NumberFormat(decimals: 2)),
            ("price:+,0.0", NumberFormat(decimals: 1, showsPlus: true, groupsThousands: true)),
            ("spread / mid:0.0bp", NumberFormat(decimals: 1, unit: .basisPoints)),
            ("change(price, 5m):+0%", NumberFormat(decimals: 0, showsPlus: true, unit: .percent)),
        ])
    func formats(slot: String, format: NumberFormat) throws {
        let rule = try Checking("rule r on AAPL\n  when price > 5\n  message \"{\(slot)}\"").onlyRule()
        guard case .value(_, let found) = rule.message.first else {
            return #expect(Bool(false), "\(rule.message)")
        }
        #expect(found == format)
    }

    @Test("A symbol in a message is text, or the instance's own")
    func symbolSlots() throws {
        let rule = try Checking(
            """
            let name(s: symbol) = s
            rule r on AAPL
              when price > 5
              message "{name(SPY)} {name(symbol)}"
            """
        ).onlyRule()
        #expect(rule.message.map(\.sketch) == ["'SPY'", "' '", "symbol"])
    }

    @Test("A ratio keeps its tag where LANGUAGE 8.2 says so, and loses it elsewhere")
    func tags() {
        let kept = [
            "-change(price, 5m)", "abs(change(price, 5m))", "least(change(price, 5m), 2%)",
            "coalesce(change(price, 5m), 0%)", "change(price, 5m) * 2", "2 * change(price, 5m)",
            "change(price, 5m) / 2", "change(price, 5m) * (price / mid)", "change(price, 5m) * trades(5m)",
            "rate(DFF) * 30d / 365d", "change(price, 5m) - 1%", "rate(DFF) + price / mid", "drawdown(1h)",
        ]
        let lost = [
            "change(price, 5m) * change(price, 1m)", "change(price, 5m) / change(price, 1m)",
            "price / mid", "1 / change(price, 5m)", "price * change(price, 5m) / price",
            "sqrt(change(price, 5m))", "zscore(price, 5m)",
        ]
        for text in kept { #expect(condition("\(text) > 2").codes.contains("E021"), "\(text)") }
        for text in lost { #expect(!condition("\(text) > 2").codes.contains("E021"), "\(text)") }
        for text in kept + lost { #expect(!condition("\(text) > 2%").codes.contains("E021"), "\(text)") }
    }

    @Test("A bare literal adapts to what LANGUAGE 8.3 allows, and a bare 0 to everything")
    func bareLiterals() {
        let plain = ["price", "size", "notional(5m)", "trades(5m)", "price / mid"]
        let others = ["volume(5m) / 5m", "price * price", "1 / price", "change(price, 5m)", "5m + 5m"]
        for text in plain + others { #expect(condition("\(text) > 0").errorCodes == [], "\(text)") }
        for text in plain { #expect(condition("\(text) > 2 + 3 * 4").errorCodes == [], "\(text)") }
        for text in others { #expect(condition("\(text) > 2").errorCodes.count == 1, "\(text)") }
    }

    @Test("The configured bound decides which exact windows need `by`")
    func windowBound() {
        let options = CheckOptions(greatestExactWindow: 86_400_000)
        #expect(condition("volume(1d) > 5", options: options).errorCodes == [])
        #expect(condition("volume(1d1ms) > 5", options: options).errorCodes == ["E050"])
        #expect(condition("volume(4h) > 5").errorCodes == [])
        #expect(condition("change(price, 4h1ms) > 5%").errorCodes == ["E050"])
    }

    @Test("Nothing to check says what to write")
    func emptyProgram() {
        #expect(Checking(files: []).codes == ["W011"])
        #expect(Checking("# nothing yet\n\n", "").codes == ["W011"])
        #expect(Checking("list a = AAPL\n").codes == ["W003"])
    }
}

extension MessageSegment {
    /// Its kind, and the text of text.
    var sketch: String {
        switch self {
        case .text(let text): "'\(text)'"
        case .rule: "rule"
        case .symbol: "symbol"
        case .severity: "severity"
        case .value: "value"
        }
    }
}

extension CheckedExpression {
    /// Every node, outermost first, from the left.
    var nodes: [CheckedExpression] {
        let below: [CheckedExpression] =
            switch self {
            case .number, .bool, .symbol, .series, .lookup: []
            case .call(let call):
                call.arguments.compactMap { if case .expression(let inner) = $0 { inner } else { nil } }
            case .negate(let inner), .not(let inner): [inner]
            case .arithmetic(_, let left, let right), .comparison(_, let left, let right),
                .and(let left, let right), .or(let left, let right), .crosses(_, let left, let right):
                [left, right]
            case .between(let value, let low, let high): [value, low, high]
            }
        return [self] + below.flatMap(\.nodes)
    }
}
