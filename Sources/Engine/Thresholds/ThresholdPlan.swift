/// How the code of a block with many rules is run so that an instant costs what changes at it, and not what
/// there is:
///
///     direct      read streams and windows, and what is computed of them: run when their sources changed
///     thresholds  `expression op constant`, by expression and in order of constants: the expression's new
///                 value touches those between it and the old one
///     dependents  read thresholds' outcomes: run when an operand changed
///     rules       stepped when a condition changed, or their clock is due
///
/// All instances of a block share it.
///
/// - SeeAlso: the predicate index of F. Fabret et al., "Filtering Algorithms and Implementation for Very Fast
///   Publish/Subscribe Systems" (SIGMOD 2001).
final class ThresholdPlan {
    /// Comparisons of one register with constants, ascending.
    struct Group {
        var register: Int
        var first: Int
        var count: Int
    }

    /// A comparison whose outcome is `outcome` for values beyond the constant, and the opposite for others.
    struct Threshold {
        var constant: Double
        /// The constant itself is not beyond.
        var isStrict: Bool
        var outcome: Double
        var out: Int

        @inline(__always)
        func isBelow(_ value: Double) -> Bool { isStrict ? constant < value : constant <= value }

        func outcome(for bounds: Interval) -> Interval {
            guard bounds.hasKnown else { return .unknown }
            let beyond = isBelow(bounds.high)
            let notBeyond = !isBelow(bounds.low)
            return Interval(
                canBeTrue: outcome == 1 ? beyond : notBeyond, canBeFalse: outcome == 1 ? notBeyond : beyond,
                mayBeUnknown: bounds.mayBeUnknown)
        }
    }

    let direct: SharedList<Int>
    let dependents: SharedList<Int>
    let groups: SharedList<Group>
    let thresholds: SharedList<Threshold>
    /// For each register: the group that it decides; -1 for none.
    let groupOf: SharedList<Int>
    /// For each register: whether anything but direct steps reads it.
    let isWatched: SharedList<Bool>
    /// For each register: the dependents, by their place in `dependents`, and the rules that read it.
    let readers: RegisterReaders
    let rulesOf: RegisterReaders
    /// Rules that look at each change point: chains, and holds for a number of trades.
    let watchful: SharedList<Int>

    /// - Parameter clocks: of all rules, by their number.
    /// - Returns: nil where it would not pay.
    init?(_ program: BlockProgram, clocks: UnsafeMutablePointer<RuleClock>, leastThresholds: Int) {
        let found = ThresholdPlan.thresholds(of: program.code)
        guard found.count >= leastThresholds, !program.code.contains(where: \.opcode.isCrossing) else {
            return nil
        }
        let registers = program.registerCount + 1
        var isDecided = Array(repeating: false, count: registers)
        for place in found.keys { isDecided[Int(program.code[place].out)] = true }
        var direct: [Int] = []
        var dependents: [Int] = []
        for (place, step) in program.code.enumerated() where step.opcode != .constant && found[place] == nil {
            if step.registerOperands.contains(where: { isDecided[$0] }) {
                isDecided[Int(step.out)] = true
                dependents.append(place)
            } else {
                direct.append(place)
            }
        }
        var byRegister: [Int: [Threshold]] = [:]
        for (register, threshold) in found.values { byRegister[register, default: []].append(threshold) }
        var groups: [Group] = []
        var thresholds: [Threshold] = []
        var groupOf = Array(repeating: -1, count: registers)
        for (register, members) in byRegister.sorted(by: { $0.key < $1.key }) {
            groupOf[register] = groups.count
            groups.append(Group(register: register, first: thresholds.count, count: members.count))
            thresholds += members.sorted {
                ($0.constant, $0.isStrict ? 1 : 0, $0.out) < ($1.constant, $1.isStrict ? 1 : 0, $1.out)
            }
        }
        let readers = RegisterReaders(dependents.map { program.code[$0].registerOperands }, registers)
        let rulesOf = RegisterReaders(program.rules.map(\.conditionRegisters), registers)
        self.direct = SharedList(direct)
        self.dependents = SharedList(dependents)
        self.groups = SharedList(groups)
        self.thresholds = SharedList(thresholds)
        self.groupOf = SharedList(groupOf)
        self.readers = readers
        self.rulesOf = rulesOf
        isWatched = SharedList(
            (0..<registers).map { groupOf[$0] >= 0 || readers.hasAny(of: $0) || rulesOf.hasAny(of: $0) })
        watchful = SharedList(
            program.rules.indices.filter {
                !program.rules[$0].chain.isEmpty || clocks[program.rules[$0].rule].holdTrades > 0
            })
    }

