import MarketModel
import RuleSemantics

/// One alert from its birth to the end of the tape (LANGUAGE 6).
struct ReferenceLife {
    private enum Phase: Equatable { case idle, pending(due: Int64), firing(isHeld: Bool) }

    private(set) var steps: [TapeStep] = []
    /// Since when it fires, and since when it does not.
    private(set) var flips: [(time: Int64, isFiring: Bool)] = []
    let key: String
    private let rule: CheckedRule
    private let when: [Meaning]
    private let until: Meaning?
    private let unless: Meaning?
    private let escalations: [(level: Severity, condition: Meaning)]
    private let values: [Meaning]
    private let trades: [Int64]
    /// The instants at which it must be looked at, the next one last.
    private var agenda: [Int64] = []
    private var phase = Phase.idle
    private var announced: Int64?
    private var level: Severity
    /// For each step of the chain: whether it was true, and when it matched last.
    private var chain: [(wasTrue: Bool, match: Int64?)]
    private var isComplete = false

    init(_ rule: CheckedRule, _ instance: ReferenceInstance) {
        (self.rule, key, level) = (rule, instance.key, rule.severity)
        when = ([rule.when] + rule.chain.map(\.condition)).map(instance.meaning)
        until = rule.until.map(instance.meaning)
        unless = rule.unless.map(instance.meaning)
        escalations = rule.escalations.map { ($0.level, instance.meaning($0.condition)) }
        values = rule.values.map { instance.meaning($0.expression) }
        trades = instance.world.points(instance.own(.market(.price, .key))).map(\.time)
        chain = when.map { _ in (false, nil) }
        let (birth, end) = (instance.birth, instance.world.tape.end)
        let hours = rule.session.map { ReferenceHours($0, after: rule.sessionDelay, in: birth...end) }
        let conditions = when + [until, unless].compactMap { $0 } + escalations.map(\.condition)
        let times = Set([birth] + (hours?.edges ?? []) + conditions.flatMap(\.changes))
        agenda = times.filter { birth <= $0 && $0 <= end }.sorted(by: >)
        while let t = agenda.popLast(), t <= end {
            step(at: t, isOpen: hours?.isOpen(at: t) ?? true)
            let isFiring = if case .firing = phase { true } else { false }
            if isFiring != flips.last?.isFiring ?? false { flips.append((t, isFiring)) }
        }
    }

    private mutating func look(at t: Int64) {
        let place = agenda.firstIndex { $0 <= t } ?? agenda.count
        if place == agenda.count || agenda[place] != t { agenda.insert(t, at: place) }
    }

    private mutating func step(at t: Int64, isOpen: Bool) {
        let when = condition(at: t)
        // Outside its session it is frozen, but that a hold does not survive it.
        guard isOpen else {
            if case .pending = phase { phase = .idle }
            return
        }
        var clear = until?.value(t) ?? 1 - when
        if rule.clearsOnUnknown, clear.isNaN { clear = 1 }
        let reached = escalations.filter { $0.condition.value(t) == 1 }.map(\.level).max() ?? rule.severity
        let top = max(rule.severity, reached)
        switch phase {
        case .firing(let isHeld) where clear == 1:
            phase = .idle
            if !isHeld { emit("resolved", t) }
            if when == 1 { _ = beginHold(at: t) }
        case .firing(let isHeld):
            let rises = top > level
            level = max(level, top)
            if isHeld {
                if t >= announced! + rule.cooldown! { announce(t) }
                return
            }
            let rest = rule.repeats.map { (t - announced!) % $0 }
            if rises { emit("escalated", t) } else if rest == 0 { emit("repeated", t) }
            if let rest, let period = rule.repeats { look(at: t + period - rest) }
        case .idle, .pending:
            if when != 1 { return phase = .idle }
            if phase == .idle, beginHold(at: t) { return }
            if case .pending(let due) = phase, t < due { return }
            if clear == 1 || unless?.value(t) == 1 { return }
            level = top
            guard let announced, let cooldown = rule.cooldown, t < announced + cooldown else {
                return announce(t)
            }
            phase = .firing(isHeld: true)
            look(at: announced + cooldown)
        }
    }

    /// - Returns: false for a rule without `for`.
    private mutating func beginHold(at t: Int64) -> Bool {
        let byTrades = rule.holdTrades.map { count in
            trades.filter { $0 > t }.dropFirst(count - 1).first ?? .max
        }
        guard let due = byTrades ?? rule.hold.map({ t + $0 }), due > t else { return false }
        phase = .pending(due: due)
        look(at: due)
        return true
    }

    private mutating func announce(_ t: Int64) {
        phase = .firing(isHeld: false)
        announced = t
        emit("firing", t)
        if let period = rule.repeats { look(at: t + period) }
    }

    private mutating func emit(_ kind: String, _ t: Int64) {
        let values = values.map { $0.value(t) }
        steps.append(.init(at: t, rule: rule.name, key: key, kind: kind, severity: level, values: values))
    }

    /// `when`; of a chain, the last condition once all have risen one after the other.
    private mutating func condition(at t: Int64) -> Double {
        let values = when.map { $0.value(t) }
        guard !rule.chain.isEmpty, let last = values.last else { return values[0] }
        // From the last step back: one instant serves one step.
        for index in values.indices.reversed() {
            let rises = values[index] == 1 && !chain[index].wasTrue
            chain[index].wasTrue = values[index] == 1
            let follows =
                index == 0 || chain[index - 1].match.map { t <= $0 + rule.chain[index - 1].within } ?? false
            if rises && follows { chain[index].match = t }
        }
        if chain.last?.match == t {
            isComplete = true
            for index in chain.indices { chain[index].match = nil }
        }
        if last == 0 { isComplete = false }
        return isComplete ? last : 0
    }
}
