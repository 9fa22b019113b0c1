import Diagnostics
import RuleSyntax

/// An expression that has been checked: what it means, what type it has, and how it would be written with
/// every `let` expanded.
struct Term {
    var expression: CheckedExpression
    var type: ValueType
    /// As written, `let`s expanded; its span is the place in the text that is being checked.
    var surface: Expression
    /// Its value, if that is known without the market.
    var constant: Double?
    /// An expression of bare literals, which adapts (LANGUAGE 8.3).
    var isBare = false
    /// Made of literals only, durations and ratios among them: a ratio keeps its tag beside it.
    var isLiteral = false
    /// What it refers to, if it is a series and nothing else.
    var series: SeriesReference?
    /// `age(x)`, which may only be compared with a constant duration (LANGUAGE 8.7).
    var isAge = false
    /// A parameter of a definition that is checked by itself: its value comes later.
    var isPlaceholder = false
    /// Where its text stands: at the use of the `let`, for a parameter.
    var origin: SourceSpan
    /// Where the `let` that it came from is written.
    var definition: SourceSpan?
    /// What the argument of a parameter reads.
    var reads: [CheckedValue] = []
    /// Nodes, `let`s expanded.
    var size = 1

    init(_ expression: CheckedExpression, _ type: ValueType, surface: Expression) {
        self.expression = expression
        self.type = type
        self.surface = surface
        origin = surface.span
    }

    /// What stands for an expression with a mistake that is reported.
    static func mistaken(_ expression: Expression) -> Term {
        Term(.number(0), .mistaken, surface: expression)
    }

    /// A quantity whose value is known.
    static func constant(
        _ value: Double, _ quantity: Quantity, surface: Expression, isBare: Bool = false,
        isLiteral: Bool = true
    ) -> Term {
        var term = Term(.number(value), .quantity(quantity), surface: surface)
        term.constant = value
        term.isBare = isBare
        term.isLiteral = isLiteral
        return term
    }

    var span: SourceSpan { surface.span }
    var isMistaken: Bool { type == .mistaken }
    /// One line, `let`s expanded.
    var text: String { surface.canonicalText }
    /// As the author wrote it, where it is short enough to be repeated in a message.
    var writtenText: String { span.text }
}
