import MarketModel

/// Symbols that some rule or series reads together: they share one line of time and advance in one go.
/// Most clusters are one symbol with its rules; a pair rule makes one of its two symbols.
///
///     queue -> instant t: apply trades -> named series, in order -> blocks whose sources changed or are due
///
/// - Invariant: `closed` never falls; every event of an instant before it has been applied.
struct Cluster: ~Copyable {
    var queue = TradeQueue()
    /// Instants before it have been evaluated.
    var closed = Int64.min
    /// The engine looks here next at this instant; `Int64.min`: whenever it advances.
    var due = Int64.min
    var schedule = Schedule.none

    /// Feeds of the cluster's symbols.
    private(set) var feeds: [UnsafeMutablePointer<FeedState>] = []
    var timers = TimerHeap()
    /// Named series first, in order of dependency.
    private(set) var series: [UnsafeMutablePointer<BlockState>] = []
    private(set) var blocks: [UnsafeMutablePointer<BlockState>] = []
    private(set) var ownedStreams: [UnsafeMutablePointer<PointStream>] = []
    private var dirty = UnsafeList<UnsafeMutablePointer<BlockState>>()
    private let pointCap: Int
    /// Greatest `BlockProgram.level`.
    private var greatestLevel = 0
    /// It holds rules that begin with the input and not with a feed.
    var awaitsInput = false
    /// Evaluations of a block at an instant so far.
    private(set) var evaluations = 0
    private let losses: LossLog
    /// Trades that the common decimal scale of their symbol cannot hold.
    var tooManyDigits = 0

    /// How the engine finds it when there is something to do.
    enum Schedule: Equatable {
        case none
        /// By this number in the wheel of its only feed.
        case wheel(Int32)
        /// It is looked at at each advance.
        case always
    }

    init(pointCap: Int, losses: LossLog) {
        self.pointCap = pointCap
        self.losses = losses
    }

    deinit {
        for block in series + blocks {
            block.deinitialize(count: 1)
            block.deallocate()
        }
        for stream in ownedStreams {
            stream.deinitialize(count: 1)
            stream.deallocate()
        }
    }

    // MARK: Building

    mutating func join(_ feed: UnsafeMutablePointer<FeedState>) {
        if !feeds.contains(feed) { feeds.append(feed) }
    }

    mutating func makeStream(_ kind: StreamRequest.Kind) -> UnsafeMutablePointer<PointStream> {
        let stream = UnsafeMutablePointer<PointStream>.allocate(capacity: 1)
        stream.initialize(to: PointStream(kind: kind))
        ownedStreams.append(stream)
        return stream
    }

    /// Takes a block instance over. It sleeps until it is woken.
    @discardableResult
    mutating func add(_ state: consuming BlockState, isSeries: Bool) -> UnsafeMutablePointer<BlockState> {
        let block = UnsafeMutablePointer<BlockState>.allocate(capacity: 1)
        block.initialize(to: state)
        if isSeries { series.append(block) } else { blocks.append(block) }
        greatestLevel = max(greatestLevel, block.pointee.level)
        timers.insert(block)
        let masks = block.pointee.shared.takeUnretainedValue().streamMasks
        for index in 0..<block.pointee.streamCount {
            block.pointee.readerIndexes[index] = block.pointee.streams[index].pointee.readers.count
            block.pointee.streams[index].pointee.readers.append(
                StreamReader(block: block, mask: masks[index]))
        }
        return block
    }

    /// Has a block evaluated at instant `t`, from which on the instance exists if it did not before.
    mutating func wake(_ block: UnsafeMutablePointer<BlockState>, at t: Int64) {
        guard t < block.pointee.timer else { return }
        block.pointee.timer = t
        timers.update(block)
    }

    /// A feed's observation begins: instances of its symbols (and those without a key) exist from now on,
    /// and the windows of those that do learn when their warm-up ends.
    mutating func start(at t: Int64, wanted: (UnsafeMutablePointer<BlockState>) -> Bool) {
        let instant = max(t, closed)
        for block in series + blocks {
            if block.pointee.isActive {
                if block.pointee.reconsiderWindows(startingAt: t, at: instant) { wake(block, at: instant) }
            } else if !block.pointee.startsWithFirstTrade, wanted(block) {
                wake(block, at: instant)
            }
        }
    }

    // MARK: Time

    /// The next instant with something to do, a trade that waits or a timer; `Int64.max`: none.
    mutating func nextInstant() -> Int64 {
        queue.settle()
        return min(timers.earliest, queue.firstTime)
    }

