import Diagnostics
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// The one rule in question with hidden rules beside it, through which the engine is asked: they never fire,
/// and report what a transition of theirs would carry.
///
///     rule           the rule itself, for its one key; rules that it asks `firing` of as they are
///     clause         reports every part of one condition; of `when` and `then`, it is evaluated at each
///                    change point of their comparisons, for the nearest miss
///     window         reports what one window holds
///     message        reports the rule's own values and message
struct WhyPlan: Sendable {
    /// What parts a hidden rule's texts.
    static let separator: Character = "\u{1f}"

    enum Role: Sendable, Equatable {
        case when
        case step(within: Int64)
        case until
        case unless
        case escalation(Severity)
    }

    struct Clause: Sendable {
        var role: Role
        var node: WrittenNode
        /// Index into the compiled rules.
        var rule: Int
    }

    struct Window: Sendable {
        var looked: CheckedText.LookedAt
        var rule: Int
        /// Reports the sizes of the first and the last trade of a window of prices.
        var showsSizes: Bool
    }

    let rule: CheckedRule
    let program: CheckedProgram
    let compiled: CompiledRules
    private(set) var clauses: [Clause] = []
    private(set) var windows: [Window] = []
    /// The hidden rule that carries the rule's own values and message.
    private(set) var message = 0

    /// For all questions about one rule and key.
    ///
    /// - Precondition: `question.fault(in: program)` is nil.
    init(_ question: WhyQuestion, in program: CheckedProgram) throws(WhyFault) {
        guard let found = program.rules.first(where: { $0.name == question.rule }) else {
            throw question.fault(in: program) ?? .unknownRule(question.rule, near: nil)
        }
        rule = found
        var restricted = found
        restricted.target = found.target.flatMap { target in
            question.key.map { target.restricted(to: $0) }
        }
        var hidden = HiddenRules(program, restricted)
        let conditions = WhyPlan.conditions(of: found, in: program)
        for (role, node) in conditions {
            clauses.append(Clause(role: role, node: node, rule: hidden.add(node, isWatched: role.isWatched)))
        }
        let text = CheckedText(program: program)
        for looked in WhyPlan.windows(in: conditions.map(\.node), text) {
            let showsSizes = if case .market(.price, _) = looked.series { true } else { false }
            windows.append(
                Window(looked: looked, rule: hidden.add(looked, showsSizes), showsSizes: showsSizes))
        }
        message = hidden.addMessage()
        self.program = hidden.program
        compiled = compileRules(hidden.program)
        if compiled.diagnostics.hasErrors { throw .tooLarge(rule: found.name) }
    }

    private static func conditions(
        of rule: CheckedRule, in program: CheckedProgram
    ) -> [(role: Role, node: WrittenNode)] {
        var all: [(role: Role, node: WrittenNode)] = []
        if let when = program.writtenWhen(rule) { all.append((.when, when)) }
        for (step, node) in zip(rule.chain, program.writtenSteps(rule)) {
            all.append((.step(within: step.within), node))
        }
        if let until = program.writtenUntil(rule) { all.append((.until, until)) }
        if let unless = program.writtenUnless(rule) { all.append((.unless, unless)) }
        for (escalation, node) in zip(rule.escalations, program.writtenEscalations(rule)) {
            all.append((.escalation(escalation.level), node))
        }
        return all
    }

    private static func windows(
        in nodes: [WrittenNode], _ text: CheckedText
    ) -> [CheckedText.LookedAt] {
        var windows: [CheckedText.LookedAt] = []
        for call in nodes.flatMap({ text.calls(of: $0.expression) }) {
            for window in text.windows(of: call) where !windows.contains(window) { windows.append(window) }
        }
        // What a lag looks at holds the window of the same length.
        return windows.filter { window in
            window.lag != nil
                || !windows.contains {
                    $0.lag != nil && $0.series == window.series && $0.window == window.window
                }
        }
    }
}

extension WhyPlan {
    /// The rate series that the rules here read, and the named series.
    var rateSeries: [String] {
        let expressions =
            program.rules.flatMap(\.readExpressions) + program.series.map(\.expression)
        let read = Set(
            expressions.flatMap(\.calls).flatMap(\.arguments).compactMap { argument in
                if case .rate(let index) = argument { index } else { nil }
            })
        return program.rateSeries.indices.filter(read.contains).map { program.rateSeries[$0] }
    }
}

extension WhyPlan.Role {
    /// Whether a nearest miss is looked for in it.
    var isWatched: Bool {
        switch self {
        case .when, .step: true
        case .until, .unless, .escalation: false
        }
    }
}

