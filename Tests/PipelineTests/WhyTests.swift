import Engine
import Feeds
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import SampleMarket
import Scenarios
import Testing

@testable import Pipeline

@Suite("bellwether why")
struct WhyTests {
    static let rules = """
        rule dear on A
          when price > 100
            and rate(DFF) > 1%
          message "{symbol} {price}"

        rule apart
          when abs(A.price - B.price) > 100
        """

    static let trades = """
        symbol,price,timestamp,volume
        A,99,1741600000000,1
        A,99.5,1741600001000,1
        B,7,1741600001500,1
        A,98,1741600002000,1
        A,102,1741600003000,1
        """

    struct Outcome {
        var status: CommandStatus
        var output: String
        var said: String
    }

    /// Asks over one file of trades.
    private func ask(
        _ rule: String, _ key: String, _ at: String, trades: String = WhyTests.trades, colours: Bool = false,
        _ change: (inout WhyRequest) -> Void = { _ in }
    ) throws -> Outcome {
        let place = try TemporaryDirectory()
        try place.write(WhyTests.rules, to: "test.rules")
        try place.write(trades, to: "trades.csv")
        try place.write("observation_date,DFF\n2025-03-05,4.33\n", to: "DFF.csv")
        var input = DryRunRequest(rules: ["\(place.path)/test.rules"], trades: ["\(place.path)/trades.csv"])
        input.rates = ["DFF=\(place.path)/DFF.csv"]
        var request = WhyRequest(input, rule: rule, key: key, at: at)
        change(&request)
        let output = MemorySink()
        let said = MemorySink()
        let why = Why(
            try WhyOptions(request), environment: [:],
            console: Console(output: output, status: said, outputColours: colours), now: { .zero })
        let status = try why.run()
        return Outcome(status: status, output: output.text, said: said.text)
    }

