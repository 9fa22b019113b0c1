import Engine
import RuleSemantics

/// The rules of a program by name, as `firing` asks for them.
struct RuleNames {
    struct Asked {
        /// Index into `RuleBook.rules`.
        var index: Int
        /// It has one instance a symbol.
        var isKeyed: Bool
    }

    private let byName: [String: Asked]

    init(_ rules: [CheckedRule] = []) {
        let named = rules.enumerated().map { ($1.name, Asked(index: $0, isKeyed: $1.target != nil)) }
        byName = Dictionary(named) { first, _ in first }
    }

    func asked(_ name: String) -> Asked? { byName[name] }
}

/// Which rules ask `firing` of which, and what follows: the order of evaluation, and what advances together.
///
/// - Precondition: no cycles; the checker refuses them (LANGUAGE 6).
struct FiringReferences {
    /// For each rule that is in the book: those it asks.
    private var asks: [Int: [Int]] = [:]
    private var levels: [Int: Int] = [:]
    private var keylessBlock: [Int: Int] = [:]
    private var partnerRules: [Int: [Int]] = [:]
    private let isKeyed: [Bool]

    init(_ readings: [RuleReading], _ rules: [CheckedRule]) {
        isKeyed = rules.map { $0.target != nil }
        for reading in readings {
            let asked = reading.sources.compactMap { source in
                if case .firing(let rule, _) = source { rule } else { nil }
            }
            if asked.isEmpty { continue }
            asks[reading.index] = asked.sorted()
            for rule in asked where !(isKeyed[rule] && isKeyed[reading.index]) {
                partnerRules[reading.index, default: []].append(rule)
                partnerRules[rule, default: []].append(reading.index)
            }
        }
        for rule in asks.keys { _ = settle(rule) }
    }

    var asked: Set<Int> { Set(asks.values.joined()) }

    /// 0 for a rule that asks none.
    func level(of rule: Int) -> Int { levels[rule] ?? 0 }

    private mutating func settle(_ rule: Int) -> Int {
        if let level = levels[rule] { return level }
        var level = 0
        for asked in asks[rule] ?? [] { level = max(level, settle(asked) + 1) }
        levels[rule] = level
        return level
    }

    /// Notes in which block without a key each rule stands.
    mutating func place(_ keyless: [BlockProgram]) {
        for (index, block) in keyless.enumerated() {
            for rule in block.rules { keylessBlock[rule.rule] = index }
        }
    }

    /// Blocks without a key that must advance together with a block of these rules.
    func partners(of rules: [BlockRule]) -> [Int] {
        let partners = rules.flatMap { partnerRules[$0.rule] ?? [] }.compactMap { keylessBlock[$0] }
        return Set(partners).sorted()
    }
}
