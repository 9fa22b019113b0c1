import RuleSemantics
import RuleSyntax

/// Checked calls as text, and what their windows hold.
struct CheckedText {
    let program: CheckedProgram

    /// The calls of an expression that read the market, in order of appearance.
    func calls(of expression: CheckedExpression) -> [BuiltinCall] {
        switch expression {
        case .number, .bool, .symbol, .lookup, .series: return []
        case .call(let call):
            let inner = call.arguments.flatMap { argument -> [BuiltinCall] in
                if case .expression(let operand) = argument { return calls(of: operand) }
                return []
            }
            let row = BuiltinTable.row(named: call.builtin.rawValue)
            let isPlain = row?.isScalar ?? false || call.builtin == .deviation
            return (isPlain ? [] : [call]) + inner
        case .negate(let inner), .not(let inner): return calls(of: inner)
        case .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .and(let left, let right), .or(let left, let right), .crosses(_, let left, let right):
            return calls(of: left) + calls(of: right)
        case .between(let value, let low, let high):
            return calls(of: value) + calls(of: low) + calls(of: high)
        }
    }

    /// The prevailing values that an expression reads outside calls: `price`, `SPY.bid`.
    func series(of expression: CheckedExpression) -> [SeriesReference] {
        switch expression {
        case .number, .bool, .symbol, .lookup: return []
        case .series(let reference): return [reference]
        case .call(let call):
            return call.arguments.flatMap { argument -> [SeriesReference] in
                if case .expression(let operand) = argument { return series(of: operand) }
                return []
            }
        case .negate(let inner), .not(let inner): return series(of: inner)
        case .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .and(let left, let right), .or(let left, let right), .crosses(_, let left, let right):
            return series(of: left) + series(of: right)
        case .between(let value, let low, let high):
            return series(of: value) + series(of: low) + series(of: high)
        }
    }

    /// What a call looks at: a series over a window, and for `ago`, `change` and `move` its value of then.
    struct LookedAt: Equatable {
        var series: SeriesReference
        var window: CheckedWindow
        /// Milliseconds back.
        var lag: Int64?
    }

    /// Each series of a call with its window; none where it looks at no window.
    func windows(of call: BuiltinCall) -> [LookedAt] {
        let given = call.arguments.compactMap { argument -> SeriesReference? in
            switch argument {
            case .series(let reference), .expression(.series(let reference)): reference
            default: nil
            }
        }
        let own = SeriesReference.market(call.builtin == .volume ? .size : .price, call.owner)
        for argument in call.arguments {
            switch argument {
            case .window(let window):
                return (given.isEmpty ? [own] : given).map { LookedAt(series: $0, window: window) }
            case .duration(let length, let step) where call.builtin != .ewma:
                return given.map {
                    LookedAt(series: $0, window: .time(length: length, ending: 0, step: step), lag: length)
                }
            default: break
            }
        }
        return []
    }

    // MARK: Text

    func text(_ call: BuiltinCall) -> String {
        let arguments = call.arguments.map(text).joined(separator: ", ")
        let row = BuiltinTable.row(named: call.builtin.rawValue)
        let owner = row?.readsTrades ?? false ? prefix(call.owner) : ""
        return "\(owner)\(call.builtin.rawValue)(\(arguments))"
    }

    func text(_ reference: SeriesReference) -> String {
        switch reference {
        case .market(let series, let owner): prefix(owner) + series.rawValue
        case .named(let index): index < program.series.count ? program.series[index].name : "series"
        }
    }

    func text(_ window: CheckedWindow) -> String {
        switch window {
        case .trades(let count): "\(count) trades"
        case .time(let length, let ending, let step):
            canonicalDuration(length) + (step.map { " by \(canonicalDuration($0))" } ?? "")
                + (ending > 0 ? " ending \(canonicalDuration(ending)) ago" : "")
        }
    }

    private func prefix(_ owner: SymbolOwner) -> String {
        if case .symbol(let name) = owner { return canonicalSymbol(name) + "." }
        return ""
    }

    private func text(_ argument: CheckedArgument) -> String {
        switch argument {
        case .series(let reference), .expression(.series(let reference)): text(reference)
        case .expression(.call(let call)): text(call)
        case .expression(.number(let value)): "\(value)"
        case .expression(.lookup(let column)): column.name
        case .expression: "..."
        case .window(let window): text(window)
        case .duration(let length, let step):
            canonicalDuration(length) + (step.map { " by \(canonicalDuration($0))" } ?? "")
        case .rate(let index): index < program.rateSeries.count ? program.rateSeries[index] : "rate"
        case .rule(let name): name
        }
    }
}
