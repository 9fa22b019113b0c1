import ArgumentParser
import Pipeline

struct OutboxRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Send dead letters again.",
        discussion: """
            Each goes back to its old place, with its old id and a new deadline. A running instance sees it
            within a second; without one, the next start sends it.

            Examples:
              bellwether outbox retry 12 15
              bellwether outbox retry --receiver desk
              bellwether outbox retry --all

            Exits with 1 when a number is not there.
            """)

    @Argument(help: "Numbers as `bellwether outbox list` shows them.")
    var numbers: [Int64] = []

    @OptionGroup var place: OutboxArguments

    @Flag(help: "All dead letters.")
    var all = false

    func run() throws {
        var request = place.request
        request.numbers = numbers
        request.all = all
        try finish(OutboxChange(.retry, request, console: console).run(at: LiveRun.present))
    }
}

struct OutboxDropCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Take notifications out for good: they are never sent.",
        discussion: """
            Examples:
              bellwether outbox drop 12 15
              bellwether outbox drop --receiver desk             its dead letters
              bellwether outbox drop --receiver old --queued     and what still waits to be sent

            Exits with 1 when a number is not there.
            """)

    @Argument(help: "Numbers as `bellwether outbox list` shows them.")
    var numbers: [Int64] = []

    @OptionGroup var place: OutboxArguments

    @Flag(help: "All dead letters.")
    var all = false

    @Flag(help: "With --receiver or --all: what is still queued, too.")
    var queued = false

    func run() throws {
        var request = place.request
        request.numbers = numbers
        request.all = all
        request.queued = queued
        try finish(OutboxChange(.drop, request, console: console).run(at: LiveRun.present))
    }
}
