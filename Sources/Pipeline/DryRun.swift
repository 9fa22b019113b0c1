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
        try set.requireRoom(for: options.pointsPerSymbol, setBy: "--points-per-symbol")
        let rates = try RateSteps.read(options.rates, of: rules.rateSeries, console)
        var engineOptions = EngineOptions(
            order: options.lateness.map { .arrival(lateness: $0) } ?? .sorted,
            emitsPending: options.showsPending)
        engineOptions.pointCap = options.pointsPerSymbol
        do {
            let files = try TradeTape(patterns: options.trades, symbols: SymbolTable()).files
            showHeader(set, rules, files: files)
            let run = Run(rules: rules, rates: rates, engine: engineOptions, start: now())
            if options.lateness != nil {
                try runAsArrived(files, run)
            } else if try !runByTime(files, run, isSorted: false) {
                _ = try runByTime(files, run, isSorted: true)
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

    private struct Run {
        var rules: CompiledRules
        var rates: [RateSteps.Step]
        var engine: EngineOptions
        var start: Duration
    }

    /// Reads on one thread and evaluates on this one.
    ///
    /// - Parameter isSorted: false takes the files to be nearly in order, merges them as it reads, and shows
    ///   nothing before the end, when that is known to be true.
    /// - Returns: whether it was true; nothing was shown if not.
    private func runByTime(_ files: [String], _ run: Run, isSorted: Bool) throws(CommandFailure) -> Bool {
        let symbols = SymbolTable()
        var outbox = DryRunOutbox(options, rules: run.rules.rules.map(\.name), console: console)
        outbox.holdsBack = !isSorted
        var path = try TradePath(
            source: FlowSource(files: files, symbols: symbols, options: options, isSorted: isSorted),
            outbox: outbox, rules: run.rules, symbols: symbols, options: run.engine,
            threads: options.threads == 1 ? .caller : .shards(options.threads))
        try path.source.start()
        guard let flow = path.source.flow else { return true }
        if isSorted { waitForOrder(flow) }
        try drive(&path, run.rates) { path in
            let progress = flow.progress
            if isSorted { return Double(path.tradeCount) / Double(max(1, progress.trades)) }
            return Double(progress.bytesRead) / Double(max(1, progress.totalBytes))
        }
        if path.source.needsSorting { return false }
        try finish(&path)
        try path.outbox.release()
        report(path, refused: [flow.refused], run.start)
        return true
    }

    private func runAsArrived(_ files: [String], _ run: Run) throws(CommandFailure) {
        let symbols = SymbolTable()
        let source = ArrivalSource(
            paths: files, symbols: symbols, options: options.export, through: options.to?.milliseconds)
        let total = files.reduce(0) { $0 + DryRun.size(of: $1) }
        let outbox = DryRunOutbox(options, rules: run.rules.rules.map(\.name), console: console)
        var path = try TradePath(
            source: source, outbox: outbox, rules: run.rules, symbols: symbols, options: run.engine)
        try drive(&path, run.rates) { path in
            total == 0 ? 1 : Double(path.source.bytesRead) / Double(total)
        }
        try finish(&path)
        report(path, refused: path.source.refused, run.start)
    }

    /// Shows how the reading goes on until everything is read and sorted.
    private func waitForOrder(_ flow: TradeFlow) {
        var bar = ProgressBar(console, "reading", now: now)
        while !flow.isReady(within: 100) {
            let progress = flow.progress
            bar.show(
                fraction: Double(progress.bytesRead) / Double(max(1, progress.totalBytes)),
                trades: progress.trades)
        }
        bar.clear()
    }

    private func drive<Source: TradeSource>(
        _ path: inout TradePath<Source, DryRunOutbox>, _ rates: [RateSteps.Step],
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
            path.outbox.write(before: path.engine.watermark ?? Int64.min)
            bar.show(fraction: fraction(path), trades: path.tradeCount)
        }
        bar.clear()
    }

    private func finish<Source: TradeSource>(
        _ path: inout TradePath<Source, DryRunOutbox>
    ) throws(CommandFailure) {
        try path.finish(through: options.to?.milliseconds)
        path.outbox.write(before: nil)
    }
}
