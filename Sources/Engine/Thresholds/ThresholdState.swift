/// Where one instance of a block with many rules stands (`ThresholdPlan`), and what of it is still to be
/// looked at.
struct ThresholdState: ~Copyable {
    let plan: Unmanaged<ThresholdPlan>
    /// By group: how many thresholds the register is beyond; -1 while it is unknown.
    let positions: UnsafeMutablePointer<Int>
    /// Dependents and rules that are to be run or stepped.
    var steps: BitList
    var rules: BitList
    /// Groups whose register changed.
    var groups: BitList
    var deadlines: RuleDeadlines
    /// Sources that some rule waits for, and how many rules wait for each.
    private(set) var awaited: UInt64 = 0
    private let waiting: UnsafeMutablePointer<Int32>
    /// By rule: the sources it is counted under.
    private let awaitedBy: UnsafeMutablePointer<UInt64>
    /// Rules that an evaluation at each instant may move (`RuleNeed`), and how many they are.
    private let isRestless: UnsafeMutablePointer<Bool>
    private(set) var restlessCount = 0
    private let ruleCount: Int

    init(_ plan: ThresholdPlan, ruleCount: Int) {
        self.plan = Unmanaged.passUnretained(plan)
        self.ruleCount = ruleCount
        positions = .allocate(capacity: max(1, plan.groups.count))
        positions.initialize(repeating: -1, count: max(1, plan.groups.count))
        steps = BitList(count: plan.dependents.count)
        rules = BitList(count: ruleCount)
        groups = BitList(count: plan.groups.count)
        deadlines = RuleDeadlines(count: ruleCount)
        waiting = .allocate(capacity: 64)
        waiting.initialize(repeating: 0, count: 64)
        awaitedBy = .allocate(capacity: ruleCount)
        awaitedBy.initialize(repeating: 0, count: ruleCount)
        isRestless = .allocate(capacity: ruleCount)
        isRestless.initialize(repeating: false, count: ruleCount)
    }

    deinit {
        positions.deallocate()
        waiting.deallocate()
        awaitedBy.deallocate()
        isRestless.deallocate()
    }

    /// Whoever reads the register is to be looked at.
    @inline(__always)
    mutating func mark(_ register: Int) {
        let plan = plan._withUnsafeGuaranteedRef { $0 }
        if plan.groupOf[register] >= 0 { groups.insert(plan.groupOf[register]) }
        for place in plan.readers.range(of: register) { steps.insert(plan.readers.readers[place]) }
        for place in plan.rulesOf.range(of: register) { rules.insert(plan.rulesOf.readers[place]) }
    }

    mutating func forgetMarks() {
        steps.removeAll()
        rules.removeAll()
        groups.removeAll()
    }

    /// Takes note of what a rule waits for from now on.
    mutating func note(_ rule: Int, deadline: Int64, awaited sources: UInt64, isRestless: Bool) {
        deadlines.set(rule, to: deadline)
        var changed = awaitedBy[rule] ^ sources
        awaitedBy[rule] = sources
        while changed != 0 {
            let bit = changed.trailingZeroBitCount
            changed &= changed &- 1
            waiting[bit] += sources & (1 << UInt64(bit)) != 0 ? 1 : -1
            if waiting[bit] > 0 { awaited |= 1 << UInt64(bit) } else { awaited &= ~(1 << UInt64(bit)) }
        }
        if self.isRestless[rule] != isRestless {
            self.isRestless[rule] = isRestless
            restlessCount += isRestless ? 1 : -1
        }
    }
}

/// A set of small numbers, taken out in ascending order.
struct BitList: ~Copyable {
    private let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int

    init(count: Int) {
        wordCount = (count + 63) / 64
        words = .allocate(capacity: max(1, wordCount))
        words.initialize(repeating: 0, count: max(1, wordCount))
    }

    deinit { words.deallocate() }

    @inline(__always)
    mutating func insert(_ number: Int) { words[number >> 6] |= 1 << UInt64(number & 63) }

    mutating func insertAll(_ count: Int) { for number in 0..<count { insert(number) } }

    /// Takes the least number from `word` on, a count of 64s that only grows while the list is emptied.
    @inline(__always)
    mutating func takeFirst(from word: inout Int) -> Int? {
        while word < wordCount {
            let bits = words[word]
            if bits != 0 {
                words[word] = bits & (bits &- 1)
                return word << 6 + bits.trailingZeroBitCount
            }
            word += 1
        }
        return nil
    }

    mutating func removeAll() { words.update(repeating: 0, count: wordCount) }
}
