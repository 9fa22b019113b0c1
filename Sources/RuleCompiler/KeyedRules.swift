import Engine
import RuleSemantics
import Synchronization

/// The rules with `on`: which of them a symbol is an instance of, and their blocks.
///
/// Keys that match the same rules and that no such rule names share one set of programs, so that a thousand
/// symbols of a list cost one compilation and one copy of the code.
final class KeyedRules: Sendable {
    /// What a key's blocks depend on.
    private struct Shape: Hashable {
        /// Positions in `readings`.
        var listed: [Int]
        var dynamic: [Int]
        /// The key, when one of the rules names it.
        var boundKey: String?
    }

    private let readings: [RuleReading]
    private let targets: [InstanceTarget]
    private let patterns: PatternTable
    /// For a named symbol: the rules that list it.
    private let listing: [String: [Int]]
    private let dynamicRules: [Int]
    private let cache = Mutex<[Shape: [BlockProgram]]>([:])

    /// - Parameter rules: the rules that have a target, with it.
    init(_ rules: [(reading: RuleReading, target: CheckedTarget)]) {
        var patterns = PatternTable()
        readings = rules.map(\.reading)
        let targets = rules.map { InstanceTarget($0.target, &patterns) }
        self.targets = targets
        self.patterns = patterns
        var listing: [String: [Int]] = [:]
        for (position, target) in targets.enumerated() {
            for name in target.listed { listing[name, default: []].append(position) }
        }
        self.listing = listing
        dynamicRules = targets.indices.filter { targets[$0].isDynamic }
    }

    /// Listed symbols, rule by rule.
    var listedSymbols: [String] { targets.flatMap(\.listed) }

    /// Rules whose keys are not known in advance.
    var dynamicReadings: [RuleReading] { dynamicRules.map { readings[$0] } }

    func blocks(of key: String) -> [BlockProgram] {
        let shape = shape(of: key)
        if shape.listed.isEmpty && shape.dynamic.isEmpty { return [] }
        return cache.withLock { cache in
            if let known = cache[shape] { return known }
            let listed = shape.listed.map { readings[$0] }
            let dynamic = shape.dynamic.map { readings[$0] }
            let blocks =
                BlockPacking.blocks(of: listed, boundKey: shape.boundKey)
                + BlockPacking.blocks(of: dynamic, boundKey: shape.boundKey, startsWithFirstTrade: true)
            cache[shape] = blocks
            return blocks
        }
    }

    private func shape(of key: String) -> Shape {
        let listed = listing[key] ?? []
        var matches = PatternMatches()
        var dynamic: [Int] = []
        for position in dynamicRules
        where targets[position].membership(of: key, patterns, &matches) == .dynamic {
            dynamic.append(position)
        }
        let isMentioned = (listed + dynamic).contains { readings[$0].mentions.contains(key) }
        return Shape(listed: listed, dynamic: dynamic, boundKey: isMentioned ? key : nil)
    }
}