/// A program of one rule, what it asks for, and hidden ones.
private struct HiddenRules {
    private(set) var program: CheckedProgram
    private let rule: CheckedRule

    init(_ whole: CheckedProgram, _ rule: CheckedRule) {
        self.rule = rule
        var wanted: Set<String> = []
        var waiting = rule.asked
        while let name = waiting.popLast() {
            guard name != rule.name, wanted.insert(name).inserted else { continue }
            waiting += whole.rules.first { $0.name == name }?.asked ?? []
        }
        program = whole
        program.rules = [rule] + whole.rules.filter { wanted.contains($0.name) }
    }

    /// Reports each part of a condition, in the order of `WrittenNode.all`.
    mutating func add(_ node: WrittenNode, isWatched: Bool) -> Int {
        let slots = node.all.map { part in
            part.kind == .symbol
                ? (CheckedExpression.bool(false), NumberFormat(unit: .bool)) : (part.expression, part.format)
        }
        return add(slots, when: isWatched ? node.watch : .bool(false))
    }

    /// Reports what a window holds.
    mutating func add(_ looked: CheckedText.LookedAt, _ showsSizes: Bool) -> Int {
        var slots = looked.contents(at: rule.span)
        if showsSizes, case .market(.price, let owner) = looked.series {
            var sizes = looked
            sizes.series = .market(.size, owner)
            slots += sizes.contents(at: rule.span)[1...2]
        }
        return add(slots, when: .bool(false))
    }

    mutating func addMessage() -> Int {
        var copy = CheckedRule(name: rule.name, span: rule.span, when: .bool(false))
        copy.target = rule.target
        copy.severity = rule.severity
        copy.message = rule.message
        copy.values = rule.values
        program.rules.append(copy)
        return program.rules.count - 1
    }

    private mutating func add(
        _ slots: [(expression: CheckedExpression, format: NumberFormat)], when: CheckedExpression
    ) -> Int {
        var hidden = CheckedRule(name: "why \(program.rules.count)", span: rule.span, when: when)
        hidden.target = rule.target
        for (index, slot) in slots.enumerated() {
            if index > 0 { hidden.message.append(.text(String(WhyPlan.separator))) }
            hidden.message.append(.value(slot.expression, slot.format))
        }
        program.rules.append(hidden)
        return program.rules.count - 1
    }
}

extension CheckedTarget {
    /// The target for one symbol that it selects, whose instance begins as before (LANGUAGE 7): listed ones
    /// with the input, others with their first trade.
    fileprivate func restricted(to key: String) -> CheckedTarget {
        if listedSymbols.contains(key) { return CheckedTarget(include: [.symbol(key)]) }
        // A pattern of PCRE2 in which nothing is special.
        let quoted = key.split(separator: "\\E", omittingEmptySubsequences: false)
            .joined(separator: "\\E\\\\E\\Q")
        return CheckedTarget(include: [.pattern("\\A\\Q\(quoted)\\E\\z")])
    }
}

extension CheckedRule {
    /// The rules that it asks `firing` of.
    fileprivate var asked: [String] {
        readExpressions.flatMap(\.calls).flatMap(\.arguments).compactMap { argument in
            if case .rule(let name) = argument { name } else { nil }
        }
    }

    /// Its conditions, then the slots of its message.
    fileprivate var readExpressions: [CheckedExpression] {
        let slots = message.compactMap { segment -> CheckedExpression? in
            if case .value(let expression, _) = segment { expression } else { nil }
        }
        let conditions = [when] + chain.map(\.condition) + [until, unless].compactMap { $0 }
        return conditions + escalations.map(\.condition) + slots
    }
}

extension WrittenNode {
    /// A condition whose operands are those of all comparisons here: the engine skips no change of what
    /// `crosses` compares (LANGUAGE 5), so that at no instant is the distance to a threshold missed.
    fileprivate var watch: CheckedExpression {
        var watched: CheckedExpression?
        for node in all where node.isComparison && !node.comparesAge {
            for other in node.children.dropFirst() {
                let one = CheckedExpression.crosses(
                    .either, node.children[0].expression, other.expression)
                watched = watched.map { .or($0, one) } ?? one
            }
        }
        return watched ?? .bool(false)
    }

    var isComparison: Bool {
        switch kind {
        case .comparison, .crosses, .between: true
        case .literal, .value, .symbol, .condition, .and, .or, .not: false
        }
    }

    /// `age(x) > 5m`: an age grows with time itself.
    var comparesAge: Bool {
        guard isComparison, case .call(let call)? = children.first?.expression else { return false }
        return call.builtin == .age
    }
}
