import Engine
import MarketModel
import RuleSemantics

/// The nodes that a rule's registers are.
struct RuleNodes {
    /// Index into `RuleBook.rules`.
    var rule: Int
    var when: Int
    var until: Int?
    var unless: Int?
    var chain: [(within: Int64, condition: Int)] = []
    var escalations: [(level: Severity, condition: Int)] = []
    /// Reads the key's trades, for `for 3 trades`.
    var trade: Int?
    /// In the order of `BlockRule.reportRegisters`.
    var reports: [Int]

    var conditions: [Int] {
        [when] + [until, unless, trade].compactMap { $0 } + chain.map(\.condition)
            + escalations.map(\.condition)
    }
}

/// Lays a graph out as a block: which nodes run on the tape and which only when a transition is emitted,
/// what they read, where their values stand.
///
///     graph    n0 n1 n2 n3 n4 ...     conditions reach n0 n2 n3, messages reach n1 n4
///     code     r0 <- n0, r2 <- n2, r3 <- n3          each with the sources it depends on
///     reports  r1 <- n1, r4 <- n4                    a rule's own range, complete in itself
///
/// A `crosses` in a message remembers what it saw last, so it runs on the tape like a condition.
struct BlockLayout {
    private let graph: ExpressionGraph
    private var program = BlockProgram()
    private var streamIndices: [SourceStream: Int] = [:]
    private var inputIndices: [Source: Int] = [:]
    private var registers: [Int]
    private var masks: [UInt64]
    private var isCode: [Bool]

    /// - Parameter value: the node that is a named series' value.
    /// - Returns: the block and the register of `value`.
    static func program(
        _ graph: ExpressionGraph, rules: [RuleNodes], value: Int? = nil, startsWithFirstTrade: Bool = false
    ) -> (block: BlockProgram, value: UInt16) {
        var layout = BlockLayout(graph)
        layout.program.startsWithFirstTrade = startsWithFirstTrade
        layout.fill(rules, value)
        return (layout.program, value.map { layout.register($0) } ?? 0)
    }

    private init(_ graph: ExpressionGraph) {
        self.graph = graph
        registers = Array(repeating: -1, count: graph.nodes.count)
        masks = Array(repeating: 0, count: graph.nodes.count)
        isCode = Array(repeating: false, count: graph.nodes.count)
    }

    private mutating func fill(_ rules: [RuleNodes], _ value: Int?) {
        let reportedNodes = rules.map { graph.reachable(from: $0.reports) }
        let crossings = reportedNodes.joined().filter { graph.nodes[$0].opcode.remembers }
        let conditions = rules.flatMap(\.conditions) + crossings + (value.map { [$0] } ?? [])
        let codeNodes = graph.reachable(from: conditions)
        for node in codeNodes { isCode[node] = true }
        var isLive = isCode
        for node in reportedNodes.joined() { isLive[node] = true }
        let live = graph.nodes.indices.filter { isLive[$0] }
        for node in live { assignSources(of: graph.nodes[node]) }
        for node in live { assignRegister(node) }
        program.code = codeNodes.map(instruction)
        for (rule, reported) in zip(rules, reportedNodes) { append(rule, reported.filter { !isCode[$0] }) }
    }

    private mutating func append(_ nodes: RuleNodes, _ reported: [Int]) {
        var rule = BlockRule(rule: nodes.rule, when: register(nodes.when))
        rule.until = nodes.until.map(register)
        rule.unless = nodes.unless.map(register)
        rule.chain = nodes.chain.map { ChainStep(condition: register($0.condition), within: $0.within) }
        rule.escalations = nodes.escalations.map {
            Escalation(condition: register($0.condition), level: $0.level)
        }
        rule.mask = nodes.conditions.reduce(0) { $0 | masks[$1] }
        let first = program.reports.count
        program.reports += reported.map(instruction)
        rule.reports = first..<program.reports.count
        rule.reportRegisters = nodes.reports.map(register)
        program.rules.append(rule)
    }

    // MARK: Sources

    private mutating func assignSources(of node: ExpressionNode) {
        for source in node.sources {
            let stream = source.stream.map { assignStream($0) }
            if case .window(_, let extent) = source, let stream {
                assignWindow(source, stream, extent, node.opcode.aggregates(of: node.column))
            } else if let request = source.request(on: stream), inputIndices[source] == nil {
                inputIndices[source] = program.inputs.count
                program.inputs.append(request)
            }
        }
    }

