import Diagnostics

extension TestProblem {
    var diagnostic: Diagnostic {
        let text = text
        var diagnostic = Diagnostic(.error, code: text.code, text.message, at: span, help: text.help)
        if case .nameTwice(_, let first) = kind {
            diagnostic.notes = [Diagnostic.Note(span: first, text: "first here")]
        }
        return diagnostic
    }

    private typealias Text = (code: String, message: String, help: [String])

    private var text: Text {
        switch kind {
        case .unterminated:
            ("E201", "this string does not end on its line", ["close it: `\"` or a back-quote"])
        case .unknownLine(let found, let section, let near):
            ("E202", "`\(found)` begins no line here", section.help(near))
        case .expected(let what, let found, let help):
            (
                "E203",
                "expected \(what)" + (found.map { ", found `\($0)`" } ?? ", found the end of the line"),
                [help]
            )
        case .unexpected(let found, let help): ("E204", "`\(found)` does not belong here", [help])
        case .notDecimal(let found): ("E205", "`\(found)` is no number", ["write it like 101.25"])
        case .notDuration(let found, let help):
            ("E206", "`\(found)` is no duration", [help ?? "write it like 500ms, 30s, 5m, 1h30m, 2d"])
        case .notTime(let found):
            (
                "E207", "`\(found)` is no time",
                [
                    "write the time since the start (5m10s), a clock (10:05:10), or a date and a clock "
                        + "(2025-03-11 09:30)"
                ]
            )
        case .unknownZone(let found, let near):
            (
                "E208", "unknown time zone `\(found)`",
                [near.map { "did you mean `\($0)`?" } ?? "write it like America/New_York, Europe/London, UTC"]
            )
        case .beforeStart(let found): ("E209", "`\(found)` is before the start of the test", [])
        case .afterEnd(let found, let end):
            (
                "E210", "`\(found)` is after the end of the tape, which is at \(end)",
                ["let time pass at the end of the tape: `quiet 5m`"]
            )
        case .doesNotDivide(let length, let step):
            (
                "E211", "\(length) is no whole number of steps of \(step)",
                ["change one of them, or set the step: `every 10s`"]
            )
        case .tooManyTrades(let limit):
            ("E212", "the tape has more than \(limit) trades", ["take greater steps: `every 1m`"])
        default: otherText
        }
    }

    private var otherText: Text {
        switch kind {
        case .badPrice(let found):
            ("E213", "\(found) cannot be traded", ["prices are positive, at most 15 digits"])
        case .nameTwice(let name, _):
            ("E214", "two tests are called \"\(name)\"", ["give each its own sentence"])
        case .emptyTest(let missing):
            ("E215", "the test has no `\(missing)`", ["see docs/TESTING.md for an example"])
        case .noTrades:
            (
                "E216", "a tape without a trade evaluates nothing",
                ["rates are watched while trades arrive: add a trade at the beginning, such as `SPY 100`"]
            )
        case .alertsAndNone:
            ("E217", "`no alerts` stands beside alerts", ["leave one of them out"])
        case .unknownRule(let name, let near):
            ("E218", "no rule is called `\(name)`", near.map { ["did you mean `\($0)`?"] } ?? [])
        case .unknownSeries(let name, let near):
            (
                "E219", "no rule reads the rate series `\(name)`",
                near.map { ["did you mean `\($0)`?"] } ?? []
            )
        case .unknownKind(let found, let near):
            (
                "E220", "`\(found)` is no transition",
                [
                    near.map { "did you mean `\($0)`?" }
                        ?? "write firing, escalated, repeated, resolved, pending or dropped"
                ]
            )
        case .keyMissing(let rule):
            ("E221", "`\(rule)` has an alert for each symbol", ["name the symbol: `\(rule) AAPL firing`"])
        case .keyUnexpected(let rule):
            ("E222", "`\(rule)` has no symbol", ["write `\(rule) firing`"])
        case .keyNotSelected(let rule, let key):
            ("E223", "`\(rule)` does not watch `\(key)`", ["name a symbol that its `on` selects"])
        case .ruleNotUnderTest(let rule):
            ("E224", "`\(rule)` is not among the test's rules", ["add it: `rule ..., \(rule)`"])
        case .literal(let found):
            (
                "E225", "`\(found)` is no value",
                ["write a number (101.25), a ratio (1.8%), a duration (5m), true, false or unknown"]
            )
        case .literalType(let expected, let example):
            ("E226", "this value is \(expected)", ["write it like \(example)"])
        case .notValue(let found):
            ("E227", "`\(found)` has no value to compare", ["write an expression: change(price, 5m)"])
        case .valueWithoutSymbol(let name):
            ("E228", "`\(name)` of which symbol?", ["write `... of AAPL = ...` or `AAPL.\(name)`"])
        default: ("E202", "this line cannot be read", [])
        }
    }
}

extension TestSection {
    /// The words that may begin a line.
    var words: [String] {
        switch self {
        case .file: ["test"]
        case .test: ["rule", "start", "tape", "expect", "test"]
        case .tape: ["at", "with", "quiet", "rate", "expect", "test"]
        case .expect: ["at", "no", "test"]
        }
    }

    func help(_ near: String?) -> [String] {
        if let near { return ["did you mean `\(near)`?"] }
        switch self {
        case .file: return ["a test begins with its sentence: test \"Two per cent within five minutes fire\""]
        case .test: return ["write `rule`, `start`, `tape` or `expect`"]
        case .tape:
            return [
                "a line of the tape is a symbol with its prices (AAPL 100 for 5m every 10s), `quiet 5m` "
                    + "or `rate DFF 5.33%`; `at 5m` or `with` may stand before it"
            ]
        case .expect:
            return [
                "write `at 5m10s RULE SYMBOL firing`, `at 5m: EXPRESSION of SYMBOL = VALUE` or `no alerts`"
            ]
        }
    }
}
