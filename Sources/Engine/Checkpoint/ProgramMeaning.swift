import MarketModel

/// What the parts of a block mean, apart from how the block is laid out: what a checkpoint knows them by, so
/// that it can be taken up by other rules than those it was written under.
///
/// Two rules of one name mean the same if these and their clocks are equal; message, labels and receivers are
/// no part of it.
struct ProgramMeaning {
    /// For each input: kind, window, aggregates; its stream is told apart.
    let inputs: [String]
    /// For each rule of the block.
    let rules: [UInt64]
    /// The registers that keep something from one change point to the next, with what computes them.
    let crossings: [(register: Int, meaning: UInt64)]
    /// By register: what computes it.
    let registers: [Int: UInt64]

    init(_ program: BlockProgram, _ book: BookMeaning) {
        inputs = program.inputs.map { $0.meaning(book) }
        var hashes: [Int: UInt64] = [:]
        var crossings: [(Int, UInt64)] = []
        for step in program.code {
            let hash = ProgramMeaning.hash(step, program, book, hashes)
            hashes[Int(step.out)] = hash
            if step.opcode.isCrossing { crossings.append((Int(step.out), hash)) }
        }
        self.crossings = crossings
        registers = hashes
        rules = program.rules.map { ProgramMeaning.hash($0, book, hashes) }
    }

    /// An operand stands before whoever reads it.
    private static func hash(
        _ step: Instruction, _ program: BlockProgram, _ book: BookMeaning, _ registers: [Int: UInt64]
    ) -> UInt64 {
        var hash = StableHash()
        hash.add("\(step.opcode) \(step.column)")
        hash.add(step.constant.bitPattern)
        for register in step.registerOperands { hash.add(registers[register] ?? 0) }
        switch step.opcode {
        case .last, .previous, .age: hash.add(program.meaning(ofStream: Int(step.source), book))
        case .sampleCorrelation, .sampleBeta:
            hash.add(program.meaning(ofInput: Int(step.source), book))
            hash.add(program.meaning(ofInput: Int(step.b), book))
        case .constant: break
        default:
            if step.registerOperands.isEmpty { hash.add(program.meaning(ofInput: Int(step.source), book)) }
        }
        return hash.value
    }

    private static func hash(_ rule: BlockRule, _ book: BookMeaning, _ registers: [Int: UInt64]) -> UInt64 {
        func meaning(_ register: UInt16?) -> UInt64 { register.flatMap { registers[Int($0)] } ?? 0 }
        var hash = StableHash()
        hash.add(meaning(rule.when))
        hash.add(meaning(rule.until))
        hash.add(meaning(rule.unless))
        for step in rule.chain {
            hash.add(meaning(step.condition))
            hash.add(UInt64(bitPattern: step.within))
        }
        for escalation in rule.escalations {
            hash.add(meaning(escalation.condition))
            hash.add("\(escalation.level)")
        }
        hash.add(book.rules[rule.rule].meaning)
        return hash.value
    }
}

extension RuleTiming {
    /// Its clocks and its level as text. The session by its description, since its table of hours ends
    /// somewhere in the future.
    fileprivate var meaning: String {
        "\(hold ?? -1) \(holdTrades ?? -1) \(cooldown ?? -1) \(repeats ?? -1) \(clearsOnUnknown) \(severity) "
            + sessionMeaning
    }
}

extension BlockProgram {
    fileprivate func meaning(ofStream index: Int, _ book: BookMeaning) -> String {
        let stream = streams[index]
        if case .series(let number) = stream.kind { return "series \(book.series[number])" }
        let kind = stream.kind == .quotes ? "quotes" : "trades"
        switch stream.owner {
        case .key: return "\(kind) of key"
        case .symbol(let number): return "\(kind) of \(symbols[number])"
        }
    }

    fileprivate func meaning(ofInput index: Int, _ book: BookMeaning) -> String {
        let stream = inputs[index].stream.map { meaning(ofStream: $0, book) } ?? ""
        return inputs[index].meaning(book) + " " + stream
    }
}

extension InputRequest {
    fileprivate func meaning(_ book: BookMeaning) -> String {
        switch self {
        case .window(_, let window):
            let extent =
                switch window.extent {
                case .time(let length, let ending): "time \(length) \(ending)"
                case .grid(let length, let ending, let step): "grid \(length) \(ending) \(step)"
                case .points(let count): "points \(count)"
                }
            return "window \(extent) \(window.aggregates.rawValue)"
        case .lag(_, let delay): return "lag \(delay)"
        case .deadline(_, let delay): return "deadline \(delay)"
        case .rate(let series, let within):
            return "rate \(book.rateSeries[series]) \(within ?? -1)"
        case .samples(_, let request):
            return "samples \(request.column) \(request.length) \(request.ending) \(request.step) "
                + "\(request.warmsUp)"
        case .decay(_, let column, let halfLife): return "decay \(column) \(halfLife)"
        case .firing(let rule, let sameKey): return "firing \(book.rules[rule].name) \(sameKey)"
        }
    }
}

/// What a book's names stand for.
struct BookMeaning {
    let rules: [RuleTiming]
    let rateSeries: [String]
    /// Of each named series: its name and what computes it.
    private(set) var series: [String] = []

    init(_ book: RuleBook) {
        rules = book.rules
        rateSeries = book.rateSeries
        // In order of dependency: what a series reads has its meaning already.
        for program in book.series {
            let value = ProgramMeaning(program.block, self).registers[Int(program.value)] ?? 0
            series.append("\(program.name) \(value)")
        }
    }
}

/// FNV-1a of 64 bits: the same in every process, which Swift's own hashing is not.
///
/// - SeeAlso: https://datatracker.ietf.org/doc/draft-eastlake-fnv/
struct StableHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }

    mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            add(byte: UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte: byte) }
        add(byte: 0)
    }
}
