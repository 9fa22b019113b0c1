public import MarketModel
public import StateStore

/// Decides who is told of a transition: a pure stage between the engine and the outbox, in the engine's order
/// of events. Neither clock nor file; what time it is, transitions and the watermark say.
///
/// ```text
///  silence      ......[====================)..........
///  alert A   F................................R        told, and told that it is over
///  alert B             F.......R                       nobody hears of it
///  alert C             F............................   in the catch-up at the silence's end
///                                          ^ catch-up
/// ```
///
/// - Invariant: a receiver is told that an alert is over if and only if it was told that it fires, also when
///   it is muted then; an alert that it does not know of neither rises nor repeats.
/// - Invariant: the rows that `changes` leads to, with the orders, give back a stage that decides the same.
public struct MuteStage: Sendable {
    let policy: MutePolicy
    public private(set) var orders: StandingOrders
    /// What fires, by `Transition.alertName`.
    public private(set) var alerts: [String: FiringAlert] = [:]
    /// Of which alerts the state file is to be told, by name.
    private var unwritten: [String: (rule: String, key: String)] = [:]
    private var sources: FiringSources
    /// Of alerts in event time, and of those by the wall clock.
    private var wakes = WakeQueue()
    private var clockWakes = WakeQueue()
    /// To be looked at as soon as their time goes on.
    private var restless: Set<String> = []
    /// Ids that were decided before the start.
    private let decided: Set<String>

    /// - Parameters:
    ///   - firing: what an earlier run left.
    ///   - decided: ids of the transitions that it has written.
    public init(
        _ policy: MutePolicy = .init(), orders: StandingOrders = .init(), firing: [FiringRow] = [],
        decided: Set<String> = []
    ) {
        self.policy = policy
        self.orders = orders
        self.decided = decided
        sources = FiringSources(policy.inhibitions)
        for row in firing {
            guard let alert = FiringAlert(row) else {
                unwritten["\(row.rule)/\(row.key)"] = (row.rule, row.key)
                continue
            }
            let name = alert.latest.alertName
            alerts[name] = alert
            sources.restore(alert)
            schedule(name, after: alert.lookedAt, mutedBy: alert.waitsFor)
        }
        wakeAllInhibited()
    }

    // MARK: In

    public var hasChanges: Bool { !unwritten.isEmpty }

    /// What is to be written with the transitions decided so far.
    public var changes: [FiringChange] {
        unwritten.sorted { $0.key < $1.key }.map { name, alert in
            alerts[name].map { .fires($0.row) } ?? .isOver(rule: alert.rule, key: alert.key)
        }
    }

    /// They are in the file.
    public mutating func noteWritten() { unwritten.removeAll() }

    /// What people have said since; what waits for the end of a silence waits for its new end.
    public mutating func update(_ orders: StandingOrders) {
        self.orders = orders
        for name in alerts.keys.sorted() {
            guard let cause = alerts[name]?.waitsFor, case .silence = cause else { continue }
            wake(name, at: end(of: cause))
        }
    }

    /// Lets go of alerts of which nothing more will come: of rules that are no more.
    public mutating func forget(where isGone: (Transition) -> Bool) {
        for (name, alert) in alerts where isGone(alert.latest) {
            alerts[name] = nil
            sources.forget(name)
            unwritten[name] = (alert.latest.rule, alert.latest.key)
        }
        wakeAllInhibited()
    }

    // MARK: Decisions

    /// - Parameters:
    ///   - batch: in the order (at, rule, key), each with its rule's receivers.
    ///   - isByClock: whether they go by the wall clock, as alerts about the engine itself do: by them
    ///     nothing ends.
    /// - Returns: of each of them, in their order, and of what muting led to before them.
    public mutating func decide(
        _ batch: [(transition: Transition, receivers: [String])], isByClock: Bool = false
    ) -> [(ruling: MuteRuling, item: Int?)] {
        var rulings: [(MuteRuling, Int?)] = []
        var first = 0
        while first < batch.count {
            let at = batch[first].transition.at
            let end = batch[first...].firstIndex { $0.transition.at != at } ?? batch.count
            if !isByClock { rulings += close(through: at.before).map { ($0, nil) } }
            // What fires after an instant mutes within it.
            for item in batch[first..<end] where sources.note(item.transition) {
                wakeInhibited(by: item.transition.alertName, at: at)
            }
            for index in first..<end {
                let item = batch[index]
                rulings.append((rule(item.transition, item.receivers, isByClock), index))
            }
            first = end
        }
        return rulings
    }

