import MarketModel

/// One rule of one block instance: an alert with its identity (rule, key).
struct RuleInstance: ~Copyable {
    let rule: Int
    let when: Int
    /// Registers; -1 where the rule has no such clause.
    let until: Int
    let unless: Int
    let mask: UInt64
    /// The part of `mask` that may make `when` true by the passing of time alone.
    let restingMask: UInt64
    let firstReport: Int
    let endOfReports: Int
    let reported: UnsafeMutablePointer<UInt16>
    let reportCount: Int
    /// When time alone may change the alert.
    var deadline = Int64.max
    private(set) var state = RuleState()
    let chain: UnsafeMutablePointer<ChainState>?
    private let escalations: UnsafeMutablePointer<Escalation>
    private let escalationCount: Int
    /// Some rule asks `firing` of it.
    private(set) var isAsked = false
    /// For the instance's key, and for any key.
    private var signals: (key: UnsafeMutablePointer<FiringSignal>?, any: UnsafeMutablePointer<FiringSignal>?)
    private var hasTold = false
    private var isOpen = true
    private var sessionChange = Int64.min

    init(_ program: BlockRule, restingMask: UInt64) {
        self.restingMask = restingMask
        rule = program.rule
        when = Int(program.when)
        until = program.until.map(Int.init) ?? -1
        unless = program.unless.map(Int.init) ?? -1
        mask = program.mask
        firstReport = program.reports.lowerBound
        endOfReports = program.reports.upperBound
        reportCount = program.reportRegisters.count
        reported = .allocate(capacity: max(1, reportCount))
        for (index, register) in program.reportRegisters.enumerated() {
            (reported + index).initialize(to: register)
        }
        escalationCount = program.escalations.count
        escalations = .allocate(capacity: max(1, escalationCount))
        for (index, escalation) in program.escalations.enumerated() {
            (escalations + index).initialize(to: escalation)
        }
        if program.chain.isEmpty {
            chain = nil
        } else {
            chain = .allocate(capacity: 1)
            chain?.initialize(to: ChainState(first: Int(program.when), program.chain))
        }
        signals = (nil, nil)
        // The first evaluation steps every rule.
        deadline = Int64.min
    }

    deinit {
        reported.deallocate()
        escalations.deallocate()
        chain?.deinitialize(count: 1)
        chain?.deallocate()
    }

    /// Idle: only a true condition or the clock can move it. A chain looks at every change.
    @inline(__always)
    var isResting: Bool { state.phase == .idle && chain == nil }

    /// What must be so for it not to be moved until its deadline.
    func need(at t: Int64, _ clock: RuleClock) -> RuleNeed {
        if chain != nil { return .evaluation }
        if !isOpen { return .nothing }
        switch state.phase {
        case .idle: return .neverTrue(when)
        case .pending:
            // Due, and kept back by what only an evaluation tells.
            if clock.holdTrades > 0 || state.deadline <= t { return .evaluation }
            return .staysTrue(when)
        case .firing:
            if escalationCount > 0 { return .evaluation }
            if until >= 0 { return clock.clearsOnUnknown ? .neverTrueNorUnknown(until) : .neverTrue(until) }
            return clock.clearsOnUnknown ? .staysTrue(when) : .neverFalse(when)
        }
    }

    mutating func answer(
        key: UnsafeMutablePointer<FiringSignal>?, any: UnsafeMutablePointer<FiringSignal>?
    ) {
        isAsked = true
        signals = (key, any)
    }

    /// Tells those who ask whether it fires now, delivered or not.
    mutating func tell(_ emitter: Emitter) {
        let isFiring = state.phase == .firing
        if isFiring == hasTold { return }
        hasTold = isFiring
        for signal in [signals.key, signals.any] {
            guard let signal else { continue }
            signal.pointee.change(by: isFiring ? 1 : -1)
            emitter.changedSignals.append(signal)
        }
    }

