import Diagnostics
import RuleSemantics
import RuleSyntax
import Testing

/// Rules from text, parsed and checked together.
struct Checking {
    var program: CheckedProgram
    /// Of the parser, then of the checker.
    var diagnostics: [Diagnostic]

    init(_ texts: String..., options: CheckOptions = .init()) {
        self.init(
            files: texts.enumerated().map { index, text in
                SourceFile(name: "rules/\(index + 1).rules", text: text.utf8)
            }, options: options)
    }

    init(files: [SourceFile], options: CheckOptions = .init()) {
        let parsed = files.map(parseRules)
        let checked = checkRules(parsed.map(\.file), options: options)
        program = checked.program
        diagnostics = parsed.flatMap(\.diagnostics) + checked.diagnostics
    }

    var codes: [String] { diagnostics.map(\.code) }
    var errorCodes: [String] { diagnostics.filter { $0.level == .error }.map(\.code) }
    var rendered: String { DiagnosticRenderer().render(diagnostics) }

    /// The only rule of a text without errors.
    func onlyRule(_ place: SourceLocation = #_sourceLocation) throws -> CheckedRule {
        try #require(!diagnostics.hasErrors, "\(rendered)", sourceLocation: place)
        return try #require(program.rules.first, sourceLocation: place)
    }
}

/// A rule on AAPL with this condition.
func condition(_ text: String, options: CheckOptions = .init()) -> Checking {
    Checking("rule r on AAPL\n  when \(text)\n", options: options)
}
