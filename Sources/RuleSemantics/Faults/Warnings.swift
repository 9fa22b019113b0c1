import Diagnostics
import RuleSyntax

extension Fault {
    static func neverFires(_ rule: Name, _ span: SourceSpan, _ reason: String) -> Diagnostic {
        .fault(
            .neverFires, "rule `\(rule.text)` can never fire: \(reason)", at: span,
            help: "check the numbers and the direction of the comparison")
    }

    static func alwaysFiring(_ rule: Name, _ span: SourceSpan) -> Diagnostic {
        .fault(
            .alwaysFiring,
            "rule `\(rule.text)` is always firing: its condition is true whatever the market does",
            at: span, help: "check the numbers and the direction of the comparison")
    }

    static func neverClears(_ rule: Name, _ span: SourceSpan) -> Diagnostic {
        .fault(
            .neverClears, "rule `\(rule.text)` never clears once it fires: this can never be true", at: span,
            help: "check the numbers, or leave `until` out: the rule then clears when `when` is false")
    }

    static func unusedName(_ name: Name, _ word: String) -> Diagnostic {
        .fault(
            .unusedName, "\(word) `\(name.text)` is never used", at: name.span,
            help: "remove it, or use it in a rule")
    }

    static func unusedParameter(_ name: Name) -> Diagnostic {
        .fault(
            .unusedName, "parameter `\(name.text)` is never used", at: name.span,
            help: "remove it here and at each use, or read it")
    }

    static func noDataSource(_ rule: Name, _ span: SourceSpan) -> Diagnostic {
        .fault(
            .noDataSource,
            "rule `\(rule.text)` has no data source: its condition reads neither trades nor rates",
            at: span, help: "read something, as in `price > 100` or `rate(DFF) > 5%`")
    }

    static func rateNotLoaded(
        _ rule: Name, _ span: SourceSpan, _ series: String, _ known: [String]
    ) -> Diagnostic {
        let near = nearestName(to: series, among: known)
        return .fault(
            .noDataSource, "rule `\(rule.text)` has no data source for `rate(\(series))`: it stays unknown",
            at: span,
            help: near.map { "did you mean `\($0)`?" }
                ?? "load the series: `--rates \(series)=FILE`, or the rates topic")
    }

    static func windowOutlastsSession(
        _ span: SourceSpan, _ call: String, _ reach: String, _ session: String, _ length: String
    ) -> Diagnostic {
        .fault(
            .sessionTooShort,
            "`\(call)` reaches back \(reach), and session `\(session)` lasts \(length): "
                + "it always reads the time before the open",
            at: span, help: "shorten the window, or leave `during` out")
    }

    static func holdOutlastsSession(
        _ span: SourceSpan, _ hold: String, _ session: String, _ length: String
    ) -> Diagnostic {
        .fault(
            .sessionTooShort,
            "`for \(hold)` never ends inside session `\(session)`, which lasts \(length): "
                + "the rule can never fire",
            at: span, help: "shorten `for`")
    }

    static func delayOutlastsSession(
        _ span: SourceSpan, _ delay: String, _ session: String, _ length: String
    ) -> Diagnostic {
        .fault(
            .sessionTooShort,
            "`after \(delay)` leaves nothing of session `\(session)`, which lasts \(length): "
                + "the rule can never fire",
            at: span, help: "shorten `after`")
    }

    static func changeAcrossOpen(
        _ span: SourceSpan, _ call: String, _ reach: String, _ session: String, hasDelay: Bool
    ) -> Diagnostic {
        .fault(
            .changeAcrossOpen,
            "near the open of `\(session)`, `\(call)` compares with a value of before it", at: span,
            help: hasDelay
                ? "lengthen the delay: `during \(session) after \(reach)`"
                : "start later: `during \(session) after \(reach)`")
    }

    /// - Parameter side: `begins on 2000-01-01`, `ends on 2028-12-31`.
    static func calendarEnds(_ session: CheckedSession, _ code: String, _ side: String) -> Diagnostic {
        .fault(
            .calendarEnds,
            "the calendar of `\(code)` \(side): beyond it session `\(session.name)` has no holidays and no "
                + "early closes",
            at: session.span,
            help: "a newer version may know more; until then it is open on every weekday there")
    }

    static func dependsOnHistory(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .dependsOnHistory,
            "`ewma` depends on all of history: its value differs with the start of the input",
            at: span, help: "`avg(x, w)` depends on its window alone")
    }

    static func noRules(_ names: [String]) -> Diagnostic {
        let place = names.count == 1 ? "`\(names[0])`" : "\(Wording.plural(names.count, "file"))"
        return .fault(
            .noRules, names.isEmpty ? "no rule file was given" : "no rule is defined in \(place)", at: nil,
            help: "write a rule: `rule fast_move on AAPL`, then `when abs(change(price, 5m)) > 2%`")
    }
}
