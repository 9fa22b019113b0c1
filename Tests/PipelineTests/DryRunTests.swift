import Foundation
import Testing

@testable import Pipeline

@Suite("bellwether dry-run")
struct DryRunTests {
    static let rules = """
        rule dear on A
          when price > 100
          severity critical
          message "{symbol} {price}"

        rule never on all
          when price > 1mn
        """

    struct Outcome {
        var status: CommandStatus
        var output: String
        var said: String
    }

    /// Runs the rules over one file of trades.
    private func dryRun(
        _ trades: String, rules: String = DryRunTests.rules,
        _ change: (inout DryRunRequest) -> Void = { _ in }
    ) throws -> Outcome {
        let place = try TemporaryDirectory()
        try place.write(rules, to: "test.rules")
        try place.write(trades, to: "trades.csv")
        var request = DryRunRequest(rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades.csv"])
        change(&request)
        let output = MemorySink()
        let said = MemorySink()
        let dryRun = DryRun(
            try DryRunOptions(request), environment: [:], console: Console(output: output, status: said),
            now: { .zero })
        let status = try dryRun.run()
        return Outcome(
            status: status, output: output.text,
            said: said.text.replacing(place.path, with: ""))
    }

    static let trades = """
        symbol,price,timestamp,volume
        A,99,1741600000000,1
        A,101,1741600001000,1
        B,7,1741600001500,1
        A,98,1741600002000,1
        A,102,1741600003000,1
        """

    @Test("a file that turns out not to be in order gives the alerts of the sorted one, each once")
    func farOutOfOrder() throws {
        // More rows than are held back while a file nearly in order is read.
        let rows = (0..<40_000).map {
            "\($0 % 7 == 0 ? "A" : "B"),\(90 + $0 % 23),\(1_741_600_000_000 + $0 * 10),1"
        }
        let header = "symbol,price,timestamp,volume\n"
        let sorted = try dryRun(header + rows.joined(separator: "\n"))
        let moved = Array(rows[20_000...] + rows[..<20_000])
        let unsorted = try dryRun(header + moved.joined(separator: "\n"))
        #expect(unsorted.output == sorted.output)
        #expect(unsorted.output.split(separator: "\n").count > 1000)
        #expect(unsorted.said == sorted.said)
    }

    @Test(
        "text that is held back comes out whole and in order, in memory or not", arguments: [1, 40, 1 << 20])
    func holding(inMemory: Int) throws {
        let held = HeldText(greatestInMemory: inMemory)
        let lines = (0..<100).map { "line \($0) \u{1f514}\n" }
        for line in lines { held.append(line) }
        var text = ""
        try held.release { text += $0 }
        #expect(text == lines.joined())
        try held.release { text += $0 }
        #expect(text == lines.joined())
    }

    @Test("trades outside the years of an exchange's calendar are warned of, and those inside are not")
    func calendar() throws {
        let rules = "session hk = XHKF regular\nrule a on A\n  when price > 100\n  during hk\n"
        #expect(!(try dryRun(Self.trades, rules: rules).said.contains("W013")))
        let older = Self.trades.replacing("17416", with: "13416")
        let warned = try dryRun(older, rules: rules)
        #expect(warned.status == .success)
        #expect(warned.said.contains("warning[W013]: the calendar of `XHKF` begins on 2017-01-01"))
    }

    @Test("text output is one alert a line")
    func text() throws {
        let outcome = try dryRun(Self.trades)
        #expect(outcome.status == .success)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("2025-03-10 09:46:41.000  FIRING    CRITICAL  dear"))
        #expect(lines[0].hasSuffix("A 101"))
        #expect(lines[1].contains("RESOLVED"))
    }

    @Test("ndjson output is the transition itself")
    func ndjson() throws {
        let outcome = try dryRun(Self.trades) { $0.format = "ndjson" }
        let first = String(outcome.output.split(separator: "\n")[0])
        #expect(first.contains("\"rule\":\"dear\",\"key\":\"A\",\"kind\":\"firing\",\"at\":1741600001000,"))
        #expect(first.contains("\"time\":\"2025-03-10T09:46:41.000Z\",\"severity\":\"critical\""))
    }

    @Test("the header and the summary by rule are said beside the output")
    func summary() throws {
        let outcome = try dryRun(Self.trades)
        #expect(outcome.said.contains("dry-run of 2 rules in 1 file over 1 file of trades"))
        #expect(outcome.said.contains("order: by event time"))
        let rows = outcome.said.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.contains(["dear", "2", "1", "1", "2025-03-10T09:46:41.000Z"]))
        #expect(rows.contains(["never", "0", "0", "0", "-"]))
        #expect(outcome.said.contains("5 trades of 2 symbols"))
    }

