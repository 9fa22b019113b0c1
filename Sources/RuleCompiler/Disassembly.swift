public import Engine

/// Programs as text, for people and snapshot tests.
extension BlockProgram {
    /// Streams `s`, inputs `i`, registers `r`; behind an instruction the sources that make it run.
    ///
    ///     streams
    ///       s0 trades key
    ///     inputs
    ///       i0 window s0 5m sumB
    ///     code
    ///       r0 = windowSum i0 b                  [i0]
    ///       r1 = constant 100.0                  []
    ///       r2 = less r1 r0                      [i0]
    ///     rules
    ///       rule 0 when r2 [i0], reports 0..<1: r3
    public var disassembly: String {
        var lines: [String] = []
        if startsWithFirstTrade { lines.append("starts with the key's first trade") }
        section("streams", streams.indices.map { "s\($0) \(text(streams[$0]))" }, &lines)
        section("inputs", inputs.indices.map { "i\($0) \(text(inputs[$0]))" }, &lines)
        section("code", code.map(text), &lines)
        section("reports", reports.map(text), &lines)
        section("rules", rules.map(text), &lines)
        return lines.map { $0 + "\n" }.joined()
    }

    private func section(_ title: String, _ rows: [String], _ lines: inout [String]) {
        if rows.isEmpty { return }
        lines.append(title)
        lines += rows.map { "  " + $0 }
    }

    // MARK: Sources

    private func text(_ stream: StreamRequest) -> String {
        if case .series(let index) = stream.kind { return "series \(index)" }
        let kind = stream.kind == .quotes ? "quotes" : "trades"
        switch stream.owner {
        case .key: return "\(kind) key"
        case .symbol(let index): return "\(kind) \(symbols[index])"
        }
    }

    private func text(_ input: InputRequest) -> String {
        switch input {
        case .window(let stream, let window):
            return (["window s\(stream) \(window.extent.text)"] + window.aggregates.names)
                .joined(separator: " ")
        case .lag(let stream, let delay): return "lag s\(stream) \(span(delay))"
        case .deadline(let stream, let delay): return "deadline s\(stream) \(span(delay))"
        case .rate(let series, let within):
            return "rate \(series)" + (within.map { " within \(span($0))" } ?? "")
        case .samples(let stream, let request):
            let extent = WindowExtent.grid(
                length: request.length, ending: request.ending, step: request.step)
            return "samples s\(stream) \(request.column) \(extent.text)"
        case .decay(let stream, let column, let halfLife):
            return "decay s\(stream) \(column) \(span(halfLife))"
        case .firing(let rule, let sameKey): return "firing \(rule)" + (sameKey ? " key" : " any")
        }
    }

    private func span(_ milliseconds: Int64) -> String { NumberText.duration(Double(milliseconds)) }

    private func text(_ mask: UInt64) -> String {
        let sources = (0..<BlockProgram.greatestSourceCount).filter { mask >> UInt64($0) & 1 == 1 }
        let names = sources.map { $0 < streams.count ? "s\($0)" : "i\($0 - streams.count)" }
        return "[" + names.joined(separator: " ") + "]"
    }

    // MARK: Instructions

    private func text(_ step: Instruction) -> String {
        var text = "r\(step.out) = \(step.opcode)"
        switch step.opcode.operands {
        case .constant: text += step.constant.isNaN ? " unknown" : " \(step.constant)"
        case .stream: text += " s\(step.source) \(step.column)"
        case .input: text += " i\(step.source) \(step.column)"
        case .bareStream: text += " s\(step.source)"
        case .bareInput: text += " i\(step.source)"
        case .twoInputs: text += " i\(step.source) i\(step.b)"
        case .rankedInput: text += " i\(step.source) \(step.column) \(step.constant / 1_000_000)%"
        case .one: text += " r\(step.a)"
        case .two: text += " r\(step.a) r\(step.b)"
        }
        return text + String(repeating: " ", count: max(1, 38 - text.count)) + self.text(step.mask)
    }

    private func text(_ rule: BlockRule) -> String {
        var text = "rule \(rule.rule) when r\(rule.when)"
        for step in rule.chain { text += " then within \(span(step.within)) r\(step.condition)" }
        if let until = rule.until { text += " until r\(until)" }
        if let unless = rule.unless { text += " unless r\(unless)" }
        for escalation in rule.escalations { text += " \(escalation.level) when r\(escalation.condition)" }
        text += " " + self.text(rule.mask)
        if rule.reportRegisters.isEmpty { return text }
        let registers = rule.reportRegisters.map { "r\($0)" }.joined(separator: " ")
        return text + ", reports \(rule.reports): \(registers)"
    }
}

extension WindowExtent {
    /// `1h ending 5m ago`, `1d by 1m`, `100 points`.
    var text: String {
        func text(_ length: Int64, _ ending: Int64, _ step: Int64?) -> String {
            span(length) + (step.map { " by \(span($0))" } ?? "")
                + (ending > 0 ? " ending \(span(ending)) ago" : "")
        }
        switch self {
        case .time(let length, let ending): return text(length, ending, nil)
        case .grid(let length, let ending, let step): return text(length, ending, step)
        case .points(let count): return "\(count) points"
        }
    }

    private func span(_ milliseconds: Int64) -> String { NumberText.duration(Double(milliseconds)) }
}

extension WindowAggregates {
    /// In the order of their bits.
    fileprivate var names: [String] {
        let sums: [(WindowAggregates, String)] = [
            (.sumA, "sumA"), (.sumB, "sumB"), (.sumAA, "sumAA"), (.sumAB, "sumAB"), (.sumBB, "sumBB"),
            (.times, "times"),
        ]
        let extremes = Column.allCases.map { (WindowAggregates.extremes($0), "extremes(\($0))") }
        let orders = Column.allCases.map { (WindowAggregates.order($0), "order(\($0))") }
        return (sums + extremes + orders).filter { contains($0.0) }.map(\.1)
    }
}

extension Opcode {
    fileprivate enum Operands {
        case constant, stream, input, bareStream, bareInput, twoInputs, rankedInput, one, two
    }

    fileprivate var operands: Operands {
        switch self {
        case .constant: .constant
        case .last, .previous: .stream
        case .age: .bareStream
        case .windowCount, .windowProductSum, .windowWeightedMean, .deadlineReached, .rate, .sampleMean,
            .sampleStrength, .sampleVolatility, .decayingMean, .firing, .sampleValue, .sampleChange,
            .sampleMove:
            .bareInput
        case .sampleCorrelation, .sampleBeta: .twoInputs
        case .windowSum, .windowMean, .windowFirst, .windowLast, .windowLeast, .windowGreatest, .windowRange,
            .windowVariance, .windowDeviation, .windowPopulationDeviation, .windowScore, .windowDrawdown,
            .windowRebound, .windowSlope, .lagValue, .lagChange, .lagMove:
            .input
        case .windowPercentile: .rankedInput
        case .negate, .absolute, .squareRoot, .logarithm, .not, .known: .one
        case .add, .subtract, .multiply, .divide, .relativeDeviation, .least, .greatest, .less, .lessOrEqual,
            .equal, .and, .or, .crossesAbove, .crossesBelow, .crosses, .coalesce:
            .two
        }
    }
}
