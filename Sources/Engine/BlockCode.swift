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
    /// Whether a block may be left alone while nothing can move its rules: it has no value of its own, and
    /// each change point matters to none of its instructions.
    let allowsRegions: Bool
    /// Active inputs that are bounded only until they next change.
    let hardInputs: UInt64
    /// Streams of which some instruction reads b.
    let bStreams: UInt64
    let scratch: RegionScratch
    /// nil for a block of few rules.
    let thresholds: ThresholdPlan?
    /// What a checkpoint knows its parts by; made when the first checkpoint is.
    private var knownMeaning: ProgramMeaning?

    init(
        _ program: BlockProgram, isSeries: Bool, options: EngineOptions,
        clocks: UnsafeMutablePointer<RuleClock>
    ) {
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
        allowsRegions =
            options.usesSafeRegions && !isSeries && crossingMask == 0 && !program.rules.isEmpty
            && BlockCode.readsNoSeries(program)
        var hard: UInt64 = 0
        for (index, input) in program.inputs.enumerated() where input.changesInSteps {
            hard |= 1 << UInt64(index)
        }
        hardInputs = hard & (active >> UInt64(program.streams.count))
        bStreams = BlockCode.streamsReadingB(program)
        scratch = RegionScratch(program)
        thresholds =
            isSeries
            ? nil
            : ThresholdPlan(program, clocks: clocks, leastThresholds: options.leastThresholds)
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

    private static func readsNoSeries(_ program: BlockProgram) -> Bool {
        program.streams.allSatisfy { if case .series = $0.kind { false } else { true } }
    }

    private static func streamsReadingB(_ program: BlockProgram) -> UInt64 {
        program.code.reduce(0) { mask, step in
            let readsB =
                step.column != .a || step.opcode == .windowProductSum || step.opcode == .windowWeightedMean
            guard readsB, step.mask != 0 else { return mask }
            switch step.opcode {
            case .last, .previous, .age: return mask | 1 << UInt64(step.source)
            default:
                guard Int(step.source) < program.inputs.count,
                    let stream = program.inputs[Int(step.source)].stream
                else { return mask }
                return mask | 1 << UInt64(stream)
            }
        }
    }

    func meaning(_ book: BookMeaning) -> ProgramMeaning {
        if let knownMeaning { return knownMeaning }
        let meaning = ProgramMeaning(program, book)
        knownMeaning = meaning
        return meaning
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

    /// Whether it stands still from one deadline to the next, whatever arrives; or leaves only then.
    var changesInSteps: Bool {
        switch self {
        case .rate, .samples: true
        case .window(_, let window): if case .grid = window.extent { true } else { false }
        case .lag, .deadline, .decay, .firing: false
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
