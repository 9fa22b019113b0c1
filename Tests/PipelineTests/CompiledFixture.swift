import Diagnostics
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax
import Testing

@testable import Pipeline

/// Rules from text, which must be sound.
func compiled(_ text: String) throws -> CompiledRules {
    let parsed = parseRules(SourceFile(name: "test.rules", text: Array(text.utf8)))
    let (program, findings) = checkRules([parsed.file])
    let diagnostics = parsed.diagnostics + findings
    #expect(diagnostics.errorCount == 0, "\(DiagnosticRenderer().render(diagnostics))")
    return compileRules(program)
}

/// Keeps what a live session hands to its outbox.
struct RecordingOutbox: TransitionOutbox {
    var transitions = OrderedOutput()
    /// (origin, sequence) of each late trade.
    var late: Set<[Int64]> = []
    var hasTakenAll = true

    mutating func accept(_ rendered: [RenderedTransition]) {
        transitions.add(rendered.map(\.transition))
    }

    mutating func note(late trades: [Trade]) {
        for trade in trades { late.insert([Int64(trade.origin.index), trade.sequence]) }
    }

    /// In the order (at, rule, key), one JSON object a line.
    var lines: [String] {
        var copy = transitions
        return copy.take(before: nil).map(\.json)
    }
}
