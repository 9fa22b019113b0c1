import Configuration
import Engine
import Feeds
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics

/// `bellwether dry-run`: the same rules over exported trades, with the same result as live (LANGUAGE 2.6).
///
/// Transitions go to the console's output; header, progress, refusals and summary to its status.
public struct DryRun: Sendable {
    let options: DryRunOptions
    private let environment: [String: String]
    let console: Console
    let now: @Sendable () -> Duration

    /// - Parameter now: a clock that only goes forward, for progress and speed.
    public init(
        _ options: DryRunOptions, environment: [String: String], console: Console,
        now: @escaping @Sendable () -> Duration = Self.uptime
    ) {
        self.options = options
        self.environment = environment
        self.console = console
        self.now = now
    }

    public static let uptime: @Sendable () -> Duration = {
        .nanoseconds(Int64(clamping: DispatchTime.now().uptimeNanoseconds))
    }

    /// - Throws: `.findings` for rules that do not check, `.failure` for files that cannot be read.
    public func run() throws(CommandFailure) -> CommandStatus {
        let rateSeries = Set(options.rates.map(\.series))
        let set = RuleSet(
            paths: options.rules, notifiers: options.notifiers, depth: .names, rateSeries: rateSeries,
            environment: environment)
        let rules = try set.requireSound(console)
        let rates = try readRates(rules)
        let symbols = SymbolTable()
        var engineOptions = EngineOptions(
            order: options.lateness.map { .arrival(lateness: $0) } ?? .sorted,
            emitsPending: options.showsPending)
        engineOptions.pointCap = EngineOptions.defaultPointCap
        do {
            let tape = try TradeTape(patterns: options.trades, symbols: symbols, options: options.export)
            showHeader(set, rules, files: tape.files)
            let start = now()
            let outbox = DryRunOutbox(options, rules: rules.rules.map(\.name), console: console)
            if options.lateness == nil {
                try load(tape)
                let source = TapeSource(tape, through: options.to?.milliseconds)
                var path = TradePath(
                    source: source, outbox: outbox, rules: rules, symbols: symbols, options: engineOptions)
                try drive(&path, rates) { path in
                    tape.progress.trades == 0 ? 1 : Double(path.tradeCount) / Double(tape.progress.trades)
                }
                report(path, refused: [tape.refused], start)
            } else {
                let source = ArrivalSource(
                    paths: tape.files, symbols: symbols, options: options.export,
                    through: options.to?.milliseconds)
                let total = tape.files.reduce(0) { $0 + DryRun.size(of: $1) }
                var path = TradePath(
                    source: source, outbox: outbox, rules: rules, symbols: symbols, options: engineOptions)
                try drive(&path, rates) { path in
                    total == 0 ? 1 : Double(path.source.bytesRead) / Double(total)
                }
                report(path, refused: path.source.refused, start)
            }
        } catch let error as ExportError {
            throw CommandFailure(error)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.failure, "\(error)")
        }
        if let reason = console.output.failure {
            throw CommandFailure(
                .failure, "the alerts could not all be written to standard output: \(reason)",
                help: "make room, or write them elsewhere, and run again")
        }
        return .success
    }

    private static func size(of path: String) -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
    }

    // MARK: Steps

    private func load(_ tape: TradeTape) throws(ExportError) {
        var bar = ProgressBar(console, "reading", now: now)
        try tape.load { progress in
            bar.show(
                fraction: progress.totalBytes == 0
                    ? 1 : Double(progress.bytesRead) / Double(progress.totalBytes),
                trades: progress.trades)
        }
        bar.clear()
    }

    private func drive<Source: TradeSource>(
        _ path: inout TradePath<Source, DryRunOutbox>, _ rates: [RateStep],
        fraction: (TradePath<Source, DryRunOutbox>) -> Double
    ) throws(CommandFailure) {
        for rate in rates {
            path.engine.appendRate(
                series: rate.series, date: rate.observation.date, ratio: rate.observation.ratio,
                knownAt: rate.observation.knownAt.milliseconds)
        }
        var bar = ProgressBar(console, "evaluating", now: now)
        defer { bar.clear() }
        while try path.step() != .ended {
            path.outbox.write(before: path.engine.counters.watermark ?? Int64.min)
            bar.show(fraction: fraction(path), trades: path.tradeCount)
        }
        bar.clear()
        try path.finish(through: options.to?.milliseconds)
        path.outbox.write(before: nil)
    }

    private struct RateStep {
        var series: Int
        var observation: RateObservation
    }

    /// The observations of the series that rules read, in the order in which they became known.
    private func readRates(_ rules: CompiledRules) throws(CommandFailure) -> [RateStep] {
        var steps: [RateStep] = []
        for source in options.rates {
            guard let series = rules.rateSeries.firstIndex(of: source.series) else {
                console.say("note: no rule reads rate(\(source.series)); \(source.path) is not needed")
                continue
            }
            do {
                let file = try RateFile(path: source.path, series: source.series)
                for row in file.refused.kept { console.say("refused: \(row)") }
                steps += file.observations.map { RateStep(series: series, observation: $0) }
            } catch {
                throw CommandFailure(.failure, "--rates \(source.series): \(error.description)")
            }
        }
        for series in rules.rateSeries where !options.rates.contains(where: { $0.series == series }) {
            console.say(
                "note: rate(\(series)) is unknown throughout: no file gives it; add --rates \(series)=FILE")
        }
        return steps.sorted { $0.observation.knownAt < $1.observation.knownAt }
    }
}
