import ArgumentParser
import Pipeline

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What becomes of the rules in effect if these files take their place.",
        discussion: """
            A running `bellwether run` takes changed rules and notifiers by itself, a
            second or two after the last file was written; SIGHUP has it look at once.
            Plan before you write: a rule that means the same keeps its alerts and
            windows, whatever its message says; one that means something else begins
            anew, and its alerts that fire are resolved.

            Examples:
              bellwether plan                          rules/ against what runs
              bellwether plan new-rules --state /var/lib/bellwether
              bellwether plan --format json

            Exits with 1 when the files have an error.
            """)

    @Argument(help: "Files, or directories of *.rules files.")
    var paths: [String] = ["rules"]

    @Option(help: "Directory of notifier files; by default notifiers/ beside the rules, if it is there.")
    var notifiers: String?

    @OptionGroup var place: StateArguments

    @Option(help: "text, or json (an object a line).")
    var format = "text"

    func run() throws {
        let plan = PlanAhead(
            paths: paths, notifiers: notifiers, place: place.place, environment: environment, format: format)
        try finish(plan.run(console))
    }
}
