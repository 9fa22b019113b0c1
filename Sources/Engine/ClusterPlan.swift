/// Which symbols, series and keyless blocks must share one cluster: the classes of a union-find over all
/// that some program reads together.
///
/// - SeeAlso: R. E. Tarjan, "Efficiency of a good but not linear set union algorithm" (1975).
struct ClusterPlan {
    enum Node: Hashable {
        case symbol(String)
        case series(Int)
        case keyless(Int)
    }

    private var parents: [Node: Node] = [:]

    init(_ book: RuleBook, blocksOfNamed: [(symbol: String, blocks: [BlockProgram])]) {
        for (index, series) in book.series.enumerated() { join(.series(index), series.block) }
        for (index, block) in book.keyless.enumerated() { join(.keyless(index), block) }
        for (symbol, blocks) in blocksOfNamed {
            for block in blocks { join(.symbol(symbol), block) }
        }
        for link in book.links {
            for symbol in link.dropFirst() { unite(.symbol(link[0]), .symbol(symbol)) }
        }
        for block in book.standing {
            let nodes = ClusterPlan.nodes(read: block)
            for node in nodes.dropFirst() { unite(nodes[0], node) }
        }
    }

    /// The symbols and series that a block reads besides its key, and the blocks that its rules ask or tell.
    static func nodes(read block: BlockProgram) -> [Node] {
        var nodes = block.symbols.map { Node.symbol($0) }
        nodes += block.keylessPartners.map { Node.keyless($0) }
        for stream in block.streams {
            if case .series(let index) = stream.kind { nodes.append(.series(index)) }
        }
        return nodes
    }

    /// The representative of a node's class.
    func root(of node: Node) -> Node {
        var node = node
        while let parent = parents[node], parent != node { node = parent }
        return node
    }

    private mutating func join(_ node: Node, _ block: BlockProgram) {
        for other in ClusterPlan.nodes(read: block) { unite(node, other) }
    }

    private mutating func unite(_ left: Node, _ right: Node) {
        let leftRoot = root(of: left)
        let rightRoot = root(of: right)
        if leftRoot != rightRoot { parents[leftRoot] = rightRoot }
    }
}
