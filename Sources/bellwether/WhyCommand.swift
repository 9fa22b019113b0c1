import ArgumentParser
import Pipeline

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Why a rule did, or did not, fire for a symbol at an instant.",
        discussion: """
            Shows the rule's conditions with every value at that instant, what each window held, where the
            alert's life stood, and when it did not fire, how near it came. The engine itself computes all of
            it, over the same trades as a dry-run.

            Examples:
              bellwether why fast_move AAPL 2025-03-10T14:03:11.220Z --trades 'trades-*.csv.gz'
              bellwether why fast_move AAPL 10:03:11 --trades day.csv         a clock of the only day (UTC)
              bellwether why pair_stretched - 2025-03-10T14:03Z --trades day.csv   a rule without `on`
              bellwether why below_cash SPY 2025-03-10T20:00Z --trades spy.csv --rates DFF=DFF.csv
              bellwether why fast_move AAPL 10:03:11 --trades day.csv --since 30m --format json
              bellwether why fast_move AAPL now --instance http://127.0.0.1:8690   a running instance
            """)

    @Argument(help: "The rule's name.")
    var rule: String

    @Argument(help: "The symbol, or - for a rule without `on`.")
    var key: String

    @Argument(help: "The instant: 2025-03-10T14:03:11.220Z, another offset, or milliseconds since 1970.")
    var at: String

    @OptionGroup var export: ExportArguments

    @Option(help: "Look for the nearest miss from here on: an instant, or a duration before AT, such as 30m.")
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Ask a running instance about its recent history, instead of an export.", valueName: "URL"))
    var instance: String?

    @Option(help: "text or json.")
    var format = "text"

    func validate() throws {
        guard instance != nil else { return try export.requireTrades() }
        if !export.trades.isEmpty { throw ValidationError("--instance and --trades exclude each other") }
    }

    func run() throws {
        var request = WhyRequest(export.request, rule: rule, key: key, at: at)
        request.since = since
        request.format = format
        if let instance {
            return try finish(WhyInstance(instance, request, console: console).run())
        }
        let why = Why(try WhyOptions(request), environment: environment, console: console)
        try finish(why.run())
    }
}
