import Testing

@testable import Pipeline

@Suite("What may be committed")
struct CommitLedgerTests {
    private func ledger(isEvaluated: Bool = true) -> CommitLedger {
        var ledger = CommitLedger()
        ledger.add(.init(nextOffset: 10, greatestTime: 1000), of: 0)
        ledger.add(.init(nextOffset: 20, greatestTime: 2000), of: 0)
        ledger.add(.init(nextOffset: 5, greatestTime: .min), of: 1)
        if isEvaluated {
            ledger.evaluate(0, before: 20)
            ledger.evaluate(1, before: 5)
        }
        return ledger
    }

    @Test("only batches whose last instant is closed are committed, each once")
    func closedBatches() {
        var ledger = ledger()
        let first = ledger.take(closedBefore: 2000)
        #expect(first.map(\.partition) == [0, 1])
        #expect(first.map(\.offset) == [10, 5])
        #expect(ledger.take(closedBefore: 2000).isEmpty)
        #expect(ledger.take(closedBefore: 2001).map(\.offset) == [20])
    }

    @Test("a record that waits for another partition, or is with the engine, is not committed")
    func pendingRecords() {
        var ledger = ledger(isEvaluated: false)
        #expect(ledger.take(closedBefore: .max).isEmpty)
        ledger.evaluate(0, before: 15)
        #expect(ledger.take(closedBefore: .max).map(\.offset) == [10])
        ledger.evaluate(0, before: 20)
        ledger.evaluate(1, before: 5)
        #expect(ledger.take(closedBefore: .max).map(\.offset) == [20, 5])
    }

    @Test("what is added after an answer is not committed by it")
    func recordsAfterTheAnswer() {
        var ledger = ledger()
        ledger.add(.init(nextOffset: 30, greatestTime: 1500), of: 0)
        #expect(ledger.take(closedBefore: .max).map(\.offset) == [20, 5])
        ledger.evaluate(0, before: 30)
        #expect(ledger.take(closedBefore: .max).map(\.offset) == [30])
    }

    @Test("a revoked partition is not committed")
    func revokedPartitions() {
        var ledger = ledger()
        ledger.forget(0)
        #expect(ledger.take(closedBefore: .max).map(\.partition) == [1])
    }
}
