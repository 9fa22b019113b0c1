import MarketModel

/// The evaluation of a block with many rules, at the cost of what changes.
extension BlockState {
    /// Runs the code for the sources in `mask` and steps the rules.
    ///
    /// - Returns: when time alone may move a rule, and the sources that some rule waits for.
    mutating func evaluateChanges(
        _ index: UnsafeMutablePointer<ThresholdState>, _ mask: UInt64, at t: Int64, _ emitter: Emitter
    ) -> (deadline: Int64, awaited: UInt64) {
        let plan = index.pointee.plan._withUnsafeGuaranteedRef { $0 }
        if isFirst {
            isFirst = false
            for place in 0..<codeCount { execute(code + place, at: t) }
            place(index, plan)
            index.pointee.rules.insertAll(ruleCount)
        } else {
            runChanges(index, plan, mask, at: t)
        }
        for place in 0..<plan.watchful.count {
            let rule = plan.watchful[place]
            if rules[rule].mask & mask != 0 { index.pointee.rules.insert(rule) }
        }
        while index.pointee.deadlines.earliest <= t {
            let rule = index.pointee.deadlines.first
            index.pointee.deadlines.set(rule, to: Int64.max)
            index.pointee.rules.insert(rule)
        }
        var word = 0
        while let rule = index.pointee.rules.takeFirst(from: &word) {
            step(rules + rule, at: t, emitter)
            note(rule, index, at: t, emitter)
        }
        return (index.pointee.deadlines.earliest, index.pointee.awaited)
    }

    /// Finds where each group stands among its thresholds.
    private func place(_ index: UnsafeMutablePointer<ThresholdState>, _ plan: ThresholdPlan) {
        for group in 0..<plan.groups.count {
            let value = registers[plan.groups[group].register]
            index.pointee.positions[group] =
                value.isNaN ? -1 : plan.position(of: value, in: plan.groups[group])
        }
    }

    /// Takes note of what registers and rules say, whoever computed them.
    ///
    /// - Returns: when time alone may move a rule, and the sources that some rule waits for.
    mutating func primeThresholds(
        _ index: UnsafeMutablePointer<ThresholdState>, at t: Int64, _ emitter: Emitter
    ) -> (deadline: Int64, awaited: UInt64) {
        place(index, index.pointee.plan._withUnsafeGuaranteedRef { $0 })
        for rule in 0..<ruleCount { note(rule, index, at: t, emitter) }
        return (index.pointee.deadlines.earliest, index.pointee.awaited)
    }

    private mutating func runChanges(
        _ index: UnsafeMutablePointer<ThresholdState>, _ plan: ThresholdPlan, _ mask: UInt64, at t: Int64
    ) {
        for place in 0..<plan.direct.count {
            let step = code + plan.direct[place]
            if step.pointee.mask & mask != 0 { run(step, index, plan, at: t) }
        }
        var word = 0
        while let group = index.pointee.groups.takeFirst(from: &word) {
            move(plan.groups[group], group, index, plan)
        }
        word = 0
        while let place = index.pointee.steps.takeFirst(from: &word) {
            run(code + plan.dependents[place], index, plan, at: t)
        }
    }

    @inline(__always)
    private mutating func run(
        _ step: UnsafeMutablePointer<Instruction>, _ index: UnsafeMutablePointer<ThresholdState>,
        _ plan: ThresholdPlan, at t: Int64
    ) {
        let out = Int(step.pointee.out)
        let before = registers[out].bitPattern
        execute(step, at: t)
        if registers[out].bitPattern != before, plan.isWatched[out] { index.pointee.mark(out) }
    }

