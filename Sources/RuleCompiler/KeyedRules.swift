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
        var key = ExpressionLowering.Key.unnamed
    }

    private let readings: [RuleReading]
    private let targets: InstanceTargets
    /// For each target, by its number: positions in `readings`.
    private let readingsOfTarget: [[Int]]
    private let context: PackingContext
    private let cache = Mutex<[Shape: [BlockProgram]]>([:])
    /// Symbols that rules list, in order of appearance.
    let listedSymbols: [String]
    /// Rules whose keys are not known in advance.
    let dynamicReadings: [RuleReading]

    /// - Parameter rules: the rules that have a target, with it.
    init(_ rules: [(reading: RuleReading, target: CheckedTarget)], _ context: PackingContext) {
        self.context = context
        var targets = InstanceTargets()
        readings = rules.map(\.reading)
        var readingsOfTarget: [[Int]] = []
        for (position, rule) in rules.enumerated() {
            let target = targets.insert(rule.target)
            if target == readingsOfTarget.count { readingsOfTarget.append([]) }
            readingsOfTarget[target].append(position)
        }
        self.targets = targets
        self.readingsOfTarget = readingsOfTarget
        listedSymbols = distinct(rules.flatMap(\.target.listedSymbols))
        dynamicReadings = rules.filter(\.target.selectsUnlisted).map(\.reading)
    }

    func blocks(of key: String) -> [BlockProgram] {
        let shape = shape(of: key)
        if shape.listed.isEmpty && shape.dynamic.isEmpty { return [] }
        return cache.withLock { cache in
            if let known = cache[shape] { return known }
            let listed = shape.listed.map { readings[$0] }
            let dynamic = shape.dynamic.map { readings[$0] }
            let blocks =
                BlockPacking.blocks(of: listed, key: shape.key, context)
                + BlockPacking.blocks(
                    of: dynamic, key: shape.key, context, startsWithFirstTrade: true)
            cache[shape] = blocks
            return blocks
        }
    }

    private func shape(of key: String) -> Shape {
        var shape = Shape(listed: [], dynamic: [])
        for (target, membership) in targets.memberships(of: key) {
            switch membership {
            case .listed: shape.listed += readingsOfTarget[target]
            case .dynamic: shape.dynamic += readingsOfTarget[target]
            }
        }
        // A dictionary has no order of its own.
        shape.listed.sort()
        shape.dynamic.sort()
        if (shape.listed + shape.dynamic).contains(where: { readings[$0].mentions.contains(key) }) {
            shape.key = .named(key)
        }
        return shape
    }
}
