import Delivery
import Foundation
import HTTPTransport
import MarketModel
import RuleCompiler
import StateStore
import Testing

@testable import Pipeline

@Suite("Muted alerts on their way to the outbox")
struct MutedDeliveryTests {
    @Test("a running instance takes up a silence, records what it mutes, and catches up over a restart")
    func silence() throws {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: 1000)
        try run.silence {
            $0.rule = "dear"; $0.from = "1970-01-01T00:00:02Z"; $0.lasts = "3s"
        }
        run.tend()
        run.accept("dear", "C", .firing, at: 2200)
        run.accept("dear", "D", .firing, at: 2300)
        run.accept("dear", "A", .resolved, at: 2400)
        run.accept("dear", "D", .resolved, at: 2500)
        let before = try run.queued
        #expect(before == ["desk firing A", "ops firing A", "desk resolved A", "ops resolved A"])
        let counted = run.counters.snapshot
        #expect(counted.silenced == 4 && counted.untold == 2 && counted.caughtUp == 0)
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        #expect(try file.transitions(since: .init(milliseconds: 0)).count == 5)
        #expect(try file.firing().map(\.key) == ["C"])

        run.kill()
        try run.start()
        run.outbox?.settle(closedBefore: 5000)
        #expect(try run.queued == before)
        run.outbox?.settle(closedBefore: 5001)
        #expect(try run.queued.suffix(2) == ["desk firing C", "ops firing C"])
        let row = try #require(try file.queued().last)
        let caught = try #require(Notice.stored(row.text))
        #expect(
            caught.occasion
                == .catchUp(
                    batch: "silence 1 5000", note: "muted by silence 1 (known), and still firing after it"))
        #expect(caught.incident?.since == Timestamp(milliseconds: 2200))
        // Of a restart before its transaction was written nothing comes twice.
        run.kill()
        try run.start()
        run.outbox?.settle(closedBefore: 9000)
        #expect(try run.queued.count == 6)
        run.accept("dear", "C", .resolved, at: 9500)
        #expect(try run.queued.suffix(2) == ["desk resolved C", "ops resolved C"])
    }

    @Test("what a full queue did not take is decided again after a crash, and what it took is not sent twice")
    func partly() throws {
        let run = try MutedRun()
        try run.start(capacity: 2)
        for (number, key) in ["A", "B", "C"].enumerated() {
            run.accept("dear", key, .firing, at: Int64(number))
        }
        #expect(run.outbox?.hasTakenAll == false)
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        #expect(try file.transitions(since: .init(milliseconds: 0)).count == 2)
        run.kill()
        _ = try file.discard(try file.queued().map(\.sequence))
        try run.start(capacity: 10)
        for (number, key) in ["A", "B", "C"].enumerated() {
            run.accept("dear", key, .firing, at: Int64(number))
        }
        #expect(try run.queued == ["desk firing C", "ops firing C"])
        #expect(try file.firing().map(\.key) == ["A", "B", "C"])
    }

    @Test("alerts of a rule that is gone, or was changed, no longer fire, and whoever was told hears of it")
    func gone() throws {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: 1)
        run.accept("halt", "", .firing, at: 1)
        run.kill()
        try run.start(rules: "rule halt\n  when A.price < 1\n")
        run.outbox?.begin(forgotten: [], closedBefore: 2)
        #expect(try run.queued.suffix(2) == ["desk resolved A", "ops resolved A"])
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        #expect(try file.firing().map(\.rule) == ["halt"])
        run.kill()
        // Muted alerts end without a word.
        try run.silence {
            $0.rule = "dear"; $0.from = "1970-01-01"; $0.until = "1970-01-02"
        }
        try run.start()
        run.accept("dear", "B", .firing, at: 5)
        run.accept("dear", "C", .firing, at: 5)
        run.kill()
        try run.start()
        let before = try run.queued
        run.outbox?.begin(forgotten: ["dear/B"], closedBefore: 3)
        #expect(try file.firing().map(\.key) == ["C", ""])
        #expect(try run.queued == before)
        let past = try file.transitions(since: .init(milliseconds: 6))
        #expect(past.count == 1 && past[0].contains("it was forgotten over a restart"))
    }
}