    /// Has the thresholds between a register's old and new value change their outcomes.
    private mutating func move(
        _ group: ThresholdPlan.Group, _ number: Int, _ index: UnsafeMutablePointer<ThresholdState>,
        _ plan: ThresholdPlan
    ) {
        let value = registers[group.register]
        var position = index.pointee.positions[number]
        if value.isNaN || position < 0 {
            let isKnown = !value.isNaN
            if !isKnown, position < 0 { return }
            position = isKnown ? plan.position(of: value, in: group) : -1
            for place in 0..<group.count {
                let threshold = plan.thresholds[group.first + place]
                let outcome = place < position ? threshold.outcome : 1 - threshold.outcome
                registers[threshold.out] = isKnown ? outcome : .nan
                index.pointee.mark(threshold.out)
            }
        } else {
            while position < group.count, plan.thresholds[group.first + position].isBelow(value) {
                let threshold = plan.thresholds[group.first + position]
                registers[threshold.out] = threshold.outcome
                index.pointee.mark(threshold.out)
                position += 1
            }
            while position > 0, !plan.thresholds[group.first + position - 1].isBelow(value) {
                position -= 1
                let threshold = plan.thresholds[group.first + position]
                registers[threshold.out] = 1 - threshold.outcome
                index.pointee.mark(threshold.out)
            }
        }
        index.pointee.positions[number] = position
    }

    private mutating func note(
        _ number: Int, _ index: UnsafeMutablePointer<ThresholdState>, at t: Int64, _ emitter: Emitter
    ) {
        let rule = rules + number
        let rests = rule.pointee.isResting && registers[rule.pointee.when] != 1
        let need = rule.pointee.need(at: t, emitter.clocks[rule.pointee.rule])
        index.pointee.note(
            number, deadline: rule.pointee.deadline,
            awaited: rests ? rule.pointee.restingMask : rule.pointee.mask,
            isRestless: !need.holds(now: registers))
    }

    // MARK: Regions

    /// Whether no rule can be moved while a region lasts: what cannot change needs no look.
    ///
    /// - Precondition: at present no rule would be moved (`restlessCount` is 0).
    mutating func provesChanges(
        _ index: UnsafeMutablePointer<ThresholdState>, _ place: RegionPlace, _ scratch: RegionScratch,
        at t: Int64, _ emitter: Emitter
    ) -> Bool {
        let plan = index.pointee.plan._withUnsafeGuaranteedRef { $0 }
        scratch.beginProof()
        for number in 0..<plan.direct.count {
            bound(code + plan.direct[number], index, plan, place, scratch)
        }
        var word = 0
        while let group = index.pointee.groups.takeFirst(from: &word) {
            loosen(plan.groups[group], group, index, plan, scratch)
        }
        word = 0
        while let step = index.pointee.steps.takeFirst(from: &word) {
            bound(code + plan.dependents[step], index, plan, place, scratch)
        }
        word = 0
        while let number = index.pointee.rules.takeFirst(from: &word) {
            let need = rules[number].need(at: t, emitter.clocks[rules[number].rule])
            if need.register >= 0 { scratch.settle(need.register, registers) }
            if need.holds(in: scratch.intervals) { continue }
            size.suspect = number
            index.pointee.forgetMarks()
            return false
        }
        return true
    }

    private mutating func bound(
        _ step: UnsafeMutablePointer<Instruction>, _ index: UnsafeMutablePointer<ThresholdState>,
        _ plan: ThresholdPlan, _ place: RegionPlace, _ scratch: RegionScratch
    ) {
        let out = Int(step.pointee.out)
        if step.pointee.readsRegisters {
            scratch.settle(Int(step.pointee.a), registers)
            scratch.settle(Int(step.pointee.b), registers)
        }
        let bounds = interval(of: step.pointee, place, scratch)
        scratch.set(out, to: bounds)
        if plan.isWatched[out], !bounds.isOnly(registers[out]) { index.pointee.mark(out) }
    }

    /// The thresholds that a register may pass.
    private mutating func loosen(
        _ group: ThresholdPlan.Group, _ number: Int, _ index: UnsafeMutablePointer<ThresholdState>,
        _ plan: ThresholdPlan, _ scratch: RegionScratch
    ) {
        let bounds = scratch.intervals[group.register]
        var range = 0..<group.count
        let isCertain = index.pointee.positions[number] >= 0 && bounds.hasKnown && !bounds.mayBeUnknown
        if isCertain {
            range = plan.position(of: bounds.low, in: group)..<plan.position(of: bounds.high, in: group)
        }
        for place in range {
            let threshold = plan.thresholds[group.first + place]
            scratch.set(threshold.out, to: threshold.outcome(for: bounds))
            index.pointee.mark(threshold.out)
        }
    }
}
