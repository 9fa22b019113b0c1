/// Bringing a block to where it stood, without a step of its rules: what they would have said was said
/// before.
extension BlockState {
    /// - Parameter t: the last instant that is complete; the streams hold its points.
    mutating func prime(
        at t: Int64, _ restoration: Restoration, _ meaning: ProgramMeaning, _ book: BookMeaning,
        _ emitter: Emitter
    ) {
        isFirst = false
        changed = 0
        let awaitedInputs = activeMask >> UInt64(streamCount)
        var waiting: UInt64 = 0
        for index in 0..<inputCount where awaitedInputs & (1 << UInt64(index)) != 0 {
            inputDeadlines[index] = inputs[index].advance(to: t)
            if inputs[index].isWarmingUp { waiting |= 1 << UInt64(streamCount &+ index) }
        }
        warmingUp = waiting
        var kept: [Int: (value: Double, sign: Double)] = [:]
        for (register, meaning) in meaning.crossings {
            kept[register] = restoration.crossings[CrossingIdentity(meaning: meaning, key: keyNumber)]
        }
        for index in 0..<codeCount {
            let out = Int(code[index].out)
            if let crossing = kept[out] {
                registers[out] = crossing.value
                registers[out + 1] = crossing.sign
            } else {
                execute(code + index, at: t)
            }
        }
        for index in 0..<ruleCount {
            let name = book.rules[rules[index].rule].name
            // A new one is stepped as soon as something is closed; and one whose condition is true although
            // it has done nothing: its key is new to the rule.
            guard restoration.known.contains(RuleIdentity(name: name, meaning: meaning.rules[index])),
                rules[index].hasMoved || registers[rules[index].when] != 1
            else { continue }
            rules[index].settle(at: t, emitter)
        }
        let (rulesDeadline, rulesAwaited) =
            thresholds.map { primeThresholds($0, at: t, emitter) } ?? rulesWait()
        var next = rulesDeadline
        var awaited = (rulesAwaited | warmingUp | crossingMask) >> UInt64(streamCount)
        while awaited != 0 {
            next = min(next, inputDeadlines[awaited.trailingZeroBitCount])
            awaited &= awaited &- 1
        }
        timer = max(next, t + 1)
    }

    private func rulesWait() -> (deadline: Int64, awaited: UInt64) {
        var deadline = Int64.max
        var awaited: UInt64 = 0
        for index in 0..<ruleCount {
            let rule = rules + index
            deadline = min(deadline, rule.pointee.deadline)
            let rests = rule.pointee.isResting && registers[rule.pointee.when] != 1
            awaited |= rests ? rule.pointee.restingMask : rule.pointee.mask
        }
        return (deadline, awaited)
    }
}