    @Test("broken rows are counted by reason with their first lines, and the others are kept")
    func brokenRows() throws {
        let outcome = try dryRun(
            Self.trades + "\n"
                + """
                A,NaN,1741600004000,1
                A,103
                A,104,32503680000000,1
                A,-1,1741600005000,1
                A,97,1741600006000,1
                """)
        #expect(outcome.output.split(separator: "\n").count == 4)
        #expect(
            outcome.said.contains("refused: 1 row, not a finite number\n  /trades.csv:7: "), "\(outcome.said)"
        )
        #expect(outcome.said.contains("/trades.csv:8: "))
        #expect(outcome.said.contains("refused: 1 row, time too far in the future\n  /trades.csv:9: "))
        #expect(outcome.said.contains("refused: 1 row, price not positive\n  /trades.csv:10: "))
        #expect(outcome.said.contains("6 trades"))
        #expect(outcome.said.contains("4 refused"))
    }

    @Test("rows out of order are sorted; as they arrived, late ones are counted and left out")
    func order() throws {
        let shuffled = """
            symbol,price,timestamp,volume
            A,99,1741600000000,1
            A,98,1741600002000,1
            A,101,1741600001000,1
            A,102,1741600003000,1
            """
        let sorted = try dryRun(shuffled)
        #expect(sorted.output.split(separator: "\n").count == 3)
        let arrived = try dryRun(shuffled) { $0.asArrived = true }
        #expect(arrived.output.split(separator: "\n").count == 1)
        #expect(arrived.said.contains("lateness: 250ms"))
        #expect(arrived.said.contains("late: 1 trade of symbols without a venue"), "\(arrived.said)")
        let patient = try dryRun(shuffled) {
            $0.asArrived = true
            $0.lateness = "1s"
        }
        #expect(patient.output == sorted.output)
    }

    @Test("--from hides what came before it and still warms up; --to ends, inclusive")
    func span() throws {
        let rule = "rule jump on A\n  when price > avg(price, 2s)\n  message \"{symbol} {avg(price, 2s)}\"\n"
        let all = try dryRun(Self.trades, rules: rule)
        let later = try dryRun(Self.trades, rules: rule) { $0.from = "2025-03-10T09:46:43" }
        #expect(!later.output.isEmpty)
        #expect(all.output.hasSuffix(later.output))
        let earlier = try dryRun(Self.trades) { $0.to = "2025-03-10T09:46:41" }
        #expect(earlier.output.split(separator: "\n").count == 1)
        #expect(earlier.said.contains("2 trades of 1 symbol"))
    }

    @Test("an input without a trade is told why: no rows, none that could be read, none up to --to")
    func noTrades() throws {
        let header = "symbol,price,timestamp,volume\n"
        #expect(try dryRun(header).said.hasSuffix("hold no trade; is --trades what you meant?\n"))
        let broken = try dryRun(header + "A,x,1,1\n")
        #expect(broken.said.hasSuffix("no row could be read as a trade; see above\n"))
        let early = try dryRun(Self.trades) { $0.to = "2020-01-01" }
        #expect(
            early.said.hasSuffix(
                "the files hold no trade up to 2020-01-01T00:00:00.000Z; is --to what you meant?\n"))
    }

    @Test("pending transitions are shown when all are asked for")
    func pending() throws {
        let rule = "rule held on A\n  when price > 100\n  for 10s\n"
        #expect(try dryRun(Self.trades, rules: rule).output.isEmpty)
        let all = try dryRun(Self.trades, rules: rule) { $0.transitions = "all" }
        let kinds = all.output.split(separator: "\n").map { $0.split(separator: " ")[2] }
        #expect(kinds == ["PENDING", "DROPPED", "PENDING"])
        #expect(all.said.contains("held         0         0         1  -"))
    }

    @Test("alerts that cannot be written are a failure, not a success")
    func fullDisk() throws {
        let place = try TemporaryDirectory()
        try place.write(Self.rules, to: "test.rules")
        try place.write(Self.trades, to: "trades.csv")
        let disk = open("/dev/full", O_WRONLY)
        defer { close(disk) }
        let dryRun = DryRun(
            try DryRunOptions(
                DryRunRequest(rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades.csv"])),
            environment: [:], console: Console(output: DescriptorSink(disk), status: MemorySink()),
            now: { .zero })
        let failure = #expect(throws: CommandFailure.self) { try dryRun.run() }
        #expect(failure?.status == .failure)
        #expect(failure?.message.contains("No space left on device") == true)
    }

    @Test("columns that cannot be told are followed by the options that say them")
    func columnOptions() throws {
        func failure(_ trades: String) -> CommandFailure? {
            #expect(throws: CommandFailure.self) { try dryRun(trades) }
        }
        let noHeader = failure("1741600000,5.8,1\n1741600001,5.9,1\n")
        #expect(noHeader?.help.first == "a file without a header: --columns time,price,size --symbol BTC-USD")
        let noSymbol = failure("time,price\n1741600000,5.8\n")
        #expect(noSymbol?.help == ["a file of one symbol: --symbol BTC-USD"])
        let noTime = failure("symbol,price,when\nA,5.8,1741600000\n")
        #expect(noTime?.help.first?.contains("--columns") == true)
        let arrived = #expect(throws: CommandFailure.self) {
            try dryRun("time,price\n1741600000,5.8\n") { $0.asArrived = true }
        }
        #expect(arrived?.help == noSymbol?.help)
    }

    @Test("a rate without a file is said to be unknown, and a file that no rule needs too")
    func rates() throws {
        let place = try TemporaryDirectory()
        let file = try place.write("observation_date,DFF\n2025-03-06,4.33\n", to: "DFF.csv")
        let rule = "rule money on A\n  when rate(DFF) > 4%\n  message \"{rate(DFF):0.00%}\"\n"
        let without = try dryRun(Self.trades, rules: rule)
        #expect(without.output.isEmpty)
        #expect(without.said.contains("add --rates DFF=FILE"), "\(without.said)")
        let with = try dryRun(Self.trades, rules: rule) { $0.rates = ["DFF=\(file)"] }
        #expect(with.output.contains("4.33%"))
        #expect(with.said.contains("publication lag of DFF: next business day 09:00 America/New_York"))
        let needless = try dryRun(Self.trades) { $0.rates = ["DFF=\(file)"] }
        #expect(needless.said.contains("no rule reads rate(DFF)"))
    }

    @Test("files that are not there, and rules that do not check, end it with what to do")
    func failures() throws {
        let missing = #expect(throws: CommandFailure.self) {
            try dryRun(Self.trades) { $0.trades = ["/nonexistent/*.csv"] }
        }
        #expect(missing?.status == .failure)
        #expect(missing?.message.contains("no file matches") == true)
        let unsound = #expect(throws: CommandFailure.self) {
            try dryRun(Self.trades, rules: "rule a on A when prise > 1")
        }
        #expect(unsound?.status == .findings)
    }
}