    /// Every transition before `watermark` has been decided.
    ///
    /// - Returns: what is told because mutes have ended and alerts have grown old by then.
    public mutating func close(before watermark: Timestamp) -> [MuteRuling] {
        sources.prune(before: watermark)
        return close(through: watermark.before)
    }

    /// The same for alerts that go by the wall clock, whose time goes on while nothing is read.
    public mutating func advanceClock(to now: Timestamp) -> [MuteRuling] {
        rest(byClock: true, until: now)
        var rulings: [MuteRuling] = []
        while let next = clockWakes.next(through: now) {
            if alerts[next.name]?.wakeAt == next.at { rulings += look(at: next.name, next.at) }
        }
        return rulings
    }

    private mutating func close(through bound: Timestamp) -> [MuteRuling] {
        rest(byClock: false, until: bound)
        var rulings: [MuteRuling] = []
        while let next = wakes.next(through: bound) {
            if alerts[next.name]?.wakeAt == next.at { rulings += look(at: next.name, next.at) }
        }
        return rulings
    }

    private mutating func rest(byClock: Bool, until bound: Timestamp) {
        if restless.isEmpty { return }
        for name in restless {
            guard let alert = alerts[name] else {
                restless.remove(name)
                continue
            }
            if alert.isByClock != byClock { continue }
            restless.remove(name)
            wake(name, at: max(bound, alert.latest.at))
        }
    }

    private mutating func rule(
        _ transition: Transition, _ receivers: [String], _ isByClock: Bool
    ) -> MuteRuling {
        let name = transition.alertName
        let isKnown = !decided.isEmpty && decided.contains(transition.id)
        var ruling =
            switch transition.kind {
            case .pending, .dropped: MuteRuling(transition: transition, receivers: receivers)
            case .firing: fire(transition, receivers, isByClock)
            case .escalated, .repeated: goOn(transition, receivers, name)
            case .resolved: resolve(transition, receivers, name)
            }
        if isKnown { ruling.withhold(.known) }
        return ruling
    }

    private mutating func fire(
        _ transition: Transition, _ receivers: [String], _ isByClock: Bool
    ) -> MuteRuling {
        let name = transition.alertName
        var ruling = MuteRuling(transition: transition, receivers: receivers)
        if let known = alerts[name], known.since >= transition.at {
            ruling.withhold(.known)
            return ruling
        }
        var alert = FiringAlert(transition, receivers: receivers)
        alert.isByClock = isByClock
        let cause = mute(of: alert.face, name, at: transition.at)
        if let cause {
            ruling.withhold(.muted(cause))
            alert.owed = cause
        } else {
            alert.toldAt = transition.at
        }
        put(alert, name)
        schedule(name, after: transition.at, mutedBy: cause)
        return ruling
    }

    private mutating func goOn(
        _ transition: Transition, _ receivers: [String], _ name: String
    ) -> MuteRuling {
        var ruling = MuteRuling(transition: transition, receivers: receivers)
        // What fired before anybody took note was told.
        guard var alert = alerts[name] else { return ruling }
        if transition.at <= alert.latest.at {
            ruling.withhold(.known)
            return ruling
        }
        let isRise = transition.kind == .escalated
        ruling.receivers = alert.told + (isRise ? alert.further : [])
        let cause = mute(of: AlertFace(transition), name, at: transition.at)
        if let cause {
            ruling.withhold(.muted(cause))
        } else if alert.toldAt == nil {
            ruling.receivers = receivers
            ruling.withhold(.untold)
        }
        guard isRise else { return ruling }
        alert.latest = transition
        // What the receivers of this rise know of need not be told them later.
        if cause != nil || alert.toldAt != nil { alert.owed = cause }
        put(alert, name)
        schedule(name, after: transition.at.before, mutedBy: cause)
        // At its new level it may be muted no longer.
        if cause == nil, alert.owed != nil { wake(name, at: transition.at) }
        return ruling
    }

