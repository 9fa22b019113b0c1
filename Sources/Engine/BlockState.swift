import MarketModel

/// One instance of a block: its registers, inputs and rules, and when it must be evaluated next.
///
/// Lives behind a stable pointer that its `Cluster` owns.
struct BlockState: ~Copyable {
    let shared: Unmanaged<BlockCode>
    let code: UnsafeMutablePointer<Instruction>
    let codeCount: Int
    let reports: UnsafeMutablePointer<Instruction>
    let registers: UnsafeMutablePointer<Double>
    let streams: UnsafeMutablePointer<UnsafeMutablePointer<PointStream>>
    let streamCount: Int
    let inputs: UnsafeMutablePointer<InputState>
    let inputCount: Int
    /// For each input: when it changes without a new point.
    let inputDeadlines: UnsafeMutablePointer<Int64>
    let rules: UnsafeMutablePointer<RuleInstance>
    let ruleCount: Int
    let activeMask: UInt64
    let allStreams: UInt64
    let crossingMask: UInt64
    let key: SymbolID?
    /// The key's trades and, if the block reads them, quotes: their scales are a message's decimals.
    let keyTrades: UnsafeMutablePointer<PointStream>?
    let keyQuotes: UnsafeMutablePointer<PointStream>?
    /// Where a named series puts its points, and the register that holds its value.
    let output: UnsafeMutablePointer<PointStream>?
    let outputRegister: Int
    let startsWithFirstTrade: Bool
    /// Blocks whose rules it asks for are of lower levels.
    let level: Int
    let allowsRegions: Bool
    let hardInputs: UInt64
    let bStreams: UInt64
    let scratch: Unmanaged<RegionScratch>
    /// For each stream: this block's place among its readers.
    let readerIndexes: UnsafeMutablePointer<Int>

    /// Sources that changed since the last evaluation.
    var changed: UInt64 = 0
    /// Windows whose warm-up is not over: its end always wakes the block.
    var warmingUp: UInt64 = 0
    /// False until the instance exists (LANGUAGE 7).
    var isActive = false
    /// The first evaluation computes everything.
    var isFirst = true
    var isQueued = false
    /// When the block must be evaluated even if no point arrives.
    var timer = Int64.max
    /// Its place in the cluster's `TimerHeap`.
    var heapIndex = 0
    /// It is left alone through `regionEnd`, unless a point outside its readers' regions arrives.
    var hasRegion = false
    var regionEnd = Int64.min
    var regionTakesArrivals = false
    var size = RegionSize()
    /// For a block of many rules.
    let thresholds: UnsafeMutablePointer<ThresholdState>?

    init(
        _ shared: BlockCode, streams: [UnsafeMutablePointer<PointStream>],
        rates: UnsafeMutablePointer<RateTimeline>, place: BlockPlace,
        signals: [UnsafeMutablePointer<FiringSignal>?]
    ) {
        let program = shared.program
        self.shared = Unmanaged.passRetained(shared)
        code = shared.code
        codeCount = shared.codeCount
        reports = shared.reports
        activeMask = shared.activeMask
        allStreams = shared.allStreams
        crossingMask = shared.crossingMask
        key = place.key
        keyTrades = place.keyTrades
        keyQuotes = place.keyQuotes
        output = place.output
        outputRegister = place.outputRegister
        startsWithFirstTrade = place.startsWithFirstTrade
        allowsRegions = shared.allowsRegions
        hardInputs = shared.hardInputs
        bStreams = shared.bStreams
        scratch = Unmanaged.passUnretained(shared.scratch)
        readerIndexes = .allocate(capacity: max(1, streams.count))
        registers = .allocate(capacity: program.registerCount + 1)
        registers.initialize(repeating: .nan, count: program.registerCount + 1)
        streamCount = streams.count
        self.streams = .allocate(capacity: max(1, streams.count))
        for (index, stream) in streams.enumerated() { (self.streams + index).initialize(to: stream) }
        inputCount = program.inputs.count
        inputs = .allocate(capacity: max(1, inputCount))
        inputDeadlines = .allocate(capacity: max(1, inputCount))
        inputDeadlines.initialize(repeating: Int64.max, count: max(1, inputCount))
        level = program.level
        for (index, request) in program.inputs.enumerated() {
            let bit = UInt64(1) << UInt64(streams.count + index)
            let place = InputPlace(
                streams: self.streams, rates: rates, signal: signals[index],
                isPassive: shared.activeMask & bit == 0, seesEveryTick: shared.crossingMask & bit != 0)
            (inputs + index).initialize(to: InputState(request, place))
        }
        ruleCount = program.rules.count
        thresholds = shared.thresholds.map { plan in
            let state = UnsafeMutablePointer<ThresholdState>.allocate(capacity: 1)
            state.initialize(to: ThresholdState(plan, ruleCount: program.rules.count))
            return state
        }
        rules = .allocate(capacity: max(1, ruleCount))
        for (index, rule) in program.rules.enumerated() {
            (rules + index).initialize(
                to: RuleInstance(rule, restingMask: shared.wakeMasks[index]))
        }
    }

