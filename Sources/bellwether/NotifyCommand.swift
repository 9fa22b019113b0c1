import ArgumentParser
import Pipeline

struct NotifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Try notifiers out.",
        subcommands: [NotifyTestCommand.self])
}

struct NotifyTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a sample alert through a notifier, by the same code as a real one.",
        discussion: """
            Example:
              bellwether notify test desk            sends to what notifiers/desk.yaml names

            Exits with 3 when the receiver does not take it.
            """)

    @Argument(help: "The notifier's name: its file without .yaml.")
    var name: String

    @Option(help: "Directory of notifier files.")
    var notifiers = "notifiers"

    func run() async throws {
        let test = NotifyTest(name: name, directory: notifiers, environment: environment, console: console)
        try await finish(test.run())
    }
}
