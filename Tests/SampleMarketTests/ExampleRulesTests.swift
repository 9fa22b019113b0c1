import Diagnostics
import Engine
import Feeds
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import SampleMarket
import Testing

/// The rules that the project carries, over the market that it carries.
@Suite struct ExampleRulesTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func names(in folder: String, _ kind: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
            .filter { $0.hasSuffix(kind) }.sorted()
    }

    static func sources() throws -> [SourceFile] {
        try names(in: "rules", ".rules").map { name in
            let data = try Data(contentsOf: root.appendingPathComponent("rules/\(name)"))
            return SourceFile(name: "rules/\(name)", text: data)
        }
    }

    static func compiled() throws -> CompiledRules {
        let parsed = try sources().map { parseRules($0) }
        let notifiers = try Set(names(in: "notifiers", ".yaml").map { String($0.dropLast(5)) })
        let (program, findings) = checkRules(
            parsed.map(\.file), options: CheckOptions(notifiers: notifiers, rateSeries: ["DFF"]))
        let all = parsed.flatMap(\.diagnostics) + findings
        #expect(all.isEmpty, "\(DiagnosticRenderer().render(all))")
        return compileRules(program)
    }

    @Test func `The example rules check without an error or a warning`() throws {
        #expect(try Self.compiled().rules.count >= 10)
    }

    @Test func `The example rules are in canonical format`() throws {
        for source in try Self.sources() {
            let text = String(decoding: source.text, as: UTF8.self)
            #expect(formatRules(parseRules(source).file) == text)
        }
    }

    /// All transitions over the whole sample market, in order.
    static func transitions(
        of rules: CompiledRules, _ options: EngineOptions = EngineOptions(order: .sorted)
    ) throws -> [Transition] {
        let symbols = SymbolTable()
        let engine = AlertEngine(book: rules.book, symbols: symbols, options: options)
        let series = try #require(rules.rateSeries.firstIndex(of: "DFF"))
        let rates = try SampleRate.fedFunds(
            from: CivilDate(year: 2010, month: 1, day: 1), through: CivilDate(year: 2025, month: 12, day: 31))
        for rate in rates {
            let knownAt = PublicationLag.nextBusinessDay.knownAt(for: rate.date)
            let observation = RateObservation(
                series: "DFF", date: rate.date, percent: rate.percent, knownAt: knownAt)
            engine.appendRate(
                series: series, date: rate.date, ratio: observation.ratio, knownAt: knownAt.milliseconds)
        }
        var transitions: [EngineTransition] = []
        var batch: [Trade] = []
        for (index, sample) in try SampleReplay.trades(seed: 1).enumerated() {
            batch.append(try trade(sample, symbols, sequence: Int64(index)))
            if batch.count == 1024 {
                engine.append(batch)
                transitions += engine.advance()
                batch.removeAll(keepingCapacity: true)
            }
        }
        engine.append(batch)
        transitions += engine.advance()
        transitions += engine.finish(through: nil)
        return transitions.map { rules.renderer.render($0, symbols: symbols) }
            .sorted { ($0.at, $0.rule, $0.key) < ($1.at, $1.rule, $1.key) }
    }

    private static func trade(
        _ sample: SampleTrade, _ symbols: SymbolTable, sequence: Int64
    ) throws -> Trade {
        var trade = Trade(
            symbol: try #require(symbols.intern(sample.symbol)), time: sample.time, price: sample.price,
            size: sample.size, origin: OriginID(index: 0), sequence: sequence)
        if let quote = sample.quote { trade.setQuote(bid: quote.bid, ask: quote.ask) }
        return trade
    }

    @Test func `Rules that are left alone while nothing can move them tell what rules tell that never are`()
        throws
    {
        let rules = try Self.compiled()
        var options = EngineOptions(order: .sorted, emitsPending: true)
        let leftAlone = try Self.transitions(of: rules, options)
        options.usesSafeRegions = false
        #expect(try Self.transitions(of: rules, options) == leftAlone)
        #expect(leftAlone.contains { $0.kind == .pending })
    }

    @Test func `Every example rule fires on the sample market, as the golden file has it`() throws {
        let rules = try Self.compiled()
        let transitions = try Self.transitions(of: rules)
        let fired = Set(transitions.filter { $0.kind == .firing }.map(\.rule))
        #expect(Set(rules.rules.map(\.name)).subtracting(fired) == [])

        let text = transitions.map { transition in
            "\(transition.at) \(transition.kind.rawValue) \(transition.severity.rawValue) "
                + "\(transition.alertName): \(transition.message)\n"
        }.joined()
        let golden = Self.root.appendingPathComponent("Tests/SampleMarketTests/Fixtures/example-alerts.txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: golden)
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == text)
    }
}
