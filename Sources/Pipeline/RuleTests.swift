import Diagnostics
import Foundation
import Scenarios
import Synchronization

/// `bellwether test`: runs the tests that stand beside the rules (docs/TESTING.md).
public struct RuleTests: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case text, tap

        /// - Throws: `.usage` for a format that does not exist.
        public init(option: String) throws(CommandFailure) {
            self = try DryRunOptions.choice(option, option: "--format")
        }
    }

    private let paths: [String]
    private let now: @Sendable () -> Duration
    public var filter: String?
    public var format = Format.text
    public var showsCoverage = false
    public var mutates = false

    /// - Parameters:
    ///   - paths: directories of rules and tests, or single files.
    ///   - now: a clock that only goes forward, for the progress bar.
    public init(paths: [String], now: @escaping @Sendable () -> Duration = DryRun.uptime) {
        self.paths = paths
        self.now = now
    }

    /// - Returns: `.findings` when a test fails or cannot be read, or a clause is not exercised.
    /// - Throws: `.usage` when there is no test to run, `.findings` for rules with errors.
    public func run(_ console: Console) throws(CommandFailure) -> CommandStatus {
        let sources = TestSources(paths: paths)
        let suite = TestSuite(rules: sources.rules, tests: sources.tests)
        let diagnostics = sources.diagnostics + suite.diagnostics
        if !diagnostics.isEmpty {
            console.status.write(
                DiagnosticRenderer(usesColour: console.statusColours).render(diagnostics) + "\n")
        }
        if sources.diagnostics.hasErrors || suite.ruleCount == 0 && diagnostics.hasErrors {
            throw CommandFailure(
                .findings, "no test was run: \(diagnostics.errorCount.counted("error"))",
                help: "mend them and run `bellwether test` again")
        }
        if sources.tests.isEmpty {
            throw CommandFailure(
                .usage, "no tests in \(paths.joined(separator: ", "))",
                help: "write them into files that end in .test beside the rules; see docs/TESTING.md")
        }
        let outcomes = suite.run(filter: filter)
        if outcomes.isEmpty, let filter, !diagnostics.hasErrors {
            throw CommandFailure(
                .usage, "no test matches `\(filter)`",
                help: "--filter takes a part of a test's sentence, file or rule")
        }
        show(outcomes, console)
        let isGood = !diagnostics.hasErrors && outcomes.allSatisfy(\.passes)
        var status = isGood ? CommandStatus.success : .findings
        summarise(outcomes, diagnostics.errorCount, console)
        if showsCoverage, !cover(suite, console) { status = .findings }
        // A test that fails anyway notices nothing.
        if mutates, isGood { mutate(suite, console) }
        return status
    }

    private func show(_ outcomes: [TestOutcome], _ console: Console) {
        let text = OutcomeText(usesColour: console.outputColours && format == .text)
        if format == .tap {
            console.print("TAP version 14\n1..\(outcomes.count)")
            for (index, outcome) in outcomes.enumerated() {
                let name = outcome.name.replacing("#", with: "\\#")
                console.print("\(outcome.passes ? "ok" : "not ok") \(index + 1) - \(name)")
                if !outcome.passes { for line in text.lines(outcome) { console.print("# \(line)") } }
            }
        } else {
            for outcome in outcomes { for line in text.lines(outcome) { console.print(line) } }
        }
    }

    private func summarise(_ outcomes: [TestOutcome], _ unread: Int, _ console: Console) {
        let failed = outcomes.filter { !$0.passes }.count
        let isGood = failed == 0 && unread == 0
        let verdict = (isGood ? Colour.green : .red).paint(
            isGood ? "ok" : "failed", if: console.statusColours)
        var line = "\(verdict): \(outcomes.count.counted("test"))"
        line += ", \((outcomes.count - failed).grouped) passed, \(failed.grouped) failed"
        if unread > 0 { line += "; \(unread.counted("error")) in the test files" }
        console.say(line)
    }

    /// - Returns: whether every clause is exercised.
    private func cover(_ suite: TestSuite, _ console: Console) -> Bool {
        let report = suite.coverage(filter: filter, ofTestedRules: isChoice)
        for gap in report.gaps {
            console.print("\(gap.span.file.name):\(gap.span.line): \(gap.rule): \(gap.text)")
        }
        console.say(
            "coverage: \(report.covered.grouped) of \(report.parts.grouped) clauses and operands of "
                + "\(report.rules.counted("rule"))")
        return report.gaps.isEmpty
    }

    /// A choice of tests says nothing of the rules that they are not about.
    private var isChoice: Bool { filter != nil || paths.allSatisfy { $0.hasSuffix(".test") } }

    private func mutate(_ suite: TestSuite, _ console: Console) {
        let bar = Mutex(ProgressBar(console, "mutants", now: now))
        let report = suite.mutation(filter: filter, ofTestedRules: isChoice) { done, total in
            bar.withLock { bar in
                bar.show(fraction: Double(done) / Double(max(1, total))) { _ in
                    "\(done.grouped) of \(total.grouped)"
                }
            }
        }
        bar.withLock { $0.clear() }
        for survivor in report.survivors {
            let span = survivor.span
            let line = span.file.line(span.line).trimmingCharacters(in: .whitespaces)
            console.print(
                "\(span.file.name):\(span.line):\(span.column): \(survivor.item): `\(line)`: "
                    + "no test notices \(survivor.shifted.joined(separator: " or ")) "
                    + "instead of \(survivor.literal)")
        }
        console.say(
            "mutants: \(report.noticed.grouped) of \(report.mutants.grouped) small changes were noticed")
    }
}
