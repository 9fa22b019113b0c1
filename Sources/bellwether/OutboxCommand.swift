import ArgumentParser
import Pipeline

struct OutboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox",
        abstract: "What waits to be sent, and what was given up.",
        discussion: """
            `bellwether run` keeps its notifications in a state file until they are delivered. One that a
            receiver refused, or that was not delivered within the notifier's retry_for, becomes a dead letter
            and waits there for thirty days.
            """,
        subcommands: [OutboxListCommand.self, OutboxRetryCommand.self, OutboxDropCommand.self])
}

/// Which notifications.
struct OutboxArguments: ParsableArguments {
    @OptionGroup var place: StateArguments

    @Option(help: "Only what is for this notifier.")
    var receiver: String?

    var request: OutboxRequest {
        var request = OutboxRequest(place.place)
        request.receiver = receiver
        return request
    }
}

struct OutboxListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show queued notifications and dead letters.",
        discussion: """
            Works while `bellwether run` is running, and after it ended.

            Examples:
              bellwether outbox list
              bellwether outbox list --receiver desk --dead
              bellwether outbox list --state /var/lib/bellwether --format json
            """)

    @OptionGroup var place: OutboxArguments

    @Flag(help: "Dead letters alone.")
    var dead = false

    @Option(help: "text or json (an object a line).")
    var format = "text"

    func run() throws {
        var request = place.request
        request.deadOnly = dead
        try finish(OutboxListing(request, format: format, console: console).run())
    }
}
