import RuleSyntax

/// The conditions of a rule as they were written, `let`s and templates expanded: one for each checked one.
struct WrittenConditions: Sendable {
    var when: Expression?
    var chain: [Expression] = []
    var until: Expression?
    var unless: Expression?
    var escalations: [Expression] = []
}

/// A part of a condition as people read it: its text, what it means, how its value prints.
public struct WrittenNode: Sendable {
    public enum Kind: Sendable, Equatable {
        /// A number, a duration, or what is computed of such alone.
        case literal
        /// A quantity.
        case value
        case symbol
        /// True or false, but none of the following: `firing(r)`, `known(x)`, two symbols compared.
        case condition
        /// The children are its sides.
        case comparison(ComparisonOperator)
        case crosses(CrossDirection)
        /// The children are the value, the least and the greatest.
        case between
        case and
        case or
        case not
    }

    /// One line.
    public var text: String
    public var expression: CheckedExpression
    public var kind: Kind
    public var format: NumberFormat
    public var children: [WrittenNode]

    /// Every node, this one first.
    public var all: [WrittenNode] { [self] + children.flatMap(\.all) }
}

extension CheckedProgram {
    /// The condition of `when`; nil for a rule that no text has defined.
    public func writtenWhen(_ rule: CheckedRule) -> WrittenNode? { node(rule.written.when, rule.when) }

    /// The conditions of `then`, in order.
    public func writtenSteps(_ rule: CheckedRule) -> [WrittenNode] {
        zip(rule.written.chain, rule.chain).compactMap { node($0, $1.condition) }
    }

    public func writtenUntil(_ rule: CheckedRule) -> WrittenNode? { node(rule.written.until, rule.until) }

    public func writtenUnless(_ rule: CheckedRule) -> WrittenNode? { node(rule.written.unless, rule.unless) }

    /// The conditions of `escalate`, in order.
    public func writtenEscalations(_ rule: CheckedRule) -> [WrittenNode] {
        zip(rule.written.escalations, rule.escalations).compactMap { node($0, $1.condition) }
    }

    private func node(_ written: Expression?, _ checked: CheckedExpression?) -> WrittenNode? {
        guard let written, let checked else { return nil }
        return WrittenTree(program: self).build(written, checked).node
    }
}
