import Engine
import RuleSemantics

/// What is kept or computed once for several rules.
extension RuleExplanation {
    var shares: [String] {
        var lines: [String] = []
        let own = uses(place)
        for (index, stream) in block.streams.enumerated() where isSet(own, index) || hasInput(own, on: index)
        {
            let others = RuleBounds.list(readers(of: stream))
            if !others.isEmpty { lines.append("the \(name(of: stream, in: block)), with \(others)") }
        }
        for (index, input) in block.inputs.enumerated() where isSet(own, block.streams.count + index) {
            let others = sharers { isSet(uses($0), block.streams.count + index) }
            if !others.isEmpty { lines.append("\(describe(input, in: block)), with \(others)") }
        }
        if neighbours.startsWithFirstTrade {
            lines.append("what it reads of a symbol, with every other rule that selects the symbol")
        }
        return lines
    }

    private func hasInput(_ mask: UInt64, on stream: Int) -> Bool {
        block.inputs.indices.contains { index in
            block.inputs[index].stream == stream && isSet(mask, block.streams.count + index)
        }
    }

    /// The other rules that read the points of a stream, for this symbol or any.
    private func readers(of stream: StreamRequest) -> [String] {
        var symbol: String?
        if case .symbol(let index) = stream.owner {
            symbol = block.symbols[index]
        } else {
            symbol = neighbours.symbol
        }
        return neighbours.all.filter { other in
            guard other.index != reading.index else { return false }
            return other.sources.compactMap(\.stream).contains { read in
                guard read.kind == stream.kind else { return false }
                if case .series = read.kind { return true }
                switch read.owner {
                case .symbol(let name): return name == symbol
                case .key, nil: return selects(other, symbol)
                }
            }
        }.map(\.rule.name)
    }

    /// Where only patterns select, the symbols are not known yet; those of one target are the same.
    private func selects(_ other: RuleReading, _ symbol: String?) -> Bool {
        guard let target = other.rule.target else { return false }
        guard let symbol else { return reading.rule.target.map(target.isSame) ?? false }
        return TargetMatcher(target).selects(symbol)
    }

    private func sharers(where holds: (Int) -> Bool) -> String {
        let others = block.rules.indices.filter { $0 != place && holds($0) }
        return RuleBounds.list(others.map { program.rules[block.rules[$0].rule].name })
    }

    /// The sources that a rule reads, those of its message too.
    private func uses(_ rule: Int) -> UInt64 {
        let rule = block.rules[rule]
        let reported = Set(rule.reportRegisters)
        let code = block.code.filter { reported.contains($0.out) }
        return (code + block.reports[rule.reports]).reduce(rule.mask) { $0 | $1.mask }
    }

    /// `the window 5m of the trades of its symbol`.
    func describe(_ input: InputRequest, in block: BlockProgram) -> String {
        let of = input.stream.map { " of the \(name(of: block.streams[$0], in: block))" } ?? ""
        switch input {
        case .window(_, let window): return "the window \(window.extent.text)\(of)"
        case .lag(_, let delay): return "the value \(RuleBounds.span(delay)) ago\(of)"
        case .deadline(_, let delay): return "the deadline \(RuleBounds.span(delay)) after the last\(of)"
        case .rate(let series, _): return "the rate \(program.rateSeries[series])"
        case .samples(_, let request):
            let extent = WindowExtent.grid(
                length: request.length, ending: request.ending, step: request.step)
            return "the samples \(extent.text)\(of)"
        case .decay(_, _, let halfLife): return "the ewma with half-life \(RuleBounds.span(halfLife))\(of)"
        case .firing(let rule, _): return "whether \(program.rules[rule].name) fires"
        }
    }
}
