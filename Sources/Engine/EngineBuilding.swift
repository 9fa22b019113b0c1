import MarketModel

/// How clusters, streams and block instances come to be: at the start for named symbols, and at a symbol's
/// first trade for the others.
extension AlertEngine {
    func buildNamed() {
        let named = book.namedSymbols.compactMap { name in symbols.intern(name).map { (name, $0) } }
        for (name, symbol) in named {
            if owns(.symbol(name)) { attach(symbol, to: clusterOf(.symbol(name))) } else { disown(symbol) }
        }
        for (index, series) in book.series.enumerated() {
            guard owns(.series(index)) else {
                seriesOutputs.append(nil)
                continue
            }
            let cluster = clusterOf(.series(index))
            let output = cluster.pointee.makeStream(.series(index))
            seriesOutputs.append(output)
            let place = BlockPlace(output: output, outputRegister: Int(series.value))
            instantiate(series.block, in: cluster, place)
        }
        for (index, block) in book.keyless.enumerated() where owns(.keyless(index)) {
            let cluster = clusterOf(.keyless(index))
            let keyless = instantiate(block, in: cluster, BlockPlace())
            let feeds = feeds(of: block)
            feedsOfKeyless[keyless] = feeds
            if feeds.isEmpty { cluster.pointee.awaitsInput = true }
        }
        for block in book.standing {
            guard let node = ClusterPlan.nodes(read: block).first, owns(node) else { continue }
            let standing = instantiate(block, in: clusterOf(node), BlockPlace())
            standing.pointee.activate()
        }
        for (name, symbol) in named where owns(.symbol(name)) {
            instantiate(book.blocksForKey(name), of: symbol, startsWithFirstTrade: false)
        }
        for cluster in clusters { reschedule(cluster) }
    }

    /// Meets a symbol for the first time.
    @inline(never)
    func register(_ symbol: SymbolID) {
        reserve(symbol)
        let name = symbols.name(of: symbol)
        let slot = slots + Int(symbol.index)
        slot.pointee.feed = feed(of: name)
        let blocks = book.blocksForKey(name)
        let nodes = blocks.flatMap { ClusterPlan.nodes(read: $0) }
        guard owns(nodes.first ?? .symbol(name)) else { return disown(symbol) }
        if blocks.isEmpty { return }
        let cluster = nodes.first.map { clusterOf($0) } ?? makeCluster()
        attach(symbol, to: cluster)
        slots[Int(symbol.index)].hasDormantBlocks = true
        instantiate(blocks, of: symbol, startsWithFirstTrade: true)
        reschedule(cluster)
    }

    private func instantiate(_ blocks: [BlockProgram], of symbol: SymbolID, startsWithFirstTrade: Bool) {
        let slot = slots + Int(symbol.index)
        guard let cluster = slot.pointee.cluster else { return }
        for block in blocks {
            var place = BlockPlace(key: symbol, keyTrades: slot.pointee.trades)
            place.startsWithFirstTrade = startsWithFirstTrade || block.startsWithFirstTrade
            instantiate(block, in: cluster, place)
            if place.startsWithFirstTrade { slots[Int(symbol.index)].hasDormantBlocks = true }
        }
    }

    // MARK: Parts

    private func clusterOf(_ node: ClusterPlan.Node) -> UnsafeMutablePointer<Cluster> {
        let root = plan.root(of: node)
        if let cluster = clusterOfNode[root] { return cluster }
        let cluster = makeCluster()
        clusterOfNode[root] = cluster
        return cluster
    }

    private func makeCluster() -> UnsafeMutablePointer<Cluster> {
        let cluster = UnsafeMutablePointer<Cluster>.allocate(capacity: 1)
        cluster.initialize(to: Cluster(pointCap: options.pointCap, losses: losses))
        clusters.append(cluster)
        return cluster
    }

    private func attach(_ symbol: SymbolID, to cluster: UnsafeMutablePointer<Cluster>) {
        reserve(symbol)
        let slot = slots + Int(symbol.index)
        let feed = feed(of: symbols.name(of: symbol))
        slot.pointee.feed = feed
        slot.pointee.cluster = cluster
        let trades = cluster.pointee.makeStream(.trades)
        trades.pointee.start = feed.pointee.start
        trades.pointee.symbolNumber = Int(symbol.index)
        slot.pointee.trades = trades
        cluster.pointee.join(feed)
    }

    /// Another shard evaluates the symbol; here it only moves its feed.
    private func disown(_ symbol: SymbolID) {
        reserve(symbol)
        slots[Int(symbol.index)].feed = feed(of: symbols.name(of: symbol))
        slots[Int(symbol.index)].isForeign = true
    }

    func feed(of symbol: String) -> UnsafeMutablePointer<FeedState> {
        let name = symbol.firstIndex(of: ":").map { String(symbol[..<$0]) } ?? ""
        if let feed = feeds[name] { return feed }
        var lateness: Int64 = 0
        if case .arrival(let bound) = options.order { lateness = bound }
        let feed = UnsafeMutablePointer<FeedState>.allocate(capacity: 1)
        feed.initialize(to: FeedState(name: name, lateness: lateness))
        feeds[name] = feed
        feedList.append(feed)
        return feed
    }