    deinit {
        inputs.deinitialize(count: inputCount)
        rules.deinitialize(count: ruleCount)
        registers.deallocate()
        streams.deallocate()
        readerIndexes.deallocate()
        inputs.deallocate()
        inputDeadlines.deallocate()
        rules.deallocate()
        thresholds?.deinitialize(count: 1)
        thresholds?.deallocate()
        shared.release()
    }

    /// Makes the instance exist: it reads what its streams still hold.
    mutating func activate() {
        isActive = true
        for index in 0..<inputCount { inputs[index].begin() }
    }

    /// Makes what cannot be found in the streams any more the same as in another block's inputs, which stand
    /// at an earlier instant perhaps: the stream keeps what they have not seen.
    mutating func adopt() {
        // One that has seen points itself has seen them all.
        for index in 0..<inputCount where inputs[index].isAccumulated && !inputs[index].hasAccumulated {
            let request = shared.takeUnretainedValue().program.inputs[index]
            let stream = inputs[index].stream!
            for reader in 0..<stream.pointee.readers.count {
                let block = stream.pointee.readers[reader].block
                guard block.pointee.isActive, block.pointee.inputs != inputs,
                    let donor = block.pointee.input(like: request, on: stream)
                else { continue }
                inputs[index].adopt(block.pointee.inputs[donor])
                break
            }
        }
    }

    /// An input that keeps all that `request` wants of a stream.
    private func input(like request: InputRequest, on stream: UnsafeMutablePointer<PointStream>) -> Int? {
        let requests = shared.takeUnretainedValue().program.inputs
        return requests.indices.first {
            inputs[$0].stream == stream && requests[$0].covers(request)
        }
    }

    /// Makes the instance exist from `t` on. Points of that instant were applied while nobody read them:
    /// they have arrived all the same (a named series has its first point then).
    mutating func activate(at t: Int64) {
        activate()
        for index in 0..<streamCount where !streams[index].pointee.isEmpty {
            if streams[index].pointee.newest.time == t { changed |= 1 << UInt64(index) }
        }
    }

    /// Brings the block to instant `t`: inputs, code, rules (LANGUAGE 2.4, steps 1 to 4).
    ///
    /// - Returns: true when the block is a named series whose value is a point at `t`.
    mutating func evaluate(at t: Int64, _ emitter: Emitter) -> Bool {
        if hasRegion { endRegion(at: t) }
        let arrived = changed & allStreams
        var mask = changed
        changed = 0
        for index in 0..<inputCount where inputDeadlines[index] <= t {
            mask |= 1 << UInt64(streamCount &+ index)
        }
        if isFirst { mask = activeMask }
        var moved = mask >> UInt64(streamCount)
        while moved != 0 {
            let index = moved.trailingZeroBitCount
            moved &= moved &- 1
            inputDeadlines[index] = inputs[index].advance(to: t)
            let bit = UInt64(1) << UInt64(streamCount &+ index)
            if !inputs[index].hasChanged { mask &= ~bit }
            if inputs[index].isWarmingUp { warmingUp |= bit } else { warmingUp &= ~bit }
        }
        let (rulesDeadline, rulesAwaited) =
            thresholds.map { evaluateChanges($0, mask, at: t, emitter) }
            ?? evaluateAll(mask, at: t, emitter)
        var next = rulesDeadline
        var awaited = (rulesAwaited | warmingUp | crossingMask) >> UInt64(streamCount)
        while awaited != 0 {
            next = min(next, inputDeadlines[awaited.trailingZeroBitCount])
            awaited &= awaited &- 1
        }
        timer = next
        if allowsRegions { openRegion(at: t, rulesDeadline: rulesDeadline, emitter) }
        return output != nil && arrived != 0 && !registers[outputRegister].isNaN
    }

