import MarketModel

/// A stream has reached its point cap, and its oldest points were dropped: the windows that reach them are
/// unknown (LANGUAGE 4.5).
public struct WindowLoss: Sendable, Equatable {
    /// The symbol, or the named series.
    public var name: String
    /// The instant of the point that there was no room for; milliseconds.
    public var at: Int64
    /// From then on no window reaches what was dropped.
    public var wholeFrom: Int64
    /// Points that were kept.
    public var kept: Int
}

/// Collects what clusters lose.
final class LossLog {
    struct Entry {
        var stream: UnsafeMutablePointer<PointStream>
        var at: Int64
        var wholeFrom: Int64
        var kept: Int
    }

    var entries: [Entry] = []
}

extension AlertEngine {
    /// What was dropped at the point cap since the last call, in order of (instant, name).
    public func takeWindowLosses() -> [WindowLoss] {
        if losses.entries.isEmpty { return [] }
        let taken = losses.entries.map {
            WindowLoss(name: name(of: $0.stream), at: $0.at, wholeFrom: $0.wholeFrom, kept: $0.kept)
        }
        losses.entries.removeAll()
        return taken.sorted { ($0.at, $0.name) < ($1.at, $1.name) }
    }

    private func name(of stream: UnsafeMutablePointer<PointStream>) -> String {
        for index in 0..<slotCount where slots[index].trades == stream || slots[index].quotes == stream {
            return symbols.name(of: SymbolID(index: UInt32(index)))
        }
        return seriesOutputs.firstIndex(of: stream).map { book.series[$0].name } ?? ""
    }
}
