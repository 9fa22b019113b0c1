/// The parts of a `BlockProgram` that all its instances share, laid out for the evaluator.
final class BlockCode {
    let program: BlockProgram
    let code: UnsafeMutablePointer<Instruction>
    let codeCount: Int
    let reports: UnsafeMutablePointer<Instruction>
    /// Sources that some condition depends on; the others are read by messages only.
    let activeMask: UInt64
    /// For each stream: itself and the inputs on it, as far as they are active.
    let streamMasks: [UInt64]
    let allStreams: UInt64
    /// For each rule: the inputs that must wake it while it rests.
    let wakeMasks: [UInt64]
    /// Operands of `crosses`, also of one that only a message reads: each of their change points is seen
    /// (LANGUAGE 5).
    let crossingMask: UInt64

    init(_ program: BlockProgram, isSeries: Bool) {
        precondition(program.sourceCount <= BlockProgram.greatestSourceCount)
        self.program = program
        code = .allocate(capacity: max(1, program.code.count))
        for (index, instruction) in program.code.enumerated() {
            (code + index).initialize(to: instruction)
        }
        codeCount = program.code.count
        reports = .allocate(capacity: max(1, program.reports.count))
        for (index, instruction) in program.reports.enumerated() {
            (reports + index).initialize(to: instruction)
        }
        let streamBits = BlockCode.bits(0..<program.streams.count)
        var active = program.code.reduce(0 as UInt64) { $0 | $1.mask }
        for rule in program.rules { active |= rule.mask }
        if isSeries { active |= streamBits }
        activeMask = active
        allStreams = streamBits
        wakeMasks = ExpiryAnalysis.wakeMasks(of: program)
        crossingMask = program.code.filter(\.opcode.isCrossing).reduce(0) { $0 | $1.mask }
        streamMasks = program.streams.indices.map { stream in
            var mask = UInt64(1) << UInt64(stream)
            for (index, input) in program.inputs.enumerated() where input.stream == stream {
                mask |= 1 << UInt64(program.streams.count + index)
            }
            return mask & active
        }
    }

    deinit {
        code.deallocate()
        reports.deallocate()
    }

    private static func bits(_ range: Range<Int>) -> UInt64 {
        range.reduce(0 as UInt64) { $0 | 1 << UInt64($1) }
    }
}

extension InputRequest {
    /// The stream that it reads; nil for a rate or a rule.
    public var stream: Int? {
        switch self {
        case .window(let stream, _), .lag(let stream, _), .deadline(let stream, _),
            .samples(let stream, _), .decay(let stream, _, _):
            stream
        case .rate, .firing: nil
        }
    }

    /// Whether its value waits for the whole span to be observed.
    var warmsUp: Bool {
        switch self {
        case .window(_, let window): if case .points = window.extent { false } else { true }
        case .samples(_, let request): request.warmsUp
        case .lag, .deadline, .rate, .decay, .firing: false
        }
    }

    /// Whether an input of this request has all that one of `other` accumulates, streams apart.
    func covers(_ other: InputRequest) -> Bool {
        switch (self, other) {
        case (.window(_, let ours), .window(_, let wanted)):
            ours.extent == wanted.extent && ours.aggregates.isSuperset(of: wanted.aggregates)
                && ours.aggregates.orderedColumns.isEmpty
        case (.samples(_, let ours), .samples(_, let wanted)): ours == wanted
        case (.decay(_, let column, let halfLife), .decay(_, let wanted, let wantedHalfLife)):
            column == wanted && halfLife == wantedHalfLife
        default: false
        }
    }
}
