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
        var severity: String
        /// Bit patterns, so that equality is exact.
        var values: [UInt64]

        static func < (left: Step, right: Step) -> Bool {
            (left.at, left.rule, left.key) < (right.at, right.rule, right.key)
        }

        var description: String {
            let numbers = values.map { Double(bitPattern: $0) }
            return "\(at) \(rule) \(key.isEmpty ? "-" : key) \(kind) \(severity) \(numbers)"
        }
    }

    /// Equal bits for equal values: one unknown, one zero.
    static func bits(_ value: Double) -> UInt64 { (value.isNaN ? Double.nan : value + 0).bitPattern }

    func run() -> [Step] {
        let symbols = Set(input.trades.map(\.symbol))
        var steps: [Step] = []
        for rule in inOrder(program.rules) {
            guard let target = rule.target else {
                if let start = start(ofKeyless: rule) { steps += life(of: rule, "", from: start) }
                continue
            }
            let listed = target.listedSymbols
            for symbol in listed {
                let feed = Self.feed(symbol)
                let first = input.trades.filter { Self.feed($0.symbol) == feed }.map(\.trade.time).min()
                if let first { steps += life(of: rule, symbol, from: first) }
            }
            guard target.selectsUnlisted else { continue }
            let matcher = TargetMatcher(target)
            for symbol in symbols where matcher.selects(symbol) && !listed.contains(symbol) {
                let first = input.trades.first { $0.symbol == symbol }!.trade.time
                steps += life(of: rule, symbol, from: first)
            }
        }
        return steps.sorted()
    }

    /// Rules after those that they ask `firing` of.
    private func inOrder(_ rules: [CheckedRule]) -> [CheckedRule] {
        var ordered: [CheckedRule] = []
        while let next = rules.first(where: { rule in
            !ordered.contains { $0.name == rule.name }
                && asked(by: rule).allSatisfy { name in ordered.contains { $0.name == name } }
        }) {
            ordered.append(next)
        }
        return ordered
    }

    private func asked(by rule: CheckedRule) -> [String] {
        var names: [String] = []
        for expression in rule.conditions + rule.values.map(\.expression) {
            visit(expression) { node in
                if case .call(let call) = node, case .rule(let name)? = call.arguments.first {
                    names.append(name)
                }
            }
        }
        return names
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
        for expression in rule.conditions { collect(expression) }
        return input.trades.filter { feeds.isEmpty || feeds.contains(Self.feed($0.symbol)) }
            .map(\.trade.time).min()
    }

    private func life(of rule: CheckedRule, _ key: String, from start: Int64) -> [Step] {
        creation = start
        var life = ReferenceLife(rule: rule)
        var times: Set<Int64> = [start]
        for expression in rule.conditions { times.formUnion(changePoints(expression, key)) }
        if rule.holdTrades != nil { times.formUnion(instants(.market(.price, .key), key)) }
        life.agenda = times.filter { $0 >= start }
        var steps: [Step] = []
        while let t = life.agenda.min(), t <= input.end {
            life.agenda.remove(t)
            let trades = points(.market(.price, .key), key, upTo: t)
            let wasFiring = life.isFiring
            let emitted = life.step(at: t, trades: trades.map(\.time)) { evaluate($0, at: t, key) }
            if life.isFiring != wasFiring {
                lives[rule.name, default: [:]][key, default: []].append((t, life.isFiring))
            }
            guard let (kind, severity) = emitted else { continue }
            let values = rule.values.map { Self.bits(evaluate($0.expression, at: t, key)) }
            steps.append(
                Step(
                    at: t, rule: rule.name, key: key, kind: kind, severity: severity.rawValue, values: values)
            )
        }
        return steps
    }
}

extension CheckedRule {
    var conditions: [CheckedExpression] {
        [when] + chain.map(\.condition) + [until, unless].compactMap { $0 } + escalations.map(\.condition)
    }
}

/// One alert, step by step.
struct ReferenceLife {
    enum Phase { case idle, pending(since: Int64), firing(held: Bool) }

