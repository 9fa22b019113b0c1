import Testing

@testable import Pipeline

@Suite("What may be committed")
struct CommitLedgerTests {
    private func ledger(releases: Bool = true) -> CommitLedger {
        var ledger = CommitLedger()
        ledger.add(.init(nextOffset: 10, greatestTime: 1000), of: 0)
        ledger.add(.init(nextOffset: 20, greatestTime: 2000), of: 0)
        ledger.add(.init(nextOffset: 5, greatestTime: .min), of: 1)
        if releases { ledger.release(in: 1) { _ in nil } }
        return ledger
    }

    @Test("only batches whose last instant is closed are committed, each once")
    func closedBatches() {
        var ledger = ledger()
        let first = ledger.take(closedBefore: 2000, evaluatedThrough: 1)
        #expect(first.map(\.partition) == [0, 1])
        #expect(first.map(\.offset) == [10, 5])
        #expect(ledger.take(closedBefore: 2000, evaluatedThrough: 1).isEmpty)
        #expect(ledger.take(closedBefore: 2001, evaluatedThrough: 1).map(\.offset) == [20])
    }

    @Test("a record that waits for another partition is not committed")
    func pendingRecords() {
        var ledger = ledger(releases: false)
        ledger.release(in: 1) { $0 == 0 ? 15 : nil }
        #expect(ledger.take(closedBefore: .max, evaluatedThrough: 1).map(\.offset) == [10, 5])
        ledger.release(in: 2) { _ in nil }
        #expect(ledger.take(closedBefore: .max, evaluatedThrough: 2).map(\.offset) == [20])
    }

    @Test("a revoked partition is not committed")
    func revokedPartitions() {
        var ledger = ledger()
        ledger.forget(0)
        #expect(ledger.take(closedBefore: .max, evaluatedThrough: 1).map(\.partition) == [1])
    }

    @Test("a record whose batch is with the engine is not committed before the batch is answered")
    func batchesUnderWay() {
        var ledger = ledger(releases: false)
        ledger.release(in: 3) { $0 == 0 ? 10 : nil }
        ledger.release(in: 4) { _ in nil }
        #expect(ledger.take(closedBefore: .max, evaluatedThrough: 2).isEmpty)
        #expect(ledger.take(closedBefore: .max, evaluatedThrough: 3).map(\.offset) == [10, 5])
        #expect(ledger.take(closedBefore: .max, evaluatedThrough: 4).map(\.offset) == [20])
    }
}
