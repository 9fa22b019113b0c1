/// Conditions and what they compare, as text.
extension RandomProgram {
    mutating func duration() -> String { pick(["1s", "2s", "3s", "5s", "1500ms", "10s"]) }

    mutating func grid() -> String {
        pick(["2s by 1s", "4s by 2s", "10s by 2s", "6s by 500ms", "3s by 3s"])
    }

    mutating func window() -> String {
        if chance(10) {
            return "\(pick(["4s by 1s", "2s by 2s", "8s by 500ms"])) ending \(pick(["2s", "4s"])) ago"
        }
        return chance(15) ? "\(duration()) ending \(duration()) ago" : present()
    }

    /// Without `ending`.
    mutating func present() -> String {
        if chance(10) { return grid() }
        return chance(8) ? pick(["1 trades", "2 trades", "3 trades", "5 trades"]) : duration()
    }

    mutating func lag() -> String { chance(12) ? grid() : duration() }

    mutating func sampledWindow() -> String {
        chance(20)
            ? "\(pick(["4s by 1s", "8s by 2s"])) ending \(pick(["2s", "4s"])) ago"
            : pick(["4s by 1s", "8s by 2s", "6s by 500ms", "1s by 1s", "15s by 3s"])
    }

    /// A symbol's own name in front, when the rule has no key or by chance.
    mutating func owner() -> String {
        isKeyless || chance(15) ? pick(Self.symbols) + "." : ""
    }

    mutating func condition(depth: Int) -> String {
        if depth > 0, chance(35) {
            let left = condition(depth: depth - 1)
            let right = condition(depth: depth - 1)
            return pick(["(\(left) and \(right))", "(\(left) or \(right))", "not (\(left))"])
        }
        if rules.contains("let halfway"), chance(8) {
            return "halfway(\(price()), \(price())) \(pick(["<", ">"])) 10"
        }
        let relation = pick(["<", "<=", ">", ">=", ">", "<", "==", "!="])
        if hasTable, !isKeyless, chance(25) { return lookup(relation) }
        switch Int.random(in: 0..<19, using: &random) {
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
        // The slowest for the reference interpreter.
        case 14 where chance(40):
            let function = pick(["correlation", "beta"])
            return "\(function)(\(owner())price, \(pick(Self.symbols)).\(pick(["price", "mid"])), "
                + "\(sampledWindow())) \(relation) \(pick(["0", "0.5", "1"]))"
        case 15: return "\(number()) \(relation) \(pick(["0", "0.5", "1.5"]))"
        case 16: return isKeyless ? "known(\(price()))" : "symbol \(pick(["==", "!="])) \(pick(Self.symbols))"
        case 11: return "known(\(pick([price(), ratio(), rate()])))"
        default:
            if hasSeries, chance(60) { return series(relation) }
            return "\(price()) in 9.5..\(pick(["10", "10.5"]))"
        }
    }

    /// A comparison with what the table says of the rule's symbol.
    mutating func lookup(_ relation: String) -> String {
        pick([
            "\(price()) \(relation) limits.level", "\(ratio()) \(relation) limits.move",
            "age(\(owner())price) \(pick(["<", "<=", ">", ">="])) limits.quiet",
            "(limits.armed and \(price()) \(relation) limits.level)",
            "\(price()) crosses limits.level", "\(price()) in 9.5..limits.level",
        ])
    }

    /// The dimension of `s` is not known here: compare with 0, which every dimension allows.
    mutating func series(_ relation: String) -> String {
        pick([
            "s \(relation) 0", "avg(s, \(window())) \(relation) 0", "count(s, \(window())) \(relation) 2",
            "zscore(s, \(window())) \(relation) 1", "first(s, \(window())) \(relation) last(s, \(present()))",
            "percentile(s, 75, \(window())) \(relation) s", "age(s) < \(duration())",
            "stddev_pop(s, \(window())) \(relation) 0", "stddev(s, \(window())) \(relation) 0",
            "s \(relation) avg(s, \(present()))", "max(s, \(window())) \(relation) min(s, \(present()))",
            "prev(s) \(relation) s", "move(s, \(duration())) \(relation) 0",
            "sum(s, \(window())) \(relation) 0",
            "variance(s, \(duration())) \(relation) 0", "change(s, \(duration())) \(relation) 10%",
            "s crosses 0", "median(s, \(window())) \(relation) s", "slope(s, \(window())) \(relation) 0",
            "ewma(s, \(duration())) \(relation) s", "ago(s, \(lag())) \(relation) s",
            "correlation(s, \(pick(Self.symbols)).price, \(sampledWindow())) \(relation) 0",
        ])
    }

