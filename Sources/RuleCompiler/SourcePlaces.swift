public import Engine
public import RuleSemantics

/// Where the engine finds what an expression reads, for those who ask a running engine.
extension SeriesReference {
    /// The kind of its stream.
    public var streamKind: StreamRequest.Kind {
        switch self {
        case .named(let index): .series(index)
        case .market(.price, _), .market(.size, _): .trades
        case .market(.bid, _), .market(.ask, _), .market(.mid, _), .market(.spread, _): .quotes
        }
    }

    /// Whose stream it is; nil for the instance's own symbol and for a named series.
    public var streamSymbol: String? {
        if case .market(_, .symbol(let name)) = self { name } else { nil }
    }
}

extension CheckedWindow {
    public var extent: WindowExtent {
        switch self {
        case .time(let length, let ending, nil): .time(length: length, ending: ending)
        case .time(let length, let ending, let step?): .grid(length: length, ending: ending, step: step)
        case .trades(let count): .points(count)
        }
    }
}
