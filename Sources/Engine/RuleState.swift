import MarketModel

/// A rule's clocks without references; milliseconds, `RuleClock.none` for a clause that is not there.
struct RuleClock {
    static let none: Int64 = -1

    let hold: Int64
    let cooldown: Int64
    let repeats: Int64
    let hasSession: Bool
    /// `for 3 trades`; 0 for a hold by time or none.
    let holdTrades: Int
    let clearsOnUnknown: Bool

    /// Whether the condition must hold on before it is due.
    var holds: Bool { hold > 0 || holdTrades > 0 }

    init(_ timing: RuleTiming) {
        hold = timing.hold ?? 0
        holdTrades = timing.holdTrades ?? 0
        clearsOnUnknown = timing.clearsOnUnknown
        cooldown = timing.cooldown ?? RuleClock.none
        repeats = timing.repeats ?? RuleClock.none
        hasSession = timing.session != nil
    }
}

/// What the conditions of a rule say at an instant: 1, 0, or NaN for unknown.
struct RuleConditions {
    var when: Double
    /// The clear condition: `until`, or else not `when`.
    var clear: Double
    /// 0 where the rule has none.
    var unless: Double
    /// The highest level whose `escalate` condition is true; nil for none.
    var level: Severity?
    /// Trades of the key so far, for `for 3 trades`.
    var keyTrades: Int
}

/// Where one alert is in its life (LANGUAGE 6).
///
///     idle ---- when ----> pending ---- deadline ----> firing (held by a cooldown, or announced)
///       ^-- not when ---------'                           |
///       ^---------------------- clear --------------------'
///
/// A step is a pure function of (state, conditions, instant): it returns what is to be emitted.
struct RuleState {
    enum Phase: UInt8 { case idle, pending, firing }

    private(set) var phase = Phase.idle
    /// Firing, but its `firing` waits for the end of a cooldown (or for the session).
    private(set) var isHeld = false
    /// Pending: since + hold.
    private(set) var deadline = Int64.max
    /// Pending by trades: the key's trades when the hold began.
    private(set) var tradesAtStart = 0
    /// The instant of the last emitted `firing`.
    private(set) var announcedAt = Int64.min
    /// The level that `escalate` has reached since the alert fires; it never falls.
    private(set) var level: Severity?

    /// Whether it is other than at its beginning.
    var hasMoved: Bool { phase != .idle || announcedAt != Int64.min }

    /// - Parameter keyTrades: trades of the key so far; a hold by trades counts from there.
    func write(to writer: inout StateWriter, keyTrades: Int) {
        writer.append(unsigned: UInt64(phase.rawValue))
        writer.append(isHeld)
        writer.append(deadline)
        writer.append(keyTrades - tradesAtStart)
        writer.append(announcedAt)
        writer.append(level.map { Int(Severity.allCases.firstIndex(of: $0) ?? 0) } ?? -1)
    }

    init() {}

    init(from reader: inout StateReader, keyTrades: Int) throws(CheckpointError) {
        guard let phase = Phase(rawValue: UInt8(truncatingIfNeeded: try reader.unsigned())) else {
            throw CheckpointError(detail: "an alert is in no phase that there is")
        }
        self.phase = phase
        isHeld = try reader.flag()
        deadline = try reader.int64()
        tradesAtStart = keyTrades &- (try reader.int())
        announcedAt = try reader.int64()
        let rank = try reader.int()
        level = Severity.allCases.indices.contains(rank) ? Severity.allCases[rank] : nil
    }

    /// The next instant at which time alone may change the state.
    func nextDeadline(after t: Int64, _ clock: RuleClock) -> Int64 {
        switch phase {
        case .idle: return Int64.max
        case .pending: return deadline > t ? deadline : Int64.max
        case .firing:
            if isHeld {
                let end = announcedAt &+ clock.cooldown
                return end > t ? end : Int64.max
            }
            if clock.repeats <= 0 { return Int64.max }
            return announcedAt &+ ((t &- announcedAt) / clock.repeats &+ 1) &* clock.repeats
        }
    }

    /// One instant inside the rule's session.
    @inline(__always)
    mutating func step(at t: Int64, _ conditions: RuleConditions, _ clock: RuleClock) -> Transition.Kind? {
        switch phase {
        case .idle:
            guard conditions.when == 1 else { return nil }
            if clock.holds {
                beginHold(at: t, conditions, clock)
                return .pending
            }
            return enter(at: t, conditions, clock)
        case .pending:
            guard conditions.when == 1 else {
                phase = .idle
                return .dropped
            }
            return isDue(at: t, conditions, clock) ? enter(at: t, conditions, clock) : nil
        case .firing: return stepFiring(at: t, conditions, clock)
        }
    }

    /// One instant outside the rule's session: frozen, but a hold does not survive it.
    mutating func freeze() -> Transition.Kind? {
        guard phase == .pending else { return nil }
        phase = .idle
        return .dropped
    }

    private mutating func beginHold(at t: Int64, _ conditions: RuleConditions, _ clock: RuleClock) {
        phase = .pending
        deadline = clock.holdTrades > 0 ? Int64.max : t &+ clock.hold
        tradesAtStart = conditions.keyTrades
    }

    private func isDue(at t: Int64, _ conditions: RuleConditions, _ clock: RuleClock) -> Bool {
        clock.holdTrades > 0 ? conditions.keyTrades - tradesAtStart >= clock.holdTrades : t >= deadline
    }

    /// Due: enters firing unless the clear condition or `unless` forbids it.
    private mutating func enter(
        at t: Int64, _ conditions: RuleConditions, _ clock: RuleClock
    ) -> Transition.Kind? {
        if conditions.clear == 1 || conditions.unless == 1 { return nil }
        phase = .firing
        level = conditions.level
        if clock.cooldown > 0, announcedAt != Int64.min, t < announcedAt &+ clock.cooldown {
            isHeld = true
            return nil
        }
        announcedAt = t
        return .firing
    }

    private mutating func stepFiring(
        at t: Int64, _ conditions: RuleConditions, _ clock: RuleClock
    ) -> Transition.Kind? {
        if conditions.clear == 1 {
            let emits = !isHeld
            isHeld = false
            phase = .idle
            if conditions.when == 1, clock.holds { beginHold(at: t, conditions, clock) }
            return emits ? .resolved : nil
        }
        let rises = raise(to: conditions.level)
        if isHeld {
            guard t >= announcedAt &+ clock.cooldown else { return nil }
            isHeld = false
            announcedAt = t
            return .firing
        }
        if rises { return .escalated }
        if clock.repeats > 0, t > announcedAt, (t &- announcedAt) % clock.repeats == 0 { return .repeated }
        return nil
    }

    /// - Returns: whether the level rose.
    private mutating func raise(to reached: Severity?) -> Bool {
        guard let reached, level.map({ $0 < reached }) ?? true else { return false }
        level = reached
        return true
    }
}
