import Diagnostics
import RuleSyntax

extension Fault {
    static func durationExpected(_ term: Term, _ use: String) -> Diagnostic {
        if term.isBare {
            return .fault(
                .durationExpected, "\(use) needs a unit: `\(term.numberText)` is a bare number",
                at: term.origin, help: units(for: term), notes: notes(on: term))
        }
        return .fault(
            .durationExpected, "\(use) is a duration, and `\(term.short)` is \(term.type)", at: term.origin,
            help: "write one such as 30s, 5m or 1h30m", notes: notes(on: term))
    }

    static func durationNotConstant(_ term: Term, _ use: String) -> Diagnostic {
        if case .lookup(let column) = term.expression {
            return .fault(
                .durationExpected, "\(use) is one for all symbols, and `\(column.name)` has one for each",
                at: term.origin,
                help: "write a duration such as 5m; an age may be compared with it: "
                    + "`age(price) > \(column.name)`")
        }
        return .fault(
            .durationExpected, "\(use) is a constant, and `\(term.short)` changes with the market",
            at: term.origin, help: "write a duration such as 30s, 5m or 1h30m")
    }

    static func durationRange(_ term: Term, _ use: String, _ problem: DurationProblem) -> Diagnostic {
        let (message, help) =
            switch problem {
            case .notPositive: ("\(use) must be longer than nothing", "write 1ms or more")
            case .notWhole:
                (
                    "\(use) must be a whole number of milliseconds",
                    "choose a duration that divides without a rest"
                )
            case .tooLong:
                (
                    "\(use) must not be longer than \(canonicalDuration(Limits.greatestDuration))",
                    "write a shorter duration"
                )
            }
        return .fault(.durationRange, message, at: term.origin, help: help)
    }

    static func endingNotHere(
        _ span: SourceSpan, _ function: String, readsPresent: Bool
    ) -> Diagnostic {
        readsPresent
            ? .fault(
                .endingNotHere, "`\(function)` reads the present too: its window cannot end in the past",
                at: span, help: "leave `ending ... ago` out")
            : .fault(
                .endingNotHere, "`ending` belongs to a window, and no window stands here", at: span,
                help: "leave `ending ... ago` out")
    }

    static func gridNeeded(_ span: SourceSpan, _ row: Builtin, _ length: Int64?) -> Diagnostic {
        let window = length.map { gridText($0, samples: 60) } ?? "1h by 1m"
        return .fault(
            .gridNeeded, "`\(row.name)` samples its window: it needs a step", at: span,
            help: "write `\(window)`")
    }

    static func gridNotHere(_ span: SourceSpan, _ function: String) -> Diagnostic {
        .fault(
            .gridNotHere, "`by` belongs to a window, and `\(function)` has none here", at: span,
            help: "leave `by` and its step out")
    }

    static func stepDoesNotDivide(_ span: SourceSpan, step: Int64, length: Int64) -> Diagnostic {
        let near = steps.min {
            let (first, second) = (abs($0 - step), abs($1 - step))
            let (fits, alsoFits) = (length % $0 == 0 && $0 <= length, length % $1 == 0 && $1 <= length)
            return fits != alsoFits ? fits : first < second
        }
        return .fault(
            .stepDoesNotDivide,
            "the step \(canonicalDuration(step)) does not divide \(canonicalDuration(length))", at: span,
            help: "write a step that does, such as \(canonicalDuration(near ?? length))")
    }

    static func windowTooLong(
        _ span: SourceSpan, length: Int64, shift: Int64, _ bound: Int64
    ) -> Diagnostic {
        let reach = canonicalDuration(length + shift)
        return .fault(
            .windowTooLong,
            "a window that keeps every point reaches back at most \(canonicalDuration(bound)), "
                + "this one \(reach)",
            at: span,
            help: "write \(canonicalDuration(bound)) or less",
            "or the grid `\(gridText(length, samples: Limits.suggestedSamples))`, which has no such bound")
    }

    static func gridTooFine(_ span: SourceSpan, length: Int64) -> Diagnostic {
        let step = steps.first { length % $0 == 0 && length / $0 <= Limits.greatestGridSteps } ?? length
        return .fault(
            .durationRange,
            "a grid window has at most \(Limits.greatestGridSteps) steps", at: span,
            help: "write a longer step, such as \(canonicalDuration(step))")
    }

    static func tradesNotHere(_ span: SourceSpan, _ function: String) -> Diagnostic {
        .fault(
            .tradesNotHere, "`\(function)` does not count trades here", at: span,
            help: "write a duration such as 5m")
    }

    static func tradeCount(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .durationRange, "a window holds 1 to \(Limits.greatestTradeCount) trades", at: span,
            help: "write such a number, as in `100 trades`")
    }

    static func withinNotHere(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .withinNotHere, "`within` stands in `rate` only", at: span,
            help: "write the duration alone, or `rate(DFF, within 10d)`")
    }

    static func withinExpected(_ span: SourceSpan) -> Diagnostic {
        .fault(
            .withinNotHere, "behind its series, `rate` takes `within` and a duration", at: span,
            help: "write `rate(DFF, within 10d)`: unknown from ten days after it was known")
    }

    /// `1d by 1m`: a step that divides the length and makes at most so many samples.
    private static func gridText(_ length: Int64, samples: Int64) -> String {
        let step = steps.first { length % $0 == 0 && length / $0 <= samples } ?? length
        return "\(canonicalDuration(length)) by \(canonicalDuration(step))"
    }

    /// Steps that people use, milliseconds.
    private static let steps: [Int64] = [
        1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
        3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
    ]
}
