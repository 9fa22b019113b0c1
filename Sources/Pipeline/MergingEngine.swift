import Engine
import MarketModel

/// An engine, and before it the merge that brings the lanes of live input into one order.
///
///     stretches of lanes -> PartitionMerge -> pieces of 4,096 in order -> AlertEngine -> one answer
///                                                        `-> history, less the late ones
///
/// Both are one thread's, so that merging costs the thread that reads nothing. What a partition with a
/// backlog had held up comes out of the merge all at once, a hundred thousand trades; in pieces it stays in
/// the cache between merge, engine and history.
///
/// - Invariant: one owner; not for use from several threads.
final class MergingEngine {
    /// Trades that are merged at once.
    private static let pieceLength = 4096
    /// For how long a partition with a backlog may keep the others waiting, milliseconds.
    static let patience: Int64 = 5000

    private(set) var engine: AlertEngine
    private let symbols: SymbolTable
    private let history: RecentHistory?
    private var merge: PartitionMerge
    private var waitingSince: Int64?
    private var piece: [Trade] = []

    /// - Parameter symbols: the engine's table.
    init(_ engine: AlertEngine, symbols: SymbolTable, _ options: MergeOptions) {
        self.engine = engine
        self.symbols = symbols
        history = options.history
        merge = PartitionMerge(grace: options.grace)
    }

    /// Goes on with other rules.
    func replace(_ book: RuleBook, _ options: EngineOptions) throws(CheckpointError) -> [RuleChange] {
        let successor = AlertEngine(book: book, symbols: symbols, options: options)
        let changes = try successor.takeOver(engine)
        engine = successor
        return changes
    }

    /// Evaluates what the batch closes.
    func take(_ batch: borrowing TradeBatch) -> EngineAnswer {
        guard let lanes = batch.lanes else {
            engine.append(batch.trades)
            return EngineAnswer(batch.trades, engine.advance(), of: engine)
        }
        merge.take(lanes, batch.trades)
        let isOutOfPatience = isOutOfPatience(lanes.time)
        var answer = EngineAnswer()
        repeat {
            piece.removeAll(keepingCapacity: true)
            merge.release(
                into: &piece, at: lanes.time, waits: !isOutOfPatience, atMost: MergingEngine.pieceLength)
            engine.append(piece)
            let part = EngineAnswer(ofPiece: piece.count, engine.advance(), of: engine)
            history?.add(piece, late: part.late, symbols)
            answer.add(part)
        } while piece.count == MergingEngine.pieceLength
        var states = merge.states
        states.isOutOfPatience = isOutOfPatience
        answer.lanes = states
        // Those of the last piece with a transition are too early for all pieces.
        if !answer.transitions.isEmpty { answer.watermarks = engine.watermarks }
        return answer
    }

    private func isOutOfPatience(_ time: Int64) -> Bool {
        guard merge.isWaiting, merge.pending > 0 else {
            waitingSince = nil
            return false
        }
        let since = waitingSince ?? time
        waitingSince = since
        guard time - since >= MergingEngine.patience else { return false }
        waitingSince = nil
        return true
    }
}

/// What a live engine's merge is to know.
struct MergeOptions: Sendable {
    /// `PartitionMerge.grace`.
    var grace: Int64 = 0
    /// Takes note of what is accepted, for those who ask why; nil: nobody can ask.
    var history: RecentHistory?
}
