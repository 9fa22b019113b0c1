public import MarketModel

/// Where one alert stands after an instant (LANGUAGE 6), for people who ask why; milliseconds.
public struct AlertInspection: Sendable, Equatable {
    public enum Phase: String, Sendable { case idle, pending, firing }

    /// `during`: whether the session is open, and the instant at which that changes; nil for never.
    public struct Session: Sendable, Equatable {
        public var isOpen: Bool
        public var changesAt: Int64?
    }

    public var phase: Phase
    /// Firing, but its `firing` waits for the end of a cooldown, or for the session.
    public var isHeld: Bool
    /// Pending by time: since + hold.
    public var holdEnds: Int64?
    /// Pending by trades: how many have followed the beginning of the hold.
    public var heldTrades: Int?
    /// The instant of the last emitted `firing`.
    public var announcedAt: Int64?
    /// The level that `escalate` has reached since it fires.
    public var level: Severity?
    /// nil for a rule without `during`.
    public var session: Session?
    /// For each step of a chain but the last, the first among them: its latest match that still counts.
    public var matches: [Int64?]
    /// The chain's last step has matched, and its condition has not been false since.
    public var chainIsComplete: Bool
}

extension RuleInstance {
    func inspection(at t: Int64, keyTrades: Int, _ emitter: Emitter) -> AlertInspection {
        let clock = emitter.clocks[rule]
        let isPending = state.phase == .pending
        var inspection = AlertInspection(
            phase: AlertInspection.Phase(state.phase), isHeld: state.isHeld,
            holdEnds: isPending && clock.holdTrades == 0 ? state.deadline : nil,
            heldTrades: isPending && clock.holdTrades > 0 ? keyTrades - state.tradesAtStart : nil,
            announcedAt: state.announcedAt == Int64.min ? nil : state.announcedAt,
            level: state.phase == .firing ? state.level : nil, session: nil, matches: [],
            chainIsComplete: false)
        if clock.hasSession {
            let (isOpen, change) = emitter.phase(of: rule, at: t)
            inspection.session = AlertInspection.Session(
                isOpen: isOpen, changesAt: change == Int64.max ? nil : change)
        }
        if let chain {
            inspection.matches = chain.pointee.matches
            inspection.chainIsComplete = chain.pointee.isComplete
        }
        return inspection
    }
}

extension AlertInspection.Phase {
    init(_ phase: RuleState.Phase) {
        self =
            switch phase {
            case .idle: .idle
            case .pending: .pending
            case .firing: .firing
            }
    }
}