    /// The level of its transitions.
    func severity(of kind: Transition.Kind, _ emitter: Emitter) -> Severity {
        let base = emitter.severity(of: rule)
        if kind == .pending || kind == .dropped { return base }
        return state.level.map { max(base, $0) } ?? base
    }

    // MARK: Checkpoints

    /// Whether it is other than at its beginning.
    var hasMoved: Bool { state.hasMoved || chain.map { $0.pointee.hasMoved } ?? false }

    func write(to writer: inout StateWriter, keyTrades: Int) {
        state.write(to: &writer, keyTrades: keyTrades)
        chain?.pointee.write(to: &writer)
    }

    mutating func read(from reader: inout StateReader, keyTrades: Int) throws(CheckpointError) {
        state = try RuleState(from: &reader, keyTrades: keyTrades)
        try chain?.pointee.read(from: &reader)
    }

    /// Waits for what comes after `t`, at which it has been looked at.
    mutating func settle(at t: Int64, _ emitter: Emitter) {
        let clock = emitter.clocks[rule]
        deadline = state.nextDeadline(after: t, clock)
        if !clock.hasSession { return }
        (isOpen, sessionChange) = emitter.phase(of: rule, at: t)
        deadline = isOpen ? min(sessionChange, deadline) : sessionChange
    }

    /// What its registers say.
    @inline(__always)
    private mutating func conditions(
        at t: Int64, _ registers: UnsafeMutablePointer<Double>, _ clock: RuleClock, keyTrades: Int,
        base: Severity
    ) -> RuleConditions {
        let condition = chain.map { $0.pointee.step(at: t, registers) } ?? registers[when]
        var clear = until < 0 ? 1 - condition : registers[until]
        if clock.clearsOnUnknown, clear.isNaN { clear = 1 }
        var level: Severity?
        for index in 0..<escalationCount where registers[Int(escalations[index].condition)] == 1 {
            if escalations[index].level > level ?? base { level = escalations[index].level }
        }
        return RuleConditions(
            when: condition, clear: clear, unless: unless < 0 ? 0 : registers[unless], level: level,
            keyTrades: keyTrades)
    }

    mutating func step(
        at t: Int64, _ registers: UnsafeMutablePointer<Double>, keyTrades: Int, _ emitter: Emitter
    ) -> Transition.Kind? {
        let clock = emitter.clocks[rule]
        let conditions = conditions(
            at: t, registers, clock, keyTrades: keyTrades, base: emitter.severity(of: rule))
        if clock.hasSession {
            if t >= sessionChange { (isOpen, sessionChange) = emitter.phase(of: rule, at: t) }
            let kind = isOpen ? state.step(at: t, conditions, clock) : state.freeze()
            deadline = isOpen ? min(sessionChange, state.nextDeadline(after: t, clock)) : sessionChange
            return kind
        }
        let kind = state.step(at: t, conditions, clock)
        deadline = state.nextDeadline(after: t, clock)
        return kind
    }
}

/// Where transitions go, with what all instances of a rule share.
final class Emitter {
    var transitions: [EngineTransition] = []
    /// Of the block that was evaluated last.
    var changedSignals: [UnsafeMutablePointer<FiringSignal>] = []
    let emitsPending: Bool
    let clocks: UnsafeMutablePointer<RuleClock>
    private let timings: [RuleTiming]

    init(_ timings: [RuleTiming], emitsPending: Bool) {
        self.timings = timings
        self.emitsPending = emitsPending
        clocks = .allocate(capacity: max(1, timings.count))
        for (index, timing) in timings.enumerated() { (clocks + index).initialize(to: RuleClock(timing)) }
    }

    deinit { clocks.deallocate() }

    func severity(of rule: Int) -> Severity { timings[rule].severity }

    func phase(of rule: Int, at t: Int64) -> (isOpen: Bool, nextChange: Int64) {
        timings[rule].session?.phase(at: t) ?? (true, Int64.max)
    }
}
