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

    @Option(parsing: .upToNextOption, help: "Rule files, or directories of *.rules files.")
    var rules: [String] = ["rules"]

    @Option(parsing: .upToNextOption, help: "Files or quoted patterns of exported trades.")
    var trades: [String]

    @Option(help: ArgumentHelp("A rate series as a FRED CSV file; repeatable.", valueName: "SERIES=FILE"))
    var rates: [String] = []

    @Option(help: "First instant to report: 2025-03-10, 2025-03-10T14:30Z or milliseconds.")
    var from: String?

    @Option(help: "Last instant, inclusive.")
    var to: String?

    @Flag(help: "Take rows in file order, late ones counted and left out, as a live run would.")
    var asArrived = false

    @Option(help: "With --as-arrived: how late a trade may come.")
    var lateness = "250ms"

    @Option(help: "text or ndjson.")
    var format = "text"

    @Option(help: "all: pending and dropped too.")
    var transitions = "alerts"

    @Option(help: "How the fields are named: standard, binance, alpaca or polygon.")
    var mapping = "standard"

    @Option(help: "For CSV files without a header: their columns, such as time,price,size.")
    var columns: String?

    @Option(help: "The symbol of files that name none.")
    var symbol: String?

    @Option(help: "Directory of notifier files; by default notifiers/ beside the rules, if it is there.")
    var notifiers: String?

    func run() throws {
        var request = DryRunRequest(rules: rules, trades: trades)
        request.notifiers = notifiers
        request.rates = rates
        request.from = from
        request.to = to
        request.asArrived = asArrived
        request.lateness = lateness
        request.format = format
        request.transitions = transitions
        request.mapping = mapping
        request.columns = columns
        request.symbol = symbol
        let dryRun = DryRun(try DryRunOptions(request), environment: environment, console: console)
        try finish(dryRun.run())
    }
}
