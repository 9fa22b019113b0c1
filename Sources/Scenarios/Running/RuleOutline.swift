import Diagnostics
import RuleSemantics
import RuleSyntax

/// A checked rule beside the text of its clauses, those of its template among them.
struct RuleOutline {
    /// What a clause does to an alert.
    enum Role: Equatable {
        case when
        case step(Int)
        case hold
        case until
        case unless
        case during
        case sessionDelay
        case cooldown
        case repeats
        case unknownClears
        case escalation(Int)
    }

    /// An operand of a condition's topmost `and` or `or`, or the whole of it.
    struct Operand {
        var text: String
        var span: SourceSpan
        var expression: CheckedExpression
    }

    struct OutlineClause {
        var role: Role
        /// As `fmt` writes it, on one line.
        var text: String
        var span: SourceSpan
        var operands: [Operand]
    }

    let rule: CheckedRule
    private(set) var clauses: [OutlineClause] = []

    init(_ rule: CheckedRule, in files: [RuleFile]) {
        self.rule = rule
        var steps = 0
        var escalations = 0
        for clause in RuleOutline.clauses(of: rule.name, in: files) {
            switch clause.kind {
            case .when(let condition): add(.when, clause, condition, rule.when)
            case .then(_, let condition):
                guard steps < rule.chain.count else { continue }
                add(.step(steps), clause, condition, rule.chain[steps].condition)
                steps += 1
            case .until(let condition): if let until = rule.until { add(.until, clause, condition, until) }
            case .unless(let condition):
                if let unless = rule.unless { add(.unless, clause, condition, unless) }
            case .escalate(_, let condition):
                guard escalations < rule.escalations.count else { continue }
                add(
                    .escalation(escalations), clause, condition, rule.escalations[escalations].condition)
                escalations += 1
            case .holdFor, .holdForTrades: add(.hold, clause)
            case .during(_, let after):
                add(.during, clause)
                if let after, rule.sessionDelay > 0 {
                    clauses.append(
                        OutlineClause(
                            role: .sessionDelay, text: "after \(after.canonicalText)", span: after.span,
                            operands: []))
                }
            case .cooldown: add(.cooldown, clause)
            case .repeats: add(.repeats, clause)
            case .unknown(let clears): if clears { add(.unknownClears, clause) }
            default: break
            }
        }
    }

    private mutating func add(_ role: Role, _ clause: Clause) {
        let text = clause.span.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        clauses.append(OutlineClause(role: role, text: text, span: clause.span, operands: []))
    }

    private mutating func add(
        _ role: Role, _ clause: Clause, _ condition: Expression, _ checked: CheckedExpression
    ) {
        add(role, clause)
        let parts = condition.parts
        let whole = Operand(text: condition.canonicalText, span: condition.span, expression: checked)
        var operands = [whole]
        if let split = checked.split(like: condition, count: parts.count) {
            operands = zip(parts, split).map {
                Operand(text: $0.canonicalText, span: $0.span, expression: $1)
            }
        }
        clauses[clauses.count - 1].operands = operands
    }

    /// The rule's own clauses, then those of its template of kinds that it does not replace (LANGUAGE 6).
    private static func clauses(of name: String, in files: [RuleFile]) -> [Clause] {
        var own: [Clause] = []
        var templates: [String: [Clause]] = [:]
        for item in files.flatMap(\.items) {
            switch item.kind {
            case .rule(let header, _, let clauses) where header.text == name: own = clauses
            case .template(let header, _, let clauses): templates[header.text] = clauses
            default: break
            }
        }
        // A template may be made from a template; each is taken once.
        var all = own
        var next = used(own)
        while let name = next, let clauses = templates.removeValue(forKey: name) {
            let words = Set(all.map(\.word))
            all += clauses.filter { !words.contains($0.word) }
            next = used(clauses)
        }
        return all
    }

    private static func used(_ clauses: [Clause]) -> String? {
        clauses.lazy.compactMap { clause -> String? in
            if case .use(let template, _) = clause.kind { return template.text }
            return nil
        }.first
    }
}

extension Clause {
    /// The keyword that begins it: clauses of one word are of one kind.
    var word: String { keyword.text }
}

extension CheckedExpression {
    /// The operands that stand for those of a written `and` or `or`; nil where the checker made something
    /// else of it.
    func split(like written: Expression, count: Int) -> [CheckedExpression]? {
        guard count > 1, case .binary(let top, _, _, _) = written.kind else { return nil }
        var operands: [CheckedExpression] = []
        var rest = self
        for _ in 1..<count {
            switch (top, rest) {
            case (.and, .and(let left, let right)), (.or, .or(let left, let right)):
                operands.append(right)
                rest = left
            default: return nil
            }
        }
        operands.append(rest)
        return operands.reversed()
    }
}
