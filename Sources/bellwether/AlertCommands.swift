import ArgumentParser
import Pipeline

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Show what fires now, and what alerts did.",
        discussion: """
            Reads the state file: while an instance runs, and after it ended.

            Examples:
              bellwether alerts
              bellwether alerts --firing
              bellwether alerts --since 7d --format json
            """)

    @Flag(help: "What fires now, alone.")
    var firing = false

    @Option(help: "How far back the past goes: 1h, 7d, or a time. Thirty days are kept.")
    var since = "1d"

    @Option(help: "text or json (an object a line).")
    var format = "text"

    @OptionGroup var place: StateArguments

    func run() throws {
        var listing = AlertListing(place.place, console: console)
        listing.firingOnly = firing
        listing.since = since
        listing.format = format
        try finish(listing.run(at: LiveRun.present))
    }
}

struct AcknowledgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Say that somebody looks after an alert that fires.",
        discussion: """
            Steps under `escalate` of bellwether.yaml that say `unless: acked` leave it
            alone until it is over; its next fire is another incident. A running
            instance sees it within a second.

            Examples:
              bellwether ack 4f1c09ab
              bellwether ack --rule index_shock --key SPY --comment 'desk looks at it'
              bellwether ack --rule index_shock          all of its alerts that fire

            Exits with 1 when no such alert fires.
            """)

    @Argument(help: "The first digits of an incident, as `bellwether alerts --firing` shows them.")
    var incident: String?

    @Option(help: "The rule's name.")
    var rule: String?

    @Option(help: "The alert's symbol.")
    var key: String?

    @Option(help: "What is being done.")
    var comment = ""

    @Option(help: "Who says so; the user's name, if absent.")
    var author: String?

    @OptionGroup var place: StateArguments

    func run() throws {
        var acknowledging = AlertAcknowledging()
        acknowledging.incident = incident
        acknowledging.rule = rule
        acknowledging.key = key
        acknowledging.comment = comment
        acknowledging.author = author ?? user
        try finish(acknowledging.run(in: place.place, at: LiveRun.present, console: console))
    }
}
