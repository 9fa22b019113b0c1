import Engine
import MarketModel
import RuleCompiler
import RuleSemantics

/// Trades as they arrive, less those that are late (LANGUAGE 2.2): an engine without rules says which.
struct AcceptedTrades {
    private let gate: AlertEngine
    private var kept: [Trade] = []

    init(lateness: Int64, symbols: SymbolTable) {
        gate = AlertEngine(
            book: compileRules(CheckedProgram()).book, symbols: symbols,
            options: EngineOptions(order: .arrival(lateness: lateness)))
    }

    mutating func add(_ trades: [Trade]) {
        gate.append(trades)
        _ = gate.advance()
        let late = gate.takeLateTrades()
        if late.isEmpty {
            kept += trades
        } else {
            kept += trades.filter { !late.contains($0) }
        }
    }

    /// In the order (time, origin, sequence).
    var inOrder: [Trade] {
        kept.sorted { left, right in
            (left.time, left.origin.index, left.sequence) < (right.time, right.origin.index, right.sequence)
        }
    }
}
