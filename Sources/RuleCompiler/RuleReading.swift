import Engine
import RuleSemantics

/// One rule with what it names and reads, whatever its key.
struct RuleReading {
    let rule: CheckedRule
    /// Index into `RuleBook.rules`.
    let index: Int
    /// Symbols that its expressions name, as owners, as values or in the rows of a table.
    let mentions: Set<String>
    /// Everything that it may read, whatever its key; for one key it is no more.
    let sources: Set<Source>
    /// What of them is more than points that a stream still holds, with the aggregates it wants.
    let accumulated: [Source: WindowAggregates]
    /// Registers that it needs by itself, at most.
    let registerCount: Int
    /// Nothing tells beforehand what its conditions can be, or each change point matters to it: it stands
    /// apart from rules that can be left alone for a while.
    let isAlwaysEvaluated: Bool

    init(_ rule: CheckedRule, index: Int, among rules: RuleNames) {
        self.rule = rule
        self.index = index
        var found = Mentions()
        for expression in rule.expressions { found.visit(expression) }
        mentions = found.tables.reduce(into: Set(found.symbols)) { $0.formUnion($1.rows.keys) }
        var lowering = ExpressionLowering(key: .open, rules: rules)
        let nodes = lowering.lower(rule, index: index)
        let live = lowering.graph.reachable(from: nodes.conditions + nodes.reports)
        sources = lowering.graph.sources(of: live)
        accumulated = lowering.graph.accumulated(live)
        registerCount = live.count * 2
        let conditions = lowering.graph.reachable(from: nodes.conditions)
        isAlwaysEvaluated =
            !rule.chain.isEmpty || conditions.contains { !lowering.graph.nodes[$0].opcode.isBounded }
            || live.contains { lowering.graph.nodes[$0].opcode.remembers }
            || sources.contains { if case .series? = $0.stream?.kind { true } else { false } }
    }

    /// Streams of named symbols and named series, in no order.
    var foreignSources: [Source] { sources.filter { $0.stream.map { $0.owner != .key } ?? false } }
}

extension CheckedRule {
    /// Conditions first, then what a transition reports.
    var expressions: [CheckedExpression] {
        [when] + chain.map(\.condition) + [until, unless].compactMap { $0 }
            + escalations.map(\.condition) + values.map(\.expression) + slots
    }

    /// The values that the message prints, in its order.
    var slots: [CheckedExpression] {
        message.compactMap { segment in
            if case .value(let expression, _) = segment { expression } else { nil }
        }
    }
}

extension ExpressionLowering {
    /// Adds a rule; what it reports is its values, then its message's slots.
    mutating func lower(_ rule: CheckedRule, index: Int) -> RuleNodes {
        isKeyed = rule.target != nil
        var nodes = RuleNodes(
            rule: index, when: lower(rule.when), until: rule.until.map { lower($0) },
            unless: rule.unless.map { lower($0) },
            reports: (rule.values.map(\.expression) + rule.slots).map { lower($0) })
        nodes.chain = rule.chain.map { ($0.within, lower($0.condition)) }
        nodes.escalations = rule.escalations.map { ($0.level, lower($0.condition)) }
        // A hold by trades is due with a trade, whatever the condition reads.
        if rule.holdTrades != nil { nodes.trade = lower(.series(.market(.price, .key))) }
        return nodes
    }
}

extension ExpressionGraph {
    /// What nodes read, with the streams below windows and lags.
    func sources(of indices: [Int]) -> Set<Source> {
        var sources = Set<Source>()
        for source in indices.flatMap({ nodes[$0].sources }) {
            sources.insert(source)
            if let stream = source.stream { sources.insert(.point(stream)) }
        }
        return sources
    }
}

extension ExpressionGraph {
    /// Grid windows, samples and decaying means of named symbols and series.
    fileprivate func accumulated(_ indices: [Int]) -> [Source: WindowAggregates] {
        var found: [Source: WindowAggregates] = [:]
        for node in indices.map({ nodes[$0] }) {
            for source in node.sources where source.isAccumulated && source.stream?.owner != .key {
                found[source, default: []].formUnion(node.opcode.aggregates(of: node.column))
            }
        }
        return found
    }
}

/// Collects the symbols that expressions name.
struct Mentions {
    private(set) var symbols: [String] = []
    private(set) var series: [Int] = []
    private(set) var tables: Set<TableColumn> = []

    mutating func visit(_ expression: CheckedExpression) {
        switch expression {
        case .number, .bool: break
        case .symbol(let owner): visit(owner)
        case .lookup(let column): tables.insert(column)
        case .series(let reference): visit(reference)
        case .call(let call):
            visit(call.owner)
            for argument in call.arguments {
                if case .expression(let inner) = argument { visit(inner) }
                if case .series(let reference) = argument { visit(reference) }
            }
        case .negate(let operand), .not(let operand): visit(operand)
        case .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .and(let left, let right),
            .or(let left, let right), .crosses(_, let left, let right):
            visit(left)
            visit(right)
        case .between(let value, let low, let high):
            for part in [value, low, high] { visit(part) }
        }
    }

    private mutating func visit(_ reference: SeriesReference) {
        switch reference {
        case .market(_, let owner): visit(owner)
        case .named(let index): if !series.contains(index) { series.append(index) }
        }
    }

    private mutating func visit(_ owner: SymbolOwner) {
        if case .symbol(let name) = owner, !symbols.contains(name) { symbols.append(name) }
    }
}
