import Diagnostics
import Patterns
import RuleSyntax

extension Fault {
    static func pattern(_ source: Name, _ error: PatternError) -> Diagnostic {
        .fault(
            .pattern, "the pattern does not compile: \(error.message)",
            at: source.place(ofPatternOffset: error.offset),
            help: "patterns are regular expressions (PCRE2); `/^BINANCE:/` finds every symbol of that venue")
    }

    static func selectsNothing(_ span: SourceSpan, _ what: String) -> Diagnostic {
        .fault(
            .selectsNothing, "\(what) selects no symbol: `except` leaves nothing", at: span,
            help: "take a name out of `except`")
    }

    static func exceptsNothing(_ name: Name, _ what: String) -> Diagnostic {
        .fault(
            .selectsNothing, "`except \(name.text)` changes nothing: \(what) does not select it",
            at: name.span, help: "check the spelling, or remove it")
    }

    static func namedTwice(_ name: Name, _ place: String) -> Diagnostic {
        .fault(
            .namedTwice, "`\(name.text)` stands twice in \(place)", at: name.span, help: "remove one of them")
    }

    static func malformedExchange(_ mic: Name) -> Diagnostic {
        .fault(
            .sessionHours, "`\(mic.text)` is not a market identifier", at: mic.span,
            help: "a MIC has four capital letters or digits (ISO 10383), such as XNYS")
    }

    static func unknownExchange(_ mic: Name, near: String?, _ known: [String]) -> Diagnostic {
        .fault(
            .unknownName, "there is no calendar for the exchange `\(mic.text)`", at: mic.span,
            help: near.map { "did you mean `\($0)`?" }
                ?? "there are calendars for \(Wording.list(known)); for another exchange write its days and "
                + "clock: `mon-fri 09:00-17:30 \"Europe/London\"`")
    }

    static func noExtendedHours(_ hours: Name, _ mic: Name) -> Diagnostic {
        .fault(
            .sessionHours, "`\(mic.text)` has no extended hours", at: hours.span,
            help: "write `\(mic.text) regular`")
    }

    static func unknownDay(_ name: Name, _ days: [String]) -> Diagnostic {
        .fault(
            .sessionHours, "unknown day `\(name.text)`", at: name.span,
            help: "the days are \(Wording.list(days))")
    }

    static func emptyHours(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .sessionHours, "the hours `\(span.text)` hold no time", at: span,
            help: "write the opening, then the close; a whole day is `00:00-24:00`")
    }

    static func timeZone(_ zone: Name, near: String?) -> Diagnostic {
        .fault(
            .timeZone, "unknown time zone \"\(zone.text)\"", at: zone.span,
            help: near.map { "did you mean \"\($0)\"?" }
                ?? "write a name of the IANA data base, such as \"America/New_York\" or \"UTC\"")
    }

    static func rowTwice(_ name: String, _ span: SourceSpan, first: SourceSpan) -> Diagnostic {
        .fault(
            .tableRow, "a second row for `\(name)`", at: span, help: "remove one of them",
            notes: [Diagnostic.Note(span: first, text: "the first is here")])
    }

    static func symbolColumn(_ column: Parameter) -> Diagnostic {
        .fault(
            .unknownType, "column `\(column.name.text)` of a table cannot hold symbols", at: column.type.span,
            help: "a row holds numbers, ratios, durations, or `true` and `false`")
    }

    static func rowLength(_ row: TableRow, _ columns: [Parameter]) -> Diagnostic {
        .fault(
            .tableRow,
            "the table has \(Wording.plural(columns.count, "column")), and this row "
                + Wording.plural(row.values.count, "value"),
            at: row.span,
            help: "write one value for each of \(Wording.list(columns.map { Wording.code($0.name.text) }))")
    }

    static func tableLacks(_ symbols: [String], _ use: Name, _ table: Name) -> Diagnostic {
        let names = symbols.prefix(5).map(Wording.code)
        let more = symbols.count > 5 ? " and \(symbols.count - 5) more" : ""
        return .fault(
            .tableLacksSymbol, "table `\(use.text)` has no row for \(names.joined(separator: ", "))\(more)",
            at: use.span, help: "add the rows, or a row `else`",
            notes: [Diagnostic.Note(span: table.span, text: "the table is defined here")])
    }

    static func tableWithoutSymbol(_ use: Name) -> Diagnostic {
        .fault(
            .noSymbolHere,
            "`\(use.text)` of which symbol? a table looks up the symbol of its rule, "
                + "and there is none", at: use.span, help: "give the rule an `on`")
    }

    static func tableNeedsElse(_ use: Name, _ table: Name) -> Diagnostic {
        .fault(
            .tableLacksSymbol,
            "table `\(use.text)` needs a row `else`: the rule's symbols are not all listed",
            at: use.span, help: "add a row `else`",
            notes: [Diagnostic.Note(span: table.span, text: "the table is defined here")])
    }

    static func seriesReadsNothing(_ span: SourceSpan, _ name: String) -> Diagnostic {
        .fault(
            .seriesReadsNothing, "series `\(name)` reads no symbol: it would never have a point", at: span,
            help: "a constant is defined with `let \(name) = ...`")
    }
}

extension Name {
    /// One character of a pattern written between slashes, where `\/` is one character of the pattern.
    fileprivate func place(ofPatternOffset offset: Int) -> SourceSpan {
        let bytes = span.file.text
        guard span.start < bytes.count, bytes[span.start] == UInt8(ascii: "/") else { return span }
        var place = span.start + 1
        var rest = offset
        while rest > 0, place < span.end - 1 {
            let isEscape =
                bytes[place] == UInt8(ascii: "\\") && place + 1 < bytes.count
                && bytes[place + 1] == UInt8(ascii: "/")
            place += isEscape ? 2 : 1
            rest -= 1
        }
        return SourceSpan(file: span.file, start: place, end: place + 1)
    }
}
