import Delivery
import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import StateStore

/// Hands transitions to the courier, in order, after the mutes have had their say; what a full queue or a
/// full disk does not take waits here, and holds the commit.
struct CourierOutbox: TransitionOutbox {
    private struct Waiting {
        var ruling: MuteRuling
        var context: AlertContext
        /// Who is still to get it.
        var receivers: [String]
    }

    fileprivate let delivery: LiveDelivery
    /// The receivers of each rule.
    private var routes: [[String]]
    /// Who is told of alerts about the engine itself.
    private let engineRoute: [String]
    /// What mails say of each rule.
    private(set) var contexts: [AlertContext]
    private var ruleNumbers: [String: Int]
    private let counters: LiveCounters
    private var stage: MuteStage
    private var waiting: [Waiting] = []
    /// How far those that wait go.
    fileprivate var progress: Checkpoint?
    let keepsCheckpoints: Bool
    private(set) var tally: RuleTally

    /// - Parameter stage: where an earlier run's ended.
    init(
        _ delivery: LiveDelivery, rules: CompiledRules, routes: [[String]], engineRoute: [String] = [],
        stage: MuteStage = MuteStage(), counters: LiveCounters, keepsCheckpoints: Bool = false
    ) {
        self.keepsCheckpoints = keepsCheckpoints
        self.delivery = delivery
        self.routes = routes
        self.engineRoute = engineRoute
        self.counters = counters
        self.stage = stage
        contexts = CourierOutbox.contexts(rules)
        tally = RuleTally(rules: rules.rules.map(\.name))
        ruleNumbers = CourierOutbox.numbers(rules)
    }

    private static func contexts(_ rules: CompiledRules) -> [AlertContext] {
        rules.rules.map { AlertContext(runbook: $0.runbook, ruleText: $0.text) }
    }

