import MarketModel

/// What of an engine is no function of the points in its exact windows, as bytes: what has to be kept so that
/// a later engine, which is given those points again, goes on as if nothing had happened.
///
/// ```text
///  tables     rules (name, meaning)   inputs   crossings   feeds   rates
///  symbols    closed instant, decimals, points older than the exact windows
///  series     all their points: they are results, not input
///  alerts     those that are, or have been, anything but idle
///  crossings  signs        inputs  buckets, samples, decaying means
/// ```
///
/// Things are known by what they mean (`ProgramMeaning`) and not by their place in the program, so that
/// changed rules take over what they share with those before.
extension AlertEngine {
    /// The state once every instant before the watermarks is evaluated.
    ///
    /// - Precondition: the engine has advanced since the last trade; it holds all symbols.
    /// - Complexity: O(alerts + buckets + symbols). It changes nothing that anybody could notice.
    public func checkpoint() -> [UInt8] {
        precondition(options.shard == .whole)
        var parts = CheckpointParts(bookMeaning)
        for cluster in clusters { cluster.pointee.write(to: &parts, closed: closedEnd(of: cluster)) }
        var writer = StateWriter()
        parts.writeTables(to: &writer, book)
        writer.append(greatestTime)
        writer.append(greatestClosed)
        writer.append(inputHasStarted)
        writer.append(inputStart)
        writer.append(unsigned: UInt64(feedList.count))
        for feed in feedList {
            writer.append(feed.pointee.name)
            writer.append(feed.pointee.start)
            writer.append(feed.pointee.leastPending)
            writer.append(watermark(of: feed))
        }
        writer.append(unsigned: UInt64(book.rateSeries.count))
        for (index, name) in book.rateSeries.enumerated() {
            writer.append(name)
            rates[index].write(to: &writer)
        }
        writeSymbols(to: &writer)
        writer.append(unsigned: UInt64(book.series.count))
        for (index, output) in seriesOutputs.enumerated() {
            writer.append(bookMeaning.series[index])
            guard let output, let cluster = clusterOfNode[plan.root(of: .series(index))] else { continue }
            writer.append(output, all: true, closed: closedEnd(of: cluster))
        }
        parts.writeLists(to: &writer)
        return writer.sealed
    }

    /// Of each feed: instants before it are evaluated.
    public var watermarks: [String: Int64] {
        var found: [String: Int64] = [:]
        for feed in feedList where feed.pointee.hasEvents { found[feed.pointee.name] = watermark(of: feed) }
        return found
    }

    /// Instants before it are evaluated: a cluster in a wheel is not looked at while it has nothing to do.
    func closedEnd(of cluster: UnsafeMutablePointer<Cluster>) -> Int64 {
        guard case .wheel = cluster.pointee.schedule, let feed = cluster.pointee.feeds.first else {
            return cluster.pointee.closed
        }
        return max(cluster.pointee.closed, watermark(of: feed))
    }

    private func writeSymbols(to writer: inout StateWriter) {
        writer.append(unsigned: UInt64(symbols.count))
        for index in 0..<symbols.count {
            writer.append(symbols.name(of: SymbolID(index: UInt32(index))))
            guard index < slotCount, slots[index].isKnown, let cluster = slots[index].cluster else {
                writer.append(false)
                continue
            }
            let closed = closedEnd(of: cluster)
            writer.append(true)
            writer.append(closed)
            writer.append(slots[index].hasDormantBlocks)
            for stream in [slots[index].trades, slots[index].quotes] {
                writer.append(stream != nil)
                if let stream { writer.append(stream, all: false, closed: closed) }
            }
        }
    }
}

/// The lists of a checkpoint while it is made, and the tables that they refer to.
struct CheckpointParts {
    let book: BookMeaning
    private var rules = NumberedTable<RuleIdentity>()
    private var inputNames = NumberedTable<String>()
    private var alerts = StateWriter()
    private var alertCount = 0
    private var crossings = StateWriter()
    private var crossingCount = 0
    private var inputs = StateWriter()
    private var inputCount = 0
    private var writtenInputs: Set<InputIdentity> = []
    private var writtenCrossings: Set<CrossingIdentity> = []

