import Diagnostics

/// What is wrong with a line of a `*.test` file; its text is made in `TestProblemText.swift`.
struct TestProblem: Error {
    enum Kind {
        case unterminated
        case unknownLine(found: String, section: TestSection, near: String?)
        case expected(String, found: String?, help: String)
        case unexpected(String, help: String)
        case notDecimal(String)
        case notDuration(String, help: String?)
        case notTime(String)
        case unknownZone(String, near: String?)
        case beforeStart(String)
        case afterEnd(String, end: String)
        case doesNotDivide(length: String, step: String)
        case tooManyTrades(Int)
        case badPrice(String)
        case nameTwice(String, first: SourceSpan)
        case emptyTest(missing: String)
        case noTrades
        case alertsAndNone
        case unknownRule(String, near: String?)
        case unknownSeries(String, near: String?)
        case unknownKind(String, near: String?)
        case keyMissing(rule: String)
        case keyUnexpected(rule: String)
        case keyNotSelected(rule: String, key: String)
        case ruleNotUnderTest(String)
        case literal(String)
        case literalType(expected: String, example: String)
        case notValue(String)
        case valueWithoutSymbol(String)
    }

    var kind: Kind
    var span: SourceSpan

    init(_ kind: Kind, at span: SourceSpan) {
        self.kind = kind
        self.span = span
    }
}

/// Where a line stands.
enum TestSection { case file, test, tape, expect }
