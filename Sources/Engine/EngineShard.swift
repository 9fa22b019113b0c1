import MarketModel

/// Which part of the symbols an engine evaluates, when several share the work.
///
/// Each engine is given every trade, since feeds and their watermarks know no shards; it keeps those of its
/// own clusters. What the engines return for the same batch, put together in order, is what one alone
/// returns.
///
/// Only for input in the order of event times: there a late trade is late for all of them.
///
/// - Invariant: all engines of a division have the same rules, and symbol tables that give the same numbers.
public struct EngineShard: Sendable, Equatable {
    public let index: Int
    public let count: Int

    /// All symbols.
    public static let whole = EngineShard(0, of: 1)

    public init(_ index: Int, of count: Int) {
        precondition(index >= 0 && index < count)
        self.index = index
        self.count = count
    }
}

extension AlertEngine {
    /// Whether the cluster of a node is this engine's to evaluate. Symbols that rules read together have one
    /// owner.
    func owns(_ node: ClusterPlan.Node) -> Bool {
        if options.shard.count == 1 { return true }
        let number =
            switch plan.root(of: node) {
            case .symbol(let name): symbols.intern(name).map { Int($0.index) } ?? 0
            case .series(let index), .keyless(let index): index
            }
        return number % options.shard.count == options.shard.index
    }
}
