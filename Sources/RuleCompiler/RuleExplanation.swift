import Engine
public import RuleSemantics

/// The static bounds of every rule, in order. The program is one that the checker accepted and the compiler
/// could hold.
public func explainRules(_ program: CheckedProgram) -> [RuleBounds] {
    let names = RuleNames(program.rules)
    let readings = program.rules.enumerated().map { RuleReading($1, index: $0, among: names) }
    let context = PackingContext(names: names, references: FiringReferences(readings, program.rules))
    let parts = KeylessParts.parts(
        of: readings.filter { $0.rule.target == nil }, SeriesReach(program.series))
    return readings.map { reading in
        let neighbours = RuleNeighbours(of: reading, among: readings, keylessParts: parts)
        return RuleExplanation(program, reading, neighbours, context).bounds
    }
}

/// The rules that one key (or no key) brings together with a rule, and that key.
struct RuleNeighbours {
    /// Every rule of the program.
    var all: [RuleReading]
    /// In its block or one like it, itself among them, in order.
    var sameBlock: [RuleReading]
    var key: ExpressionLowering.Key
    var startsWithFirstTrade: Bool
    /// A symbol that the rule lists; nil for a rule without `on`, and where only patterns select.
    var symbol: String?

    init(of reading: RuleReading, among all: [RuleReading], keylessParts: [[RuleReading]]) {
        self.all = all
        key = .unnamed
        startsWithFirstTrade = false
        guard let target = reading.rule.target else {
            sameBlock = keylessParts.first { $0.contains { $0.index == reading.index } } ?? [reading]
            return
        }
        symbol = target.listedSymbols.first
        guard let symbol else {
            // No key is known yet; those that come by the same target come together.
            startsWithFirstTrade = true
            sameBlock = all.filter { $0.rule.target?.isSame(as: target) ?? false }
            return
        }
        sameBlock = all.filter { $0.rule.target?.listedSymbols.contains(symbol) ?? false }
        if sameBlock.contains(where: { $0.mentions.contains(symbol) }) { key = .named(symbol) }
    }
}

extension CheckedTarget {
    func isSame(as other: CheckedTarget) -> Bool { include == other.include && exclude == other.exclude }
}

/// Reads one rule's bounds off its block.
struct RuleExplanation {
    let program: CheckedProgram
    let reading: RuleReading
    let neighbours: RuleNeighbours
    /// The rule alone in a block.
    private let alone: BlockProgram
    /// The block as the engine has it.
    let block: BlockProgram
    let place: Int

    init(
        _ program: CheckedProgram, _ reading: RuleReading, _ neighbours: RuleNeighbours,
        _ context: PackingContext
    ) {
        self.program = program
        self.reading = reading
        self.neighbours = neighbours
        func blocks(_ readings: [RuleReading]) -> [BlockProgram] {
            BlockPacking.blocks(
                of: readings, key: neighbours.key, context,
                startsWithFirstTrade: neighbours.startsWithFirstTrade)
        }
        alone = blocks([reading])[0]
        block =
            blocks(neighbours.sameBlock).first { block in
                block.rules.contains { $0.rule == reading.index }
            } ?? alone
        place = block.rules.firstIndex { $0.rule == reading.index } ?? 0
    }

    var bounds: RuleBounds {
        RuleBounds(
            rule: reading.rule.name, instances: instances,
            fixedBytes: alone.instanceBytes
                + alone.streams.count { isOwn($0) } * StateSizes.emptyStream,
            streams: alone.streams.indices.map(stream), buckets: buckets,
            wakes: wakes, shares: shares)
    }

    private var instances: String {
        guard let target = reading.rule.target else { return "one alert" }
        let count = target.listedSymbols.count
        let listed = count == 1 ? "one alert, for one symbol" : "one alert for each of \(count) symbols"
        let others = "one alert for each symbol that it selects, from the symbol's first trade"
        if count == 0 { return others }
        return target.selectsUnlisted ? "\(listed), and for each that a pattern selects" : listed
    }

    /// One for each alert, rather than one for all that read it.
    private func isOwn(_ stream: StreamRequest) -> Bool {
        if case .series = stream.kind { return false }
        return stream.owner == .key
    }

    private func stream(_ index: Int) -> RuleBounds.Stream {
        let growths = alone.inputs.indices.filter { alone.inputs[$0].stream == index }.map(alone.growth)
        return RuleBounds.Stream(
            name: name(of: alone.streams[index], in: alone), isOwn: isOwn(alone.streams[index]),
            retention: growths.map(\.retention).max() ?? 0, lastPoints: growths.map(\.points).max() ?? 0,
            bytesPerPoint: StateSizes.point,
            extremesBytesPerPoint: growths.reduce(0) { $0 + $1.extremes },
            orderBytesPerPoint: growths.reduce(0) { $0 + $1.order })
    }

    private var buckets: [RuleBounds.Buckets] {
        alone.inputs.indices.compactMap { index in
            let growth = alone.growth(of: index)
            if growth.buckets == 0 { return nil }
            return RuleBounds.Buckets(
                window: describe(alone.inputs[index], in: alone), count: growth.buckets,
                bytesPerBucket: growth.bucketBytes)
        }
    }

    func name(of stream: StreamRequest, in block: BlockProgram) -> String {
        if case .series(let index) = stream.kind { return "points of series \(program.series[index].name)" }
        let kind = stream.kind == .quotes ? "quotes" : "trades"
        switch stream.owner {
        case .key: return "\(kind) of its symbol"
        case .symbol(let index): return "\(kind) of \(block.symbols[index])"
        }
    }
}
