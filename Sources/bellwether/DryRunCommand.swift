import ArgumentParser
import Pipeline

struct DryRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dry-run",
        abstract: "Evaluate rules over exported trades: the alerts they would have sent.",
        discussion: """
            Examples:
              bellwether dry-run --rules rules --trades 'trades-*.csv.gz' --rates DFF=DFF.csv
              bellwether dry-run --rules rules/tech.rules --trades day.ndjson \\
                --from 2025-03-10T13:30 --to 2025-03-10T20:00 --format ndjson > alerts.ndjson

            Files are CSV or NDJSON, plain or gzip, as BigQuery writes them. Alerts go to standard output,
            everything else to standard error. Trades before --from warm the windows up; alerts before it are
            not shown.
            """)

    @OptionGroup var export: ExportArguments

    @Option(help: "First instant to report: 2025-03-10, 2025-03-10T14:30Z or milliseconds.")
    var from: String?

    @Option(help: "Last instant, inclusive.")
    var to: String?

    @Option(help: "text or ndjson.")
    var format = "text"

    @Option(help: "all: pending and dropped too.")
    var transitions = "alerts"

    @Option(help: "Threads that evaluate; one more reads. By default one a processor, at most 8.")
    var threads: Int?

    func validate() throws {
        try export.requireTrades()
    }

    func run() throws {
        var request = export.request
        request.from = from
        request.to = to
        request.format = format
        request.transitions = transitions
        request.threads = threads
        let dryRun = DryRun(try DryRunOptions(request), environment: environment, console: console)
        try finish(dryRun.run())
    }
}