    init(_ book: BookMeaning) { self.book = book }

    mutating func add(
        _ rule: UnsafeMutablePointer<RuleInstance>, meaning: UInt64, _ block: borrowing BlockState
    ) {
        guard rule.pointee.hasMoved else { return }
        let identity = RuleIdentity(name: book.rules[rule.pointee.rule].name, meaning: meaning)
        alerts.append(unsigned: UInt64(rules.number(of: identity)))
        alerts.append(block.keyNumber)
        // Of its own length, so that whoever does not know the rule may pass over it.
        var state = StateWriter()
        rule.pointee.write(to: &state, keyTrades: block.keyTrades.map { $0.pointee.tail } ?? 0)
        alerts.append(unsigned: UInt64(state.bytes.count))
        alerts.append(state)
        alertCount += 1
    }

    /// A rule whose alerts have not moved is known all the same: it is not a new one.
    mutating func know(_ rule: Int, meaning: UInt64) {
        _ = rules.number(of: RuleIdentity(name: book.rules[rule].name, meaning: meaning))
    }

    mutating func add(_ crossing: CrossingIdentity, value: Double, sign: Double) {
        guard writtenCrossings.insert(crossing).inserted else { return }
        crossings.append(unsigned: crossing.meaning)
        crossings.append(crossing.key)
        crossings.append(value)
        crossings.append(sign)
        crossingCount += 1
    }

    mutating func add(_ input: UnsafeMutablePointer<InputState>, _ identity: InputIdentity) {
        guard writtenInputs.insert(identity).inserted else { return }
        inputs.append(unsigned: UInt64(inputNames.number(of: identity.request)))
        inputs.append(Int(identity.stream.kind))
        inputs.append(identity.stream.number)
        var state = StateWriter()
        input.pointee.writeAccumulated(to: &state)
        inputs.append(unsigned: UInt64(state.bytes.count))
        inputs.append(state)
        inputCount += 1
    }

    func writeTables(to writer: inout StateWriter, _ book: RuleBook) {
        writer.append(unsigned: UInt64(rules.values.count))
        for rule in rules.values {
            writer.append(rule.name)
            writer.append(unsigned: rule.meaning)
        }
        writer.append(unsigned: UInt64(inputNames.values.count))
        for name in inputNames.values { writer.append(name) }
    }

    func writeLists(to writer: inout StateWriter) {
        for (count, list) in [(alertCount, alerts), (crossingCount, crossings), (inputCount, inputs)] {
            writer.append(unsigned: UInt64(count))
            writer.append(list)
        }
    }
}

/// Numbers for what comes again and again.
struct NumberedTable<Value: Hashable> {
    private(set) var values: [Value] = []
    private var numbers: [Value: Int] = [:]

    mutating func number(of value: Value) -> Int {
        if let number = numbers[value] { return number }
        numbers[value] = values.count
        values.append(value)
        return values.count - 1
    }
}

struct RuleIdentity: Hashable {
    var name: String
    var meaning: UInt64
}

struct CrossingIdentity: Hashable {
    var meaning: UInt64
    /// The symbol's number; -1 without a key.
    var key: Int
}

struct InputIdentity: Hashable {
    var stream: StreamIdentity
    var request: String
}

/// A stream by its symbol's number, or its series'.
struct StreamIdentity: Hashable {
    /// 0 trades, 1 quotes, 2 a named series.
    var kind: UInt8
    var number: Int
}

extension Cluster {
    /// Adds what its blocks keep; its streams are ready to be written then.
    mutating func write(to parts: inout CheckpointParts, closed: Int64) {
        for block in series + blocks {
            for index in 0..<block.pointee.streamCount where closed != Int64.min {
                // What accumulates takes in what it has not seen yet.
                _ = block.pointee.lowestNeeded(of: block.pointee.streams[index], at: closed)
            }
            block.pointee.write(to: &parts)
        }
    }
}

extension BlockState {
    /// -1 without a key.
    var keyNumber: Int { key.map { Int($0.index) } ?? -1 }

