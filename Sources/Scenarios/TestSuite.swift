public import Diagnostics
import MarketModel
public import RuleSemantics
import RuleSyntax

/// Rules with their tests, read, checked and bound to one another: what `bellwether test` runs.
public struct TestSuite: Sendable {
    /// In the order of the files and of their text. Errors of the rules, or of the tests.
    public let diagnostics: [Diagnostic]
    /// Without those that have errors.
    let tests: [BoundTest]
    let files: [RuleFile]
    let options: CheckOptions
    let program: CheckedProgram

    public var testCount: Int { tests.count }
    public var ruleCount: Int { program.rules.count }

    /// Tests are bound only to rules without errors.
    public init(rules: [SourceFile], tests: [SourceFile], options: CheckOptions = CheckOptions()) {
        self.options = options
        let parsedRules = rules.map { parseRules($0) }
        files = parsedRules.map(\.file)
        let (checked, findings) = checkRules(files, options: options)
        let ruleDiagnostics = parsedRules.flatMap(\.diagnostics) + findings
        if ruleDiagnostics.hasErrors {
            diagnostics = ruleDiagnostics
            program = CheckedProgram()
            self.tests = []
            return
        }
        program = checked
        var problems: [Diagnostic] = []
        var bound: [BoundTest] = []
        for source in tests {
            let parsed = parseTests(source)
            var binder = TestBinder(program: checked, files: files, options: options)
            bound += parsed.tests.compactMap { $0.isComplete ? binder.bind($0) : nil }
            problems += TestSuite.inOrder(parsed.diagnostics + binder.diagnostics)
        }
        self.tests = bound
        diagnostics = problems
    }

    private static func inOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.enumerated().sorted {
            ($0.element.span?.start ?? 0, $0.offset) < ($1.element.span?.start ?? 0, $1.offset)
        }.map(\.element)
    }

    /// The tests whose sentence, file or one of whose rules contains a text; all without one.
    func selected(_ filter: String?) -> [BoundTest] {
        guard let filter, !filter.isEmpty else { return tests }
        let wanted = filter.lowercased()
        return tests.filter { bound in
            let rules = bound.test.rules.map(\.text)
            return ([bound.test.name, bound.test.span.file.name] + rules).contains {
                $0.lowercased().contains(wanted)
            }
        }
    }
}

/// A test whose names mean something in a program.
struct BoundTest: Sendable {
    var test: RuleTest
    /// The rules whose transitions are compared.
    var rules: Set<String>
    var values: [BoundValue]
    /// The program's, then those that only the values read.
    var rateSeries: [String]

    var emitsPending: Bool { test.transitions.contains { $0.kind == .pending || $0.kind == .dropped } }
}

struct BoundValue: Sendable {
    var expected: ExpectedValue
    var expression: CheckedExpression
    var format: NumberFormat
}
