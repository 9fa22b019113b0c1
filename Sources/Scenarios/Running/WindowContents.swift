import Diagnostics
import RuleSemantics

extension CheckedText.LookedAt {
    /// What tells a person what a window holds, in this order: the number of points, the first, the last, the
    /// least and the greatest; then, for a lag, the value of then. The engine computes them like any other.
    ///
    /// - Parameter span: where it is asked; for nothing but the form of a call.
    func contents(at span: SourceSpan) -> [(expression: CheckedExpression, format: NumberFormat)] {
        let builtins: [BuiltinName] = [.count, .first, .last, .min, .max]
        let held = builtins.map { name in
            (
                call(name, .window(window), at: span),
                name == .count ? NumberFormat(decimals: 0) : series.format
            )
        }
        guard let lag else { return held }
        var step: Int64?
        if case .time(_, _, let width) = window { step = width }
        return held + [(call(.ago, .duration(lag, step: step), at: span), series.format)]
    }

    private func call(
        _ name: BuiltinName, _ argument: CheckedArgument, at span: SourceSpan
    ) -> CheckedExpression {
        .call(BuiltinCall(builtin: name, owner: .key, arguments: [.series(series), argument], span: span))
    }
}

extension SeriesReference {
    /// How its values print: with the decimals of the instance's own symbol, where it is that symbol's.
    var format: NumberFormat {
        switch self {
        case .market(.size, .key): NumberFormat(symbolDecimals: .size)
        case .market(.mid, _), .market(.spread, _): NumberFormat()
        case .market(_, .key): NumberFormat(symbolDecimals: .price)
        default: NumberFormat()
        }
    }
}
