import Diagnostics
import RuleSyntax

extension Fault {
    static func unknownName(_ name: Name, near: String?) -> Diagnostic {
        Diagnostic.fault(.unknownName, "unknown name `\(name.text)`", at: name.span)
            .meaning(near, else: "define it with `let` or `series`; a symbol is written in capitals")
    }

    /// A list, session, rule or template that no file defines.
    static func unknownItem(_ name: Name, _ kind: String, near: String?) -> Diagnostic {
        let sketch =
            switch kind {
            case "list": "`list \(name.text) = AAPL, MSFT`"
            case "session": "`session \(name.text) = mon-fri 09:30-16:00 \"America/New_York\"`"
            case "template": "`template \(name.text)(...)`"
            default: "`\(kind) \(name.text)`"
            }
        return Diagnostic.fault(.unknownName, "unknown \(kind) `\(name.text)`", at: name.span)
            .meaning(near, else: "define it: \(sketch)")
    }

    static func unknownOwner(_ name: Name, _ column: Name, _ candidates: [String]) -> Diagnostic {
        let near = nearestName(to: name.text, among: candidates)
        let isPlain = name.text.allSatisfy { $0.isLetter || $0.isNumber }
        let symbol = isPlain ? name.text.uppercased() : "AAPL"
        let capitals = "symbols are written in capitals: `\(symbol).\(column.text)`"
        return Diagnostic.fault(
            .unknownName, "unknown name `\(name.text)` before `.\(column.text)`", at: name.span
        ).meaning(near, else: "\(capitals); other names here are tables")
    }

    static func unknownColumn(_ column: Name, of table: Name, _ columns: [String]) -> Diagnostic {
        let near = nearestName(to: column.text, among: columns)
        return Diagnostic.fault(
            .unknownName, "table `\(table.text)` has no column `\(column.text)`", at: column.span
        ).meaning(near, else: "its columns are \(Wording.list(columns.map(Wording.code)))")
    }

    static func unknownType(_ name: Name) -> Diagnostic {
        let types = ParameterType.allCases.map(\.rawValue)
        let near = nearestName(to: name.text, among: types)
        return Diagnostic.fault(.unknownType, "unknown type `\(name.text)`", at: name.span)
            .meaning(near, else: "the types are \(Wording.list(types))")
    }

    static func unknownLevel(_ level: Name) -> Diagnostic {
        .fault(
            .unknownName, "unknown level `\(level.text)`", at: level.span,
            help: "the levels are info, warning and critical")
    }

    static func unknownNotifier(_ name: Name, _ known: [String]) -> Diagnostic {
        let near = nearestName(to: name.text, among: known)
        let list =
            known.isEmpty
            ? "no notifier is defined: write notifiers/\(name.text).yaml"
            : "write notifiers/\(name.text).yaml, or use "
                + Wording.choices(known.prefix(8).map(Wording.code))
        return Diagnostic.fault(
            .unknownNotifier, "no file defines the notifier `\(name.text)`", at: name.span
        ).meaning(near, else: list)
    }

    static func misplacedName(_ name: Name, _ word: String) -> Diagnostic {
        let place =
            switch word {
            case "session": "behind `during`"
            case "list": "behind `on`, `except` and in lists"
            case "rule": "in `firing(\(name.text))`"
            case "template": "behind `use`"
            case "table": "before a column: `\(name.text).column`"
            default: "in conditions and messages"
            }
        let article = word == "let" ? "defined with `let`" : "a \(word)"
        return .fault(
            .misplacedName, "`\(name.text)` is \(article), which does not stand here", at: name.span,
            help: "such a name stands \(place)")
    }

    static func definedTwice(
        _ name: Name, word: String, first: Definitions.Definition
    ) -> Diagnostic {
        let clash = first.meaning.word == word ? "" : ", as a \(first.meaning.word)"
        return .fault(
            .definedTwice, "\(word) `\(name.text)` is already defined\(clash)", at: name.span,
            help: "give one of the two another name",
            notes: [Diagnostic.Note(span: first.name.span, text: "first defined here")])
    }

    static func nameIsBuiltin(_ name: Name, word: String) -> Diagnostic {
        .fault(
            .nameIsBuiltin, "`\(name.text)` is a builtin: a \(word) cannot have that name", at: name.span,
            help: "write another name, such as `my_\(name.text)`")
    }

    static func parameterTwice(_ name: Name, word: String) -> Diagnostic {
        .fault(
            .definedTwice, "\(word) `\(name.text)` stands twice", at: name.span,
            help: "give one of the two another name")
    }

    static func recursion(_ name: Name, _ cycle: [String]) -> Diagnostic {
        let path = (cycle + [cycle[0]]).map(Wording.code).joined(separator: " -> ")
        return .fault(
            .recursion, "`\(name.text)` is defined by itself", at: name.span,
            help: "break the circle \(path)")
    }

    static func noSymbolHere(_ text: String, _ span: SourceSpan, _ absence: Scope.Absence) -> Diagnostic {
        switch absence {
        case .ruleWithoutTarget(let rule):
            .fault(
                .noSymbolHere, "`\(text)` of which symbol? rule `\(rule)` has no `on`", at: span,
                help: "write `rule \(rule) on AAPL`, or name the symbol here: `AAPL.\(text)`")
        case .series(let series):
            .fault(
                .noSymbolHere, "`\(text)` of which symbol? a series names the symbol of all that it reads",
                at: span, help: "write the symbol before the point: `AAPL.\(text)`, in series `\(series)`")
        }
    }

    static func ownerIsNoSymbol(_ name: Name, _ type: ValueType) -> Diagnostic {
        .fault(
            .wrongKind, "`\(name.text)` is \(type), and a symbol is expected before the point", at: name.span,
            help: "declare the parameter as `\(name.text): symbol`")
    }

    static func ownerNotHere(_ owner: Owner, _ name: Name, _ reason: String) -> Diagnostic {
        let ownerName =
            switch owner {
            case .symbol(let name), .name(let name): name
            }
        return .fault(
            .ownerNotHere, "`\(name.text)` belongs to no symbol: \(reason)",
            at: ownerName.span.joined(with: name.span), help: "write `\(name.text)` alone")
    }

    static func tableNeedsColumn(_ name: Name, _ column: String?) -> Diagnostic {
        .fault(
            .misplacedName, "`\(name.text)` is a table: say which column is meant", at: name.span,
            help: "write `\(name.text).\(column ?? "column")`")
    }
}
