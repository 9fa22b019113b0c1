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

            Exits with 1 when there is an error.
            """)

    @Argument(help: "Files, or directories of *.rules files.")
    var paths: [String] = ["rules"]

    @Option(help: "Directory of notifier files; by default notifiers/ beside the rules, if it is there.")
    var notifiers: String?

    func run() throws {
        let check = Check(paths: paths, notifiers: notifiers, environment: environment)
        try finish(check.run(console))
    }
}