    /// Runs the code for the sources in `mask` and steps the rules, one after another.
    ///
    /// - Returns: when time alone may move a rule, and the sources that some rule waits for.
    @inline(__always)
    private mutating func evaluateAll(
        _ mask: UInt64, at t: Int64, _ emitter: Emitter
    ) -> (deadline: Int64, awaited: UInt64) {
        if isFirst {
            isFirst = false
            for index in 0..<codeCount { execute(code + index, at: t) }
        } else {
            for index in 0..<codeCount where code[index].mask & mask != 0 { execute(code + index, at: t) }
        }
        var deadline = Int64.max
        var awaited: UInt64 = 0
        for index in 0..<ruleCount {
            let rule = rules + index
            if rule.pointee.mask & mask != 0 || rule.pointee.deadline <= t { step(rule, at: t, emitter) }
            deadline = min(deadline, rule.pointee.deadline)
            let rests = rule.pointee.isResting && registers[rule.pointee.when] != 1
            awaited |= rests ? rule.pointee.restingMask : rule.pointee.mask
        }
        return (deadline, awaited)
    }

    @inline(__always)
    mutating func step(_ rule: UnsafeMutablePointer<RuleInstance>, at t: Int64, _ emitter: Emitter) {
        let when = registers[rule.pointee.when]
        if rule.pointee.isResting, when != 1, t < rule.pointee.deadline { return }
        let trades = keyTrades.map { $0.pointee.tail } ?? 0
        if let kind = rule.pointee.step(at: t, registers, keyTrades: trades, emitter) {
            emit(kind, rule, t, emitter)
        }
        if rule.pointee.isAsked { rule.pointee.tell(emitter) }
    }

    /// Reads what the rule reports at this instant and hands the transition on.
    @inline(never)
    private mutating func emit(
        _ kind: Transition.Kind, _ rule: UnsafeMutablePointer<RuleInstance>, _ t: Int64, _ emitter: Emitter
    ) {
        guard emitter.emitsPending || (kind != .pending && kind != .dropped) else { return }
        advancePassiveInputs(to: t)
        for index in rule.pointee.firstReport..<rule.pointee.endOfReports { execute(reports + index, at: t) }
        var transition = EngineTransition(
            rule: rule.pointee.rule, key: key, kind: kind, at: t,
            severity: rule.pointee.severity(of: kind, emitter))
        transition.values = (0..<rule.pointee.reportCount).map { registers[Int(rule.pointee.reported[$0])] }
        if let trades = keyTrades {
            transition.priceScale = max(trades.pointee.scaleA, keyQuotes?.pointee.scaleA ?? 0)
            transition.sizeScale = trades.pointee.scaleB
        }
        emitter.transitions.append(transition)
    }

    mutating func advancePassiveInputs(to t: Int64) {
        for index in 0..<inputCount where inputs[index].isPassive { _ = inputs[index].advance(to: t) }
    }

    /// The oldest position of `stream` that the block needs from instant `t` on.
    ///
    /// A listed instance whose own feed has not begun needs what its windows on other feeds will show then
    /// (LANGUAGE 7). One that sleeps until its key's first trade finds that in the standing blocks.
    mutating func lowestNeeded(of stream: UnsafeMutablePointer<PointStream>, at t: Int64) -> Int {
        if !isActive, startsWithFirstTrade { return Int.max }
        var lowest = Int.max
        for index in 0..<inputCount where inputs[index].stream == stream {
            if inputs[index].isAccumulated {
                // More of this instant may come: what accumulates waits for its end.
                if !isActive || inputs[index].isPassive || hasRegion { _ = inputs[index].advance(to: t - 1) }
            } else if isActive {
                // Also of a rule that is left alone or rests: how much is kept depends on the points only.
                _ = inputs[index].advance(to: t)
            }
            lowest = min(lowest, isActive ? inputs[index].lowestNeeded : inputs[index].lowestNeeded(from: t))
        }
        return lowest
    }

    /// For how long after a point's time some input may read it; milliseconds.
    mutating func reach(into stream: UnsafeMutablePointer<PointStream>) -> Int64 {
        var reach: Int64 = 0
        for index in 0..<inputCount where inputs[index].stream == stream {
            reach = max(reach, inputs[index].reach)
        }
        return reach
    }
}

/// Where a block instance stands: whose it is, and where its value goes.
struct BlockPlace {
    var key: SymbolID?
    var keyTrades: UnsafeMutablePointer<PointStream>?
    var keyQuotes: UnsafeMutablePointer<PointStream>?
    var output: UnsafeMutablePointer<PointStream>?
    var outputRegister = 0
    /// It sleeps until the key's first trade.
    var startsWithFirstTrade = false
}
