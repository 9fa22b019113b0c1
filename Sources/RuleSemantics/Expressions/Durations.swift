import Diagnostics
import RuleSyntax

/// A duration that must be known before the first trade.
enum ConstantDuration {
    /// Milliseconds, and where they are written: at the use of the `let`, for a parameter.
    case known(Int64, origin: SourceSpan)
    /// A parameter of a definition that is checked by itself.
    case later
    /// Reported.
    case mistaken

    var milliseconds: Int64? { if case .known(let milliseconds, _) = self { milliseconds } else { nil } }
    var origin: SourceSpan? { if case .known(_, let origin) = self { origin } else { nil } }
    var isMistaken: Bool { if case .mistaken = self { true } else { false } }

    /// As text, for the canonical form.
    func text(at span: SourceSpan) -> DurationText { .literal(milliseconds: milliseconds ?? 1, span) }
}

extension Checker {
    /// An expression that stands for a constant, positive, whole number of milliseconds.
    /// - Parameter use: what it is for, as a message calls it: "the window of `volume`".
    func constantDuration(_ expression: Expression, for use: String, in scope: Scope) -> ConstantDuration {
        let term = withoutReads { self.term(expression, in: scope) }
        if term.isMistaken { return .mistaken }
        guard term.type.quantity?.dimension == .time, !term.isBare else {
            report(Fault.durationExpected(term, use), in: scope)
            return .mistaken
        }
        guard let value = term.constant else {
            if term.isPlaceholder { return .later }
            report(Fault.durationNotConstant(term, use), in: scope)
            return .mistaken
        }
        return checked(value, term, use, in: scope)
    }

    private func checked(
        _ value: Double, _ term: Term, _ use: String, in scope: Scope
    ) -> ConstantDuration {
        let problem: DurationProblem? =
            if value <= 0 { .notPositive } else if value != value.rounded() {
                .notWhole
            } else if value
                > Double(Limits.greatestDuration)
            { .tooLong } else { nil }
        if let problem {
            report(Fault.durationRange(term, use, problem), in: scope)
            return .mistaken
        }
        return .known(Int64(value), origin: term.origin)
    }

    /// The duration of a clause, of `by` or of `ending`: a literal or a name.
    func constantDuration(_ text: DurationText, for use: String, in scope: Scope) -> ConstantDuration {
        constantDuration(text.expression, for: use, in: scope)
    }
}

/// Why a duration cannot be used.
enum DurationProblem { case notPositive, notWhole, tooLong }

extension DurationText {
    var expression: Expression {
        switch self {
        case .literal(let milliseconds, let span):
            Expression(kind: .duration(milliseconds: milliseconds), span: span)
        case .name(let name):
            Expression(kind: .name(owner: nil, name: name, arguments: nil), span: name.span)
        }
    }
}
