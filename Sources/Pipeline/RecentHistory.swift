import MarketModel
import Synchronization

/// What a live run has lately accepted, in the order of its arrival, for those who ask why: trades and rates,
/// as far back as its limits allow. The run's thread adds batches; others take snapshots.
///
///     [4096 trades][4096 trades] ... [up to 4096]      the oldest leave as a whole
///
/// - Invariant: at most `Limits.bytes` for trades and one chunk more, 64 bytes a trade; while a question is
///   answered, the same again for its sorted copy.
final class RecentHistory: Sendable {
    struct Limits: Sendable, Equatable {
        /// For how long a trade is kept, in event time; milliseconds.
        var span: Int64 = 3_600_000
        var bytes = 64 << 20
    }

    /// A rate with the instant from which the run's engine took it (LANGUAGE 2.7).
    struct Rate: Sendable {
        var observation: RateObservation
        var effective: Int64
    }

    /// What the run has said of an alert.
    struct Told: Sendable, Equatable {
        var rule: String
        /// Empty for a rule without `on`.
        var key: String
        var kind: Transition.Kind
        var at: Timestamp
        var message: String

        init(_ transition: Transition) {
            rule = transition.rule
            key = transition.key
            kind = transition.kind
            at = transition.at
            message = transition.message
        }
    }

    struct Snapshot: Sendable {
        /// Names of the symbols, by number.
        var names: [String] = []
        var chunks: [[Trade]] = []
        var rates: [Rate] = []
        /// The newest last; also from before the first trade that is kept.
        var told: [Told] = []
        /// The first instant of which everything is there; nil where nothing has been dropped.
        var begin: Int64?
        /// Instants before it are closed; nil before the first trade.
        var closed: Int64?
    }

    private static let chunkLength = 4096
    /// Of what the run has said, at least so much is kept, and less than twice as much.
    static let toldLength = 10_000

    fileprivate struct State {
        var snapshot = Snapshot()
        var bytes = 0
        var newest = Int64.min
        var greatest: [Int64] = []
        /// An empty chunk.
        var spare: [Trade] = []
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(_ limits: Limits = Limits()) { self.limits = limits }

    var snapshot: Snapshot { state.withLock { $0.snapshot } }

    /// Adds a batch less its late trades.
    ///
    /// - Parameters:
    ///   - late: in the order of the batch.
    ///   - symbols: the table that has numbered them.
    func add(_ trades: [Trade], late: [Trade], _ symbols: SymbolTable) {
        if trades.isEmpty { return }
        let accepted = late.isEmpty ? trades : RecentHistory.leaving(out: late, of: trades)
        state.withLock { state in
            while state.snapshot.names.count < symbols.count {
                let next = SymbolID(index: UInt32(state.snapshot.names.count))
                state.snapshot.names.append(symbols.name(of: next))
            }
            state.append(accepted, chunkLength: RecentHistory.chunkLength)
            state.trim(limits)
        }
    }

    func add(_ rate: RateObservation, effective: Int64) {
        state.withLock { $0.snapshot.rates.append(Rate(observation: rate, effective: effective)) }
    }

    func add(_ transitions: [RenderedTransition]) {
        state.withLock { state in
            state.snapshot.told += transitions.map { Told($0.transition) }
            let excess = state.snapshot.told.count - RecentHistory.toldLength
            if excess >= RecentHistory.toldLength { state.snapshot.told.removeFirst(excess) }
        }
    }

    func close(before watermark: Int64) {
        state.withLock { $0.snapshot.closed = max($0.snapshot.closed ?? watermark, watermark) }
    }

    /// One record may bring several trades of a symbol, of which some are late. Of equal ones it is the
    /// later, so the search goes backwards.
    private static func leaving(out late: [Trade], of trades: [Trade]) -> [Trade] {
        var late = late[...]
        let accepted = trades.reversed().filter { trade in
            guard late.last == trade else { return true }
            late.removeLast()
            return false
        }
        return accepted.reversed()
    }
}

extension RecentHistory.State {
    fileprivate mutating func append(_ trades: [Trade], chunkLength: Int) {
        var rest = trades[...]
        while !rest.isEmpty {
            if snapshot.chunks.last.map({ $0.count == chunkLength }) ?? true {
                snapshot.chunks.append([])
                swap(&snapshot.chunks[snapshot.chunks.count - 1], &spare)
                snapshot.chunks[snapshot.chunks.count - 1].reserveCapacity(chunkLength)
                greatest.append(Int64.min)
            }
            let last = snapshot.chunks.count - 1
            let part = rest.prefix(chunkLength - snapshot.chunks[last].count)
            snapshot.chunks[last].append(contentsOf: part)
            let time = part.reduce(Int64.min) { max($0, $1.time) }
            greatest[last] = max(greatest[last], time)
            newest = max(newest, time)
            bytes += part.count * MemoryLayout<Trade>.stride
            rest = rest.dropFirst(part.count)
        }
    }

    /// Lets the oldest chunks go; the instants of their trades are no longer whole.
    fileprivate mutating func trim(_ limits: RecentHistory.Limits) {
        var count = 0
        while count < snapshot.chunks.count - 1,
            bytes > limits.bytes || greatest[count] < newest - limits.span
        {
            bytes -= snapshot.chunks[count].count * MemoryLayout<Trade>.stride
            snapshot.begin = max(snapshot.begin ?? Int64.min, greatest[count] + 1)
            count += 1
        }
        if count == 0 { return }
        // Its memory serves the next chunk.
        swap(&spare, &snapshot.chunks[0])
        spare.removeAll(keepingCapacity: true)
        snapshot.chunks.removeFirst(count)
        greatest.removeFirst(count)
    }
}
