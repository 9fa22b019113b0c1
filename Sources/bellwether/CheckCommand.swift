import ArgumentParser
import Pipeline

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read and check rule files: errors, warnings, counts.",
        discussion: """
            Examples:
              bellwether check                       rules/ against notifiers/
              bellwether check rules/tech.rules
              bellwether check rules --notifiers /etc/bellwether/notifiers
              bellwether check --format json         one object a line, for editors and scripts
              bellwether check --format github       annotations in a GitHub workflow
              bellwether check --explain             what each rule keeps, what wakes it, what it shares

            Exits with 1 when there is an error.
            """)

    @Argument(help: "Files, or directories of *.rules files.")
    var paths: [String] = ["rules"]

    @Option(help: "Directory of notifier files; by default notifiers/ beside the rules, if it is there.")
    var notifiers: String?

    @Option(help: "How diagnostics are written: text, json, github.")
    var format = "text"

    @Flag(help: "Show what each rule keeps in memory, what wakes it, and what it shares with others.")
    var explain = false

    func validate() throws {
        if explain, format != "text" {
            throw ValidationError("--explain is text for people: leave --format out")
        }
    }

    func run() throws {
        var check = Check(
            paths: paths, notifiers: notifiers, environment: environment,
            format: try DiagnosticFormat(option: format), explains: explain)
        check.now = LiveRun.present
        try finish(check.run(console))
    }
}