    let rule: CheckedRule
    /// The instants at which it must be looked at.
    var agenda: Set<Int64> = []
    private var phase = Phase.idle
    private var announced: Int64?
    private var level: Severity
    /// For each step of the chain: whether it was true, and when it matched.
    private var wasTrue: [Bool]
    private var matches: [[Int64]]
    private var chainIsComplete = false

    var isFiring: Bool { if case .firing = phase { true } else { false } }

    init(rule: CheckedRule) {
        self.rule = rule
        level = rule.severity
        wasTrue = Array(repeating: false, count: rule.chain.count + 1)
        matches = Array(repeating: [], count: rule.chain.count + 1)
    }

    /// - Returns: what is emitted, with its severity.
    mutating func step(
        at t: Int64, trades: [Int64], _ evaluate: (CheckedExpression) -> Double
    ) -> (String, Severity)? {
        let when = rule.chain.isEmpty ? evaluate(rule.when) : chain(at: t, evaluate)
        var clear = rule.until.map(evaluate) ?? (1 - when)
        if rule.clearsOnUnknown, clear.isNaN { clear = 1 }
        let reached = rule.escalations.filter { evaluate($0.condition) == 1 }.map(\.level).max()
        let top = max(rule.severity, reached ?? rule.severity)
        switch phase {
        case .idle:
            guard when == 1 else { return nil }
            if hold(from: t) { return nil }
            return enter(at: t, clear, evaluate, top)
        case .pending(let since):
            guard when == 1 else {
                phase = .idle
                return nil
            }
            let isDue =
                rule.holdTrades.map { needed in trades.filter { $0 > since }.count >= needed }
                ?? (t >= since + (rule.hold ?? 0))
            return isDue ? enter(at: t, clear, evaluate, top) : nil
        case .firing(let held):
            if clear == 1 {
                phase = .idle
                if when == 1 { _ = hold(from: t) }
                return held ? nil : ("resolved", level)
            }
            let rises = top > level
            level = max(level, top)
            if held { return t >= (announced ?? t) + (rule.cooldown ?? 0) ? announce(at: t) : nil }
            guard let period = rule.repeats, let first = announced else {
                return rises ? ("escalated", level) : nil
            }
            agenda.insert(first + ((t - first) / period + 1) * period)
            if rises { return ("escalated", level) }
            return t > first && (t - first) % period == 0 ? ("repeated", level) : nil
        }
    }

    /// Whether the rule has a hold, which begins now.
    private mutating func hold(from t: Int64) -> Bool {
        guard rule.holdTrades != nil || rule.hold ?? 0 > 0 else { return false }
        phase = .pending(since: t)
        agenda.insert(t + (rule.hold ?? 0))
        agenda.remove(t)
        return true
    }

    private mutating func enter(
        at t: Int64, _ clear: Double, _ evaluate: (CheckedExpression) -> Double, _ top: Severity
    ) -> (String, Severity)? {
        if clear == 1 || rule.unless.map(evaluate) == 1 { return nil }
        level = top
        if let cooldown = rule.cooldown, let last = announced, t < last + cooldown {
            phase = .firing(held: true)
            agenda.insert(last + cooldown)
            return nil
        }
        return announce(at: t)
    }

    private mutating func announce(at t: Int64) -> (String, Severity) {
        phase = .firing(held: false)
        announced = t
        if let period = rule.repeats { agenda.insert(t + period) }
        return ("firing", level)
    }

    private mutating func chain(at t: Int64, _ evaluate: (CheckedExpression) -> Double) -> Double {
        let values = ([rule.when] + rule.chain.map(\.condition)).map(evaluate)
        let last = values.count - 1
        let before = matches
        for index in values.indices {
            let rises = values[index] == 1 && !wasTrue[index]
            wasTrue[index] = values[index] == 1
            guard rises else { continue }
            let follows =
                index == 0
                || before[index - 1].last.map { $0 < t && $0 >= t - rule.chain[index - 1].within } == true
            if follows { matches[index].append(t) }
        }
        if matches[last].last == t {
            chainIsComplete = true
            matches = matches.map { _ in [] }
        }
        if values[last] == 0 { chainIsComplete = false }
        return chainIsComplete ? values[last] : 0
    }
}
