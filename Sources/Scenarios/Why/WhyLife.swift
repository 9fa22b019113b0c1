import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// Where the alert's life stands, and why it is not further on (LANGUAGE 6).
struct WhyLife {
    private static let shownTransitions = 3

    let run: WhyRun
    let alert: AlertInspection
    /// The conditions' values: 1, 0 or NaN.
    let truths: [(clause: WhyPlan.Clause, value: Double)]

    private var rule: CheckedRule { run.plan.rule }
    private var at: Int64 { run.question.at }

    private func time(_ instant: Int64) -> String { WhyTime.short(instant, besides: at) }

    private func truth(_ role: WhyPlan.Role) -> Double? { truths.first { $0.clause.role == role }?.value }

    var outcome: String {
        switch alert.phase {
        case .idle: "not firing"
        case .pending: "pending"
        case .firing: alert.isHeld ? "held back" : "firing"
        }
    }

    var life: WhyAnswer.Life {
        let shown = run.emitted.suffix(WhyLife.shownTransitions)
        return WhyAnswer.Life(
            phase: alert.phase.rawValue, since: since, lines: lines,
            transitions: shown.map { emitted in
                let transition = run.plan.compiled.renderer.render(emitted, symbols: run.symbols)
                return WhyAnswer.Step(
                    at: emitted.at, kind: emitted.kind.rawValue, severity: emitted.severity.rawValue,
                    message: transition.message)
            })
    }

    private var since: Int64? {
        switch alert.phase {
        case .firing: alert.isHeld ? nil : alert.announcedAt
        case .pending: alert.holdEnds.map { $0 - (rule.hold ?? 0) } ?? last([.pending, .resolved])
        case .idle: last([.resolved, .dropped])
        }
    }

    private func last(_ kinds: [Transition.Kind]) -> Int64? {
        run.emitted.last { kinds.contains($0.kind) }?.at
    }

    // MARK: Reasons

    var reasons: [String] {
        switch alert.phase {
        case .firing: alert.isHeld ? [heldReason] : [firingReason]
        case .pending: pendingReasons
        case .idle: idleReasons
        }
    }

    private var firingReason: String {
        let now = run.emitted.filter { $0.at == at }.map(\.kind.rawValue)
        if !now.isEmpty { return "at this very instant: \(now.joined(separator: ", "))" }
        let since = alert.announcedAt.map { "since \(time($0)); " } ?? ""
        guard let until = truth(.until) else { return since + "it clears as soon as its condition is false" }
        return since + "its `until` is \(until == 0 ? "false" : "unknown"), so it does not clear"
    }

    private var heldReason: String {
        guard let announced = alert.announcedAt, let cooldown = rule.cooldown else {
            return "it fires, but is not announced yet"
        }
        let end = announced + cooldown
        let text = "its condition is met, but its cooldown of \(canonicalDuration(cooldown)) since the "
        if end <= at { return text + "firing of \(time(announced)) has ended outside its session" }
        return text + "firing of \(time(announced)) ends at \(time(end))"
    }

    private var pendingReasons: [String] {
        if let ends = alert.holdEnds, ends > at {
            let hold = rule.hold ?? 0
            let held = canonicalDuration(at - (ends - hold))
            return [
                "its condition has held for \(held) of \(canonicalDuration(hold))"
                    + "; it fires at \(time(ends)) if it holds until then"
            ]
        }
        if let trades = alert.heldTrades, let wanted = rule.holdTrades, trades < wanted {
            return ["\(trades) of \(wanted) trades have come since its condition is true"]
        }
        return ["its hold is over"] + entryReasons
    }

    private var idleReasons: [String] {
        var reasons: [String] = []
        if let session = alert.session, !session.isOpen {
            let opens = session.changesAt.map { ", which opens at \(time($0))" } ?? ""
            reasons.append("outside its session \(rule.session?.name ?? "")\(opens): nothing fires there")
        }
        if !rule.chain.isEmpty { return reasons + chainReasons }
        guard let when = truths.first else { return reasons }
        if when.value == 1 {
            reasons += entryReasons
            if reasons.isEmpty, let last = run.emitted.last, last.at == at {
                reasons.append("\(last.kind.rawValue) at this very instant")
            }
            return reasons
        }
        let word = when.value == 0 ? "false" : "unknown, which fires nothing"
        return reasons + ["its condition is \(word)" + missing(when.clause)]
    }

    /// What forbids the entry into firing, where the condition is met.
    private var entryReasons: [String] {
        var reasons: [String] = []
        if truth(.until) == 1 || (rule.clearsOnUnknown && truth(.until)?.isNaN ?? false) {
            reasons.append("its `until` is true: while it is, the rule does not fire")
        }
        if truth(.unless) == 1 { reasons.append("its `unless` is true: it waits until that is over") }
        return reasons
    }

