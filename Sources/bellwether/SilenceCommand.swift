import ArgumentParser
import Pipeline

struct SilenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Keep alerts quiet for a time.",
        discussion: """
            A silence mutes the alerts that match all its parts, from its start to its
            end in the trades' own time. They are evaluated and recorded as ever; nobody
            is told. Whoever was told of an alert before still hears when it is over. At
            the end each notifier gets one message of what fired meanwhile and still
            fires.

            A running instance sees changes within a second; without one, the next start does.
            """,
        subcommands: [SilenceAddCommand.self, SilenceListCommand.self, SilenceEndCommand.self])
}

struct SilenceAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Begin a silence.",
        discussion: """
            A part is a text as it is, one with * and ?, or a /pattern/ of PCRE2, which
            is searched for.

            Examples:
              bellwether silence add --rule shock --key SPY --for 2h --comment 'known'
              bellwether silence add --key 'BINANCE:*' --for 30m --comment maintenance
              bellwether silence add --key '/^(BTC|ETH)/' --severity warning \\
                --for 1h --comment noise
              bellwether silence add --label team=risk --from 2025-03-14T20:00Z \\
                --until 2025-03-16T22:00Z --comment 'move of the data centre'
            """)

    @Option(help: "The rule's name.")
    var rule: String?

    @Option(help: "The alert's symbol.")
    var key: String?

    @Option(help: "The level that the alert has reached: info, warning, critical.")
    var severity: String?

    @Option(help: ArgumentHelp("One of the rule's labels; can be repeated.", valueName: "name=value"))
    var label: [String] = []

    @Option(name: .customLong("for"), help: "How long: 30m, 2h, 1d12h.")
    var lasts: String?

    @Option(help: "When it begins; now, if absent. Without an offset the time is UTC.")
    var from: String?

    @Option(help: "When it ends, in place of --for.")
    var until: String?

    @Option(help: "Why; it stands in the message at the end.")
    var comment: String

    @Option(help: "Who says so; the user's name, if absent.")
    var author: String?

    @OptionGroup var place: StateArguments

    func run() throws {
        var addition = SilenceAddition()
        addition.rule = rule
        addition.key = key
        addition.severity = severity
        addition.labels = label
        addition.lasts = lasts
        addition.from = from
        addition.until = until
        addition.comment = comment
        addition.author = author ?? user
        try finish(addition.run(in: place.place, at: LiveRun.present, console: console))
    }
}

struct SilenceListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show silences, and how many alerts that fire now each matches.",
        discussion: """
            Examples:
              bellwether silence list
              bellwether silence list --all --format json
            """)

    @Flag(help: "Those that are over, too; they are kept for thirty days.")
    var all = false

    @Option(help: "text or json (an object a line).")
    var format = "text"

    @OptionGroup var place: StateArguments

    func run() throws {
        let listing = SilenceListing(place.place, console: console)
        try finish(listing.list(all: all, format: format, at: LiveRun.present))
    }
}

struct SilenceEndCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End silences now.",
        discussion: """
            Examples:
              bellwether silence end 3
              bellwether silence end 3 4

            Exits with 1 when one is not there, or was over.
            """)

    @Argument(help: "Numbers as `bellwether silence list` shows them.")
    var numbers: [Int64]

    @OptionGroup var place: StateArguments

    func run() throws {
        try finish(SilenceListing(place.place, console: console).end(numbers, at: LiveRun.present))
    }
}

extension ParsableCommand {
    /// Who has called.
    var user: String { environment["USER"] ?? environment["LOGNAME"] ?? "unknown" }
}