    private mutating func resolve(
        _ transition: Transition, _ receivers: [String], _ name: String
    ) -> MuteRuling {
        var ruling = MuteRuling(transition: transition, receivers: receivers)
        guard let alert = alerts[name] else { return ruling }
        if transition.at <= alert.latest.at {
            ruling.withhold(.known)
            return ruling
        }
        ruling.receivers = alert.told + alert.further
        if alert.toldAt == nil {
            ruling.withheld = alert.receivers
            ruling.reason = .untold
        }
        alerts[name] = nil
        unwritten[name] = (transition.rule, transition.key)
        return ruling
    }

    // MARK: What mutes end with, and age

    /// After the instant `time` is complete.
    private mutating func look(at name: String, _ time: Timestamp) -> [MuteRuling] {
        guard var alert = alerts[name] else { return [] }
        var rulings: [MuteRuling] = []
        let cause = mute(of: alert.face, name, at: time)
        if let cause {
            if alert.owed != nil { alert.owed = cause }
        } else {
            if let owed = alert.owed { rulings.append(catchUp(&alert, owed, time)) }
            for step in openSteps(of: alert) where due(step, alert).map({ $0 <= time }) ?? false {
                rulings.append(escalate(&alert, step, time))
            }
        }
        if alert != alerts[name] { put(alert, name) }
        schedule(name, after: time, mutedBy: cause)
        return rulings.filter { !$0.receivers.isEmpty }
    }

    // MARK: Mutes

    /// What mutes an alert at an instant: of several silences the one that ends last.
    private func mute(of face: AlertFace, _ name: String, at time: Timestamp) -> MuteCause? {
        orders.silencing(face, at: time)
            ?? sources.muting(face, name, at: time).map { .inhibited(by: $0) }
    }

    // MARK: Wakes

    private mutating func put(_ alert: FiringAlert, _ name: String) {
        alerts[name] = alert
        unwritten[name] = (alert.latest.rule, alert.latest.key)
    }

    /// - Parameters:
    ///   - time: it has been looked at by then; nil: not yet.
    ///   - cause: what mutes it.
    private mutating func schedule(_ name: String, after time: Timestamp?, mutedBy cause: MuteCause?) {
        guard let alert = alerts[name] else { return }
        var next: Timestamp?
        var isWaiting = alert.owed != nil
        for step in openSteps(of: alert) {
            guard let due = due(step, alert) else { continue }
            if let time, due <= time, cause != nil {
                isWaiting = true
            } else {
                let soon = max(due, time?.after ?? due)
                next = min(next ?? soon, soon)
            }
        }
        // What it waits for is written too: a later look at an earlier time would see other mutes.
        if isWaiting || alert.waitsFor != nil {
            var waiting = alert
            waiting.waitsFor = isWaiting ? cause : nil
            waiting.lookedAt = isWaiting ? time : nil
            put(waiting, name)
        }
        if isWaiting, let cause, let end = end(of: cause) { next = min(next ?? end, end) }
        wake(name, at: next)
    }

    /// nil: when its source says so, or at once where there is no such silence any more.
    private mutating func end(of cause: MuteCause) -> Timestamp? {
        guard case .silence(let number) = cause else { return nil }
        if let silence = orders.silence(number) { return silence.endsAt }
        for (name, alert) in alerts where alert.waitsFor == cause { restless.insert(name) }
        return nil
    }

    private mutating func wake(_ name: String, at time: Timestamp?) {
        alerts[name]?.wakeAt = time
        guard let time else { return }
        if alerts[name]?.isByClock ?? false {
            clockWakes.insert(name, at: time)
        } else {
            wakes.insert(name, at: time)
        }
    }

    private mutating func wakeInhibited(by source: String, at time: Timestamp) {
        for (name, alert) in alerts where alert.waitsFor == .inhibited(by: source) { wake(name, at: time) }
    }

    /// After a start and after a change of the rules their sources may be none any more.
    private mutating func wakeAllInhibited() {
        for (name, alert) in alerts {
            if case .inhibited = alert.waitsFor { restless.insert(name) }
        }
    }
}

extension MuteRuling {
    fileprivate mutating func withhold(_ reason: Reason) {
        withheld += receivers
        receivers = []
        self.reason = reason
    }
}

extension Timestamp {
    fileprivate var after: Timestamp { Timestamp(milliseconds: milliseconds + 1) }
    fileprivate var before: Timestamp { Timestamp(milliseconds: milliseconds - 1) }
}