    /// The operands of the topmost `and` that are not true.
    private func missing(_ clause: WhyPlan.Clause) -> String {
        guard clause.node.kind == .and, let values = run.reader(clause.rule)?.report(at: at).values else {
            return ""
        }
        var texts: [String] = []
        func collect(_ node: WrittenNode, _ place: Int) {
            guard node.kind == .and else {
                if values[place] != 1 { texts.append(node.text) }
                return
            }
            var next = place + 1
            for child in node.children {
                collect(child, next)
                next += child.all.count
            }
        }
        collect(clause.node, 0)
        return ": " + texts.joined(separator: ", ")
    }

    private var chainReasons: [String] {
        if alert.chainIsComplete { return entryReasons }
        guard let latest = alert.matches.lastIndex(where: { $0 != nil }), let matched = alert.matches[latest]
        else { return ["none of its steps has matched"] }
        let ends = matched + rule.chain[latest].within
        let text = "step \(latest + 1) of \(rule.chain.count + 1) matched at \(time(matched))"
        if ends < at { return [text + ", and the next did not follow until \(time(ends))"] }
        return [text + "; the next must follow until \(time(ends))"]
    }
}

// MARK: Clocks

extension WhyLife {
    private var lines: [String] {
        var lines: [String] = []
        if let session = alert.session, let name = rule.session?.name {
            let after = rule.sessionDelay > 0 ? " after \(canonicalDuration(rule.sessionDelay))" : ""
            let word = session.isOpen ? "open" : "closed"
            let change = session.changesAt.map { " until \(time($0))" } ?? ""
            lines.append("during \(name)\(after): \(word)\(change)")
        }
        lines += holdLines
        for (index, step) in rule.chain.enumerated() {
            let matched = alert.matches[index].map { "matched at \(time($0))" } ?? "not matched"
            lines.append(
                "step \(index + 1): \(matched); the next must follow within \(canonicalDuration(step.within))"
            )
        }
        if let until = truth(.until) {
            let unknown = rule.clearsOnUnknown ? ", which clears (unknown clear)" : ", which clears nothing"
            lines.append("until: \(word(until))" + (until.isNaN ? unknown : ""))
        }
        if let unless = truth(.unless) { lines.append("unless: \(word(unless))") }
        if let cooldown = rule.cooldown {
            let end = alert.announcedAt.map { $0 + cooldown }
            let state = end.map { $0 > at ? "until \(time($0))" : "over since \(time($0))" } ?? "never begun"
            lines.append("cooldown \(canonicalDuration(cooldown)): \(state)")
        }
        if let period = rule.repeats {
            var state = "not firing"
            if alert.phase == .firing, !alert.isHeld, let announced = alert.announcedAt {
                state = "next at \(time(announced + ((at - announced) / period + 1) * period))"
            }
            lines.append("repeat \(canonicalDuration(period)): \(state)")
        }
        if !rule.escalations.isEmpty {
            let level = alert.level.map { max($0, rule.severity) } ?? rule.severity
            lines.append(
                "level: \(alert.phase == .firing ? level.rawValue : "\(rule.severity.rawValue), not firing")")
        }
        return lines
    }

    private var holdLines: [String] {
        if let count = rule.holdTrades {
            let state = alert.heldTrades.map { "\($0) so far" } ?? "not counting"
            return ["for \(count) trades: \(state)"]
        }
        guard let hold = rule.hold else { return [] }
        let name = "for \(canonicalDuration(hold))"
        if let ends = alert.holdEnds {
            let begin = ends - hold
            return ["\(name): running since \(time(begin)), ends at \(time(ends))"]
        }
        if alert.phase == .firing { return ["\(name): over"] }
        guard let longest = longestHold else { return ["\(name): not running"] }
        return [
            "\(name): not running; at most held for \(canonicalDuration(longest.length)), from "
                + "\(time(longest.begin)) on"
        ]
    }

    /// The longest hold that did not suffice.
    private var longestHold: (begin: Int64, length: Int64)? {
        var longest: (begin: Int64, length: Int64)?
        var begin: Int64?
        for transition in run.emitted {
            switch transition.kind {
            case .pending: begin = transition.at
            case .dropped:
                if let start = begin, longest.map({ transition.at - start > $0.length }) ?? true {
                    longest = (start, transition.at - start)
                }
                begin = nil
            default: begin = nil
            }
        }
        return longest
    }

    private func word(_ truth: Double) -> String {
        truth == 1 ? "true" : truth == 0 ? "false" : "unknown"
    }
}
