public import Diagnostics
import Engine
import MarketModel
import RuleSemantics
import RuleSyntax

/// What the tests leave untried.
public struct CoverageReport: Sendable {
    public struct Gap: Sendable {
        public var rule: String
        public var span: SourceSpan
        /// `cooldown 15m: nothing changes without it`.
        public var text: String
    }

    /// In the order of the rules and of their clauses.
    public var gaps: [Gap] = []
    public var rules = 0
    /// Clauses, and operands of conditions.
    public var parts = 0

    public var covered: Int { parts - gaps.count }
}

extension TestSuite {
    /// A clause is exercised when some test's alerts would be others without it; an operand of a condition
    /// when it was both true and false in some test, within the rule's session.
    ///
    /// Both are asked of the engine itself: rules that lack one clause, and rules whose condition is one
    /// operand or its negation, run beside the real ones.
    ///
    /// - Parameters:
    ///   - filter: as for `run`.
    ///   - ofTestedRules: leaves out the rules that none of the selected tests names.
    public func coverage(filter: String? = nil, ofTestedRules: Bool = false) -> CoverageReport {
        let chosen = selected(filter)
        let tested = chosen.reduce(into: Set<String>()) { $0.formUnion($1.rules) }
        let plan = CoveragePlan(program, files) { !ofTestedRules || tested.contains($0.name) }
        let engine = TapeEngine(plan.extended)
        let seen = inParallel(chosen) { bound -> Set<Int> in
            plan.exercised(bound, engine)
        }.reduce(into: Set<Int>()) { $0.formUnion($1) }
        var report = CoverageReport()
        report.rules = plan.ruleCount
        report.parts = plan.goals.count
        report.gaps = plan.goals.enumerated().filter { !seen.contains($0.offset) }.map(\.element.gap)
        return report
    }
}

/// The goals of a program, each with the hidden rules that show whether it is reached.
struct CoveragePlan {
    enum Evidence {
        /// The rule itself fires.
        case fires(rule: Int)
        /// This rule, which lacks a clause, makes other transitions than the real one.
        case differs(rule: Int, without: Int)
        /// This rule, whose condition is an operand or its negation, fires.
        case witness(Int)
    }

    struct Goal {
        var evidence: Evidence
        var gap: CoverageReport.Gap
    }

    private(set) var extended: CheckedProgram
    private(set) var goals: [Goal] = []

    private(set) var ruleCount = 0

    init(_ program: CheckedProgram, _ files: [RuleFile], of isWanted: (CheckedRule) -> Bool) {
        extended = program
        for (index, rule) in program.rules.enumerated() where isWanted(rule) {
            ruleCount += 1
            add(RuleOutline(rule, in: files), index)
        }
    }

    private mutating func add(_ outline: RuleOutline, _ index: Int) {
        for clause in outline.clauses {
            if clause.role == .when {
                append(.fires(rule: index), outline, clause.span, "\(clause.text): the rule never fires")
            } else {
                let without = hide(outline.rule.without(clause.role))
                append(
                    .differs(rule: index, without: without), outline, clause.span,
                    "\(clause.text): no alert would differ without it")
            }
            let word = clause.text.prefix { $0 != " " }
            for operand in clause.operands {
                for (value, condition) in [("true", operand.expression), ("false", .not(operand.expression))]
                {
                    let witness = hide(outline.rule.watching(condition))
                    append(
                        .witness(witness), outline, operand.span,
                        "\(word) \(operand.text): never \(value)")
                }
            }
        }
    }

    private mutating func append(
        _ evidence: Evidence, _ outline: RuleOutline, _ span: SourceSpan, _ text: String
    ) {
        goals.append(
            Goal(
                evidence: evidence,
                gap: CoverageReport.Gap(rule: outline.rule.name, span: span, text: text)))
    }

    private mutating func hide(_ rule: CheckedRule) -> Int {
        var hidden = rule
        hidden.name = "hidden \(extended.rules.count)"
        hidden.message = []
        hidden.values = []
        extended.rules.append(hidden)
        return extended.rules.count - 1
    }

    /// The goals that a test reaches.
    func exercised(_ bound: BoundTest, _ engine: TapeEngine) -> Set<Int> {
        let play = engine.play(bound.test, emitsPending: false)
        let byRule = Dictionary(grouping: play.emitted, by: \.rule)
        func fired(_ rule: Int) -> Bool { byRule[rule]?.contains { $0.kind == .firing } ?? false }
        func trace(_ rule: Int) -> [String] {
            (byRule[rule] ?? []).map {
                "\($0.at) \($0.key?.index ?? 0) \($0.kind.rawValue) \($0.severity.rawValue)"
            }.sorted()
        }
        var reached: Set<Int> = []
        for (number, goal) in goals.enumerated() where bound.rules.contains(goal.gap.rule) {
            let isReached: Bool =
                switch goal.evidence {
                case .fires(let rule): fired(rule)
                case .differs(let rule, let without): trace(rule) != trace(without)
                case .witness(let witness): fired(witness)
                }
            if isReached { reached.insert(number) }
        }
        return reached
    }
}

extension CheckedRule {
    /// The rule with one clause left out.
    func without(_ role: RuleOutline.Role) -> CheckedRule {
        var rule = self
        switch role {
        case .when: break
        case .step(let index): rule.chain.remove(at: index)
        case .hold:
            rule.hold = nil
            rule.holdTrades = nil
        case .until: rule.until = nil
        case .unless: rule.unless = nil
        case .during:
            rule.session = nil
            rule.sessionDelay = 0
        case .sessionDelay: rule.sessionDelay = 0
        case .cooldown: rule.cooldown = nil
        case .repeats: rule.repeats = nil
        case .unknownClears: rule.clearsOnUnknown = false
        case .escalation(let index): rule.escalations.remove(at: index)
        }
        return rule
    }

    /// A rule for the same symbols and session that fires when a condition is true.
    func watching(_ condition: CheckedExpression) -> CheckedRule {
        var rule = CheckedRule(name: name, span: span, when: condition)
        rule.target = target
        rule.session = session
        rule.sessionDelay = sessionDelay
        return rule
    }
}