    /// Evaluates every instant before `end`.
    mutating func run(until end: Int64, slots: UnsafeMutablePointer<SymbolSlot>, _ emitter: Emitter) {
        queue.settle()
        while true {
            let eventTime = queue.firstTime
            let t = min(timers.earliest, eventTime)
            if t >= end { break }
            while queue.firstTime == t {
                apply(queue.first, slots + Int(queue.first.pointee.symbol.index))
                queue.removeFirst()
            }
            evaluate(at: t, emitter)
        }
        closed = max(closed, end)
    }

    private mutating func apply(
        _ trade: UnsafeMutablePointer<Trade>, _ slot: UnsafeMutablePointer<SymbolSlot>
    ) {
        let t = trade.pointee.time
        guard let trades = slot.pointee.trades else { return }
        let scales = (trade.pointee.priceScale, trade.pointee.sizeScale)
        guard
            let point = fitting(Point(time: t, a: trade.pointee.price, b: trade.pointee.size), scales, trades)
        else {
            tooManyDigits += 1
            return
        }
        append(point, to: trades)
        if let quotes = slot.pointee.quotes, trade.pointee.hasQuote {
            let scale = trade.pointee.quoteScale
            let quote = Point(time: t, a: trade.pointee.bid, b: trade.pointee.ask)
            if let point = fitting(quote, (scale, scale), quotes) {
                append(point, to: quotes)
            } else {
                tooManyDigits += 1
            }
        }
        if slot.pointee.hasDormantBlocks { wakeDormant(slot, trade.pointee.symbol) }
    }

    private mutating func wakeDormant(_ slot: UnsafeMutablePointer<SymbolSlot>, _ symbol: SymbolID) {
        slot.pointee.hasDormantBlocks = false
        for block in blocks where block.pointee.key == symbol && !block.pointee.isActive {
            block.pointee.activate()
            block.pointee.adopt()
            enqueue(block)
        }
    }

    private mutating func append(_ point: Point, to stream: UnsafeMutablePointer<PointStream>) {
        if stream.pointee.isFull { makeRoom(stream, at: point.time) }
        stream.pointee.append(point)
        let readers = stream.pointee.readers.elements
        for index in 0..<stream.pointee.readers.count {
            let reader = readers + index
            if reader.pointee.region.admits(point) { continue }
            let block = reader.pointee.block
            guard reader.pointee.mask != 0, block.pointee.isActive else { continue }
            block.pointee.changed |= reader.pointee.mask
            if !block.pointee.isQueued { enqueue(block) }
        }
    }

    @inline(__always)
    private mutating func enqueue(_ block: UnsafeMutablePointer<BlockState>) {
        block.pointee.isQueued = true
        dirty.append(block)
    }

    private mutating func evaluate(at t: Int64, _ emitter: Emitter) {
        while timers.earliest <= t {
            let block = timers.first
            block.pointee.timer = Int64.max
            timers.update(block)
            if !block.pointee.isActive {
                block.pointee.activate(at: t)
                block.pointee.adopt()
            }
            if !block.pointee.isQueued { enqueue(block) }
        }
        if !series.isEmpty { evaluateSeries(at: t, emitter) }
        if greatestLevel > 0 { return evaluateByLevel(at: t, emitter) }
        evaluations &+= dirty.count
        for index in 0..<dirty.count {
            let block = dirty[index]
            block.pointee.isQueued = false
            if block.pointee.output != nil { continue }
            _ = block.pointee.evaluate(at: t, emitter)
            timers.update(block)
        }
        dirty.removeAll()
    }

    /// Rules stand in the order of their `firing` references (LANGUAGE 2.4): who tells, wakes who asks.
    private mutating func evaluateByLevel(at t: Int64, _ emitter: Emitter) {
        for level in 0...greatestLevel {
            var index = 0
            while index < dirty.count {
                let block = dirty[index]
                index += 1
                guard block.pointee.level == level, block.pointee.isQueued else { continue }
                block.pointee.isQueued = false
                if block.pointee.output != nil { continue }
                evaluations &+= 1
                _ = block.pointee.evaluate(at: t, emitter)
                timers.update(block)
                if !emitter.changedSignals.isEmpty { wakeAskers(emitter) }
            }
        }
        dirty.removeAll()
    }

    private mutating func wakeAskers(_ emitter: Emitter) {
        for signal in emitter.changedSignals {
            for index in 0..<signal.pointee.readers.count {
                let reader = signal.pointee.readers[index]
                guard reader.mask != 0, reader.block.pointee.isActive else { continue }
                reader.block.pointee.changed |= reader.mask
                if !reader.block.pointee.isQueued { enqueue(reader.block) }
            }
        }
        emitter.changedSignals.removeAll(keepingCapacity: true)
    }

