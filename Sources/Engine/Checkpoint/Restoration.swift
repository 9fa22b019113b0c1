public import MarketModel

/// What a new engine knows of the one before while it takes up its checkpoint.
struct Restoration {
    /// Of a stream: which of its points are wanted when the input is read again.
    struct Reread {
        /// Points up to this time are in the checkpoint, or no window needs them.
        var after: Int64
    }

    /// The rules of the checkpoint, by their numbers there, and all of them.
    var rules: [RuleIdentity] = []
    var known: Set<RuleIdentity> = []
    /// From the numbers of the checkpoint to this engine's.
    var symbols: [Int] = []
    var alerts: [AlertIdentity: StateReader] = [:]
    var crossings: [CrossingIdentity: (value: Double, sign: Double)] = [:]
    var inputs: [InputIdentity: StateReader] = [:]
    /// Named series of this engine whose points the checkpoint holds.
    var series: Set<Int> = []
    /// By symbol's number: it has not traded.
    var dormant: Set<Int> = []
    var rereads: [StreamIdentity: Reread] = [:]

    struct AlertIdentity: Hashable {
        var rule: RuleIdentity
        /// The symbol's number; -1 without a key.
        var key: Int
    }
}

extension AlertEngine {
    /// Takes up what an engine before has left, of the same rules or of others.
    ///
    ///     restore(checkpoint) -> readBack(trades before it) ... -> resume -> append and advance, as ever
    ///
    /// Rules that meant something else then, or were not there, begin now; what is not there any more is
    /// passed over.
    ///
    /// - Precondition: nothing was appended, not even a rate.
    /// - Throws: for bytes that `checkpoint` did not make; the engine is of no use then.
    public func restore(_ checkpoint: [UInt8]) throws(CheckpointError) {
        precondition(greatestTime == Int64.min && restoration == nil)
        var reader = StateReader(try StateWriter.checked(checkpoint))
        var restoration = Restoration()
        try restoration.readRules(from: &reader)
        let inputNames = try readNames(from: &reader)
        greatestTime = try reader.int64()
        greatestClosed = try reader.int64()
        inputHasStarted = try reader.flag()
        inputStart = try reader.int64()
        try readFeeds(from: &reader)
        try readRates(from: &reader)
        try readSymbols(from: &reader, &restoration)
        let series = try readSeries(from: &reader)
        restoration.series = Set(series.compactMap { $0 })
        try restoration.readAlerts(from: &reader)
        try restoration.readCrossings(from: &reader)
        try restoration.readInputs(from: &reader, inputNames, series: series)
        guard reader.isAtEnd else { throw CheckpointError(detail: "more follows than there should") }
        self.restoration = restoration
        settleUnwritten()
    }

    /// Points up to this time need not be read again; nil when none need to be. Between `restore` and
    /// `resume` for this engine, else for one that takes up its checkpoint.
    public var readBackAfter: Int64? {
        var least: Int64?
        for cluster in clusters {
            cluster.pointee.forEachStream { stream in
                guard stream.pointee.symbolNumber >= 0 else { return }
                let after =
                    self.restoration == nil
                    ? Engine.rereadAfter(stream, closed: self.closedEnd(of: cluster))
                    : self.rereadAfter(stream)
                // Of feeds that have brought nothing there is nothing to read; of others that are not closed
                // yet, all.
                if after == Int64.min, !cluster.pointee.hasEvents { return }
                least = min(least ?? after, after)
            }
        }
        return least
    }

    /// Trades that the engine before has accepted, roughly in the order of their times; also those whose
    /// instants were still open.
    ///
    /// - Precondition: between `restore` and `resume`.
    public func readBack(_ trades: [Trade]) {
        var greatest = Int64.min
        for trade in trades {
            let index = Int(trade.symbol.index)
            if index >= slotCount || !slots[index].isKnown { register(trade.symbol) }
            greatest = max(greatest, trade.time)
            guard let cluster = slots[index].cluster else { continue }
            if trade.time < cluster.pointee.closed, trade.time <= oldestReread(slots + index) { continue }
            cluster.pointee.queue.insert(trade)
        }
        if greatest == Int64.min { return }
        for cluster in clusters { takeBack(cluster, before: greatest &- AlertEngine.readBackSlack) }
    }

