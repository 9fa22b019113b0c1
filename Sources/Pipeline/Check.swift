import Diagnostics
public import MarketModel
import RuleCompiler

/// `bellwether check`: reads and checks rules and notifiers, and evaluates nothing.
public struct Check: Sendable {
    private let paths: [String]
    private let notifiers: String?
    private let environment: [String: String]
    private let format: DiagnosticFormat
    private let explains: Bool
    /// The present, for calendars that end; nil: not looked at.
    public var now: Timestamp?

    public init(
        paths: [String], notifiers: String?, environment: [String: String], format: DiagnosticFormat = .text,
        explains: Bool = false
    ) {
        self.paths = paths
        self.notifiers = notifiers
        self.environment = environment
        self.format = format
        self.explains = explains
    }

    /// Shows every diagnostic and the counts. What programs read goes to the output, all else to the status.
    ///
    /// - Returns: `.findings` when there is an error.
    public func run(_ console: Console) -> CommandStatus {
        var rules = RuleSet(paths: paths, notifiers: notifiers, depth: .form, environment: environment)
        if let now { rules.lookAhead(from: now) }
        switch format {
        case .text: rules.show(console)
        case .json: for diagnostic in rules.diagnostics { console.print(diagnostic.json) }
        case .github: for diagnostic in rules.diagnostics { console.print(diagnostic.workflowCommand) }
        }
        if explains {
            for bounds in rules.bounds { console.print(bounds.text) }
        }
        if rules.notifiers.directory == nil {
            console.say(
                "note: notify clauses were not checked: no directory notifiers/ beside the rules; "
                    + "name one with --notifiers DIR")
        }
        let errors = rules.diagnostics.errorCount
        let warnings = rules.diagnostics.count - errors
        let verdict =
            errors > 0
            ? Colour.red.paint("failed", if: console.statusColours)
            : Colour.green.paint("ok", if: console.statusColours)
        console.say(
            "\(verdict): \(rules.ruleCount.counted("rule")) in "
                + "\(rules.fileCount.counted("file")), \(errors.counted("error")), "
                + warnings.counted("warning"))
        return errors > 0 ? .findings : .success
    }
}
