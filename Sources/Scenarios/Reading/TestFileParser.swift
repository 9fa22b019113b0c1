public import Diagnostics
import MarketModel
import RuleSyntax

/// Reads a `*.test` file. Every line that cannot be read is reported with its place; reading goes on with
/// the next one, and the test that it belongs to is not run.
public func parseTests(_ source: SourceFile) -> (tests: [RuleTest], diagnostics: [Diagnostic]) {
    var parser = TestFileParser(file: source)
    parser.read()
    return (parser.tests, parser.diagnostics)
}

struct TestFileParser {
    let file: SourceFile
    var tests: [RuleTest] = []
    var diagnostics: [Diagnostic] = []
    private var section = TestSection.file
    private var tape = TapeCursor(start: 0)
    private var names: [String: SourceSpan] = [:]
    private var saysNoAlerts: SourceSpan?
    private var expectsAnything = false

    init(file: SourceFile) { self.file = file }

    mutating func read() {
        var place = 0
        while place < file.text.count {
            let (line, next) = TestLine.read(file, from: place)
            let isHeader = file.line(file.position(of: place).line).drop(while: \.isWhitespace)
                .hasPrefix("test ")
            place = next
            do throws(TestProblem) {
                try read(line.get())
            } catch {
                // What follows a sentence without an end is that test's, and no mistake of its own.
                if case .unterminated = error.kind, isHeader { begin(name: "", at: error.span) }
                report(error)
            }
        }
        finishTest()
    }

    private mutating func report(_ problem: TestProblem) {
        diagnostics.append(problem.diagnostic)
        if !tests.isEmpty { tests[tests.count - 1].isComplete = false }
    }

    private mutating func read(_ whole: TestLine) throws(TestProblem) {
        var line = whole
        guard let first = line.peek else { return }
        switch (first.text, section) {
        case ("test", _):
            _ = line.take()
            try beginTest(&line, first)
        case ("rule", .test), ("rules", .test):
            _ = line.take()
            try readRules(&line)
        case ("start", .test):
            _ = line.take()
            tests[tests.count - 1].clock = try line.startClock()
            tests[tests.count - 1].end = tests[tests.count - 1].clock.start
        case ("tape", .test):
            _ = line.take()
            tape = TapeCursor(start: tests[tests.count - 1].clock.start)
            section = .tape
            try line.expectEnd(help: "its lines follow below")
        case ("expect", .test), ("expect", .tape):
            _ = line.take()
            section = .expect
            if !line.isAtEnd { try readNothing(&line) }
        case (_, .tape): try tape.read(&line, into: &tests[tests.count - 1])
        case ("at", .expect):
            _ = line.take()
            try readExpectation(&line)
        case ("no", .expect): try readNothing(&line)
        default:
            let near = nearestName(to: first.text, among: section.words)
            throw TestProblem(.unknownLine(found: first.text, section: section, near: near), at: first.span)
        }
    }

    // MARK: A test's head

    private mutating func beginTest(_ line: inout TestLine, _ keyword: TestWord) throws(TestProblem) {
        let help = "write test \"Two per cent within five minutes fire\""
        let word = line.take()
        begin(name: word?.unquoted ?? "", at: word?.span ?? keyword.span)
        guard let word, word.isString, word.text.utf8.count > 2 else {
            throw TestProblem(
                .expected("a sentence in quotes", found: word?.text, help: help),
                at: word?.span ?? line.endSpan)
        }
        try line.expectEnd(help: help)
        if let first = names[word.text] {
            throw TestProblem(.nameTwice(word.unquoted, first: first), at: word.span)
        }
        names[word.text] = word.span
    }

    private mutating func begin(name: String, at span: SourceSpan) {
        finishTest()
        section = .test
        saysNoAlerts = nil
        expectsAnything = false
        tests.append(RuleTest(name: name, span: span, clock: .standard))
    }

    /// `rule fast_move, volume_spike`
    private mutating func readRules(_ line: inout TestLine) throws(TestProblem) {
        let help = "write `rule fast_move` or `rule fast_move, gone_silent`"
        var name = try line.word("the name of a rule", help: help)
        while true {
            let isLast = !name.text.hasSuffix(",")
            let text = isLast ? name.text : String(name.text.dropLast())
            let span = SourceSpan(
                file: file, start: name.span.start, end: name.span.start + text.utf8.count)
            tests[tests.count - 1].rules.append(Name(text: text, span: span))
            if isLast { break }
            name = try line.word("the name of a rule behind the comma", help: help)
        }
        try line.expectEnd(help: help)
    }

    private mutating func finishTest() {
        guard let test = tests.last, test.isComplete else { return }
        if test.trades.isEmpty {
            let missing: TestProblem.Kind = tape.start == 0 ? .emptyTest(missing: "tape") : .noTrades
            report(TestProblem(missing, at: test.span))
        } else if !expectsAnything {
            report(TestProblem(.emptyTest(missing: "expect"), at: test.span))
        }
        tests[tests.count - 1].end = max(tape.cursor, test.end)
        tape = TapeCursor(start: 0)
        for (span, at) in test.transitions.map({ ($0.span, $0.at) }) + test.values.map({ ($0.span, $0.at) })
        where at > tests[tests.count - 1].end {
            let end = test.clock.offset(of: tests[tests.count - 1].end)
            report(TestProblem(.afterEnd(test.clock.offset(of: at), end: end), at: span))
        }
    }

    // MARK: Expectations

    private mutating func readNothing(_ line: inout TestLine) throws(TestProblem) {
        let help = "write `no alerts`"
        guard line.takes("no"), line.takes("alerts") else {
            throw TestProblem(
                .expected("`no alerts`", found: line.peek?.text, help: help),
                at: line.peek?.span ?? line.endSpan)
        }
        try line.expectEnd(help: help)
        expectsAnything = true
        saysNoAlerts = line.span
        try refuseAlertsBesideNone()
    }

    private mutating func readExpectation(_ line: inout TestLine) throws(TestProblem) {
        expectsAnything = true
        let at = try line.time(tests[tests.count - 1].clock, colon: true)
        if line.rest.contains(where: { $0.text == "=" }) {
            tests[tests.count - 1].values.append(try line.expectedValue(at: at))
        } else {
            tests[tests.count - 1].transitions.append(try line.expectedTransition(at: at))
            try refuseAlertsBesideNone()
        }
    }

    private func refuseAlertsBesideNone() throws(TestProblem) {
        if let saysNoAlerts, tests.last?.transitions.isEmpty == false {
            throw TestProblem(.alertsAndNone, at: saysNoAlerts)
        }
    }
}
