import RuleSemantics

/// The instances of one rule: a target made ready for lookup.
struct InstanceTarget {
    /// How a key comes to be an instance of a rule (LANGUAGE 7).
    enum Membership {
        /// By name: it exists from the start of the input.
        case listed
        /// By `all` or a pattern: from the key's first trade.
        case dynamic
    }

    /// Named symbols that are not excluded, in order of appearance.
    let listed: [String]
    /// Whether keys beyond the listed ones may become instances.
    let isDynamic: Bool
    private let listedSet: Set<String>
    private let includesAll: Bool
    /// Indices into the pattern table.
    private let included: [Int]
    private let excludedNames: Set<String>
    private let excluded: [Int]
    private let excludesAll: Bool

    init(_ target: CheckedTarget, _ patterns: inout PatternTable) {
        includesAll = target.include.contains(.all)
        included = target.include.compactMap { patterns.index(of: $0) }
        excludesAll = target.exclude.contains(.all)
        excluded = target.exclude.compactMap { patterns.index(of: $0) }
        excludedNames = Set(target.exclude.compactMap(\.name))
        var seen = Set<String>()
        let names = target.include.compactMap(\.name).filter { seen.insert($0).inserted }
        var matches = PatternMatches()
        var remaining: [String] = []
        for name in names {
            matches.forget()
            let isExcluded =
                excludesAll || excludedNames.contains(name)
                || excluded.contains { matches.contains($0, name, patterns) }
            if !isExcluded { remaining.append(name) }
        }
        listed = remaining
        listedSet = Set(remaining)
        isDynamic = !excludesAll && (includesAll || !included.isEmpty)
    }

    /// nil: the key is not an instance.
    func membership(
        of key: String, _ patterns: PatternTable, _ matches: inout PatternMatches
    ) -> Membership? {
        if listedSet.contains(key) { return .listed }
        guard isDynamic, !excludedNames.contains(key) else { return nil }
        guard includesAll || included.contains(where: { matches.contains($0, key, patterns) }) else {
            return nil
        }
        return excluded.contains { matches.contains($0, key, patterns) } ? nil : .dynamic
    }
}

extension SymbolSelector {
    fileprivate var name: String? { if case .symbol(let name) = self { name } else { nil } }
}

/// The distinct patterns of all targets, each compiled once.
struct PatternTable: Sendable {
    private var indices: [String: Int] = [:]
    /// nil where a pattern does not compile: the checker has refused it, it matches nothing.
    private(set) var patterns: [Pattern?] = []

    /// nil for a selector that is no pattern.
    mutating func index(of selector: SymbolSelector) -> Int? {
        guard case .pattern(let source) = selector else { return nil }
        if let index = indices[source] { return index }
        indices[source] = patterns.count
        patterns.append(try? Pattern(source))
        return patterns.count - 1
    }
}

/// What is known so far of one key: each pattern runs at most once on it.
struct PatternMatches {
    private var known: [Int: Bool] = [:]

    mutating func forget() { known.removeAll(keepingCapacity: true) }

    mutating func contains(_ index: Int, _ key: String, _ table: PatternTable) -> Bool {
        if let answer = known[index] { return answer }
        let answer = table.patterns[index]?.matches(key) ?? false
        known[index] = answer
        return answer
    }
}
