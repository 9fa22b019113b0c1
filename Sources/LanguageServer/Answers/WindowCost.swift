import RuleSemantics
import RuleSyntax

/// What the engine keeps for an expression, for each symbol (LANGUAGE 4): the price of a rule.
struct WindowCost {
    private(set) var lines: [String] = []

    init(of expression: CheckedExpression) { add(expression) }

    /// Of all conditions and values of a rule.
    init(of rule: CheckedRule) {
        let conditions = [rule.when, rule.until, rule.unless].compactMap { $0 }
        for condition in conditions + rule.chain.map(\.condition) + rule.escalations.map(\.condition) {
            add(condition)
        }
        for case .value(let value, _) in rule.message { add(value) }
    }

    private mutating func add(_ expression: CheckedExpression) {
        for call in expression.calls {
            guard let line = Self.line(call), !lines.contains(line) else { continue }
            lines.append(line)
        }
    }

    /// One paragraph; empty where nothing is kept.
    var text: String {
        if lines.isEmpty { return "" }
        return "Keeps, for each symbol: \(lines.joined(separator: "; ")). "
            + "Windows over the same points share them."
    }

    private static func line(_ call: BuiltinCall) -> String? {
        if call.builtin == .prev { return "one value" }
        if call.builtin == .age { return "the time of the last point" }
        if call.builtin == .ewma { return "one running mean" }
        let lines = call.arguments.compactMap { line($0, of: call) }
        return lines.isEmpty ? nil : lines.joined(separator: ", ")
    }

    private static func line(_ argument: CheckedArgument, of call: BuiltinCall) -> String? {
        switch argument {
        case .window(.trades(let count)): return "the last \(count) points"
        case .window(.time(let length, let ending, let step)): return span(length + ending, step)
        // `rate(DFF, within 10d)` keeps one value, whatever its age.
        case .duration(let length, let step) where call.builtin != .rate: return span(length, step)
        default: return nil
        }
    }

    private static func span(_ length: Int64, _ step: Int64?) -> String {
        let whole = canonicalDuration(length)
        guard let step, step > 0 else { return "every point of the last \(whole)" }
        return "\(length / step) steps of \(canonicalDuration(step)), the last \(whole)"
    }
}
