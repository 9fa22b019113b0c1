import MarketModel

/// SplitMix64: the same seed gives the same case on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Random well-typed rules as text, and a small tape of ties, gaps and bursts for them.
struct RandomProgram {
    private var random: SeededGenerator
    private(set) var rules = ""
    private(set) var input = ReferenceInterpreter.Input()
    private var hasSeries = false
    /// Rules before this one may be asked `firing`.
    private var ruleIndex = 0
    private var hasTable = false
    /// Names must be qualified: a rule without `on`.
    private var isKeyless = false

    static let base = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 50_400_000).milliseconds
    private static let symbols = ["A", "B", "X:C"]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        writeRules()
        writeTape()
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    // MARK: Rules

    private mutating func writeRules() {
        if chance(30) {
            isKeyless = true
            rules += "series s = \(pick(["\(price()) - \(price())", "\(price()) / \(price())", ratio()]))\n"
            hasSeries = true
        }
        if chance(30) {
            rules += "table limits(level: price, move: ratio, quiet: duration, armed: bool)\n"
            for row in pick([["A"], ["A", "B"], ["B", "X:C"], []]) + ["else"] {
                rules += "  \(row) \(pick(["9.5", "10", "11"])) \(pick(["1%", "-1%", "0"])) \(duration())"
                rules += " \(pick(["true", "false"]))\n"
            }
            hasTable = true
        }
        for index in 0..<Int.random(in: 1...3, using: &random) {
            let target = pick([" on A", " on A, B", " on all", " on all except A", " on X:C, B", ""])
            isKeyless = target.isEmpty
            ruleIndex = index
            if chance(20) {
                template(index, target)
                continue
            }
            rules += "rule r\(index)\(target)\n  when \(condition(depth: 2))\n"
            if chance(15) { rules += "  then within \(duration()) \(condition(depth: 1))\n" }
            if chance(5) { rules += "  then within \(duration()) \(condition(depth: 0))\n" }
            if chance(35) { rules += "  for \(target.isEmpty || chance(60) ? duration() : "2 trades")\n" }
            if chance(30) { rules += "  until \(condition(depth: 1))\n" }
            if chance(20) { rules += "  unless \(condition(depth: 1))\n" }
            if chance(25) { rules += "  cooldown \(duration())\n" }
            if chance(20) { rules += "  repeat \(duration())\n" }
            if chance(10) { rules += "  unknown clear\n" }
            if chance(15) { rules += "  escalate critical when \(condition(depth: 1))\n" }
        }
    }

    /// A rule of which a part stands in a template; the rule's own clauses replace the template's.
    private mutating func template(_ index: Int, _ target: String) {
        rules += "template t\(index)(level: price, wait: duration, ref: symbol, on_top: bool)\n"
        rules += "  when (\(condition(depth: 1)) or ref.price > level) and (on_top or \(price()) > level)\n"
        if chance(40) { rules += "  for wait\n" }
        if chance(40) { rules += "  until ref.avg(price, wait) <= level\n" }
        if chance(30) { rules += "  cooldown wait\n" }
        if chance(30) { rules += "  repeat wait\n" }
        if chance(30) { rules += "  escalate critical when ref.price > level * 1.05\n" }
        rules += "rule r\(index)\(target)\n"
        if chance(30) { rules += "  until \(condition(depth: 1))\n" }
        let level = pick(["9.5", "10", "10.5", price()])
        let ref = isKeyless || chance(50) ? pick(Self.symbols) : "symbol"
        rules += "  use t\(index)(\(level), \(duration()), \(ref), \(condition(depth: 0)))\n"
        if chance(30) { rules += "  cooldown \(duration())\n" }
        if chance(20) { rules += "  escalate critical when \(condition(depth: 1))\n" }
    }

    private mutating func duration() -> String { pick(["1s", "2s", "3s", "5s", "1500ms", "10s"]) }

    private mutating func grid() -> String {
        pick(["2s by 1s", "4s by 2s", "10s by 2s", "6s by 500ms", "3s by 3s"])
    }

    private mutating func window() -> String {
        if chance(10) {
            return "\(pick(["4s by 1s", "2s by 2s", "8s by 500ms"])) ending \(pick(["2s", "4s"])) ago"
        }
        return chance(15) ? "\(duration()) ending \(duration()) ago" : present()
    }

    /// Without `ending`.
    private mutating func present() -> String {
        if chance(10) { return grid() }
        return chance(8) ? pick(["1 trades", "2 trades", "3 trades", "5 trades"]) : duration()
    }

    private mutating func lag() -> String { chance(12) ? grid() : duration() }

    private mutating func sampledWindow() -> String {
        chance(20)
            ? "\(pick(["4s by 1s", "8s by 2s"])) ending \(pick(["2s", "4s"])) ago"
            : pick(["4s by 1s", "8s by 2s", "6s by 500ms", "1s by 1s", "15s by 3s"])
    }

    /// A symbol's own name in front, when the rule has no key or by chance.
    private mutating func owner() -> String {
        isKeyless || chance(15) ? pick(Self.symbols) + "." : ""
    }

    private mutating func condition(depth: Int) -> String {
        if depth > 0, chance(35) {
            let left = condition(depth: depth - 1)
            let right = condition(depth: depth - 1)
            return pick(["(\(left) and \(right))", "(\(left) or \(right))", "not (\(left))"])
        }
        let relation = pick(["<", "<=", ">", ">=", ">", "<", "==", "!="])
        if hasTable, !isKeyless, chance(25) { return lookup(relation) }
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return "\(price()) \(relation) \(price())"
        case 1, 2: return "\(price()) \(relation) \(pick(["9.5", "10", "10.25", "11"]))"
        case 3: return "\(ratio()) \(relation) \(pick(["1%", "-1%", "2.5%", "0", "10%"]))"
        case 4: return "\(count()) \(relation) \(pick(["0", "1", "2", "4"]))"
        case 5: return "\(size()) \(relation) \(pick(["0", "2", "5", "10.5"]))"
        case 6: return "\(owner())notional(\(window())) \(relation) \(pick(["0", "20", "105.5"]))"
        case 7: return "\(difference()) \(relation) \(pick(["0", "0.25", "0.5", "-0.5"]))"
        case 8: return "\(price()) crosses \(pick(["above ", "below ", ""]))\(pick(["10", price()]))"
        case 9: return "age(\(owner())price) \(pick(["<", "<=", ">", ">="])) \(duration())"
        case 10: return "\(rate()) \(relation) \(pick(["4%", "4.5%", "0"]))"
        case 12: return "\(owner())rsi(\(sampledWindow())) \(relation) \(pick(["30", "50", "70"]))"
        case 13:
            if ruleIndex > 0, chance(70) {
                return "firing(r\(Int.random(in: 0..<ruleIndex, using: &random)))"
            }
            return "slope(\(owner())\(pick(["price", "mid"])), \(window())) \(relation) 0"
        case 14:
            let function = pick(["correlation", "beta"])
            return "\(function)(\(owner())price, \(pick(Self.symbols)).\(pick(["price", "mid"])), "
                + "\(sampledWindow())) \(relation) \(pick(["0", "0.5", "1"]))"
        case 11: return "known(\(pick([price(), ratio(), rate()])))"
        default:
            if hasSeries, chance(60) { return series(relation) }
            return "\(price()) in 9.5..\(pick(["10", "10.5"]))"
        }
    }

    /// A comparison with what the table says of the rule's symbol.
    private mutating func lookup(_ relation: String) -> String {
        pick([
            "\(price()) \(relation) limits.level", "\(ratio()) \(relation) limits.move",
            "age(\(owner())price) \(pick(["<", "<=", ">", ">="])) limits.quiet",
            "(limits.armed and \(price()) \(relation) limits.level)",
            "\(price()) crosses limits.level", "\(price()) in 9.5..limits.level",
        ])
    }

    /// The dimension of `s` is not known here: compare with 0, which every dimension allows.
    private mutating func series(_ relation: String) -> String {
        pick([
            "s \(relation) 0", "avg(s, \(window())) \(relation) 0", "count(s, \(window())) \(relation) 2",
            "zscore(s, \(window())) \(relation) 1", "stddev(s, \(window())) \(relation) 0",
            "s \(relation) avg(s, \(present()))", "max(s, \(window())) \(relation) min(s, \(present()))",
            "prev(s) \(relation) s", "move(s, \(duration())) \(relation) 0",
            "sum(s, \(window())) \(relation) 0",
            "variance(s, \(duration())) \(relation) 0", "change(s, \(duration())) \(relation) 10%",
            "s crosses 0", "median(s, \(window())) \(relation) s", "slope(s, \(window())) \(relation) 0",
            "ewma(s, \(duration())) \(relation) s", "ago(s, \(lag())) \(relation) s",
            "correlation(s, \(pick(Self.symbols)).price, \(sampledWindow())) \(relation) 0",
        ])
    }

    private mutating func price() -> String {
        let owner = owner()
        return pick([
            "\(owner)price", "\(owner)price", "prev(\(owner)price)", "ago(\(owner)price, \(lag()))",
            "avg(\(owner)price, \(window()))", "\(owner)vwap(\(window()))",
            "first(\(owner)price, \(window()))",
            "last(\(owner)price, \(window()))", "min(\(owner)price, \(window()))",
            "\(owner)high(\(window()))",
            "\(owner)low(\(window()))", "\(owner)bid", "\(owner)mid", "avg(\(owner)mid, \(window()))",
            "coalesce(\(owner)vwap(\(duration())), \(owner)price)", "max(\(owner)ask, \(window()))",
            "least(\(owner)price, \(owner)low(\(duration())))", "\(owner)twap(\(sampledWindow()))",
            "median(\(owner)price, \(window()))",
            "percentile(\(owner)price, \(pick(["0", "25", "95", "99.9", "100"])), \(window()))",
            "ewma(\(owner)price, \(duration()))", "median(\(owner)mid, \(present()))",
        ])
    }

    private mutating func difference() -> String {
        let owner = owner()
        return pick([
            "\(owner)spread", "move(\(owner)price, \(lag()))", "\(owner)range(\(window()))",
            "stddev(\(owner)price, \(window()))", "stddev(\(owner)mid, \(duration()))",
            "\(owner)price - \(price())", "abs(move(\(owner)price, \(duration())))",
            "avg(\(owner)spread, \(window()))", "stddev_pop(\(owner)price, \(window()))",
        ])
    }

    private mutating func ratio() -> String {
        let owner = owner()
        return pick([
            "change(\(owner)price, \(lag()))", "deviation(\(owner)price, \(owner)vwap(\(duration())))",
            "\(owner)drawdown(\(present()))", "\(owner)rebound(\(present()))",
            "\(owner)volatility(\(sampledWindow()))",
            "abs(change(\(owner)price, \(duration())))", "change(\(owner)mid, \(duration()))",
        ])
    }

    private mutating func count() -> String {
        let owner = owner()
        return pick([
            "\(owner)trades(\(window()))", "count(\(owner)bid, \(window()))",
            "count(\(owner)price, \(window()))",
        ])
    }

    private mutating func size() -> String {
        let owner = owner()
        return pick([
            "\(owner)size", "\(owner)volume(\(window()))", "sum(\(owner)size, \(window()))",
            "max(\(owner)size, \(window()))", "avg(\(owner)size, \(window()))",
            "stddev(\(owner)size, \(window()))",
        ])
    }

    private mutating func rate() -> String {
        pick(["rate(DFF)", "rate(DFF, within \(duration()))", "rate(DFF) - rate(DGS10)"])
    }

    // MARK: Tape

    private mutating func writeTape() {
        var t = Self.base
        var price: Int64 = 40
        for _ in 0..<Int.random(in: 5...30, using: &random) {
            t += pick([0, 0, 1, 250, 500, 1000, 1000, 1500, 2000, 7000])
            price = max(30, min(50, price + Int64.random(in: -2...2, using: &random)))
            let fine = chance(5)
            let value = FixedPoint(
                mantissa: price * (fine ? 125 : 25) * (fine ? 2 : 1) + (fine ? 5 : 0), scale: fine ? 3 : 2)
            let size = FixedPoint(mantissa: Int64.random(in: 0...12, using: &random) * 5, scale: 1)
            guard let value, let size else { continue }
            let symbol = pick(Self.symbols + ["A"])
            input.trades.append((symbol, .init(time: t, value: Rational(value), size: Rational(size))))
            prices.append(value)
            sizes.append(size)
            if chance(50),
                let half = FixedPoint(mantissa: Int64.random(in: 0...10, using: &random) * 5, scale: 2),
                let bid = FixedPoint(mantissa: price * 25 - half.mantissa, scale: 2),
                let ask = FixedPoint(mantissa: price * 25 + 2 * half.mantissa, scale: 2)
            {
                input.quotes.append((symbol, .init(time: t, bid: Rational(bid), ask: Rational(ask))))
                quotes.append((bid, ask))
            } else {
                quotes.append(nil)
            }
        }
        for index in 0..<Int64.random(in: 0...4, using: &random) {
            let percent = Int64.random(in: 350...500, using: &random)
            let known = Self.base + Int64.random(in: -2...20, using: &random) * 1000
            let date = CivilDate(daysSinceEpoch: 20_000 + index)
            let series = pick(["DFF", "DFF", "DGS10"])
            input.rates.append((series, date, Double(percent) / 10_000, known))
        }
        input.end = t + pick([0, 0, 5000, 20_000])
    }

    /// As the engine takes the tape: beside `input.trades`, one for one.
    private(set) var prices: [FixedPoint] = []
    private(set) var sizes: [FixedPoint] = []
    private(set) var quotes: [(bid: FixedPoint, ask: FixedPoint)?] = []
}
