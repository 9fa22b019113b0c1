import Dispatch
import Engine
import Feeds
import MarketModel

/// Engines on threads of their own, one a shard. Every one takes every batch, a few batches behind the one
/// that is submitted, and answers in the same order:
///
///     ring  [ 7 ][ 4 ][ 5 ][ 6 ]     submit(7): shard 0 is at 6, shard 1 at 5; both have answered 4,
///                                    which is returned
///
/// - Invariant: a slot is the owner's between the answers of all shards and its submission, and the shards'
///   to read in between; `answers[i]` is shard i's to write. Each semaphore orders the one before the other,
///   which is why slots and engines may be shared.
final class ShardCrew {
    /// What the shards are asked to do next.
    private enum Work {
        case batch
        case finish(through: Int64?)
        case stop
    }

    private final class Slot: @unchecked Sendable {
        var work = Work.batch
        var batch = TradeBatch()
        /// Names whose numbers this batch is the first to use.
        var newSymbols: [String] = []
        let answers: UnsafeMutablePointer<EngineAnswer>

        init(shards: Int) {
            answers = .allocate(capacity: shards)
            answers.initialize(repeating: EngineAnswer(), count: shards)
        }
    }

    private final class Shard: @unchecked Sendable {
        let number: Int
        let engine: MergingEngine
        /// Its own, since the owner's grows meanwhile; the numbers are the same.
        let symbols: SymbolTable
        let submitted = DispatchSemaphore(value: 0)
        let answered = DispatchSemaphore(value: 0)

        init(
            number: Int, names: [String], capacity: Int, book: RuleBook, options: EngineOptions,
            _ merge: MergeOptions
        ) {
            self.number = number
            symbols = SymbolTable(capacity: capacity)
            for name in names { _ = symbols.intern(name) }
            engine = MergingEngine(
                AlertEngine(book: book, symbols: symbols, options: options), symbols: symbols, merge)
        }

        /// What the shard's thread does.
        func serve(_ ring: [Slot]) {
            var turn = 0
            while true {
                submitted.wait()
                let slot = ring[turn % ring.count]
                turn += 1
                if case .stop = slot.work { return }
                slot.answers[number] = answer(slot)
                answered.signal()
            }
        }

        private func answer(_ slot: Slot) -> EngineAnswer {
            for name in slot.newSymbols { _ = symbols.intern(name) }
            switch slot.work {
            case .batch: return engine.take(slot.batch)
            case .finish(let time):
                return EngineAnswer([], engine.engine.finish(through: time), of: engine.engine)
            case .stop: return EngineAnswer()
            }
        }
    }

    private let shards: [Shard]
    private var threads: [WorkThread] = []
    private let ring: [Slot]
    private var submitted = 0
    private var collected = 0
    /// Symbols whose names the shards know.
    private var known: Int

    /// - Parameters:
    ///   - symbols: the decoders' table; the names that the rules bring are put into it.
    ///   - depth: batches that are under way at most.
    /// - Throws: `.failure` when the system has no more threads.
    init(
        book: RuleBook, symbols: SymbolTable, options: EngineOptions, _ merge: MergeOptions,
        shards count: Int, depth: Int
    ) throws(CommandFailure) {
        let names = (0..<symbols.count).map { symbols.name(of: SymbolID(index: UInt32($0))) }
        shards = (0..<count).map { number in
            var options = options
            options.shard = EngineShard(number, of: count)
            return Shard(
                number: number, names: names, capacity: symbols.capacity, book: book, options: options, merge)
        }
        let table = shards[0].symbols
        for index in symbols.count..<table.count {
            _ = symbols.intern(table.name(of: SymbolID(index: UInt32(index))))
        }
        known = symbols.count
        let ring = (0..<depth).map { _ in Slot(shards: count) }
        self.ring = ring
        for shard in shards {
            guard let thread = WorkThread({ shard.serve(ring) }) else { break }
            threads.append(thread)
        }
        if threads.count < count {
            // Those that did start end: nothing waits for the others.
            stop()
            throw CommandFailure(
                .failure, "the system has no \(count.counted("thread")) to evaluate with",
                help: "ask for fewer: --threads 1")
        }
    }

    deinit {
        stop()
        for slot in ring {
            slot.answers.deinitialize(count: shards.count)
            slot.answers.deallocate()
        }
    }

    var isAtWork: Bool { collected < submitted }

