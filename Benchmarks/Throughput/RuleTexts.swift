/// Rule files for the measurements of many rules, written out as a trader would write them.
enum RuleTexts {
    /// Ten rules for each symbol, each with bounds of its own.
    static func manyRules(_ symbols: [String]) -> String {
        var text = ""
        for (index, symbol) in symbols.enumerated() {
            // Between 2 % and 3 %, no two symbols alike.
            let step = Double(index) / Double(max(1, symbols.count))
            for (number, condition) in conditions(step).enumerated() {
                text += "rule r\(index)_\(number) on \(symbol)\n  when \(condition)\n\n"
            }
        }
        return text
    }

    /// So many rules on one symbol that read the same few windows, with bounds of their own.
    static func sharedWindows(_ count: Int, on symbol: String) -> String {
        var text = ""
        for index in 0..<count {
            let all = conditions(Double(index) / 100)
            text += "rule r\(index) on \(symbol)\n  when \(all[index % all.count])\n\n"
        }
        return text
    }

    /// Rules as a desk keeps them: on lists, with a name, words and several clauses.
    static func mixed(_ count: Int, number: Int) -> String {
        var text = "# Desk \(number).\n\nlist watched\(number) = AAPL, MSFT, NVDA, SYM\(number)\n\n"
        for index in 0..<count {
            let all = conditions(Double(index) / Double(max(1, count)))
            text += """
                ## What this desk watches.
                rule desk\(number)_r\(index) on watched\(number)
                  when \(all[index % all.count])
                    and trades(5m) >= \(10 + index)
                  until abs(change(price, 5m)) < 0.5%
                  cooldown 15m
                  severity warning
                  message "{symbol} {change(price, 5m):+0.00%} in 5 min, now {price}"


                """
        }
        return text
    }

    /// So many rules on every symbol, with bounds of their own.
    static func manyOnAll(_ count: Int) -> String {
        var text = ""
        for index in 0..<count {
            let all = conditions(Double(index) / Double(max(1, count)))
            text += "rule r\(index) on all\n  when \(all[index % all.count])\n\n"
        }
        return text
    }

    /// Bounds of one symbol's price and its move so close together that trades pass several of them. They are
    /// to hold for longer than the day, so that what is measured is the passing and not the telling.
    static func ladder(_ count: Int, on symbol: String, around prices: ClosedRange<Double>) -> String {
        var text = ""
        for index in 0..<count {
            let part = Double(index / 2 + 1) / Double(count / 2)
            let price = prices.lowerBound + part * (prices.upperBound - prices.lowerBound)
            let millionths = Int((price * 1e6).rounded())
            let decimals = String(1_000_000 + millionths % 1_000_000).dropFirst()
            let condition =
                index % 2 == 0
                ? "price > \(millionths / 1_000_000).\(decimals)"
                : "change(price, 5m) >= \(percent(part / 2))"
            text += "rule r\(index) on \(symbol)\n  when \(condition)\n  for 1d\n\n"
        }
        return text
    }

    private static func conditions(_ step: Double) -> [String] {
        let move = percent(2 + step)
        let far = percent(3 + step)
        return [
            "change(price, 5m) >= \(move)",
            "change(price, 5m) <= -\(move)",
            "change(price, 15m) >= \(far)",
            "change(price, 15m) <= -\(far)",
            "deviation(price, vwap(5m)) >= \(move)",
            "deviation(price, vwap(5m)) <= -\(move)",
            "deviation(price, vwap(15m)) >= \(far)",
            "drawdown(15m) <= -\(far)",
            "rebound(15m) >= \(far)",
            "range(15m) / price >= \(percent(4 + step))",
        ]
    }

    private static func percent(_ value: Double) -> String {
        // At most three decimals, as a person would write.
        let thousandths = Int((value * 1000).rounded())
        let whole = thousandths / 1000
        let rest = String(1000 + thousandths % 1000).dropFirst()
        return "\(whole).\(rest)%"
    }
}
