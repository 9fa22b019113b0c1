import Engine
import MarketModel
import RuleCompiler
import RuleSemantics

/// Expressions to be read at an instant, by the engine itself: each probe is a rule of its own whose
/// condition becomes true then, because a rate of its own becomes known then. Its values are the answer.
struct Probe {
    var at: Int64
    /// The symbol that unqualified names mean.
    var key: String?
    var values: [(expression: CheckedExpression, format: NumberFormat)]
}

struct ProbeReading {
    /// NaN: unknown.
    var values: [Double]
    /// As a message prints them.
    var texts: [String]
}

/// - Returns: for each probe what it read; nil before the first instant of its feed.
func read(_ probes: [Probe], of test: RuleTest, in program: CheckedProgram) -> [ProbeReading?] {
    if probes.isEmpty { return [] }
    let separator: Character = "\u{1f}"
    var extended = program
    var known: [(series: String, at: Int64)] = []
    for (index, probe) in probes.enumerated() {
        let series = "probe \(index)"
        known.append((series, probe.at))
        let rate = BuiltinCall(
            builtin: .rate, owner: .key, arguments: [.rate(extended.rateSeries.count)], span: test.span)
        extended.rateSeries.append(series)
        let condition = CheckedExpression.call(
            BuiltinCall(
                builtin: .known, owner: .key, arguments: [.expression(.call(rate))], span: test.span))
        var rule = CheckedRule(name: series, span: test.span, when: condition)
        rule.target = probe.key.map { CheckedTarget(include: [.symbol($0)]) }
        for (number, value) in probe.values.enumerated() {
            if number > 0 { rule.message.append(.text(String(separator))) }
            rule.message.append(.value(value.expression, value.format))
        }
        extended.rules.append(rule)
    }
    let engine = TapeEngine(extended)
    let play = engine.play(test, emitsPending: false, known: known)
    var readings = [ProbeReading?](repeating: nil, count: probes.count)
    for transition in play.emitted where transition.rule >= program.rules.count {
        let index = transition.rule - program.rules.count
        guard transition.kind == .firing, transition.at == probes[index].at else { continue }
        let message = engine.compiled.renderer.render(transition, symbols: play.symbols).message
        let texts = message.split(separator: separator, omittingEmptySubsequences: false)
        readings[index] = ProbeReading(values: transition.values, texts: texts.map(String.init))
    }
    return readings
}
