import Diagnostics
public import Engine
public import MarketModel
import RuleCompiler
public import RuleSemantics

/// Answers one question by running the rule over its input, exactly as a dry-run does, up to the instant in
/// question; the engine is asked there, and on the way for the nearest miss.
///
///     trades, in order -> take -> instant by instant -> finish -> answer
///
/// One owner; not for two threads at once.
public final class WhyRun {
    public let symbols: SymbolTable
    /// The rate series that the rule reads; `takeRate` takes others too.
    public var rateSeries: [String] { plan.rateSeries }
    let plan: WhyPlan
    let question: WhyQuestion
    let engine: AlertEngine
    /// Transitions of the rule itself, pending and dropped ones too.
    private(set) var emitted: [EngineTransition] = []
    private(set) var misses: [Int: NearestMiss] = [:]
    /// Of a chain, by the rule of a step: when the step before it matched last.
    private(set) var stepBegins: [Int: Int64] = [:]
    /// Rules of steps before which no step has matched yet.
    private var awaitsStepBefore: Set<Int> = []
    /// The least and the greatest time of a trade; milliseconds.
    private(set) var span: (first: Int64, last: Int64)?
    private(set) var seen: Set<SymbolID> = []
    /// Rates that take effect later than they were known, by when.
    private var tardyRates: [(series: Int, rate: RateObservation, effective: Int64)] = []
    private var readers: [Int: AlertReader] = [:]
    /// The last instant that has been evaluated.
    private var last: Int64?

    /// - Parameters:
    ///   - program: without errors.
    ///   - symbols: the table of the trades that will come.
    /// - Throws: what is wrong with the question.
    public convenience init(
        _ question: WhyQuestion, in program: CheckedProgram, symbols: SymbolTable = SymbolTable(),
        pointCap: Int = EngineOptions.defaultPointCap
    ) throws(WhyFault) {
        if let fault = question.fault(in: program) { throw fault }
        self.init(question, try WhyPlan(question, in: program), symbols, pointCap: pointCap)
    }

    /// - Parameter plan: for the question's rule and key.
    init(
        _ question: WhyQuestion, _ plan: WhyPlan, _ symbols: SymbolTable,
        pointCap: Int = EngineOptions.defaultPointCap
    ) {
        self.question = question
        self.plan = plan
        self.symbols = symbols
        var options = EngineOptions(order: .sorted, emitsPending: true)
        options.pointCap = pointCap
        // Each instant is read: registers and windows must show it.
        options.usesSafeRegions = false
        engine = AlertEngine(book: plan.compiled.book, symbols: symbols, options: options)
        for clause in plan.clauses where clause.role.isWatched {
            misses[clause.rule] = NearestMiss(clause.node)
        }
    }

    /// What is asked about, milliseconds: later trades change nothing.
    public var instant: Int64 { question.at }
    var key: SymbolID? { question.key.flatMap { symbols.intern($0) } }

    /// Adds one value of a rate series; before all trades.
    ///
    /// - Parameter effective: for one that came to a live run after it was known, the instant from which the
    ///   run's engine took it; milliseconds.
    public func takeRate(_ rate: RateObservation, effective: Int64? = nil) {
        guard let series = plan.compiled.rateSeries.firstIndex(of: rate.series) else { return }
        if let effective, effective > rate.knownAt.milliseconds {
            let place = tardyRates.firstIndex { $0.effective > effective } ?? tardyRates.count
            tardyRates.insert((series, rate, effective), at: place)
        } else {
            append(rate, to: series)
        }
    }

    private func append(_ rate: RateObservation, to series: Int) {
        engine.appendRate(
            series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt.milliseconds)
    }

