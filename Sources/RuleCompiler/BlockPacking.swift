import Engine

/// Which rules share a block.
enum BlockPacking {
    /// Registers are numbered by 16 bits; the rest is for the second register of `crosses`.
    static let greatestRegisterCount = 60_000

    /// Whether one rule fits a block by itself; the compiler reports those that do not.
    static func fits(_ sources: Set<Source>, _ registerCount: Int) -> Bool {
        sources.count <= BlockProgram.greatestSourceCount && registerCount <= greatestRegisterCount
    }

    /// Puts each rule into the first group of its sort (`isAlwaysEvaluated`) whose sources, with its own, are
    /// at most 64: first-fit, in the order of the rules, so that the same rules always make the same blocks.
    ///
    /// - Precondition: each rule fits by itself.
    static func groups(of readings: [RuleReading]) -> [[RuleReading]] {
        var groups: [(readings: [RuleReading], sources: Set<Source>, registers: Int)] = []
        for reading in readings {
            let place = groups.firstIndex {
                $0.readings[0].isAlwaysEvaluated == reading.isAlwaysEvaluated
                    && fits($0.sources.union(reading.sources), $0.registers + reading.registerCount)
            }
            if let place {
                groups[place].readings.append(reading)
                groups[place].sources.formUnion(reading.sources)
                groups[place].registers += reading.registerCount
            } else {
                groups.append(([reading], reading.sources, reading.registerCount))
            }
        }
        return groups.map(\.readings)
    }

    /// One block or more for rules of one key: rules that ask `firing` stand apart from those they ask.
    static func blocks(
        of readings: [RuleReading], key: ExpressionLowering.Key, _ context: PackingContext,
        startsWithFirstTrade: Bool = false
    ) -> [BlockProgram] {
        let byLevel = Dictionary(grouping: readings) { context.references.level(of: $0.index) }
        return byLevel.keys.sorted().flatMap { level in
            groups(of: byLevel[level] ?? []).map { group in
                var lowering = ExpressionLowering(key: key, rules: context.names)
                let rules = group.map { lowering.lower($0.rule, index: $0.index) }
                var block = BlockLayout.program(
                    lowering.graph, rules: rules, startsWithFirstTrade: startsWithFirstTrade
                ).block
                block.level = level
                block.keylessPartners = context.references.partners(of: block.rules)
                return block
            }
        }
    }
}

/// What packing knows of all rules.
struct PackingContext {
    var names: RuleNames
    var references: FiringReferences
}
