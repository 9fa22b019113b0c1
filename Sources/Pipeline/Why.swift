import Diagnostics
import Engine
import Feeds
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import Scenarios

/// `bellwether why RULE KEY AT`: what a rule read at an instant, and why it did or did not fire; computed by
/// the engine over the same input as a dry-run.
public struct Why: Sendable {
    private let options: WhyOptions
    private let environment: [String: String]
    private let console: Console
    private let now: @Sendable () -> Duration

    /// - Parameter now: a clock that only goes forward, for progress.
    public init(
        _ options: WhyOptions, environment: [String: String], console: Console,
        now: @escaping @Sendable () -> Duration = DryRun.uptime
    ) {
        self.options = options
        self.environment = environment
        self.console = console
        self.now = now
    }

    /// - Throws: `.usage` for a question that the rules or the trades cannot answer, `.findings` for rules
    ///   that do not check, `.failure` for files that cannot be read.
    public func run() throws(CommandFailure) -> CommandStatus {
        let set = RuleSet(
            paths: options.input.rules, notifiers: options.input.notifiers, depth: .names,
            rateSeries: Set(options.input.rates.map(\.series)), environment: environment)
        _ = try set.requireSound(quiet)
        let question = WhyQuestion(rule: options.rule, key: options.key, at: 0)
        if let fault = question.fault(in: set.program) { throw CommandFailure(fault) }
        do {
            let symbols = SymbolTable()
            let tape = try TradeTape(
                patterns: options.input.trades, symbols: symbols, options: options.input.export)
            let answer: WhyAnswer
            let refused: Int
            if let lateness = options.input.lateness {
                var source = ArrivalSource(
                    paths: tape.files, symbols: symbols, options: options.input.export, through: nil)
                answer = try ask(set.program, inArrivalOrderOf: &source, lateness, symbols)
                refused = source.refused.reduce(0) { $0 + $1.count }
            } else {
                try tape.load(showing: console, now: now)
                answer = try ask(set.program, tape, symbols)
                refused = tape.refused.count
            }
            try Why.show(answer, options.format, on: console)
            if refused > 0 {
                console.say(
                    "note: \(refused.counted("row")) could not be read as a trade; `bellwether dry-run` over "
                        + "the same files says why")
            }
        } catch let error as ExportError {
            throw CommandFailure(error)
        } catch let fault as WhyFault {
            throw CommandFailure(fault)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.failure, "\(error)")
        }
        return .success
    }

    /// Warnings about the rules are not what was asked.
    private var quiet: Console { Console(output: console.output, status: ErrorsOnly(console)) }

    private func run(
        _ program: CheckedProgram, _ span: ClosedRange<Timestamp>?, _ symbols: SymbolTable
    ) throws -> WhyRun {
        let question = try options.question(in: span)
        guard let span else { throw WhyFault.noTrades }
        let first = span.lowerBound.milliseconds
        guard question.at >= first, question.at <= span.upperBound.milliseconds else {
            throw WhyFault.outside(
                at: question.at, first: first, last: span.upperBound.milliseconds)
        }
        let run = try WhyRun(question, in: program, symbols: symbols, pointCap: options.input.pointsPerSymbol)
        for step in try RateSteps.read(options.input.rates, of: run.rateSeries, console) {
            run.takeRate(step.observation)
        }
        return run
    }

    private func ask(
        _ program: CheckedProgram, _ tape: TradeTape, _ symbols: SymbolTable
    ) throws -> WhyAnswer {
        let run = try run(program, tape.span, symbols)
        var bar = ProgressBar(console, "evaluating", now: now)
        var count = 0
        while let trades = try tape.nextBatch() {
            run.take(trades)
            count += trades.count
            bar.show(fraction: Double(count) / Double(max(1, tape.progress.trades)), trades: count)
            if trades.last.map({ $0.time > run.instant }) ?? false { break }
        }
        bar.clear()
        return try run.finish()
    }

    /// What the engine takes in time is the same input as its trades in the order of their times
    /// (LANGUAGE 2.6).
    private func ask(
        _ program: CheckedProgram, inArrivalOrderOf source: inout ArrivalSource, _ lateness: Int64,
        _ symbols: SymbolTable
    ) throws -> WhyAnswer {
        var accepted = AcceptedTrades(lateness: lateness, symbols: symbols)
        var batch = TradeBatch()
        while true {
            batch.removeAll()
            let state = try source.next(into: &batch, isHurried: false)
            accepted.add(batch.trades)
            if state == .ended { break }
        }
        let trades = accepted.inOrder
        let span = trades.first.flatMap { first in
            trades.last.map {
                Timestamp(milliseconds: first.time)...Timestamp(milliseconds: $0.time)
            }
        }
        let run = try run(program, span, symbols)
        run.take(trades)
        return try run.finish()
    }

    // MARK: Answer

    static func show(
        _ answer: WhyAnswer, _ format: WhyOptions.Format, on console: Console
    ) throws(CommandFailure) {
        switch format {
        case .text:
            for line in WhyText(usesColour: console.outputColours).lines(answer) { console.print(line) }
        case .json: console.print(answer.json)
        }
        if let reason = console.output.failure {
            throw CommandFailure(.failure, "the answer could not be written: \(reason)")
        }
    }
}

extension WhyAnswer {
    /// One object, its members in the order of their names.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = (try? encoder.encode(self)) ?? Foundation.Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension CommandFailure {
    init(_ fault: WhyFault) {
        let status: CommandStatus = fault == .noTrades ? .failure : .usage
        self.init(status, fault.message, help: fault.help)
    }
}

/// Passes on what is said only once something is wrong: errors with their context.
private struct ErrorsOnly: TextSink {
    let console: Console

    init(_ console: Console) { self.console = console }

    func write(_ text: String) { if text.contains("error[") { console.status.write(text) } }
}
