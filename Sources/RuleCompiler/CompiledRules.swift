public import Diagnostics
public import Engine
public import RuleSemantics

/// A checked program made ready to run: numbers for the engine, text for its transitions.
public struct CompiledRules: Sendable {
    /// What an `AlertEngine` runs; its rules stand in the order of `rules`.
    public let book: RuleBook
    /// Turns what the engine emits into transitions with names and messages.
    public let renderer: TransitionRenderer
    /// Names of the rate series; `AlertEngine.appendRate` takes an index into it.
    public let rateSeries: [String]
    /// The notifiers of each rule.
    public let ruleRoutes: [[String]]
    public let rules: [CheckedRule]
    /// Rules and series that read more than a block can hold: errors to be shown, with the rule left out of
    /// the book. Empty for anything that a person would write.
    public let diagnostics: [Diagnostic]
}

/// Lowers a program that the checker has accepted. Deterministic: the same program gives the same book.
///
/// - Complexity: linear in the size of the rules; blocks of a key are made when the key is first asked for.
public func compileRules(_ program: CheckedProgram) -> CompiledRules {
    let reach = SeriesReach(program.series)
    var diagnostics: [Diagnostic] = []
    let names = RuleNames(program.rules)
    let all = program.rules.enumerated().map { RuleReading($1, index: $0, among: names) }
    let readings = all.filter { reading in
        guard let fault = packingFault(reading) else { return true }
        diagnostics.append(fault)
        return false
    }
    var context = PackingContext(
        names: names, references: FiringReferences(readings, program.rules))
    let parts = KeylessParts.parts(of: readings.filter { $0.rule.target == nil }, reach)
    var keyless = parts.flatMap { BlockPacking.blocks(of: $0, key: .unnamed, context) }
    context.references.place(keyless)
    for index in keyless.indices {
        keyless[index].keylessPartners = context.references.partners(of: keyless[index].rules)
    }
    let targeted = readings.compactMap { reading in reading.rule.target.map { (reading, $0) } }
    let keyed = KeyedRules(targeted, context)
    let dynamicSources = Set(keyed.dynamicReadings.flatMap(\.foreignSources))

    var book = RuleBook(blocksForKey: { keyed.blocks(of: $0) })
    book.rules = timings(program.rules)
    book.series = program.series.map { series in
        var lowering = ExpressionLowering(key: .unnamed)
        var value = lowering.lower(series.expression)
        if let fault = packingFault(series, lowering.graph, value) {
            diagnostics.append(fault)
            value = lowering.graph.unknown()
        }
        let (block, register) = BlockLayout.program(lowering.graph, rules: [], value: value)
        return SeriesProgram(name: series.name, block: block, value: register)
    }
    book.keyless = keyless
    book.askedRules = context.references.asked
    book.namedSymbols = distinct(
        keyed.listedSymbols + reach.symbols.joined() + readings.flatMap { reach.symbols(of: $0.sources) })
    // One key may match several dynamic rules, so all that any of them reads moves as one.
    let linked = reach.symbols(of: dynamicSources)
    book.links = linked.count > 1 ? [linked] : []
    book.standing = StandingReads.blocks(
        for: dynamicSources, accumulated: keyed.dynamicReadings.map(\.accumulated))
    book.rateSeries = program.rateSeries
    return CompiledRules(
        book: book, renderer: TransitionRenderer(program.rules), rateSeries: program.rateSeries,
        ruleRoutes: program.rules.map(\.notifiers), rules: program.rules, diagnostics: diagnostics)
}

/// The diagnostics of `compileRules` without its work, most of which is the calendars of sessions: for
/// editors, which ask at each keystroke.
public func compilerFindings(_ program: CheckedProgram) -> [Diagnostic] {
    let names = RuleNames(program.rules)
    let ofRules = program.rules.enumerated().compactMap { index, rule in
        packingFault(RuleReading(rule, index: index, among: names))
    }
    return ofRules
        + program.series.compactMap { series in
            var lowering = ExpressionLowering(key: .unnamed)
            let value = lowering.lower(series.expression)
            return packingFault(series, lowering.graph, value)
        }
}

/// Why a block cannot hold a rule; nil where it can.
private func packingFault(_ reading: RuleReading) -> Diagnostic? {
    if BlockPacking.fits(reading.sources, reading.registerCount) { return nil }
    return tooLarge("rule `\(reading.rule.name)`", reading.sources, at: reading.rule.span)
}

private func packingFault(_ series: CheckedSeries, _ graph: ExpressionGraph, _ value: Int) -> Diagnostic? {
    let sources = graph.sources(of: graph.reachable(from: [value]))
    if BlockPacking.fits(sources, graph.nodes.count) { return nil }
    return tooLarge("series `\(series.name)`", sources, at: nil)
}

private func timings(_ rules: [CheckedRule]) -> [RuleTiming] {
    var sessions = SessionTables()
    return rules.map { rule in
        var timing = RuleTiming(
            name: rule.name, hold: rule.hold, cooldown: rule.cooldown, repeats: rule.repeats,
            session: rule.session.map { sessions.table(of: $0, delay: rule.sessionDelay) },
            severity: rule.severity)
        timing.holdTrades = rule.holdTrades
        timing.clearsOnUnknown = rule.clearsOnUnknown
        timing.sessionMeaning = rule.session.map { $0.meaning + " after \(rule.sessionDelay)" } ?? ""
        return timing
    }
}

extension CheckedSession {
    /// Equal for sessions with the same hours, whatever they are called.
    fileprivate var meaning: String {
        let hours = clocks.map { "\($0.open)-\($0.close)" }.joined(separator: ",")
        let days = weekdays.sorted().map(String.init).joined()
        let venue = exchange.map { " \($0.code) \($0.isExtended)" } ?? ""
        return "\(days) \(hours) \(timeZone)\(venue)"
    }
}

private func tooLarge(_ what: String, _ sources: Set<Source>, at span: SourceSpan?) -> Diagnostic {
    let limit = BlockProgram.greatestSourceCount
    return Diagnostic(
        .error, code: "E099",
        "\(what) reads \(sources.count) different streams, windows and delays; the limit is \(limit)",
        at: span, help: ["divide it into rules that read less, or name a part of it with `series`"])
}