    /// All that was to be read back is in: the engine stands where the one before did.
    ///
    /// - Parameter wholeAfter: everything after this time was read back. Windows that reach further are
    ///   unknown for a while.
    public func resume(wholeAfter: Int64 = Int64.min) throws(CheckpointError) {
        guard var restoration else { preconditionFailure("restore first") }
        for cluster in clusters {
            takeBack(cluster, before: Int64.max)
            // What is not closed yet comes, whatever was missed before.
            let missed = min(wholeAfter, max(cluster.pointee.closed, Int64.min + 1) - 1)
            cluster.pointee.forEachStream { stream in
                guard stream.pointee.symbolNumber >= 0, self.rereadAfter(stream) < missed else { return }
                stream.pointee.lostThrough = max(stream.pointee.lostThrough, missed)
            }
        }
        settleSeriesStarts()
        for (index, output) in seriesOutputs.enumerated() where !restoration.series.contains(index) {
            // A new one has no past, however long its symbols have been observed.
            let closed = clusterOfNode[plan.root(of: .series(index))]?.pointee.closed ?? Int64.min
            if closed != Int64.min { output?.pointee.lostThrough = closed - 1 }
        }
        for cluster in clusters {
            for block in cluster.pointee.series + cluster.pointee.blocks {
                begin(block, in: cluster)
                try load(block, &restoration, closed: cluster.pointee.closed)
            }
        }
        emitter.changedSignals.removeAll()
        for cluster in clusters {
            let closed = cluster.pointee.closed
            for block in cluster.pointee.series + cluster.pointee.blocks where block.pointee.isActive {
                let meaning = block.pointee.shared.takeUnretainedValue().meaning(bookMeaning)
                if closed == Int64.min { continue }
                block.pointee.prime(at: closed - 1, restoration, meaning, bookMeaning, emitter)
                cluster.pointee.settleTimer(of: block)
            }
        }
        for cluster in clusters {
            for block in cluster.pointee.blocks where !block.pointee.isActive {
                guard block.pointee.startsWithFirstTrade, let key = block.pointee.key else { continue }
                slots[Int(key.index)].hasDormantBlocks = true
            }
        }
        self.restoration = nil
        losses.entries.removeAll()
        for cluster in clusters { reschedule(cluster) }
    }

    // MARK: Inner steps

    /// For how long trades that are read back wait for earlier ones of other partitions or feeds; what comes
    /// later still is moved to its place.
    private static let readBackSlack: Int64 = 10_000

    func rereadAfter(_ stream: UnsafeMutablePointer<PointStream>) -> Int64 {
        restoration?.rereads[stream.pointee.identity]?.after ?? Int64.min
    }

    private func oldestReread(_ slot: UnsafeMutablePointer<SymbolSlot>) -> Int64 {
        var after = Int64.max
        for stream in [slot.pointee.trades, slot.pointee.quotes] {
            if let stream { after = min(after, rereadAfter(stream)) }
        }
        return after
    }

    private func takeBack(_ cluster: UnsafeMutablePointer<Cluster>, before end: Int64) {
        cluster.pointee.takeBack(before: end) { [slots] trade in
            let slot = slots + Int(trade.pointee.symbol.index)
            return (
                slot, slot.pointee.trades.map { self.rereadAfter($0) } ?? Int64.max,
                slot.pointee.quotes.map { self.rereadAfter($0) } ?? Int64.max
            )
        }
    }

    /// Streams that the checkpoint does not know: of rules that are new.
    private func settleUnwritten() {
        for cluster in clusters {
            if cluster.pointee.closed == Int64.min {
                var closed = Int64.max
                for feed in cluster.pointee.feeds where feed.pointee.hasEvents {
                    closed = min(closed, feed.pointee.watermark)
                }
                if closed == Int64.max {
                    // One of a feed that has brought nothing yet takes what comes.
                    let isOfAll = cluster.pointee.schedule == .always && inputHasStarted
                    closed = isOfAll ? greatestClosed : Int64.min
                }
                cluster.pointee.closed = closed
            }
            let closed = cluster.pointee.closed
            cluster.pointee.forEachStream { stream in
                guard stream.pointee.symbolNumber >= 0,
                    self.restoration?.rereads[stream.pointee.identity] == nil
                else { return }
                let slot = self.slots + stream.pointee.symbolNumber
                stream.pointee.start = slot.pointee.feed?.pointee.start ?? FeedState.notStarted
                self.restoration?.rereads[stream.pointee.identity] = Restoration.Reread(
                    after: Engine.rereadAfter(stream, closed: closed))
            }
        }
    }

    /// Has an instance exist that existed, or will when its feed's first instant comes.
    private func begin(
        _ block: UnsafeMutablePointer<BlockState>, in cluster: UnsafeMutablePointer<Cluster>
    ) {
        let closed = cluster.pointee.closed
        if block.pointee.isActive { return block.pointee.activate() }
        guard let start = start(of: block, in: cluster) else { return }
        if start < closed {
            block.pointee.activate()
        } else if start != FeedState.notStarted {
            cluster.pointee.wake(block, at: start)
        }
    }