    mutating func price() -> String {
        let owner = owner()
        return pick([
            "\(owner)price", "\(owner)price", "prev(\(owner)price)", "ago(\(owner)price, \(lag()))",
            "avg(\(owner)price, \(window()))", "\(owner)vwap(\(window()))",
            "first(\(owner)price, \(window()))",
            "last(\(owner)price, \(window()))", "min(\(owner)price, \(window()))",
            "\(owner)high(\(window()))",
            "\(owner)low(\(window()))", "\(owner)bid", "\(owner)mid", "avg(\(owner)mid, \(window()))",
            "coalesce(\(owner)vwap(\(duration())), \(owner)price)", "max(\(owner)ask, \(window()))",
            "least(\(owner)price, \(owner)low(\(duration())))", "greatest(\(owner)mid, \(owner)price, 10)",
            "prev(\(owner)bid)", "ago(\(owner)ask, \(duration()))", "ewma(\(owner)mid, \(duration()))",
            "\(owner)twap(\(sampledWindow()))",
            "median(\(owner)price, \(window()))",
            "percentile(\(owner)price, \(pick(["0", "25", "95", "99.9", "100"])), \(window()))",
            "ewma(\(owner)price, \(duration()))", "median(\(owner)mid, \(present()))",
        ])
    }

    /// Dimensionless.
    mutating func number() -> String {
        pick([
            "zscore(\(owner())price, \(window()))", "zscore(\(owner())size, \(window()))",
            "\(price()) / \(price())", "sqrt(\(count()))", "ln(\(price()) / \(price()))",
            "sqrt((\(difference())) / (\(price())))",
            "\(size()) / \(size())", "-(\(price()) / 7)",
            "\(owner())notional(\(window())) / (\(price()) * \(size()))",
        ])
    }

    mutating func difference() -> String {
        let owner = owner()
        return pick([
            "\(owner)spread", "move(\(owner)price, \(lag()))", "\(owner)range(\(window()))",
            "stddev(\(owner)price, \(window()))", "stddev(\(owner)mid, \(duration()))",
            "\(owner)price - \(price())", "abs(move(\(owner)price, \(duration())))",
            "avg(\(owner)spread, \(window()))", "move(\(owner)mid, \(duration()))", "prev(\(owner)spread)",
            "stddev_pop(\(owner)price, \(window()))",
        ])
    }

    mutating func ratio() -> String {
        let owner = owner()
        return pick([
            "change(\(owner)price, \(lag()))", "deviation(\(owner)price, \(owner)vwap(\(duration())))",
            "\(owner)drawdown(\(present()))", "\(owner)rebound(\(present()))",
            "\(owner)volatility(\(sampledWindow()))",
            "abs(change(\(owner)price, \(duration())))", "change(\(owner)mid, \(duration()))",
        ])
    }

    mutating func count() -> String {
        let owner = owner()
        return pick([
            "\(owner)trades(\(window()))", "count(\(owner)bid, \(window()))",
            "count(\(owner)price, \(window()))",
        ])
    }

    mutating func size() -> String {
        let owner = owner()
        return pick([
            "\(owner)size", "\(owner)volume(\(window()))", "sum(\(owner)size, \(window()))",
            "max(\(owner)size, \(window()))", "ago(\(owner)size, \(lag()))",
            "move(\(owner)size, \(duration()))",
            "median(\(owner)size, \(window()))", "avg(\(owner)size, \(window()))",
            "stddev(\(owner)size, \(window()))",
        ])
    }

    mutating func rate() -> String {
        pick(["rate(DFF)", "rate(DFF, within \(duration()))", "rate(DFF) - rate(DGS10)"])
    }
}