    /// The feeds of all symbols that a program reads, through named series too.
    private func feeds(of program: BlockProgram) -> [UnsafeMutablePointer<FeedState>] {
        var feeds = program.symbols.map { feed(of: $0) }
        for stream in program.streams {
            if case .series(let index) = stream.kind { feeds += self.feeds(of: book.series[index].block) }
        }
        return feeds
    }

    private func reserve(_ symbol: SymbolID) {
        let needed = Int(symbol.index) + 1
        if needed <= slotCount { return }
        let capacity = max(needed, slotCount * 2)
        let larger = UnsafeMutablePointer<SymbolSlot>.allocate(capacity: capacity)
        larger.moveInitialize(from: slots, count: slotCount)
        (larger + slotCount).initialize(repeating: SymbolSlot(), count: capacity - slotCount)
        slots.deallocate()
        slots = larger
        slotCount = capacity
    }

    @discardableResult
    private func instantiate(
        _ program: BlockProgram, in cluster: UnsafeMutablePointer<Cluster>, _ place: BlockPlace
    ) -> UnsafeMutablePointer<BlockState> {
        let isSeries = place.output != nil
        let streams = program.streams.map { stream($0, program, place.key, cluster) }
        var place = place
        if let key = place.key { place.keyQuotes = slots[Int(key.index)].quotes }
        let signals = program.inputs.map { signal(asked: $0, by: place.key) }
        let state = BlockState(
            code(of: program, isSeries), streams: streams, rates: rates, place: place, signals: signals)
        let block = cluster.pointee.add(state, isSeries: isSeries)
        connect(block, program, place.key)
        for (index, request) in program.inputs.enumerated() {
            if case .rate(let series, _) = request {
                let isPassive = block.pointee.inputs[index].isPassive
                rateReaders[series].append(
                    RateReader(cluster: cluster, block: block, input: index, isPassive: isPassive))
            }
        }
        return block
    }

    // MARK: Firing

    private func signal(asked request: InputRequest, by key: SymbolID?)
        -> UnsafeMutablePointer<FiringSignal>?
    {
        guard case .firing(let rule, let sameKey) = request else { return nil }
        return signal(of: rule, sameKey ? key : nil)
    }

    private func signal(of rule: Int, _ key: SymbolID?) -> UnsafeMutablePointer<FiringSignal> {
        let identity = SignalIdentity(rule: rule, key: key)
        if let signal = signals[identity] { return signal }
        let signal = UnsafeMutablePointer<FiringSignal>.allocate(capacity: 1)
        signal.initialize(to: FiringSignal())
        signals[identity] = signal
        return signal
    }

    /// Joins a block's rules with those who ask for them, and its inputs with those they ask for.
    private func connect(
        _ block: UnsafeMutablePointer<BlockState>, _ program: BlockProgram, _ key: SymbolID?
    ) {
        for (index, rule) in program.rules.enumerated() where book.askedRules.contains(rule.rule) {
            block.pointee.rules[index].answer(
                key: key.map { signal(of: rule.rule, $0) }, any: signal(of: rule.rule, nil))
        }
        for index in program.inputs.indices {
            guard let signal = block.pointee.inputs[index].signal else { continue }
            let bit = UInt64(1) << UInt64(program.streams.count + index)
            signal.pointee.readers.append(
                StreamReader(block: block, mask: bit & block.pointee.activeMask))
        }
    }

    private func code(of program: BlockProgram, _ isSeries: Bool) -> BlockCode {
        guard let identity = BlockIdentity(program) else { return makeCode(program, isSeries) }
        if let code = codeCache[identity] { return code }
        let code = makeCode(program, isSeries)
        codeCache[identity] = code
        return code
    }

    private func makeCode(_ program: BlockProgram, _ isSeries: Bool) -> BlockCode {
        BlockCode(program, isSeries: isSeries, options: options, clocks: emitter.clocks)
    }

    private func stream(
        _ request: StreamRequest, _ program: BlockProgram, _ key: SymbolID?,
        _ cluster: UnsafeMutablePointer<Cluster>
    ) -> UnsafeMutablePointer<PointStream> {
        if case .series(let index) = request.kind, let output = seriesOutputs[index] { return output }
        let symbol: SymbolID? =
            switch request.owner {
            case .key: key
            case .symbol(let index): symbols.intern(program.symbols[index])
            }
        guard let symbol else { return cluster.pointee.makeStream(request.kind) }
        reserve(symbol)
        if slots[Int(symbol.index)].trades == nil { attach(symbol, to: cluster) }
        let slot = slots + Int(symbol.index)
        guard case .quotes = request.kind else {
            return slot.pointee.trades ?? cluster.pointee.makeStream(.trades)
        }
        if let quotes = slot.pointee.quotes { return quotes }
        let quotes = cluster.pointee.makeStream(.quotes)
        quotes.pointee.start = slot.pointee.feed?.pointee.start ?? FeedState.notStarted
        quotes.pointee.symbolNumber = Int(symbol.index)
        slot.pointee.quotes = quotes
        return quotes
    }
}
