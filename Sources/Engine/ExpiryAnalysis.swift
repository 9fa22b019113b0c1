/// Which instants at which points leave a window cannot make a rule's condition true: the block need not
/// wake for them (LANGUAGE 5 allows it: no transition can depend on them).
///
/// Follows the code once for each window and asks how each register can move when points leave it and
/// nothing else happens. Points that leave take counts and sums of sizes down, a maximum down, a minimum
/// up; and they may make a value unknown, but never known.
struct ExpiryAnalysis {
    /// How a register can move. For a condition `down` is: it cannot become true; `up`: it cannot become
    /// false. Becoming unknown is allowed to both.
    enum Movement: UInt8 {
        case none, down, up, any

        var flipped: Movement {
            switch self {
            case .down: .up
            case .up: .down
            case .none, .any: self
            }
        }

        func joined(_ other: Movement) -> Movement {
            if self == .none { return other }
            if other == .none || self == other { return self }
            return .any
        }
    }

    private let program: BlockProgram
    private var movements: [Movement]
    private var constants: [Double?]

    /// For each rule: the inputs of its mask that may make its `when` true by themselves.
    static func wakeMasks(of program: BlockProgram) -> [UInt64] {
        var masks = program.rules.map(\.mask)
        for (index, request) in program.inputs.enumerated() {
            guard case .window(_, let window) = request, case .time(_, 0) = window.extent else { continue }
            var analysis = ExpiryAnalysis(program)
            analysis.follow(source: index)
            for (rule, block) in program.rules.enumerated() where block.chain.isEmpty {
                switch analysis.movements[Int(block.when)] {
                case .none, .down: masks[rule] &= ~(1 << UInt64(program.streams.count + index))
                case .up, .any: break
                }
            }
        }
        return masks
    }

    private init(_ program: BlockProgram) {
        self.program = program
        movements = Array(repeating: .none, count: program.registerCount + 1)
        constants = Array(repeating: nil, count: program.registerCount + 1)
    }

    private mutating func follow(source: Int) {
        let bit = UInt64(1) << UInt64(program.streams.count + source)
        for step in program.code {
            if step.opcode == .constant { constants[Int(step.out)] = step.constant }
            if step.mask & bit != 0 { movements[Int(step.out)] = movement(of: step, source) }
        }
    }

    private func movement(of step: Instruction, _ source: Int) -> Movement {
        let a = movements[Int(step.a)]
        let b = movements[Int(step.b)]
        switch step.opcode {
        case .windowCount, .windowGreatest, .windowRange: return .down
        case .windowLeast: return .up
        case .windowSum: return isSize(step, source) ? .down : .any
        case .add, .least, .greatest, .and, .or: return a.joined(b)
        case .subtract: return a.joined(b.flipped)
        case .negate, .not: return a.flipped
        case .multiply:
            return scaled(a, by: constants[Int(step.b)]) ?? scaled(b, by: constants[Int(step.a)]) ?? .any
        case .divide: return scaled(a, by: constants[Int(step.b)]) ?? .any
        case .less, .lessOrEqual: return a.flipped.joined(b)
        case .known: return a == .any ? .any : .down
        default: return .any
        }
    }

    /// Only sizes are never negative.
    private func isSize(_ step: Instruction, _ source: Int) -> Bool {
        guard step.column == .b, let stream = program.inputs[source].stream else { return false }
        return program.streams[stream].kind == .trades
    }

    private func scaled(_ movement: Movement, by factor: Double?) -> Movement? {
        guard let factor else { return nil }
        return factor > 0 ? movement : factor < 0 ? movement.flipped : .any
    }
}

extension Opcode {
    /// Whether its value can be bounded while little happens (`SafeRegion`).
    public var isBounded: Bool {
        switch self {
        case .crosses, .crossesAbove, .crossesBelow, .sampleChange, .sampleMove, .decayingMean, .age,
            .windowPercentile, .windowSlope, .windowPopulationDeviation:
            false
        default: true
        }
    }

    var isCrossing: Bool { self == .crosses || self == .crossesAbove || self == .crossesBelow }
}