    /// The engines, which may be used from here until the next batch is submitted.
    ///
    /// - Precondition: nothing is under way.
    var restingEngines: [AlertEngine] {
        precondition(collected == submitted, "the shards are still at work")
        return shards.map(\.engine.engine)
    }

    /// Gives a batch to the shards.
    ///
    /// - Parameter batch: the slot's former arrays come back.
    /// - Returns: the shards' answers to an earlier batch, when there was no room before it was answered.
    func submit(_ batch: inout TradeBatch, _ symbols: SymbolTable) -> [EngineAnswer] {
        post(.batch) { slot in
            swap(&slot.batch, &batch)
            slot.newSymbols = newNames(symbols)
        }
    }

    func submitFinish(through time: Int64?) -> [EngineAnswer] {
        post(.finish(through: time)) { $0.newSymbols = [] }
    }

    /// Has the only shard's engine do something at once, on this thread.
    ///
    /// - Precondition: nothing is under way.
    func answerHere(_ symbols: SymbolTable, _ work: (MergingEngine) -> EngineAnswer) -> EngineAnswer {
        precondition(collected == submitted, "the shard is still at work")
        for name in newNames(symbols) { _ = shards[0].symbols.intern(name) }
        return work(shards[0].engine)
    }

    /// Has the only shard's engine take up a checkpoint.
    ///
    /// - Precondition: nothing was submitted.
    func restore(_ checkpoint: [UInt8], _ symbols: SymbolTable) throws(CheckpointError) {
        shareNames(symbols)
        try shards[0].engine.engine.restore(checkpoint)
        takeNames(symbols)
    }

    /// Has the only shard's engine go on with other rules.
    ///
    /// - Precondition: nothing is under way.
    func replace(
        _ book: RuleBook, _ options: EngineOptions, _ symbols: SymbolTable
    ) throws(CheckpointError) -> [RuleChange] {
        shareNames(symbols)
        let changes = try shards[0].engine.replace(book, options)
        takeNames(symbols)
        return changes
    }

    /// Has the decoders know the names that rules bring.
    private func takeNames(_ symbols: SymbolTable) {
        let table = shards[0].symbols
        for index in symbols.count..<table.count {
            _ = symbols.intern(table.name(of: SymbolID(index: UInt32(index))))
        }
        known = symbols.count
    }

    /// Has the shards know the names that the decoders have met.
    ///
    /// - Precondition: nothing is under way.
    func shareNames(_ symbols: SymbolTable) {
        for name in newNames(symbols) { for shard in shards { _ = shard.symbols.intern(name) } }
    }

    /// Waits for the answers to the oldest batch under way; nil when there is none.
    func collect() -> [EngineAnswer]? {
        if collected == submitted { return nil }
        let slot = ring[collected % ring.count]
        awaitOldest()
        return taken(from: slot)
    }

    /// The answer to the oldest batch under way, if the only shard has given it.
    func collectIfReady() -> [EngineAnswer]? {
        guard collected < submitted, shards[0].answered.wait(timeout: .now()) == .success else { return nil }
        let slot = ring[collected % ring.count]
        collected += 1
        return taken(from: slot)
    }

    // MARK: Inner steps

    /// Ends the threads, after what is under way.
    private func stop() {
        if threads.count == shards.count { while collect() != nil {} }
        ring[submitted % ring.count].work = .stop
        for (thread, shard) in zip(threads, shards) {
            shard.submitted.signal()
            thread.join()
        }
        threads.removeAll()
    }

    private func newNames(_ symbols: SymbolTable) -> [String] {
        if known == symbols.count { return [] }
        defer { known = symbols.count }
        return (known..<symbols.count).map { symbols.name(of: SymbolID(index: UInt32($0))) }
    }

    /// Waits for a free slot, fills it and gives it to the shards.
    private func post(_ work: Work, _ fill: (Slot) -> Void = { _ in }) -> [EngineAnswer] {
        let oldest = submitted - collected == ring.count ? collect() ?? [] : []
        let slot = ring[submitted % ring.count]
        slot.work = work
        fill(slot)
        submitted += 1
        for shard in shards { shard.submitted.signal() }
        return oldest
    }

    /// The answers hold the slot's trades no longer than their owner does, so that its array is used again.
    private func taken(from slot: Slot) -> [EngineAnswer] {
        shards.map { shard in
            defer { slot.answers[shard.number] = EngineAnswer() }
            return slot.answers[shard.number]
        }
    }

    private func awaitOldest() {
        for shard in shards { shard.answered.wait() }
        collected += 1
    }
}
