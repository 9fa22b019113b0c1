import Delivery
import MarketModel

/// Alerts about the engine itself that follow the wall clock and not the trades, and so are a live run's
/// alone: what stands still, comes late, is given up, is down or stale.
///
///     signs, once a second -> what holds now -> beside what is firing -> transitions
///
/// - Invariant: of one alert firing and resolved alternate, also over a restart, where it is told what an
///   earlier run left firing.
struct EngineAlerts: Sendable {
    enum Rule: String, Sendable, CaseIterable {
        case noProgress = "engine.no_progress"
        case lateTrades = "engine.late_trades"
        case deadLetters = "engine.dead_letters"
        case receiverDown = "engine.receiver_down"
        case ratesStale = "engine.rates_stale"

        var severity: Severity { self == .noProgress || self == .receiverDown ? .critical : .warning }
    }

    /// What is looked at.
    struct Signs: Sendable {
        struct Receiver: Sendable {
            var name: String
            var circuit: Circuit
            var counters: DeliveryCounters
            var waiting: Int
        }

        var now: Int64
        var status: LiveStatus.Snapshot
        var counted: LiveCounters.Snapshot
        var receivers: [Receiver]
    }

    /// Which alert: a rule's, of a symbol or whatever else its key is.
    struct Name: Hashable, Comparable, Sendable {
        var rule: Rule
        var key = ""

        static func < (left: Name, right: Name) -> Bool {
            (left.rule.rawValue, left.key) < (right.rule.rawValue, right.key)
        }
    }

    /// What one look says of an alert.
    struct Finding: Sendable {
        enum Verdict: Sendable {
            case firing
            /// It goes on if it fires, and does not begin.
            case unclear
            case well
        }

        var name: Name
        var verdict: Verdict
        /// When it began to hold; milliseconds.
        var since: Int64
        var message: String
        var values: [Transition.Value] = []
    }

    let bounds: EngineAlertBounds
    private let startedAt: Int64
    private var growth: RecentGrowth
    private var firing: Set<Name>

    /// - Parameters:
    ///   - startedAt: when counting began, milliseconds.
    ///   - open: what an earlier run left firing.
    init(_ bounds: EngineAlertBounds, startedAt: Int64, open: [Name] = []) {
        self.bounds = bounds
        self.startedAt = startedAt
        growth = RecentGrowth(span: EngineAlertBounds.span, from: startedAt)
        firing = Set(open)
    }

    mutating func settle(_ signs: Signs) -> [Transition] {
        growth.add(EngineAlerts.counts(signs), at: signs.now)
        let findings =
            noProgress(signs) + lateTrades(signs) + deadLetters(signs) + receiverDown(signs)
            + ratesStale(signs)
        var transitions: [Transition] = []
        for finding in findings.sorted(by: { $0.name < $1.name }) {
            switch (finding.verdict, firing.contains(finding.name)) {
            case (.firing, false):
                firing.insert(finding.name)
                transitions.append(
                    transition(finding.name, .firing, finding.since, finding.message, finding.values))
            case (.well, true):
                firing.remove(finding.name)
                transitions.append(
                    transition(finding.name, .resolved, signs.now, finding.message, finding.values))
            default: break
            }
        }
        // What nobody looks at any more: a receiver that is gone, an alert that is off.
        for name in firing.subtracting(findings.map(\.name)).sorted() {
            firing.remove(name)
            transitions.append(transition(name, .resolved, signs.now, "it is not watched any more", []))
        }
        return transitions
    }

    private func transition(
        _ name: Name, _ kind: Transition.Kind, _ at: Int64, _ message: String, _ values: [Transition.Value]
    ) -> Transition {
        Transition(
            rule: name.rule.rawValue, key: name.key, kind: kind, at: Timestamp(milliseconds: at),
            severity: name.rule.severity, message: message, values: values)
    }

    // MARK: What holds

    private func noProgress(_ signs: Signs) -> [Finding] {
        guard let bound = bounds.noProgress else { return [] }
        let status = signs.status
        let name = Name(rule: .noProgress)
        let rest = Int(status.lag)
        let values = [Transition.Value(name: "lag", value: Double(rest))]
        if let since = status.cutOffSince, signs.now - since >= bound {
            return [
                Finding(
                    name: name, verdict: .firing, since: since + bound, message: "brokers cannot be reached",
                    values: values)
            ]
        }
        if status.isBehind, let progress = status.progressAt, signs.now - progress >= bound {
            let what = rest > 0 ? rest.counted("record") + " to read" : "partitions that do not answer"
            return [
                Finding(
                    name: name, verdict: .firing, since: progress + bound,
                    message: "nothing is read or evaluated, with \(what)", values: values)
            ]
        }
        // Before the first record nobody knows; and while no broker answers, silence says nothing.
        let isSeen = status.phase == .reading && !status.lags.isEmpty && status.cutOffSince == nil
        let hasMoved = !status.isBehind || signs.counted.records > 0
        return [
            Finding(
                name: name, verdict: isSeen && hasMoved ? .well : .unclear, since: signs.now,
                message: "it reads again", values: values)
        ]
    }

