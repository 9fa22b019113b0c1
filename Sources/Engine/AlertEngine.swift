public import MarketModel

/// Turns trades and rates into the transitions of alerts (LANGUAGE 2 to 7).
///
///     append -> feed: late? -> the cluster's queue        advance -> clusters -> transitions, in order
///
/// No clock, no I/O: time is what the trades say, and what the caller passes when input is quiet. The same
/// input gives the same transitions however it is cut into batches. One owner; not for two threads at once.
///
/// - Invariant: a transition is returned once, and never before every event of its instant is in.
/// - Complexity: amortised O(windows + rules of the symbol) a trade; no allocation in steady state.
public final class AlertEngine {
    let book: RuleBook
    let symbols: SymbolTable
    let options: EngineOptions
    let emitter: Emitter
    let rates: UnsafeMutablePointer<RateTimeline>
    var slots: UnsafeMutablePointer<SymbolSlot>
    var slotCount: Int
    var feeds: [String: UnsafeMutablePointer<FeedState>] = [:]
    /// In order of creation, so that nothing depends on a dictionary's order.
    var feedList: [UnsafeMutablePointer<FeedState>] = []
    var clusters: [UnsafeMutablePointer<Cluster>] = []
    /// Those that are in no feed's wheel: of several feeds, or of none.
    var unscheduled: [UnsafeMutablePointer<Cluster>] = []
    /// Numbers in a wheel, while they are looked at.
    var dueNumbers = UnsafeList<Int32>()
    let losses = LossLog()
    /// By series; nil for those of other shards.
    var seriesOutputs: [UnsafeMutablePointer<PointStream>?] = []
    var clusterOfNode: [ClusterPlan.Node: UnsafeMutablePointer<Cluster>] = [:]
    var plan: ClusterPlan
    var codeCache: [BlockIdentity: BlockCode] = [:]
    var rateReaders: [[RateReader]]
    var signals: [SignalIdentity: UnsafeMutablePointer<FiringSignal>] = [:]
    /// The feeds of the symbols that a block without a key reads: the first to start begins the instance.
    var feedsOfKeyless: [UnsafeMutablePointer<BlockState>: [UnsafeMutablePointer<FeedState>]] = [:]
    /// Whether the rules that read no symbol have begun, and when.
    var inputHasStarted = false
    var inputStart = FeedState.notStarted
    /// While the engine takes up a checkpoint.
    var restoration: Restoration?
    lazy var bookMeaning = BookMeaning(book)
    /// Greatest event time accepted.
    var greatestTime = Int64.min
    /// The greatest bound that any cluster has been run to: the first instant still open everywhere.
    var greatestClosed = Int64.min
    var lateTrades: [Trade] = []
    /// Accepted trades of other shards.
    private var foreignTrades = 0