    /// When an instance begins, `notStarted` for not yet; nil for one that a trade begins.
    private func start(
        of block: UnsafeMutablePointer<BlockState>, in cluster: UnsafeMutablePointer<Cluster>
    ) -> Int64? {
        if block.pointee.startsWithFirstTrade {
            let key = block.pointee.key.map { Int($0.index) } ?? -1
            guard let trades = block.pointee.keyTrades, !trades.pointee.isEmpty,
                restoration?.dormant.contains(key) != true
            else { return nil }
            return Int64.min
        }
        if let key = block.pointee.key {
            return slots[Int(key.index)].feed?.pointee.start ?? FeedState.notStarted
        }
        if let feeds = feedsOfKeyless[block], feeds.isEmpty { return inputStart }
        let feeds = feedsOfKeyless[block] ?? cluster.pointee.feeds
        return feeds.reduce(FeedState.notStarted) { min($0, $1.pointee.start) }
    }

    /// Gives a block what the checkpoint holds for it.
    private func load(
        _ block: UnsafeMutablePointer<BlockState>, _ restoration: inout Restoration, closed: Int64
    ) throws(CheckpointError) {
        if !block.pointee.isActive, block.pointee.startsWithFirstTrade { return }
        let meaning = block.pointee.shared.takeUnretainedValue().meaning(bookMeaning)
        for index in 0..<block.pointee.inputCount where block.pointee.inputs[index].isAccumulated {
            let input = block.pointee.inputs + index
            if var reader = restoration.inputs[block.pointee.identity(ofInput: index, meaning)] {
                try input.pointee.readAccumulated(from: &reader)
                // What was in the window has to be there before the next point is.
                if closed != Int64.min { _ = input.pointee.advance(to: closed - 1) }
            } else if let stream = input.pointee.stream, stream.pointee.start < rereadAfter(stream) {
                input.pointee.beginAccumulating(after: max(rereadAfter(stream), stream.pointee.lostThrough))
            }
        }
        guard block.pointee.isActive else { return }
        let trades = block.pointee.keyTrades.map { $0.pointee.tail } ?? 0
        for index in 0..<block.pointee.ruleCount {
            let rule = block.pointee.rules + index
            let identity = Restoration.AlertIdentity(
                rule: RuleIdentity(name: book.rules[rule.pointee.rule].name, meaning: meaning.rules[index]),
                key: block.pointee.keyNumber)
            guard var reader = restoration.alerts[identity] else { continue }
            try rule.pointee.read(from: &reader, keyTrades: trades)
            if rule.pointee.isAsked { rule.pointee.tell(emitter) }
        }
    }
}

extension Cluster {
    /// Whether one of its feeds has brought anything.
    var hasEvents: Bool { feeds.contains { $0.pointee.hasEvents } }

    mutating func forEachStream(_ body: (UnsafeMutablePointer<PointStream>) -> Void) {
        for stream in ownedStreams { body(stream) }
    }

    /// Has a block looked at when it has said.
    mutating func settleTimer(of block: UnsafeMutablePointer<BlockState>) { timers.update(block) }

    /// Takes points into the streams that nobody has to look at: their instants were evaluated before.
    ///
    /// - Parameter place: the trade's symbol, and after which times points of its trades and quotes are
    ///   wanted.
    mutating func takeBack(
        before end: Int64,
        _ place: (UnsafeMutablePointer<Trade>) -> (UnsafeMutablePointer<SymbolSlot>, Int64, Int64)
    ) {
        queue.settle()
        while queue.firstTime < min(end, closed) {
            let trade = queue.first
            let (slot, tradesAfter, quotesAfter) = place(trade)
            let t = trade.pointee.time
            if let trades = slot.pointee.trades, t > max(tradesAfter, trades.pointee.lostThrough) {
                let scales = (trade.pointee.priceScale, trade.pointee.sizeScale)
                takeBack(Point(time: t, a: trade.pointee.price, b: trade.pointee.size), scales, trades)
            }
            if let quotes = slot.pointee.quotes, trade.pointee.hasQuote,
                t > max(quotesAfter, quotes.pointee.lostThrough)
            {
                let scale = trade.pointee.quoteScale
                takeBack(Point(time: t, a: trade.pointee.bid, b: trade.pointee.ask), (scale, scale), quotes)
            }
            queue.removeFirst()
        }
    }

    private mutating func takeBack(
        _ point: Point, _ scales: (a: UInt8, b: UInt8), _ stream: UnsafeMutablePointer<PointStream>
    ) {
        guard let point = fitting(point, scales, stream) else { return }
        if stream.pointee.isFull { stream.pointee.extend(cap: Int.max) }
        stream.pointee.insert(point)
    }
}
