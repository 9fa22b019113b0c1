/// What the engine knows of a symbol, by the symbol's dense number.
struct SymbolSlot {
    /// Which feed it belongs to; nil until the symbol is met.
    var feed: UnsafeMutablePointer<FeedState>?
    /// The cluster that evaluates it; nil when no rule reads it.
    var cluster: UnsafeMutablePointer<Cluster>?
    var trades: UnsafeMutablePointer<PointStream>?
    var quotes: UnsafeMutablePointer<PointStream>?
    /// Instances that begin with the symbol's first trade and have not yet.
    var hasDormantBlocks = false
    /// Another shard evaluates and counts it.
    var isForeign = false

    @inline(__always) var isKnown: Bool { feed != nil }
}