    private mutating func assignWindow(
        _ source: Source, _ stream: Int, _ extent: WindowExtent, _ aggregates: WindowAggregates
    ) {
        var window = WindowRequest(extent, aggregates: aggregates)
        guard let index = inputIndices[source] else {
            inputIndices[source] = program.inputs.count
            return program.inputs.append(.window(stream: stream, window))
        }
        if case .window(_, let known) = program.inputs[index] {
            window.aggregates.formUnion(known.aggregates)
        }
        program.inputs[index] = .window(stream: stream, window)
    }

    private mutating func assignStream(_ stream: SourceStream) -> Int {
        if let index = streamIndices[stream] { return index }
        var owner = StreamRequest.Owner.key
        if case .symbol(let name)? = stream.owner {
            let index = program.symbols.firstIndex(of: name) ?? program.symbols.count
            if index == program.symbols.count { program.symbols.append(name) }
            owner = .symbol(index)
        }
        streamIndices[stream] = program.streams.count
        program.streams.append(StreamRequest(kind: stream.kind, owner: owner))
        return program.streams.count - 1
    }

    // MARK: Registers

    private func register(_ node: Int) -> UInt16 { UInt16(registers[node]) }

    private mutating func assignRegister(_ index: Int) {
        let node = graph.nodes[index]
        registers[index] = program.registerCount
        program.registerCount += node.opcode.remembers ? 2 : 1
        if node.a >= 0 { masks[index] |= masks[node.a] }
        if node.b >= 0 { masks[index] |= masks[node.b] }
        for source in node.sources { masks[index] |= 1 << UInt64(bit(of: source)) }
    }

    private func bit(of source: Source) -> Int {
        if case .point(let stream) = source { return streamIndices[stream] ?? 0 }
        return program.streams.count + (inputIndices[source] ?? 0)
    }

    private func instruction(_ index: Int) -> Instruction {
        let node = graph.nodes[index]
        var place = 0
        switch node.source {
        case .point(let stream)?: place = streamIndices[stream] ?? 0
        case let source?: place = inputIndices[source] ?? 0
        case nil: break
        }
        var b = node.b < 0 ? 0 : register(node.b)
        if let other = node.otherSource { b = UInt16(inputIndices[other] ?? 0) }
        return Instruction(
            node.opcode, out: register(index), a: node.a < 0 ? 0 : register(node.a), b: b,
            column: node.column, source: place, constant: Double(bitPattern: node.bits), mask: masks[index])
    }
}

extension Source {
    /// The input that it is; nil for a stream's last point and for windows, whose aggregates are united.
    func request(on stream: Int?) -> InputRequest? {
        switch (self, stream) {
        case (.lag(_, let delay), let stream?): .lag(stream: stream, delay: delay)
        case (.deadline(_, let delay), let stream?): .deadline(stream: stream, delay: delay)
        case (.samples(_, let request), let stream?): .samples(stream: stream, request)
        case (.decay(_, let column, let halfLife), let stream?):
            .decay(stream: stream, column: column, halfLife: halfLife)
        case (.rate(let series, let within), _): .rate(series, within: within)
        case (.firing(let rule, let sameKey), _): .firing(rule: rule, sameKey: sameKey)
        default: nil
        }
    }
}

extension ExpressionGraph {
    /// The nodes that these need, in the order of evaluation.
    func reachable(from roots: [Int]) -> [Int] {
        var seen = Set<Int>()
        var waiting = roots
        while let node = waiting.popLast() {
            guard seen.insert(node).inserted else { continue }
            if nodes[node].a >= 0 { waiting.append(nodes[node].a) }
            if nodes[node].b >= 0 { waiting.append(nodes[node].b) }
        }
        return seen.sorted()
    }
}

extension Opcode {
    /// Whether the instruction keeps a second register between its runs.
    var remembers: Bool { self == .crosses || self == .crossesAbove || self == .crossesBelow }

    /// The aggregates from which a window's function is computed.
    func aggregates(of column: Column) -> WindowAggregates {
        switch self {
        case .windowSum, .windowMean: column.sums(squares: false)
        case .windowProductSum: .sumAB
        case .windowWeightedMean: [.sumAB, .sumB]
        case .windowLeast, .windowGreatest, .windowRange, .windowDrawdown, .windowRebound: .extremes(column)
        case .windowVariance, .windowDeviation, .windowPopulationDeviation, .windowScore:
            column.sums(squares: true)
        case .windowPercentile: .order(column)
        case .windowSlope: column.sums(squares: false).union(.times)
        default: []
        }
    }
}
