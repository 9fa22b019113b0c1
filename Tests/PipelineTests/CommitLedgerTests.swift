import Testing

@testable import Pipeline

@Suite("What may be committed")
struct CommitLedgerTests {
    private func ledger() -> CommitLedger {
        var ledger = CommitLedger()
        ledger.add(.init(nextOffset: 10, greatestTime: 1000), of: 0)
        ledger.add(.init(nextOffset: 20, greatestTime: 2000), of: 0)
        ledger.add(.init(nextOffset: 5, greatestTime: .min), of: 1)
        return ledger
    }

    @Test("only batches whose last instant is closed are committed, each once")
    func closedBatches() {
        var ledger = ledger()
        let first = ledger.take(closedBefore: 2000) { _ in nil }
        #expect(first.map(\.partition) == [0, 1])
        #expect(first.map(\.offset) == [10, 5])
        #expect(ledger.take(closedBefore: 2000) { _ in nil }.isEmpty)
        #expect(ledger.take(closedBefore: 2001) { _ in nil }.map(\.offset) == [20])
    }

    @Test("a record that waits for another partition is not committed")
    func pendingRecords() {
        var ledger = ledger()
        let settled = ledger.take(closedBefore: .max) { $0 == 0 ? 15 : nil }
        #expect(settled.map(\.offset) == [10, 5])
    }

    @Test("a revoked partition is not committed")
    func revokedPartitions() {
        var ledger = ledger()
        ledger.forget(0)
        #expect(ledger.take(closedBefore: .max) { _ in nil }.map(\.partition) == [1])
    }
}