    private func lateTrades(_ signs: Signs) -> [Finding] {
        guard let bound = bounds.lateShare else { return [] }
        let late = growth.of("late")
        let trades = max(late, growth.of("trades"))
        let share = trades > 0 ? Double(late) / Double(trades) : 0
        let isOver = share > bound && late >= EngineAlertBounds.leastLate
        // It ends at half of its bound, so that it does not come and go.
        let isWell = share <= bound / 2 && hasLookedLongEnough(signs.now)
        return [
            Finding(
                name: Name(rule: .lateTrades), verdict: isOver ? .firing : isWell ? .well : .unclear,
                since: signs.now,
                message: "\(late.counted("trade")) of \(trades.grouped) in five minutes came late and "
                    + "\(late == 1 ? "was" : "were") not evaluated"
                    + (isOver ? ": is `lateness` too short for the feed?" : ""),
                values: [Transition.Value(name: "late share", value: share)])
        ]
    }

    private func deadLetters(_ signs: Signs) -> [Finding] {
        guard let bound = bounds.deadLetters else { return [] }
        // A topic that an earlier run refused records of may have none now.
        let before = firing.filter { $0.rule == .deadLetters && $0.key.hasPrefix("topic ") }.map(\.key)
        let sources = growth.names.filter { $0.hasPrefix("topic ") || $0.hasPrefix("receiver ") }
        return Set(sources + before).sorted().map { source in
            let count = growth.of(source)
            let isWell = count == 0 && hasLookedLongEnough(signs.now)
            let what = source.hasPrefix("topic ") ? "record" : "notification"
            return Finding(
                name: Name(rule: .deadLetters, key: source),
                verdict: count >= bound ? .firing : isWell ? .well : .unclear, since: signs.now,
                message: count == 0
                    ? "\(source): none was given up for five minutes"
                    : "\(source): \(count.counted(what)) given up within five minutes",
                values: [Transition.Value(name: "dead letters", value: Double(count))])
        }
    }

    private func receiverDown(_ signs: Signs) -> [Finding] {
        guard let bound = bounds.receiverDown else { return [] }
        return signs.receivers.map { receiver in
            let name = Name(rule: .receiverDown, key: receiver.name)
            let waiting = "\(receiver.waiting.counted("notification")) waiting"
            let values = [Transition.Value(name: "waiting", value: Double(receiver.waiting))]
            switch receiver.circuit {
            case .open(let since, _, let reason), .halfOpen(let since, let reason):
                let from = since.milliseconds + bound
                return Finding(
                    name: name, verdict: signs.now >= from ? .firing : .unclear, since: from,
                    message: "\(receiver.name) does not take notifications (\(reason)); \(waiting)",
                    values: values)
            case .closed:
                // After a restart a circuit is closed until it is tried.
                let isTried = receiver.waiting == 0 || receiver.counters.delivered > 0
                return Finding(
                    name: name, verdict: isTried ? .well : .unclear, since: signs.now,
                    message: "\(receiver.name) takes notifications again", values: values)
            }
        }
    }

    private func ratesStale(_ signs: Signs) -> [Finding] {
        signs.status.series.compactMap { series in
            guard let bound = bounds.rateAge(of: series.name) else { return nil }
            let name = Name(rule: .ratesStale, key: series.name)
            guard let published = series.publishedAt else {
                let from = startedAt + EngineAlertBounds.firstRateWithin
                return Finding(
                    name: name, verdict: signs.now >= from ? .firing : .unclear, since: from,
                    message: "\(series.name) has no value: rules that read it are unknown")
            }
            let days = Double(signs.now - published) / 86_400_000
            let at = Timestamp(milliseconds: published).description.prefix(10)
            return Finding(
                name: name, verdict: signs.now - published >= bound ? .firing : .well,
                since: published + bound,
                message: "\(series.name): its newest value was published on \(at)",
                values: [Transition.Value(name: "age in days", value: (days * 10).rounded() / 10)])
        }
    }

    // MARK: Inner steps

    private func hasLookedLongEnough(_ now: Int64) -> Bool { now - startedAt >= EngineAlertBounds.span }

    private static func counts(_ signs: Signs) -> [String: Int] {
        var counts = ["trades": signs.counted.trades, "late": signs.counted.late]
        for (refusal, count) in signs.counted.refusals {
            counts["topic \(refusal.topic)", default: 0] += count
        }
        for receiver in signs.receivers {
            counts["receiver \(receiver.name)"] = receiver.counters.dropped + receiver.counters.dead
        }
        return counts
    }
}

/// How much counters have grown lately.
struct RecentGrowth: Sendable {
    private let span: Int64
    /// The newest last; the first is the newest of those that are at least `span` old, if there is one.
    private var samples: [(at: Int64, counts: [String: Int])]

    /// - Parameter time: when all of them were zero.
    init(span: Int64, from time: Int64) {
        self.span = span
        samples = [(time, [:])]
    }

    mutating func add(_ counts: [String: Int], at time: Int64) {
        samples.append((time, counts))
        let kept = samples.lastIndex { $0.at <= time - span } ?? 0
        samples.removeFirst(kept)
    }

    /// Of all counters, sorted.
    var names: [String] { samples.last?.counts.keys.sorted() ?? [] }

    func of(_ name: String) -> Int {
        (samples.last?.counts[name] ?? 0) - (samples.first?.counts[name] ?? 0)
    }
}
