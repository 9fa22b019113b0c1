public import Diagnostics
import RuleSyntax

/// A program with what an editor wants to know of its text.
public struct RuleAnalysis: Sendable {
    public let program: CheckedProgram
    /// In the order of the files and of their text.
    public let diagnostics: [Diagnostic]
    /// Every expression that has a type. The body of a `let` with parameters stands here once for itself and
    /// once for each use, in this order.
    public let expressions: [TypedExpression]
}

/// An expression of the text and what the checker knows of it.
public struct TypedExpression: Sendable {
    public var span: SourceSpan
    /// With its article: `a ratio`, `money`, `a value in size / duration`.
    public var type: String
    /// Meaningful only in a program without errors.
    public var expression: CheckedExpression
}

extension Checker {
    func noteType(of expression: Expression, _ term: Term) {
        guard !term.isMistaken else { return }
        typed.append(
            TypedExpression(
                span: expression.span, type: term.type.description, expression: term.expression))
    }
}

/// The types that parameters may have (LANGUAGE 10).
public let parameterTypeNames: [String] = ParameterType.allCases.map(\.rawValue)
