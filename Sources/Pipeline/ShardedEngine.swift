import Engine
import MarketModel

/// An engine whose symbols are divided among threads: the same transitions, in the same order, as of one
/// `AlertEngine` with the same input.
///
///     append(batch k) --+--> shard 0 on a thread --+--> transitions of batch k, in order
///                       +--> shard 1 on a thread --+
///
/// With several shards what `advance` returns belongs to a batch some calls ago, and `counters` tells of the
/// input up to there; `finish` returns all that is left. With one there is no thread, and no delay.
///
/// - Invariant: one owner; not for two threads at once. Rates are given before the first trade.
final class ShardedEngine {
    private enum Mode {
        case alone(AlertEngine)
        case divided(ShardCrew)
    }

    private let mode: Mode
    private let book: RuleBook
    private let symbols: SymbolTable
    private var lateTrades: [Trade] = []
    private var losses: [WindowLoss] = []
    private var dividedCounters = EngineCounters()

    /// - Parameter shards: more than one only for input in the order of event times.
    init(book: RuleBook, symbols: SymbolTable, options: EngineOptions, shards: Int = 1) {
        self.book = book
        self.symbols = symbols
        if shards == 1 {
            mode = .alone(AlertEngine(book: book, symbols: symbols, options: options))
        } else {
            mode = .divided(ShardCrew(book: book, symbols: symbols, options: options, shards: shards))
        }
    }

    @discardableResult
    func appendRate(series: Int, date: CivilDate, ratio: Double, knownAt: Int64) -> Int64 {
        switch mode {
        case .alone(let engine):
            engine.appendRate(series: series, date: date, ratio: ratio, knownAt: knownAt)
        case .divided(let crew):
            crew.appendRate(series: series, date: date, ratio: ratio, knownAt: knownAt)
        }
    }

    var counters: EngineCounters {
        switch mode {
        case .alone(let engine): engine.counters
        case .divided: dividedCounters
        }
    }

    /// Instants before it are evaluated, and what came of them has been returned; nil before the first trade.
    var watermark: Int64? {
        switch mode {
        case .alone(let engine): engine.watermark
        case .divided: dividedCounters.watermark
        }
    }

    /// Takes a batch and evaluates what it closes.
    func advance(_ batch: [Trade]) -> [EngineTransition] {
        switch mode {
        case .alone(let engine):
            engine.append(batch)
            return settle(engine.advance(), of: engine)
        case .divided(let crew):
            return settle(crew.submit(batch, symbols))
        }
    }

    /// For quiet live input.
    func advance(idleTo time: Int64) -> [EngineTransition] {
        guard case .alone(let engine) = mode else { preconditionFailure("live input has one shard") }
        return settle(engine.advance(idleTo: time), of: engine)
    }

    func finish(through time: Int64? = nil) -> [EngineTransition] {
        switch mode {
        case .alone(let engine): settle(engine.finish(through: time), of: engine)
        case .divided(let crew): settle(crew.finish(through: time))
        }
    }

    /// Trades that came too late since the last call.
    func takeLateTrades() -> [Trade] {
        defer { lateTrades.removeAll() }
        return lateTrades
    }

    /// What was dropped at the point cap since the last call.
    func takeWindowLosses() -> [WindowLoss] {
        defer { losses.removeAll() }
        return losses
    }

    private func settle(_ transitions: [EngineTransition], of engine: AlertEngine) -> [EngineTransition] {
        lateTrades += engine.takeLateTrades()
        losses += engine.takeWindowLosses()
        return transitions
    }

    private func settle(_ parts: [ShardResult]) -> [EngineTransition] {
        if parts.isEmpty { return [] }
        dividedCounters = parts.dropFirst().reduce(into: parts[0].counters) { $0.add($1.counters) }
        for part in parts {
            lateTrades += part.late
            losses += part.losses
        }
        let transitions = parts.flatMap(\.transitions)
        return transitions.isEmpty ? [] : book.inOrder(transitions, symbols)
    }
}