    /// - Parameters:
    ///   - symbols: also the decoders' table: its numbers are the trades' symbols.
    public init(book: RuleBook, symbols: SymbolTable, options: EngineOptions = EngineOptions()) {
        precondition(options.shard == .whole || options.order == .sorted)
        self.book = book
        self.symbols = symbols
        self.options = options
        emitter = Emitter(book.rules, emitsPending: options.emitsPending)
        rates = .allocate(capacity: max(1, book.rateSeries.count))
        rates.initialize(repeating: RateTimeline(), count: max(1, book.rateSeries.count))
        rateReaders = Array(repeating: [], count: book.rateSeries.count)
        slotCount = 64
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: SymbolSlot(), count: slotCount)
        plan = ClusterPlan(
            book, blocksOfNamed: book.namedSymbols.map { ($0, book.blocksForKey($0)) })
        buildNamed()
    }

    deinit {
        for cluster in clusters {
            cluster.deinitialize(count: 1)
            cluster.deallocate()
        }
        for feed in feedList {
            feed.deinitialize(count: 1)
            feed.deallocate()
        }
        for signal in signals.values {
            signal.deinitialize(count: 1)
            signal.deallocate()
        }
        slots.deallocate()
        rates.deinitialize(count: max(1, book.rateSeries.count))
        rates.deallocate()
    }

    // MARK: Input

    /// Adds trades in the order of their arrival; with `.sorted`, in the order of their times.
    public func append(_ trades: [Trade]) { trades.withUnsafeBufferPointer { append($0) } }

    public func append(_ trades: UnsafeBufferPointer<Trade>) {
        let isSorted = options.order == .sorted
        var greatest = greatestTime
        var foreign = 0
        for trade in trades {
            let index = Int(trade.symbol.index)
            if index >= slotCount || !slots[index].isKnown { register(trade.symbol) }
            let slot = slots + index
            guard let feed = slot.pointee.feed else { continue }
            let cluster = slot.pointee.cluster
            let open = max(isSorted ? greatest : Int64.min, cluster?.pointee.closed ?? Int64.min)
            guard trade.time >= open, feed.pointee.admit(trade.time) else {
                if slot.pointee.isForeign { continue }
                feed.pointee.late += 1
                lateTrades.append(trade)
                continue
            }
            greatest = max(greatest, trade.time)
            if slot.pointee.isForeign { foreign += 1 }
            guard let cluster else { continue }
            cluster.pointee.queue.insert(trade)
            if trade.time < cluster.pointee.due { advance(cluster, of: feed, to: trade.time) }
        }
        greatestTime = greatest
        foreignTrades += foreign
    }

    /// Adds one value of a rate series. It takes effect at `knownAt`, or at the first instant still open if
    /// that is later (LANGUAGE 2.7).
    ///
    /// - Parameters:
    ///   - series: index into the compiled program's rate series.
    ///   - ratio: 0.0433 for 4.33 percent.
    /// - Returns: the instant from which it is in effect, to be kept for replay.
    @discardableResult
    public func appendRate(series: Int, date: CivilDate, ratio: Double, knownAt: Int64) -> Int64 {
        let effective = max(knownAt, greatestClosed)
        rates[series].insert(
            RateTimeline.Step(
                effective: effective, knownAt: knownAt, date: date.daysSinceEpoch, ratio: ratio))
        for reader in rateReaders[series] where reader.block.pointee.isActive {
            let deadline = reader.block.pointee.inputDeadlines + reader.input
            guard !reader.isPassive, effective < deadline.pointee else { continue }
            deadline.pointee = effective
            reader.cluster.pointee.wake(reader.block, at: effective)
            reschedule(reader.cluster)
        }
        return effective
    }

    // MARK: Output

    /// Evaluates every instant that the watermarks have closed.
    ///
    /// - Returns: transitions in the order (at, rule, key).
    public func advance() -> [EngineTransition] {
        startFeeds()
        // Rules that read no symbol wait for no feed, once the input has started.
        let furthest = feedList.reduce(Int64.min) { max($0, watermark(of: $1)) }
        if furthest == Int64.min { return [] }
        for feed in feedList where feed.pointee.hasEvents { runScheduled(feed) }
        for cluster in unscheduled where inputHasStarted || !cluster.pointee.awaitsInput {
            var end = Int64.max
            for feed in cluster.pointee.feeds where feed.pointee.hasEvents {
                end = min(end, watermark(of: feed))
            }
            if end == Int64.max { end = inputHasStarted ? furthest : Int64.min }
            run(cluster, until: end)
        }
        return takeTransitions()
    }

    /// For quiet live input: first raises the watermark of each feed from which nothing arrived since the
    /// last call to `time` (wall clock less lateness), then advances (LANGUAGE 2.5).
    public func advance(idleTo time: Int64) -> [EngineTransition] {
        for feed in feedList {
            if !feed.pointee.arrivedSinceIdleTick, feed.pointee.hasEvents {
                feed.pointee.watermark = max(feed.pointee.watermark, time)
            }
            feed.pointee.arrivedSinceIdleTick = false
        }
        return advance()
    }

    /// Raises the feeds' watermarks to where an earlier run had them, then advances.
    public func advance(to watermarks: [String: Int64]) -> [EngineTransition] {
        for feed in feedList where feed.pointee.hasEvents {
            let earlier = watermarks[feed.pointee.name] ?? Int64.min
            feed.pointee.watermark = max(feed.pointee.watermark, earlier)
        }
        return advance()
    }

    /// The end of a dry-run: evaluates every instant up to `time`, inclusive, by default the greatest event
    /// time seen. Nothing is resolved by the end.
    public func finish(through time: Int64? = nil) -> [EngineTransition] {
        let last = time ?? greatestTime
        guard last != Int64.min, greatestTime != Int64.min else { return [] }
        let end = last == Int64.max ? last : last + 1
        for feed in feedList where feed.pointee.hasEvents {
            feed.pointee.watermark = max(feed.pointee.watermark, end)
        }
        startFeeds()
        for cluster in clusters {
            run(cluster, until: end)
            reschedule(cluster)
        }
        return takeTransitions()
    }

    /// Trades that came too late since the last call.
    public func takeLateTrades() -> [Trade] {
        defer { lateTrades.removeAll() }
        return lateTrades
    }

    public var counters: EngineCounters {
        var counters = EngineCounters()
        counters.accepted = feedList.reduce(-foreignTrades) { $0 + $1.pointee.accepted }
        for feed in feedList where feed.pointee.late > 0 {
            counters.lateByFeed[feed.pointee.name] = feed.pointee.late
        }
        counters.tooManyDigits = clusters.reduce(0) { $0 + $1.pointee.tooManyDigits }
        counters.blocks = clusters.reduce(0) { $0 + $1.pointee.blocks.count }
        counters.evaluations = clusters.reduce(0) { $0 + $1.pointee.evaluations }
        counters.watermark = watermark
        return counters
    }

    /// The least watermark of the feeds that have events; nil before the first.
    public var watermark: Int64? {
        var least: Int64?
        for feed in feedList where feed.pointee.hasEvents {
            let watermark = watermark(of: feed)
            least = min(least ?? watermark, watermark)
        }
        return least
    }

    // MARK: Inner steps

    func watermark(of feed: UnsafeMutablePointer<FeedState>) -> Int64 {
        options.order == .sorted ? max(greatestTime, feed.pointee.watermark) : feed.pointee.watermark
    }

    /// Settles the start of each feed whose first instant is closed, and wakes what exists from then on.
    private func startFeeds() {
        for feed in feedList where !feed.pointee.isStarted && feed.pointee.leastPending < watermark(of: feed)
        {
            let start = feed.pointee.leastPending
            feed.pointee.start = start
            for index in 0..<slotCount where slots[index].feed == feed {
                slots[index].trades?.pointee.start = start
                slots[index].quotes?.pointee.start = start
            }
            settleSeriesStarts()
            for cluster in clusters where cluster.pointee.feeds.contains(feed) {
                cluster.pointee.start(at: start) { block in
                    if let key = block.pointee.key { return slots[Int(key.index)].feed == feed }
                    // Only named series are not listed: they begin with any feed.
                    return feedsOfKeyless[block]?.contains(feed) ?? true
                }
                reschedule(cluster)
            }
        }
        if !inputHasStarted { startFeedless() }
    }

    /// Rules that read no symbol begin with the first event of all feeds, when none can bring an earlier one.
    private func startFeedless() {
        let feeds = feedList.filter { $0.pointee.hasEvents }
        guard let closed = feeds.map({ watermark(of: $0) }).min() else { return }
        let start = feeds.reduce(Int64.max) { min($0, $1.pointee.leastPending) }
        guard start < closed else { return }
        inputHasStarted = true
        inputStart = start
        for cluster in clusters where cluster.pointee.awaitsInput {
            cluster.pointee.startWithInput(at: start) { feedsOfKeyless[$0]?.isEmpty ?? false }
        }
    }

    /// A named series has been observed since all that it reads has.
    func settleSeriesStarts() {
        for (index, output) in seriesOutputs.enumerated() {
            guard let output, let block = seriesBlock(index) else { continue }
            var start = Int64.min
            for stream in 0..<block.pointee.streamCount {
                start = max(start, block.pointee.streams[stream].pointee.start)
            }
            output.pointee.start = start == Int64.min ? FeedState.notStarted : start
        }
    }

    private func seriesBlock(_ index: Int) -> UnsafeMutablePointer<BlockState>? {
        clusterOfNode[plan.root(of: .series(index))]?.pointee.series.first {
            $0.pointee.output == seriesOutputs[index]
        }
    }

    private func takeTransitions() -> [EngineTransition] {
        if emitter.transitions.isEmpty { return [] }
        let transitions = emitter.transitions
        emitter.transitions.removeAll()
        return book.inOrder(transitions, symbols)
    }
}

/// Whose `firing` is told: a rule's at a key, or at any.
struct SignalIdentity: Hashable {
    var rule: Int
    var key: SymbolID?
}

/// A block that reads a rate series.
struct RateReader {
    let cluster: UnsafeMutablePointer<Cluster>
    let block: UnsafeMutablePointer<BlockState>
    let input: Int
    let isPassive: Bool
}

/// Blocks that share their instructions share one `BlockCode`: told by where their arrays lie, which the
/// cached program keeps alive.
struct BlockIdentity: Hashable {
    private let addresses: [UnsafeRawPointer?]

    /// nil for a block without rules, which is never shared.
    init?(_ program: BlockProgram) {
        if program.rules.isEmpty || program.code.isEmpty { return nil }
        func address<Element>(_ array: [Element]) -> UnsafeRawPointer? {
            array.isEmpty ? nil : array.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) }
        }
        addresses = [
            address(program.code), address(program.rules), address(program.streams), address(program.inputs),
            address(program.reports),
        ]
    }
}