    /// The rules that read no feed begin with the input.
    mutating func startWithInput(at t: Int64, wanted: (UnsafeMutablePointer<BlockState>) -> Bool) {
        let instant = max(t, closed)
        for block in blocks where !block.pointee.isActive && wanted(block) { wake(block, at: instant) }
    }

    private mutating func evaluateSeries(at t: Int64, _ emitter: Emitter) {
        for block in series where block.pointee.isQueued {
            let hasPoint = block.pointee.evaluate(at: t, emitter)
            timers.update(block)
            if hasPoint, let output = block.pointee.output {
                let value = block.pointee.registers[block.pointee.outputRegister] + 0.0
                append(Point(time: t, a: Int64(bitPattern: value.bitPattern), b: 0), to: output)
            }
        }
    }

    // MARK: Room

    /// Frees what no reader needs, drops the oldest at the cap down to seven eighths of it, and makes room.
    private mutating func makeRoom(_ stream: UnsafeMutablePointer<PointStream>, at t: Int64) {
        var lowest = max(stream.pointee.head, stream.pointee.lastInstant - 1)
        for index in 0..<stream.pointee.readers.count {
            let block = stream.pointee.readers[index].block
            lowest = min(lowest, block.pointee.lowestNeeded(of: stream, at: t))
        }
        stream.pointee.head = max(stream.pointee.head, lowest)
        let count = stream.pointee.tail - stream.pointee.head
        if count >= pointCap { drop(count - (pointCap - pointCap / 8), from: stream, at: t) }
        stream.pointee.extend(cap: pointCap)
    }

    private mutating func drop(
        _ count: Int, from stream: UnsafeMutablePointer<PointStream>, at t: Int64
    ) {
        let head = stream.pointee.head + count
        var reach: Int64 = 0
        for index in 0..<stream.pointee.readers.count {
            let block = stream.pointee.readers[index].block
            block.pointee.forget(before: head, of: stream)
            reach = max(reach, block.pointee.reach(into: stream))
            stream.pointee.readers.elements[index].region.remaining = 0
        }
        stream.pointee.lostThrough = stream.pointee[head - 1].time
        stream.pointee.head = head
        losses.entries.append(
            LossLog.Entry(
                stream: stream, at: t, wholeFrom: max(stream.pointee.lostThrough + reach, t + 1),
                kept: stream.pointee.tail - head))
    }

    // MARK: Decimal scales

    /// The point on the stream's scales; the stream becomes finer where the point is.
    ///
    /// - Returns: nil when a common scale would need more than 15 digits.
    @inline(__always)
    mutating func fitting(
        _ point: Point, _ scales: (a: UInt8, b: UInt8), _ stream: UnsafeMutablePointer<PointStream>
    ) -> Point? {
        if scales.a == stream.pointee.scaleA, scales.b == stream.pointee.scaleB { return point }
        return rescaling(point, scales, stream)
    }

    @inline(never)
    private mutating func rescaling(
        _ point: Point, _ scales: (a: UInt8, b: UInt8), _ stream: UnsafeMutablePointer<PointStream>
    ) -> Point? {
        let scaleA = max(scales.a, stream.pointee.scaleA)
        let scaleB = max(scales.b, stream.pointee.scaleB)
        let factorA = PowersOfTen.int64[Int(scaleA - stream.pointee.scaleA)]
        let factorB = PowersOfTen.int64[Int(scaleB - stream.pointee.scaleB)]
        guard let a = bounded(point.a, scaleA - scales.a), let b = bounded(point.b, scaleB - scales.b),
            stream.pointee.rescale(toA: scaleA, toB: scaleB)
        else { return nil }
        if factorA != 1 || factorB != 1 {
            for index in 0..<stream.pointee.readers.count {
                stream.pointee.readers[index].block.pointee.rescale(stream, factorA, factorB)
                stream.pointee.readers.elements[index].region.remaining = 0
            }
        }
        return Point(time: point.time, a: a, b: b)
    }

    @inline(__always)
    private func bounded(_ mantissa: Int64, _ decimals: UInt8) -> Int64? {
        let product = mantissa.multipliedReportingOverflow(by: PowersOfTen.int64[Int(decimals)])
        guard !product.overflow, product.partialValue.magnitude <= FixedPoint.greatestMantissa.magnitude
        else {
            return nil
        }
        return product.partialValue
    }
}
