import Diagnostics

/// `bellwether check`: reads and checks rules and notifiers, and evaluates nothing.
public struct Check: Sendable {
    private let paths: [String]
    private let notifiers: String?
    private let environment: [String: String]

    public init(paths: [String], notifiers: String?, environment: [String: String]) {
        self.paths = paths
        self.notifiers = notifiers
        self.environment = environment
    }

    /// Shows every diagnostic and the counts.
    ///
    /// - Returns: `.findings` when there is an error.
    public func run(_ console: Console) -> CommandStatus {
        let rules = RuleSet(paths: paths, notifiers: notifiers, depth: .form, environment: environment)
        rules.show(console)
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
