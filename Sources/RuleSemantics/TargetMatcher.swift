import Patterns

extension CheckedTarget {
    /// The symbols that are named and not excepted, each once, in the order of the text: their instances
    /// exist from the start of the input (LANGUAGE 7).
    public var listedSymbols: [String] {
        let matcher = TargetMatcher(self)
        var seen: Set<String> = []
        return include.flatMap(\.namedSymbols).filter { matcher.selects($0) && seen.insert($0).inserted }
    }

    /// Whether symbols that nothing names may be selected: `all` and patterns.
    public var selectsUnlisted: Bool { include.contains(where: \.isOpen) }
}

extension SymbolSelector {
    var namedSymbols: [String] {
        switch self {
        case .symbol(let name): [name]
        case .group(let include, _): include.flatMap(\.namedSymbols)
        case .all, .pattern: []
        }
    }

    var isOpen: Bool {
        switch self {
        case .all, .pattern: true
        case .symbol: false
        case .group(let include, _): include.contains(where: \.isOpen)
        }
    }
}

/// Says which symbols a target selects, its patterns compiled once.
public struct TargetMatcher: Sendable {
    private indirect enum Part: Sendable {
        case all
        case symbols(Set<String>)
        case pattern(Pattern)
        case group(include: [Part], exclude: [Part])

        func selects(_ symbol: String) -> Bool {
            switch self {
            case .all: true
            case .symbols(let names): names.contains(symbol)
            case .pattern(let pattern): pattern.matches(symbol)
            case .group(let include, let exclude):
                include.contains { $0.selects(symbol) } && !exclude.contains { $0.selects(symbol) }
            }
        }
    }

    private let whole: Part

    public init(_ target: CheckedTarget) {
        self.init(include: target.include, exclude: target.exclude)
    }

    init(include: [SymbolSelector], exclude: [SymbolSelector] = []) {
        whole = .group(include: TargetMatcher.parts(include), exclude: TargetMatcher.parts(exclude))
    }

    public func selects(_ symbol: String) -> Bool { whole.selects(symbol) }

    /// Symbols gathered into one set; a pattern that does not compile (the checker has reported it) selects
    /// nothing.
    private static func parts(_ selectors: [SymbolSelector]) -> [Part] {
        var names: Set<String> = []
        var parts: [Part] = []
        for selector in selectors {
            switch selector {
            case .all: parts.append(.all)
            case .symbol(let name): names.insert(name)
            case .pattern(let source):
                if let pattern = try? Pattern(source) { parts.append(.pattern(pattern)) }
            case .group(let include, let exclude):
                parts.append(
                    .group(include: TargetMatcher.parts(include), exclude: TargetMatcher.parts(exclude)))
            }
        }
        return names.isEmpty ? parts : [.symbols(names)] + parts
    }
}
