import Dispatch
import Engine
import Foundation
import MarketModel

/// What one shard made of a batch.
struct ShardResult {
    var transitions: [EngineTransition] = []
    var late: [Trade] = []
    var losses: [WindowLoss] = []
    var counters = EngineCounters()
}

/// Engines on threads of their own, one a shard. Every one takes every batch, a few batches behind the one
/// that is submitted, and answers in the same order:
///
///     ring  [ 7 ][ 4 ][ 5 ][ 6 ]     submit(7): shard 0 is at 6, shard 1 at 5; both have answered 4,
///                                    which is returned
///
/// - Invariant: a slot is the owner's between the answers of all shards and its submission, and the shards'
///   to read in between; `results[i]` is shard i's to write. Each semaphore orders the one before the other,
///   which is why slots and engines may be shared.
final class ShardCrew {
    /// Batches that are under way: enough to even out that one shard has more of a batch than another.
    private static let depth = 8

    /// What the shards are asked to do next.
    private enum Work {
        case batch
        case finish(through: Int64?)
        case stop
    }

    private final class Slot: @unchecked Sendable {
        var work = Work.batch
        var trades: [Trade] = []
        /// Names whose numbers this batch is the first to use.
        var newSymbols: [String] = []
        let results: UnsafeMutablePointer<ShardResult>

        init(shards: Int) {
            results = .allocate(capacity: shards)
            results.initialize(repeating: ShardResult(), count: shards)
        }
    }

    private final class Shard: @unchecked Sendable {
        let number: Int
        let engine: AlertEngine
        /// Its own, since the owner's grows meanwhile; the numbers are the same.
        let symbols: SymbolTable
        let submitted = DispatchSemaphore(value: 0)
        let answered = DispatchSemaphore(value: 0)

        init(
            number: Int, names: [String], capacity: Int, book: RuleBook, options: EngineOptions
        ) {
            self.number = number
            symbols = SymbolTable(capacity: capacity)
            for name in names { _ = symbols.intern(name) }
            engine = AlertEngine(book: book, symbols: symbols, options: options)
        }

        /// What the shard's thread does.
        func serve(_ ring: [Slot]) {
            var turn = 0
            while true {
                submitted.wait()
                let slot = ring[turn % ring.count]
                turn += 1
                if case .stop = slot.work {
                    answered.signal()
                    return
                }
                slot.results[number] = result(of: slot)
                answered.signal()
            }
        }

        private func result(of slot: Slot) -> ShardResult {
            var result = ShardResult()
            for name in slot.newSymbols { _ = symbols.intern(name) }
            switch slot.work {
            case .batch:
                engine.append(slot.trades)
                result.transitions = engine.advance()
            case .finish(let time): result.transitions = engine.finish(through: time)
            case .stop: break
            }
            result.late = engine.takeLateTrades()
            result.losses = engine.takeWindowLosses()
            result.counters = engine.counters
            return result
        }
    }

    private let shards: [Shard]
    private let ring: [Slot]
    private var submitted = 0
    private var collected = 0
    /// Symbols whose names the shards know.
    private var known: Int

    /// - Parameter symbols: the decoders' table; the names that the rules bring are put into it.
    init(book: RuleBook, symbols: SymbolTable, options: EngineOptions, shards count: Int) {
        let names = (0..<symbols.count).map { symbols.name(of: SymbolID(index: UInt32($0))) }
        shards = (0..<count).map { number in
            var options = options
            options.shard = EngineShard(number, of: count)
            return Shard(
                number: number, names: names, capacity: symbols.capacity, book: book, options: options)
        }
        let table = shards[0].symbols
        for index in symbols.count..<table.count {
            _ = symbols.intern(table.name(of: SymbolID(index: UInt32(index))))
        }
        known = symbols.count
        let ring = (0..<ShardCrew.depth).map { _ in Slot(shards: count) }
        self.ring = ring
        for shard in shards {
            let thread = Thread { shard.serve(ring) }
            thread.name = "bellwether-shard-\(shard.number)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    deinit {
        _ = post(.stop)
        while collected < submitted { awaitOldest() }
        for slot in ring {
            slot.results.deinitialize(count: shards.count)
            slot.results.deallocate()
        }
    }

    func appendRate(series: Int, date: CivilDate, ratio: Double, knownAt: Int64) -> Int64 {
        precondition(submitted == 0, "rates are given before the first trade")
        var effective = knownAt
        for shard in shards {
            effective = shard.engine.appendRate(series: series, date: date, ratio: ratio, knownAt: knownAt)
        }
        return effective
    }

    /// - Returns: what the shards made of an earlier batch; nothing while none is due.
    func submit(_ batch: [Trade], _ symbols: SymbolTable) -> [ShardResult] {
        let oldest = post(.batch) { slot in
            slot.trades.removeAll(keepingCapacity: true)
            slot.trades.append(contentsOf: batch)
            slot.newSymbols = (known..<symbols.count).map { symbols.name(of: SymbolID(index: UInt32($0))) }
        }
        known = symbols.count
        return oldest
    }

    /// - Returns: all that was not returned yet.
    func finish(through time: Int64?) -> [ShardResult] {
        var results = post(.finish(through: time)) { $0.newSymbols = [] }
        while collected < submitted { results = merged(results, collect()) }
        return results
    }

    // MARK: Inner steps

    /// Waits for a free slot, fills it and gives it to the shards.
    private func post(_ work: Work, _ fill: (Slot) -> Void = { _ in }) -> [ShardResult] {
        let oldest = submitted - collected == ring.count ? collect() : []
        let slot = ring[submitted % ring.count]
        slot.work = work
        fill(slot)
        submitted += 1
        for shard in shards { shard.submitted.signal() }
        return oldest
    }

    private func collect() -> [ShardResult] {
        let slot = ring[collected % ring.count]
        awaitOldest()
        return shards.map { slot.results[$0.number] }
    }

    private func awaitOldest() {
        for shard in shards { shard.answered.wait() }
        collected += 1
    }

    /// Later results after earlier ones, by shard; counters are totals, the later ones stand.
    private func merged(_ earlier: [ShardResult], _ later: [ShardResult]) -> [ShardResult] {
        if earlier.isEmpty { return later }
        return zip(earlier, later).map {
            ShardResult(
                transitions: $0.transitions + $1.transitions, late: $0.late + $1.late,
                losses: $0.losses + $1.losses, counters: $1.counters)
        }
    }
}