    /// Adds trades in the order (time, origin, sequence); those after the instant in question only say how
    /// far the input goes.
    public func take(_ trades: UnsafeBufferPointer<Trade>) {
        guard let first = trades.first?.time, let end = trades.last?.time else { return }
        span = (min(span?.first ?? first, first), max(span?.last ?? end, end))
        var count = trades.count
        while count > 0, trades[count - 1].time > question.at { count -= 1 }
        guard count > 0 else { return }
        let wanted = UnsafeBufferPointer(rebasing: trades[0..<count])
        for trade in wanted { seen.insert(trade.symbol) }
        engine.append(wanted)
        step(through: wanted[count - 1].time - 1, from: first - 1)
    }

    public func take(_ trades: [Trade]) { trades.withUnsafeBufferPointer { take($0) } }

    /// - Parameter end: how far the input goes, where that is later than its last trade; milliseconds.
    /// - Throws: why there is no answer.
    public func finish(through end: Int64? = nil) throws(WhyFault) -> WhyAnswer {
        let at = question.at
        guard var span else { throw .noTrades }
        span.last = max(span.last, end ?? span.last)
        guard at >= span.first, at <= span.last else {
            throw .outside(at: at, first: span.first, last: span.last)
        }
        step(through: at - 1, from: span.first - 1)
        for rule in plan.readRules { reader(rule)?.wake(at: at) }
        evaluate(at)
        return try WhyReading(self).answer()
    }

    /// The alert of a rule of the plan; nil before it exists.
    func reader(_ rule: Int) -> AlertReader? {
        if let known = readers[rule] { return known }
        let reader = engine.reader(ofRule: rule, key: key)
        readers[rule] = reader
        return reader
    }

    // MARK: Time

    private func step(through bound: Int64, from begin: Int64) {
        // The engine takes a rate from the first instant on that is still open.
        while let next = tardyRates.first, next.effective <= bound + 1 {
            tardyRates.removeFirst()
            if next.effective - 1 > last ?? begin {
                advance(through: next.effective - 1, from: begin)
                evaluate(next.effective - 1, watches: false)
            }
            append(next.rate, to: next.series)
        }
        advance(through: bound, from: begin)
    }

    private func advance(through bound: Int64, from begin: Int64) {
        // Settles the starts of feeds, whose instants count too.
        collect(engine.finish(through: last ?? begin))
        if let since = question.since, since > bound { return evaluate(bound, watches: false) }
        while let next = engine.nextInstant, next <= bound {
            evaluate(next, watches: next >= question.since ?? Int64.min)
        }
    }

    /// Outside its session a rule is frozen: what its condition says there is no miss.
    private func isInSession(_ instant: Int64) -> Bool {
        if plan.rule.session == nil { return true }
        guard let reader = reader(0), reader.isActive else { return false }
        return reader.alert(at: instant).session?.isOpen ?? true
    }

    private func collect(_ transitions: [EngineTransition]) {
        emitted += transitions.filter { $0.rule == 0 && $0.key == key }
    }

    private func evaluate(_ instant: Int64, watches: Bool = true) {
        collect(engine.finish(through: instant))
        last = max(last ?? instant, instant)
        guard watches, isInSession(instant) else { return }
        followChain(to: instant)
        for rule in misses.keys where !awaitsStepBefore.contains(rule) {
            guard let reader = reader(rule), reader.isActive else { continue }
            misses[rule]?.take(reader.report(at: instant))
        }
    }

    /// A step of a chain can match only after the one before it: what came earlier is no miss of it.
    private func followChain(to instant: Int64) {
        let steps = plan.clauses.filter { if case .step = $0.role { true } else { false } }
        guard !steps.isEmpty, let alert = reader(0), alert.isActive else { return }
        for (step, match) in zip(steps, alert.alert(at: instant).matches) {
            if match == nil { awaitsStepBefore.insert(step.rule) }
            guard let match, match != stepBegins[step.rule] else { continue }
            awaitsStepBefore.remove(step.rule)
            stepBegins[step.rule] = match
            misses[step.rule] = NearestMiss(step.node)
        }
    }
}

extension WhyPlan {
    /// Every rule that is read at the instant in question: the rule itself, and the hidden ones.
    var readRules: [Int] { [0] + clauses.map(\.rule) + windows.map(\.rule) + [message] }
}
