import Diagnostics
import MarketModel
import RuleSyntax

extension Fault {
    static func missingWhen(_ name: Name) -> Diagnostic {
        .fault(
            .missingWhen, "rule `\(name.text)` has no `when`", at: name.span,
            help: "write its condition: `when abs(change(price, 5m)) > 2%`")
    }

    static func clauseTwice(_ keyword: SourceSpan, _ word: String, first: SourceSpan) -> Diagnostic {
        let help =
            switch word {
            case "when": "join the conditions with `and` or `or`"
            case "until": "join the conditions with `or`"
            case "notify": "write all names behind one `notify`, separated by commas"
            default: "remove one of them"
            }
        return .fault(
            .clauseTwice, "a second `\(word)` in one rule", at: keyword, help: help,
            notes: [Diagnostic.Note(span: first, text: "the first is here")])
    }

    static func labelTwice(_ name: Name, first: SourceSpan) -> Diagnostic {
        .fault(
            .labelTwice, "label `\(name.text)` stands twice", at: name.span, help: "remove one of them",
            notes: [Diagnostic.Note(span: first, text: "the first is here")])
    }

    static func holdNeedsSymbol(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .holdNeedsSymbol, "`for` a number of trades counts those of the rule's symbol, and it has none",
            at: span, help: "write a duration such as `for 30s`, or give the rule an `on`")
    }

    static func firingCycle(_ place: Name, _ cycle: [String]) -> Diagnostic {
        let path = (cycle + [cycle[0]]).map(Wording.code).joined(separator: " -> ")
        return .fault(
            .firingCycle, "`firing` comes back to the rule that asks", at: place.span,
            help: "break the circle \(path)")
    }

    static func escalatesNever(_ level: Name, above severity: Severity) -> Diagnostic {
        .fault(
            .escalatesNever,
            "`escalate \(level.text)` never raises a rule whose severity is \(severity.rawValue)",
            at: level.span, help: "escalate to a higher level, or lower the rule's `severity`")
    }

    static func unknownFormat(_ format: Name) -> Diagnostic {
        .fault(
            .format, "unknown format `\(format.text)`", at: format.span,
            help: "write one such as `0.00`, `,0`, `+0.00%` or `+0.0bp`")
    }

    static func formatForType(_ format: Name, _ reason: String, help: String) -> Diagnostic {
        .fault(
            .formatForType, "the format `\(format.text)` does not suit this value: \(reason)",
            at: format.span, help: help)
    }

    static func slotWithoutSymbol(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .slotWithoutSymbol, "`{symbol}` in a rule without `on`: it has no symbol", at: span,
            help: "write the symbols' names as text, or give the rule an `on`")
    }
}
