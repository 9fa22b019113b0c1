import Diagnostics
import RuleSyntax

extension Fault {
    static func bracketsNeeded(_ name: Name, _ row: Builtin) -> Diagnostic {
        .fault(
            .bracketsNeeded, "`\(name.text)` is a function: \(row.signature)", at: name.span,
            help: "write it with its arguments, as in `\(row.example)`")
    }

    static func bracketsNotHere(_ name: Name, _ reason: String) -> Diagnostic {
        .fault(
            .bracketsNeeded, "`\(name.text)` takes no arguments: \(reason)", at: name.span,
            help: "write `\(name.text)` without brackets")
    }

    static func argumentCount(
        _ name: Name, _ row: Builtin, _ arguments: [Argument], at span: SourceSpan
    ) -> Diagnostic {
        let least = row.parameters.filter { $0 != .within && $0 != .moreValues }.count
        let wanted =
            row.parameters.last == .moreValues
            ? "at least \(Wording.plural(least, "argument"))"
            : row.parameters.last == .within
                ? "1 or 2 arguments" : Wording.plural(row.parameters.count, "argument")
        var help = "write \(row.signature), as in `\(row.example)`"
        if case .series = row.parameters.first, arguments.count == row.parameters.count - 1,
            let first = arguments.first, first.isWindowLike
        {
            let rest = arguments.map(\.canonicalText).joined(separator: ", ")
            help = "say of which series: `\(name.text)(price, \(rest))`"
        }
        return .fault(
            .argumentCount, "`\(name.text)` takes \(wanted), \(Wording.given(arguments.count))", at: span,
            help: help)
    }

    static func constantArguments(
        _ name: Name, _ parameters: [Parameter], _ count: Int, _ span: SourceSpan
    ) -> Diagnostic {
        let list = parameters.map { "\($0.name.text): \($0.type.text)" }.joined(separator: ", ")
        return .fault(
            .argumentCount,
            "`\(name.text)` takes \(Wording.plural(parameters.count, "argument")), \(Wording.given(count))",
            at: span, help: "it is defined as `\(name.text)(\(list))`")
    }

    static func argumentType(
        _ term: Term, _ parameter: Parameter, _ type: ParameterType, word: String
    ) -> Diagnostic {
        var diagnostic = Diagnostic.fault(
            .argumentType,
            "\(word) `\(parameter.name.text)` is \(type.valueType), "
                + "and `\(term.short)` is \(term.describedType)",
            at: term.origin,
            notes: [Diagnostic.Note(span: parameter.name.span, text: "the \(word) is declared here")])
        switch (type, term.type) {
        case (.ratio, _) where term.isBare:
            let value = term.constant ?? 0
            diagnostic.help = [
                "write \(Wording.number(value))% (\(Wording.scaled(value, by: -2))) "
                    + "or \(Wording.scaled(value, by: 2))% (\(Wording.number(value)))"
            ]
        case (.duration, _) where term.isBare: diagnostic.help = [units(for: term)]
        case (.number, .quantity(.ratio)), (.count, .quantity(.ratio)):
            diagnostic.help = ["declare the \(word) as `\(parameter.name.text): ratio`"]
        default: break
        }
        return diagnostic
    }

    static func seriesExpected(_ span: SourceSpan, _ term: Term?, _ row: Builtin) -> Diagnostic {
        let found = term.map { ", and `\($0.short)` is \($0.describedType)" } ?? ""
        return .fault(
            .seriesExpected, "`\(row.name)` reads a series here\(found)", at: span,
            help: "write `price`, `size`, `bid`, `ask`, `mid`, `spread` or the name of a `series`")
    }

    static func windowOverExpression(_ term: Term, _ row: Builtin) -> Diagnostic {
        .fault(
            .windowOverExpression,
            "`\(row.name)` reads a series, and `\(term.short)` is computed", at: term.origin,
            help: "name it, so that its cost is seen: `series x = \(term.short)` with the symbol before each "
                + "name (`AAPL.price`), then `\(row.name)(x, ...)`")
    }

    static func rankExpected(_ term: Term) -> Diagnostic {
        .fault(
            .rankExpected,
            "the rank of a percentile is a constant number from 0 to 100 with at most six decimals",
            at: term.origin,
            help: "write `percentile(price, 95, 1h)` for the 95th")
    }

    static func rateSeriesExpected(_ span: SourceSpan, _ found: Expression?) -> Diagnostic {
        var help = "write its name as it is published, as in `rate(DFF)` or `rate(DGS10, within 10d)`"
        if let found, case .name(nil, let name, nil) = found.kind {
            help = "names of rate series are written in capitals: `rate(\(name.text.uppercased()))`"
        }
        return .fault(.rateSeriesExpected, "`rate` reads a published rate series", at: span, help: help)
    }

    static func ruleExpected(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .ruleExpected, "`firing` asks of a rule", at: span,
            help: "write the name of a rule: `firing(my_rule)`")
    }
}

extension Argument {
    /// A duration, a window or `100 trades`.
    fileprivate var isWindowLike: Bool {
        switch kind {
        case .trades: return true
        case .within: return false
        case .expression(let expression, let step, let shift):
            if case .duration = expression.kind { return true }
            return step != nil || shift != nil
        }
    }
}

extension Term {
    /// Its type with its article; a bare literal by its name.
    var describedType: String { isBare ? "a bare number" : type.description }
}
