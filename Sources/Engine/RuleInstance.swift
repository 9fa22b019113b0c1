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
    private var state = RuleState()
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
        // The first evaluation steps every rule.
        deadline = Int64.min
    }

    deinit { reported.deallocate() }

    /// Idle: only a true condition or the clock can move it.
    @inline(__always)
    var isResting: Bool { state.phase == .idle }

    mutating func step(at t: Int64, _ conditions: RuleConditions, _ emitter: Emitter) -> Transition.Kind? {
        let clock = emitter.clocks[rule]
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
