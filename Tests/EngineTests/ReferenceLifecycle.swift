import BigInt
import MarketModel
import RuleSemantics

/// The life of every alert over the whole input (LANGUAGE 6).
extension ReferenceInterpreter {
    struct Step: Hashable, Comparable, CustomStringConvertible {
        var at: Int64
        var rule: String
        var key: String
        var kind: String
        /// Bit patterns, so that equality is exact.
        var values: [UInt64]

        static func < (left: Step, right: Step) -> Bool {
            (left.at, left.rule, left.key) < (right.at, right.rule, right.key)
        }

        var description: String {
            "\(at) \(rule) \(key.isEmpty ? "-" : key) \(kind) \(values.map { Double(bitPattern: $0) })"
        }
    }

    /// Equal bits for equal values: one unknown, one zero.
    static func bits(_ value: Double) -> UInt64 { (value.isNaN ? Double.nan : value + 0).bitPattern }

    func run() -> [Step] {
        let symbols = Set(input.trades.map(\.symbol))
        var steps: [Step] = []
        for rule in program.rules {
            guard let target = rule.target else {
                if let start = start(ofKeyless: rule) { steps += life(of: rule, "", from: start) }
                continue
            }
            let excluded = { (symbol: String) in target.exclude.contains(.symbol(symbol)) }
            for case .symbol(let symbol) in target.include where !excluded(symbol) {
                let feed = Self.feed(symbol)
                let first = input.trades.filter { Self.feed($0.symbol) == feed }.map(\.trade.time).min()
                if let first { steps += life(of: rule, symbol, from: first) }
            }
            guard target.include.contains(.all) else { continue }
            for symbol in symbols where !excluded(symbol) && !target.include.contains(.symbol(symbol)) {
                let first = input.trades.first { $0.symbol == symbol }!.trade.time
                steps += life(of: rule, symbol, from: first)
            }
        }
        return steps.sorted()
    }

    private func start(ofKeyless rule: CheckedRule) -> Int64? {
        var feeds: Set<String> = []
        func collect(_ expression: CheckedExpression) {
            for series in streams(expression, "") {
                switch series {
                case .named(let index): collect(program.series[index].expression)
                case .market(_, .symbol(let symbol)): feeds.insert(Self.feed(symbol))
                case .market(_, .key): break
                }
            }
        }
        for expression in [rule.when, rule.until, rule.unless].compactMap({ $0 }) { collect(expression) }
        return input.trades.filter { feeds.isEmpty || feeds.contains(Self.feed($0.symbol)) }
            .map(\.trade.time).min()
    }

    private enum Phase { case idle, pending(Int64), firing(held: Bool) }

    private func life(of rule: CheckedRule, _ key: String, from start: Int64) -> [Step] {
        creation = start
        var times: Set<Int64> = [start]
        for expression in [rule.when, rule.until, rule.unless].compactMap({ $0 }) {
            times.formUnion(changePoints(expression, key))
        }
        var agenda = times.filter { $0 >= start && $0 <= input.end }
        var phase = Phase.idle
        var announced: Int64?
        var steps: [Step] = []
        func emit(_ kind: String, _ t: Int64) {
            let values = rule.values.map { evaluate($0.expression, at: t, key) }
            steps.append(
                Step(at: t, rule: rule.name, key: key, kind: kind, values: values.map(Self.bits)))
        }
        func due(_ t: Int64) { if t <= input.end { agenda.insert(t) } }
        func enter(_ t: Int64, _ clear: Double) {
            if clear == 1 || rule.unless.map({ evaluate($0, at: t, key) }) == 1 { return }
            if let cooldown = rule.cooldown, let last = announced, t < last + cooldown {
                phase = .firing(held: true)
                due(last + cooldown)
            } else {
                announce(t)
            }
        }
        func announce(_ t: Int64) {
            phase = .firing(held: false)
            announced = t
            emit("firing", t)
            if let period = rule.repeats { due(t + period) }
        }
        while let t = agenda.min() {
            agenda.remove(t)
            let when = evaluate(rule.when, at: t, key)
            let clear = rule.until.map { evaluate($0, at: t, key) } ?? (1 - when)
            switch phase {
            case .idle:
                guard when == 1 else { break }
                if let hold = rule.hold, hold > 0 {
                    phase = .pending(t + hold)
                    due(t + hold)
                } else {
                    enter(t, clear)
                }
            case .pending(let deadline):
                if when != 1 { phase = .idle } else if t >= deadline { enter(t, clear) }
            case .firing(let held):
                if clear == 1 {
                    phase = .idle
                    if !held { emit("resolved", t) }
                    if when == 1, let hold = rule.hold, hold > 0 {
                        phase = .pending(t + hold)
                        due(t + hold)
                    }
                } else if held, let last = announced, let cooldown = rule.cooldown, t >= last + cooldown {
                    announce(t)
                } else if !held, let last = announced, let period = rule.repeats, t > last,
                    (t - last) % period == 0
                {
                    emit("repeated", t)
                    due(t + period)
                } else if !held, let last = announced, let period = rule.repeats {
                    due(last + ((t - last) / period + 1) * period)
                }
            }
        }
        return steps
    }
}
