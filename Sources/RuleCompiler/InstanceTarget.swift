import RuleSemantics

/// How a key comes to be an instance of a rule (LANGUAGE 7).
enum InstanceMembership {
    /// By name: it exists from the start of the input.
    case listed
    /// By `all` or a pattern: from the key's first trade.
    case dynamic
}

/// The distinct targets of rules, ready for lookup: a key costs its own lists and the open targets (`all`,
/// patterns), each once, not one look for every rule.
struct InstanceTargets: Sendable {
    private struct Identity: Hashable {
        var include: [SymbolSelector]
        var exclude: [SymbolSelector]
    }

    private var indices: [Identity: Int] = [:]
    /// The targets that list a symbol.
    private var listing: [String: [Int]] = [:]
    private var openTargets: [(index: Int, matcher: TargetMatcher)] = []

    /// - Returns: the target's number; equal targets have one.
    mutating func insert(_ target: CheckedTarget) -> Int {
        let identity = Identity(include: target.include, exclude: target.exclude)
        if let index = indices[identity] { return index }
        let index = indices.count
        indices[identity] = index
        for symbol in target.listedSymbols { listing[symbol, default: []].append(index) }
        if target.selectsUnlisted { openTargets.append((index, TargetMatcher(target))) }
        return index
    }

    /// The targets of which a key is an instance, by number.
    func memberships(of key: String) -> [Int: InstanceMembership] {
        var found: [Int: InstanceMembership] = [:]
        for index in listing[key] ?? [] { found[index] = .listed }
        for (index, matcher) in openTargets where found[index] == nil && matcher.selects(key) {
            found[index] = .dynamic
        }
        return found
    }
}
