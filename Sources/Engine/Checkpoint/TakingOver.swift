import MarketModel

/// One engine going on where another stands, in one process: for rules that change while it runs.
extension AlertEngine {
    /// Takes over what the other has: its checkpoint, the points of its windows, the trades whose instants
    /// are still open. The other is of no use then.
    ///
    /// Windows that reach further back than any window did are unknown until they are full.
    ///
    /// - Precondition: nothing was appended here; both have one symbol table; the other has advanced.
    /// - Returns: what becomes of the rules.
    @discardableResult
    public func takeOver(_ other: AlertEngine) throws(CheckpointError) -> [RuleChange] {
        precondition(symbols === other.symbols)
        try restore(other.checkpoint())
        let changes = ruleChanges
        for index in 0..<min(slotCount, other.slotCount) {
            let slot = slots + index
            guard slot.pointee.isKnown, slot.pointee.cluster != nil else { continue }
            for (own, its) in [
                (slot.pointee.trades, other.slots[index].trades),
                (slot.pointee.quotes, other.slots[index].quotes),
            ] {
                guard let own else { continue }
                takePoints(its, of: other, into: own, closed: slot.pointee.cluster?.pointee.closed ?? 0)
            }
        }
        for cluster in other.clusters {
            cluster.pointee.queue.settle()
            while !cluster.pointee.queue.isEmpty {
                let trade = cluster.pointee.queue.first.pointee
                cluster.pointee.queue.removeFirst()
                let index = Int(trade.symbol.index)
                guard let own = slots[index].cluster, trade.time >= own.pointee.closed else { continue }
                own.pointee.queue.insert(trade)
            }
        }
        try resume()
        return changes
    }

    /// Those that the checkpoint does not hold because they could be read again.
    private func takePoints(
        _ its: UnsafeMutablePointer<PointStream>?, of other: AlertEngine,
        into own: UnsafeMutablePointer<PointStream>, closed: Int64
    ) {
        let wanted = rereadAfter(own)
        guard let its else {
            // Nobody has kept any.
            if closed != Int64.min { own.pointee.lostThrough = max(own.pointee.lostThrough, closed - 1) }
            return
        }
        let symbol = its.pointee.symbolNumber
        let held =
            other.slots[symbol].cluster.map { Engine.rereadAfter(its, closed: other.closedEnd(of: $0)) }
            ?? Int64.max
        if wanted < held { own.pointee.lostThrough = max(own.pointee.lostThrough, held) }
        // Also of those before what it holds whole: lags and windows of a number of trades read them.
        var position = its.pointee.firstPosition(after: wanted)
        while position < its.pointee.tail {
            if own.pointee.isFull { own.pointee.extend(cap: Int.max) }
            own.pointee.insert(its.pointee[position])
            position += 1
        }
    }

    /// What becomes of the rules that a checkpoint knows, and of those here.
    ///
    /// - Precondition: between `restore` and `resume`.
    public var ruleChanges: [RuleChange] {
        guard let restoration else { return [] }
        var changes: [String: RuleChange] = [:]
        for rule in restoration.rules { changes[rule.name] = RuleChange(name: rule.name, kind: .removed) }
        for timing in book.rules where changes[timing.name] == nil {
            changes[timing.name] = RuleChange(name: timing.name, kind: .added)
        }
        let present = Set(book.rules.map(\.name))
        var own: Set<Restoration.AlertIdentity> = []
        for cluster in clusters {
            for block in cluster.pointee.blocks {
                let meaning = block.pointee.shared.takeUnretainedValue().meaning(bookMeaning)
                for index in 0..<block.pointee.ruleCount {
                    let name = book.rules[block.pointee.rules[index].rule].name
                    own.insert(
                        Restoration.AlertIdentity(
                            rule: RuleIdentity(name: name, meaning: meaning.rules[index]),
                            key: block.pointee.keyNumber))
                }
            }
        }
        let meanings = Set(own.map(\.rule))
        for name in present {
            guard changes[name]?.kind == .removed else { continue }
            let before = restoration.known.filter { $0.name == name }
            let now = meanings.filter { $0.name == name }
            // One that no symbol has asked for yet has nothing to lose.
            changes[name]?.kind = now.isEmpty || now.isSubset(of: before) ? .kept : .reset
        }
        for (alert, reader) in restoration.alerts where !own.contains(alert) {
            var reader = reader
            guard let state = try? RuleState(from: &reader, keyTrades: 0), state.phase == .firing,
                !state.isHeld
            else {
                continue
            }
            let key = alert.key < 0 ? "" : symbols.name(of: SymbolID(index: UInt32(alert.key)))
            changes[alert.rule.name]?.forgotten.append(key)
        }
        return changes.values.sorted { $0.name < $1.name }.map { change in
            var change = change
            change.forgotten.sort()
            return change
        }
    }
}

/// What becomes of a rule when others take its place.
public struct RuleChange: Sendable, Equatable {
    public enum Kind: String, Sendable {
        /// It means the same: its alerts go on.
        case kept
        /// It means something else: its alerts begin anew.
        case reset
        case added
        case removed
    }

    public var name: String
    public var kind: Kind
    /// Keys of alerts that fire and are forgotten.
    public var forgotten: [String] = []
}
