import MarketModel
import Testing

@testable import Pipeline

@Suite("The options of a dry-run")
struct DryRunOptionsTests {
    private func request(_ change: (inout DryRunRequest) -> Void) -> DryRunRequest {
        var request = DryRunRequest(rules: ["rules"], trades: ["*.csv"])
        change(&request)
        return request
    }

    @Test("a full command line is understood")
    func everything() throws {
        let options = try DryRunOptions(
            request {
                $0.rates = ["DFF=a=b.csv"]
                $0.from = "2025-03-10"
                $0.to = "2025-03-11"
                $0.asArrived = true
                $0.lateness = "2s"
                $0.format = "ndjson"
                $0.transitions = "all"
            })
        #expect(options.rates == [.init(series: "DFF", path: "a=b.csv")])
        #expect(options.from == Timestamp(year: 2025, month: 3, day: 10))
        #expect(options.lateness == 2000)
        #expect(options.format == .ndjson)
        #expect(options.showsPending)
    }

    @Test("sorted by default, where lateness has no part")
    func sortedByDefault() throws {
        #expect(try DryRunOptions(request { _ in }).lateness == nil)
    }

    @Test("what is misspelt is named, with what to write instead")
    func mistakes() {
        let cases: [(DryRunRequest, String)] = [
            (request { $0.format = "ndjsn" }, "did you mean ndjson?"),
            (request { $0.from = "yesterday" }, "write 2025-03-10"),
            (request { $0.rates = ["DFF.csv"] }, "write --rates DFF=DFF.csv"),
            (request { $0.lateness = "250" }, "write 250ms"),
            (request { $0.threads = 0 }, "write 1 to 64"),
            (
                request {
                    $0.threads = 2
                    $0.asArrived = true
                }, "does not go with --as-arrived"
            ),
            (request { $0.pointsPerSymbol = 10 }, "write 1000 to 16000000"),
            (
                request {
                    $0.from = "2025-03-11"
                    $0.to = "2025-03-10"
                }, "lies before --from"
            ),
        ]
        for (request, expected) in cases {
            let failure = #expect(throws: CommandFailure.self) { try DryRunOptions(request) }
            #expect(failure?.status == .usage)
            #expect(failure?.description.contains(expected) == true)
        }
    }
}

@Suite("What a dry-run shows")
struct DryRunReportTests {
    private func transition(_ rule: String, _ key: String, _ at: Int64, _ kind: Transition.Kind) -> Transition
    {
        Transition(rule: rule, key: key, kind: kind, at: Timestamp(milliseconds: at))
    }

    @Test("transitions of feeds that close at different instants come out in one order")
    func order() {
        var output = OrderedOutput()
        output.add([transition("b", "X", 20, .firing), transition("a", "Y", 30, .firing)])
        #expect(output.take(before: 10).isEmpty)
        output.add([transition("a", "Z", 20, .firing), transition("a", "X", 20, .firing)])
        #expect(output.take(before: 30).map { $0.rule + $0.key } == ["aX", "aZ", "bX"])
        #expect(output.take(before: nil).map(\.key) == ["Y"])
    }

    @Test("the summary names every rule, silent ones too")
    func tally() {
        var tally = RuleTally(rules: ["quiet", "fast_move"])
        tally.add(transition("fast_move", "AAPL", 1000, .firing))
        tally.add(transition("fast_move", "AAPL", 2000, .resolved))
        tally.add(transition("fast_move", "MSFT", 3000, .firing))
        #expect(
            tally.lines == [
                "rule          fired  resolved   symbols  first",
                "quiet             0         0         0  -",
                "fast_move         2         1         2  1970-01-01T00:00:01.000Z",
            ])
    }

    @Test("refusals are counted by reason, the most frequent first, with the first places")
    func refusals() {
        var tally = RefusalTally()
        tally.add("late", example: nil)
        for line in 1...5 { tally.add("broken row", example: "day.csv:\(line)") }
        #expect(
            tally.lines("row") == [
                "refused: 5 rows, broken row", "  day.csv:1", "  day.csv:2", "  day.csv:3",
                "refused: 1 row, late",
            ])
        #expect(tally.total == 6)
    }
}