    fileprivate mutating func write(to parts: inout CheckpointParts) {
        let meaning = shared.takeUnretainedValue().meaning(parts.book)
        for index in 0..<ruleCount {
            parts.know(rules[index].rule, meaning: meaning.rules[index])
            parts.add(rules + index, meaning: meaning.rules[index], self)
        }
        if isActive {
            for (register, meaning) in meaning.crossings {
                parts.add(
                    CrossingIdentity(meaning: meaning, key: keyNumber), value: registers[register],
                    sign: registers[register + 1])
            }
        }
        if !isActive, startsWithFirstTrade { return }
        for index in 0..<inputCount where inputs[index].isAccumulated {
            parts.add(inputs + index, identity(ofInput: index, meaning))
        }
    }

    func identity(ofInput index: Int, _ meaning: ProgramMeaning) -> InputIdentity {
        InputIdentity(stream: inputs[index].stream.pointee.identity, request: meaning.inputs[index])
    }
}

extension InputState {
    fileprivate func writeAccumulated(to writer: inout StateWriter) {
        switch kind {
        case .buckets: buckets.pointee.write(to: &writer)
        case .samples: samples.pointee.write(to: &writer)
        case .decay: decay.pointee.write(to: &writer)
        default: break
        }
    }

    /// Takes over what an input of the same request has written, as if it had seen all points up to now.
    mutating func readAccumulated(from reader: inout StateReader) throws(CheckpointError) {
        switch kind {
        case .buckets:
            try buckets.pointee.read(from: &reader)
            buckets.pointee.consumed = stream.pointee.tail
        case .samples:
            try samples.pointee.read(from: &reader)
            samples.pointee.consumed = stream.pointee.tail
        case .decay:
            try decay.pointee.read(from: &reader)
            decay.pointee.consumed = stream.pointee.tail
        default: break
        }
    }

    /// It begins with the points that the stream holds; nothing is known of those up to `time`.
    mutating func beginAccumulating(after time: Int64) {
        switch kind {
        case .buckets: buckets.pointee.lostThrough = max(buckets.pointee.lostThrough, time)
        case .samples: samples.pointee.lostThrough = time
        default: break
        }
    }
}

extension PointStream {
    var identity: StreamIdentity {
        switch kind {
        case .trades: StreamIdentity(kind: 0, number: symbolNumber)
        case .quotes: StreamIdentity(kind: 1, number: symbolNumber)
        case .series(let index): StreamIdentity(kind: 2, number: index)
        }
    }
}

extension StateWriter {
    /// - Parameters:
    ///   - all: also the points that can be read again.
    ///   - closed: instants before it are complete.
    fileprivate mutating func append(
        _ stream: UnsafeMutablePointer<PointStream>, all: Bool, closed: Int64
    ) {
        append(Int(stream.pointee.scaleA))
        append(Int(stream.pointee.scaleB))
        append(unsigned: stream.pointee.greatestA)
        append(unsigned: stream.pointee.greatestB)
        append(stream.pointee.start)
        append(stream.pointee.lostThrough)
        let again = rereadAfter(stream, closed: closed)
        append(again)
        var lowest = stream.pointee.lastInstant - 1
        for index in 0..<stream.pointee.readers.count where closed != Int64.min {
            let block = stream.pointee.readers[index].block
            lowest = min(lowest, block.pointee.lowestNeeded(of: stream, at: closed))
        }
        lowest = max(lowest, stream.pointee.head)
        let end = max(lowest, all ? stream.pointee.tail : stream.pointee.firstPosition(after: again))
        append(unsigned: UInt64(end - lowest))
        var before: Int64 = 0
        for position in lowest..<end {
            let point = stream.pointee[position]
            Point(time: point.time &- before, a: point.a, b: point.b).write(to: &self)
            before = point.time
        }
    }
}

/// Points after this time come again when the input is read again from there: no exact window reaches further
/// back.
///
/// - Parameter closed: instants before it are complete.
func rereadAfter(_ stream: UnsafeMutablePointer<PointStream>, closed: Int64) -> Int64 {
    if closed == Int64.min { return closed }
    var reach: Int64 = 0
    for index in 0..<stream.pointee.readers.count {
        reach = max(reach, stream.pointee.readers[index].block.pointee.reach(into: stream))
    }
    // The newest instant before `closed` is one millisecond less.
    return closed &- 1 &- reach
}