    /// Comparisons with a constant, by their place in the code.
    private static func thresholds(of code: [Instruction]) -> [Int: (register: Int, Threshold)] {
        var constants: [Int: Double] = [:]
        for step in code where step.opcode == .constant { constants[Int(step.out)] = step.constant }
        var found: [Int: (register: Int, Threshold)] = [:]
        for (place, step) in code.enumerated() where step.opcode == .less || step.opcode == .lessOrEqual {
            let isStrictLess = step.opcode == .less
            let left = constants[Int(step.a)]
            let right = constants[Int(step.b)]
            if let left, right == nil, left.isFinite {
                // c < x, c <= x: true beyond c.
                found[place] = (
                    Int(step.b),
                    Threshold(
                        constant: left, isStrict: isStrictLess, outcome: 1, out: Int(step.out))
                )
            } else if let right, left == nil, right.isFinite {
                // x < c, x <= c: false beyond c.
                found[place] = (
                    Int(step.a),
                    Threshold(
                        constant: right, isStrict: !isStrictLess, outcome: 0, out: Int(step.out))
                )
            }
        }
        return found
    }

    /// How many thresholds of a group `value` is beyond.
    ///
    /// - Complexity: O(log n).
    func position(of value: Double, in group: Group) -> Int {
        var low = 0
        var high = group.count
        while low < high {
            let middle = (low + high) / 2
            if thresholds[group.first + middle].isBelow(value) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// An array whose elements are read without a reference count or a bounds check.
final class SharedList<Element> {
    let elements: UnsafeMutablePointer<Element>
    let count: Int

    init(_ array: [Element]) {
        count = array.count
        elements = .allocate(capacity: max(1, count))
        elements.initialize(from: array, count: count)
    }

    deinit {
        elements.deinitialize(count: count)
        elements.deallocate()
    }

    @inline(__always) subscript(index: Int) -> Element { elements[index] }
}

/// Who reads each register.
final class RegisterReaders {
    private let starts: SharedList<Int>
    let readers: SharedList<Int>

    /// - Parameter operands: by reader, the registers that it reads.
    init(_ operands: [[Int]], _ registerCount: Int) {
        var lists = Array(repeating: [Int](), count: registerCount)
        for (reader, registers) in operands.enumerated() {
            for register in Set(registers).sorted() { lists[register].append(reader) }
        }
        var starts = [0]
        for list in lists { starts.append(starts[starts.count - 1] + list.count) }
        self.starts = SharedList(starts)
        readers = SharedList(lists.flatMap { $0 })
    }

    @inline(__always)
    func range(of register: Int) -> Range<Int> { starts[register]..<starts[register + 1] }

    func hasAny(of register: Int) -> Bool { !range(of: register).isEmpty }
}

extension Instruction {
    @inline(__always) var readsRegisters: Bool { opcode.rawValue >= Opcode.add.rawValue }

    /// The registers that it reads.
    var registerOperands: [Int] {
        switch opcode {
        case .add, .subtract, .multiply, .divide, .relativeDeviation, .least, .greatest, .less, .lessOrEqual,
            .equal, .and, .or, .crossesAbove, .crossesBelow, .crosses, .coalesce:
            [Int(a), Int(b)]
        case .negate, .absolute, .squareRoot, .logarithm, .not, .known: [Int(a)]
        default: []
        }
    }
}

extension BlockRule {
    /// Whatever one of its clauses reads.
    fileprivate var conditionRegisters: [Int] {
        var registers = [when] + [until, unless].compactMap { $0 }
        registers += chain.map(\.condition) + escalations.map(\.condition)
        return registers.map(Int.init)
    }
}