    private func failure(_ rule: String, _ key: String, _ at: String, trades: String = WhyTests.trades)
        throws -> String
    {
        let failure = #expect(throws: CommandFailure.self) {
            try ask(rule, key, at, trades: trades)
        }
        let known = try #require(failure)
        #expect(known.status == .usage)
        return known.description
    }

    @Test("the answer says what was missing, and how near it came")
    func text() throws {
        let outcome = try ask("dear", "A", "2025-03-10T09:46:42.000Z")
        #expect(outcome.status == .success)
        #expect(
            outcome.output.hasPrefix(
                """
                dear A at 2025-03-10 09:46:42.000 UTC: not firing
                  its condition is false: price > 100
                  nearest miss: needed > 100, best 99.5 at 09:46:41.000

                when  price > 100 and rate(DFF) > 1%  false
                        price > 100                   false  98.0, needs > 100
                          price                       98.0
                        rate(DFF) > 1%                true   4.33%, needs > 1.00%
                          rate(DFF)                   4.33%

                life
                  idle
                  no transition yet

                """), "\(outcome.output)")
        #expect(!outcome.output.contains("\u{1b}["))
        #expect(try ask("dear", "A", "09:46:42", colours: true).output.contains("\u{1b}["))
    }

    @Test("a clock is enough where the trades are of one day, and times may have a zone")
    func times() throws {
        let wanted = try ask("dear", "A", "2025-03-10T09:46:43Z").output
        #expect(wanted.contains("firing"))
        for at in ["09:46:43", "09:46:43.000", "2025-03-10T05:46:43-04:00", "1741600003000"] {
            #expect(try ask("dear", "A", at).output == wanted)
        }
        let other = Self.trades + "\nA,103,1741700000000,1\n"
        #expect(try failure("dear", "A", "09:46:43", trades: other).contains("which day?"))
    }

    @Test("a rule without `on` is asked with -; its symbols are named in it")
    func keyless() throws {
        let outcome = try ask("apart", "-", "09:46:43")
        #expect(outcome.output.hasPrefix("apart at 2025-03-10 09:46:43.000 UTC: not firing"))
        #expect(outcome.output.contains("A.price - B.price"))
        #expect(outcome.output.contains("nearest miss: needed > 100, best 95 at 09:46:43.000"))
    }

    @Test("--since takes a duration or an instant; --format json is the whole answer")
    func formats() throws {
        let outcome = try ask("dear", "A", "09:46:42") {
            $0.since = "0s"
            $0.format = "json"
        }
        let answer = try JSONDecoder().decode(WhyAnswer.self, from: Foundation.Data(outcome.output.utf8))
        #expect(answer.outcome == "not firing")
        #expect(answer.nearest.first?.then.first?.bestValue == 98)
        #expect(answer.values.map(\.name) == ["price", "rate(DFF)"])
        let since = try ask("dear", "A", "09:46:42") { $0.since = "2025-03-10T09:46:42" }
        #expect(since.output.contains("needed > 100, best 98.0"))
    }

    @Test("rows in file order: what would have come too late is left out, as in a dry-run")
    func arrival() throws {
        let rows = Self.trades + "\nA,99.9,1741600001200,1\nA,1,1741600009000,1\n"
        let sorted = try ask("dear", "A", "09:46:42", trades: rows)
        #expect(sorted.output.contains("best 99.9"))
        let arrived = try ask("dear", "A", "09:46:42", trades: rows) { $0.input.asArrived = true }
        #expect(arrived.output.contains("best 99.5"))
    }

    @Test("each mistake in a question is said with the nearest name or the way to write it")
    func mistakes() throws {
        #expect(try failure("deer", "A", "09:46:42").contains("did you mean dear?"))
        #expect(try failure("dear", "AB", "09:46:42").contains("did you mean A?"))
        #expect(try failure("dear", "-", "09:46:42").contains("say which one is meant"))
        #expect(try failure("apart", "A", "09:46:42").contains("write - in the place"))
        #expect(try failure("dear", "A", "soon").contains("AT soon is no time"))
        #expect(
            try failure("dear", "A", "2025-03-11T09:46Z").contains(
                "is not within what was read: 2025-03-10 09:46:40.000 to 2025-03-10 09:46:43.000"))
    }

    // MARK: The sample market

    /// Every example rule, at the first and the last transition of each of its alerts: values, message and
    /// state are those that the dry-run's transition carried.
    @Test("over the sample market, what is told at a transition is what it carried")
    func sampleMarket() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let set = RuleSet(
            paths: [root.appendingPathComponent("rules").path], notifiers: nil, depth: .names,
            environment: [:])
        let rules = try #require(set.compiled)
        let symbols = SymbolTable()
        let trades = try SampleReplay.trades(seed: 1).enumerated().map { index, sample in
            var trade = Trade(
                symbol: try #require(symbols.intern(sample.symbol)), time: sample.time,
                price: sample.price, size: sample.size, origin: OriginID(index: 0),
                sequence: Int64(index))
            if let quote = sample.quote { trade.setQuote(bid: quote.bid, ask: quote.ask) }
            return trade
        }
        let engine = AlertEngine(
            book: rules.book, symbols: symbols, options: EngineOptions(order: .sorted))
        engine.append(trades)
        let emitted = (engine.advance() + engine.finish()).map {
            rules.renderer.render($0, symbols: symbols)
        }
        let alerts = Dictionary(grouping: emitted, by: \.alertName)
        #expect(alerts.count > 30)
        for alert in alerts.keys.sorted() {
            guard let last = alerts[alert]?.last else { continue }
            let at = last.at.milliseconds
            let question = WhyQuestion(
                rule: last.rule, key: last.key.isEmpty ? nil : last.key, at: at, since: at)
            let run = try WhyRun(question, in: set.program, symbols: symbols)
            run.take(trades)
            let answer = try run.finish()
            #expect(answer.message == last.message)
            #expect(answer.values.map(\.name) == last.values.map(\.name))
            #expect(answer.values.map(\.value) == last.values.map(\.value))
            #expect(answer.life.transitions.last?.kind == last.kind.rawValue)
            #expect(answer.life.transitions.last?.at == at)
        }
    }
}