    private static func numbers(_ rules: CompiledRules) -> [String: Int] {
        Dictionary(rules.rules.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func forgetRemoved() {
        let numbers = ruleNumbers
        stage.forget { numbers[$0.rule] == nil && !$0.rule.hasPrefix("engine.") }
    }

    /// Whoever was told of an alert that the engine knows no more hears that it is over: of a rule that is
    /// gone or means something else, and of every one where the engine keeps nothing over a restart.
    mutating func begin(forgotten: Set<String>, closedBefore watermark: Int64?) {
        let over = stage.alerts.filter { name, alert in
            let rule = alert.latest.rule
            if rule.hasPrefix("engine.") { return false }
            return !keepsCheckpoints || ruleNumbers[rule] == nil || forgotten.contains(name)
        }
        let resolved = over.values.map { alert -> RenderedTransition in
            var transition = alert.latest
            transition.kind = .resolved
            transition.at.milliseconds = max(watermark ?? 0, transition.at.milliseconds + 1)
            transition.values = []
            transition.message =
                ruleNumbers[transition.rule] == nil
                ? "the rule was removed" : "it was forgotten over a restart, and begins anew"
            return RenderedTransition(rule: ruleNumbers[transition.rule], transition: transition)
        }
        if !resolved.isEmpty {
            accept(resolved.sorted { OrderedOutput.precedes($0.transition, $1.transition) })
        }
    }

    /// At the level at which they were told, and after what was told.
    mutating func resolve(_ forgotten: [RenderedTransition]) {
        let told = forgotten.compactMap { item -> RenderedTransition? in
            guard let alert = stage.alerts[item.transition.alertName] else { return nil }
            var item = item
            item.transition.severity = alert.latest.severity
            item.transition.at.milliseconds = max(
                item.transition.at.milliseconds, alert.latest.at.milliseconds + 1)
            return item
        }
        if !told.isEmpty { accept(told.sorted { OrderedOutput.precedes($0.transition, $1.transition) }) }
    }

    mutating func adopt(_ reloaded: ReloadedRules, _ changes: [RuleChange]) {
        delivery.replace(reloaded.set.notifiers.definitions)
        routes = reloaded.rules.ruleRoutes
        contexts = CourierOutbox.contexts(reloaded.rules)
        ruleNumbers = CourierOutbox.numbers(reloaded.rules)
        tally.list(reloaded.rules.rules.map(\.name))
        forgetRemoved()
        flush()
    }

    var hasTakenAll: Bool { waiting.isEmpty }

    mutating func accept(_ transitions: [RenderedTransition]) {
        var kinds: [Transition.Kind: Int] = [:]
        for rendered in transitions {
            tally.add(rendered.transition)
            kinds[rendered.transition.kind, default: 0] += 1
            if rendered.transition.rule.hasPrefix("engine.") { delivery.say(rendered.transition) }
        }
        takeOrders()
        let rulings = stage.decide(
            transitions.map { ($0.transition, $0.rule.map { routes[$0] } ?? engineRoute) },
            isByClock: transitions.allSatisfy { EngineAlerts.Rule(rawValue: $0.transition.rule) != nil })
        for (ruling, item) in rulings { take(ruling, rule: item.flatMap { transitions[$0].rule }) }
        counters.update { [tally] in
            $0.transitions = tally.transitions
            $0.alerts = tally.alerts
            $0.transitionsByKind.merge(kinds, uniquingKeysWith: +)
        }
        flush()
    }

    mutating func note(late trades: [Trade]) {
        counters.update { $0.late += trades.count }
        delivery.say(late: trades.count)
    }

    mutating func settle(closedBefore watermark: Int64?) {
        takeOrders()
        if let watermark {
            for ruling in stage.close(before: Timestamp(milliseconds: watermark)) {
                take(ruling, rule: ruleNumbers[ruling.transition.rule])
            }
        }
        for ruling in stage.advanceClock(to: delivery.now) { take(ruling, rule: nil) }
        flush()
    }

    private mutating func takeOrders() {
        if let orders = delivery.orders(newerThan: stage.orders.revision) { stage.update(orders) }
    }

    private mutating func take(_ ruling: MuteRuling, rule: Int?) {
        counters.note(ruling)
        delivery.say(ruling)
        waiting.append(
            Waiting(
                ruling: ruling, context: rule.map { contexts[$0] } ?? AlertContext(),
                receivers: ruling.receivers))
    }

    /// Commits what there is room for; of one receiver nothing overtakes.
    private mutating func flush() {
        if waiting.isEmpty, !stage.hasChanges { return }
        var room: [String: Int] = [:]
        var left: [Waiting] = []
        var dispatches: [Dispatch] = []
        for item in waiting {
            var taken: [String] = []
            var later: [String] = []
            for receiver in item.receivers {
                let free = room[receiver] ?? delivery.room(for: receiver)
                // One that has no room has none for what comes after either.
                if free > 0 { taken.append(receiver) } else { later.append(receiver) }
                room[receiver] = free - 1
            }
            if !taken.isEmpty || item.receivers.isEmpty {
                var dispatch = Dispatch(item.ruling.transition, context: item.context, to: taken)
                dispatch.occasion = item.ruling.occasion
                // What is in the alerts' past is with all its receivers: it is not decided again.
                dispatch.isRecorded = item.ruling.occasion == .event && later.isEmpty
                dispatches.append(dispatch)
            }
            if !later.isEmpty {
                left.append(Waiting(ruling: item.ruling, context: item.context, receivers: later))
            }
        }
        // As long as something waits, a crash has everything since decided again.
        let changes = left.isEmpty ? stage.changes : []
        if dispatches.isEmpty, changes.isEmpty { return waiting = left }
        // What has no room yet is evaluated again if it comes to that: the place may be kept before it is
        // taken.
        if delivery.commit(dispatches, firing: changes, progress: progress) {
            waiting = left
            if left.isEmpty { stage.noteWritten() }
        }
    }
}

extension CourierOutbox {
    mutating func reach(_ place: ReadingPlace) throws(CommandFailure) { progress = try place.encoded }

    mutating func keep(_ checkpoint: RunCheckpoint) throws(CommandFailure) -> Bool {
        guard delivery.commit([], checkpoint: try checkpoint.encoded) else { return false }
        progress = nil
        return true
    }
}

extension LiveCounters {
    fileprivate func note(_ ruling: MuteRuling) {
        let withheld = ruling.withheld.count
        update { counted in
            switch ruling.reason {
            case .muted(.silence): counted.silenced += withheld
            case .muted(.inhibited): counted.inhibited += withheld
            case .untold: counted.untold += withheld
            case .known, nil: break
            }
            switch ruling.occasion {
            case .event: break
            case .catchUp: counted.caughtUp += ruling.receivers.count
            case .age: counted.escalatedByAge += ruling.receivers.count
            }
        }
    }
}
