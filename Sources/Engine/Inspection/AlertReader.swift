public import MarketModel

/// One alert of a running engine, to be read between two of its instants: what its rule would report, where
/// its life stands, what its block's windows hold.
///
/// Reading changes nothing that a transition depends on: how often a block is evaluated is not observable
/// (LANGUAGE 5), and what only messages read is advanced as a transition would advance it.
///
/// - Precondition: the engine evaluates each change point (`EngineOptions.usesSafeRegions` is off): a rule
///   that is left alone shows an earlier instant.
public struct AlertReader {
    private let engine: AlertEngine
    private let cluster: UnsafeMutablePointer<Cluster>
    private let block: UnsafeMutablePointer<BlockState>
    private let rule: UnsafeMutablePointer<RuleInstance>

    /// nil where there is no such instance (yet).
    init?(_ engine: AlertEngine, rule wanted: Int, key: SymbolID?) {
        precondition(!engine.options.usesSafeRegions)
        for cluster in engine.clusters {
            for block in cluster.pointee.blocks where block.pointee.key == key {
                for index in 0..<block.pointee.ruleCount
                where block.pointee.rules[index].rule == wanted {
                    self.engine = engine
                    self.cluster = cluster
                    self.block = block
                    rule = block.pointee.rules + index
                    return
                }
            }
        }
        return nil
    }

    /// Whether the instance exists (LANGUAGE 7).
    public var isActive: Bool { block.pointee.isActive }

    /// Has the block evaluated at an instant that is still open, also where no transition could depend on it.
    public func wake(at t: Int64) {
        guard isActive else { return }
        cluster.pointee.wake(block, at: t)
        engine.reschedule(cluster)
    }

    /// What a transition at `t`, the last instant evaluated, would carry.
    public func report(at t: Int64) -> EngineTransition {
        block.pointee.advancePassiveInputs(to: t)
        for index in rule.pointee.firstReport..<rule.pointee.endOfReports {
            block.pointee.execute(block.pointee.reports + index, at: t)
        }
        var transition = EngineTransition(
            rule: rule.pointee.rule, key: block.pointee.key, kind: .firing, at: t,
            severity: rule.pointee.severity(of: .firing, engine.emitter))
        transition.values = (0..<rule.pointee.reportCount).map {
            block.pointee.registers[Int(rule.pointee.reported[$0])]
        }
        if let trades = block.pointee.keyTrades {
            transition.priceScale = max(
                trades.pointee.scaleA, block.pointee.keyQuotes?.pointee.scaleA ?? 0)
            transition.sizeScale = trades.pointee.scaleB
        }
        return transition
    }

    /// Where the alert's life stands after `t`, the last instant evaluated.
    public func alert(at t: Int64) -> AlertInspection {
        let trades = block.pointee.keyTrades.map { $0.pointee.tail } ?? 0
        return rule.pointee.inspection(at: t, keyTrades: trades, engine.emitter)
    }

    /// A stream that the block reads; nil where it reads no such stream.
    ///
    /// - Parameter symbol: whose; nil for the key's own, and for a named series.
    public func stream(_ kind: StreamRequest.Kind, of symbol: String?) -> StreamInspection? {
        place(of: kind, symbol).map { StreamInspection(block.pointee.streams[$0]) }
    }

    /// Times of what a window of the block holds, as of its last advance; nil where no window is like that.
    public func window(
        _ extent: WindowExtent, over kind: StreamRequest.Kind, of symbol: String?
    ) -> WindowInspection? {
        guard let stream = place(of: kind, symbol) else { return nil }
        let requests = block.pointee.shared.takeUnretainedValue().program.inputs
        for (index, request) in requests.enumerated() {
            guard case .window(stream, let window) = request, window.extent == extent else { continue }
            let input = block.pointee.inputs + index
            return WindowInspection(
                firstTime: input.pointee.edgePoint(first: true)?.time,
                lastTime: input.pointee.edgePoint(first: false)?.time)
        }
        return nil
    }

    /// The time of the point that prevailed `delay` ago; nil where there is none.
    public func prevailingTime(
        _ delay: Int64, ago kind: StreamRequest.Kind, of symbol: String?
    ) -> Int64? {
        guard let stream = place(of: kind, symbol) else { return nil }
        let requests = block.pointee.shared.takeUnretainedValue().program.inputs
        for (index, request) in requests.enumerated() {
            guard case .lag(stream, delay) = request else { continue }
            let input = block.pointee.inputs + index
            guard input.pointee.isKnown else { return nil }
            return input.pointee.stream.pointee[input.pointee.upper - 1].time
        }
        return nil
    }

    private func place(of kind: StreamRequest.Kind, _ symbol: String?) -> Int? {
        let program = block.pointee.shared.takeUnretainedValue().program
        let isOwn = symbol == nil || block.pointee.key.map { engine.symbols.name(of: $0) } == symbol
        return program.streams.firstIndex { request in
            guard request.kind == kind else { return false }
            if case .series = kind { return true }
            switch request.owner {
            case .key: return isOwn
            case .symbol(let index): return program.symbols[index] == symbol
            }
        }
    }
}

/// Since when a stream is observed, and what it has lost; milliseconds.
public struct StreamInspection: Sendable, Equatable {
    /// The start of its feed's input (LANGUAGE 4.2); nil before.
    public var start: Int64?
    /// The newest point that was dropped at the cap: windows that reach it are unknown.
    public var lostThrough: Int64?
    public var newestTime: Int64?

    init(_ stream: UnsafeMutablePointer<PointStream>) {
        start = stream.pointee.start == FeedState.notStarted ? nil : stream.pointee.start
        lostThrough = stream.pointee.lostThrough == Int64.min ? nil : stream.pointee.lostThrough
        newestTime = stream.pointee.isEmpty ? nil : stream.pointee.newest.time
    }
}

/// The times of the oldest and the newest point that a window holds; nil for an empty one.
public struct WindowInspection: Sendable, Equatable {
    public var firstTime: Int64?
    public var lastTime: Int64?
}

extension AlertEngine {
    /// nil where there is no such instance (yet).
    ///
    /// - Parameters:
    ///   - rule: index into `RuleBook.rules`.
    ///   - key: nil for a rule without `on`.
    public func reader(ofRule rule: Int, key: SymbolID?) -> AlertReader? {
        AlertReader(self, rule: rule, key: key)
    }

    /// The next instant at which something that has been given to the engine, or time alone, changes
    /// anything; nil for none. Feeds whose start no call has settled yet are not seen.
    public var nextInstant: Int64? {
        var next = Int64.max
        for cluster in clusters {
            next = min(next, cluster.pointee.nextInstant())
        }
        return next == Int64.max ? nil : next
    }
}
