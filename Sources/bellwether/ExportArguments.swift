import ArgumentParser
import Pipeline

/// What a command over exported trades reads, and how; the same for `dry-run` and `why`.
struct ExportArguments: ParsableArguments {
    @Option(parsing: .upToNextOption, help: "Rule files, or directories of *.rules files.")
    var rules: [String] = ["rules"]

    @Option(parsing: .upToNextOption, help: "Files or quoted patterns of exported trades.")
    var trades: [String] = []

    @Option(help: ArgumentHelp("A rate series as a FRED CSV file; repeatable.", valueName: "SERIES=FILE"))
    var rates: [String] = []

    @Flag(help: "Take rows in file order, late ones counted and left out, as a live run would.")
    var asArrived = false

    @Option(help: "With --as-arrived: how late a trade may come.")
    var lateness = "250ms"

    @Option(help: "How the fields are named: standard, binance, alpaca or polygon.")
    var mapping = "standard"

    @Option(help: "For CSV files without a header: their columns, such as time,price,size.")
    var columns: String?

    @Option(help: "The symbol of files that name none.")
    var symbol: String?

    @Option(help: "Directory of notifier files; by default notifiers/ beside the rules, if it is there.")
    var notifiers: String?

    @Option(help: "Trades of one symbol that its windows may hold; beyond, they are unknown.")
    var pointsPerSymbol = DryRunRequest.defaultPointsPerSymbol

    func requireTrades() throws {
        if trades.isEmpty { throw ValidationError("Missing expected argument '--trades <trades> ...'") }
    }

    var request: DryRunRequest {
        var request = DryRunRequest(rules: rules, trades: trades)
        request.notifiers = notifiers
        request.rates = rates
        request.asArrived = asArrived
        request.lateness = lateness
        request.mapping = mapping
        request.columns = columns
        request.symbol = symbol
        request.pointsPerSymbol = pointsPerSymbol
        return request
    }
}
