import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import Synchronization
import Testing

@testable import Pipeline

@Suite("Rules that change while they run", .serialized)
struct ReloadTests {
    static let start = Timestamp(year: 2025, month: 3, day: 10).milliseconds

    private func trade(_ symbol: String, _ price: Int, _ second: Int) -> String {
        "{\"s\":\"\(symbol)\",\"p\":\(price),\"v\":1,\"t\":\(ReloadTests.start + Int64(second) * 1000)}"
    }

    static let before = """
        rule dear on A, B
          when price > 100
          message "{symbol} {price}"
        rule high on A
          when trades(10s) > 9
        rule gone on A
          when price > 100
        """
    static let after = """
        rule dear on A, B
          when price > 100
          message "now {symbol} at {price}"
        rule high on A
          when trades(10s) >= 3
        rule come on B
          when price > 100
        """

    private func reloaded(_ text: String) throws -> ReloadedRules {
        let place = try TemporaryDirectory()
        try place.write(text, to: "test.rules")
        let set = RuleSet(
            paths: ["\(place.path)/test.rules"], notifiers: nil, depth: .full, environment: [:])
        return ReloadedRules(
            set: set, rules: try set.requireSound(Console(output: MemorySink(), status: MemorySink())))
    }

    @Test("alerts of rules that mean the same go on, windows too; others begin anew and are resolved")
    func inTheMiddle() throws {
        let fixture = try LiveFixture(partitions: 1)
        for (price, second) in [(99, 0), (101, 1), (102, 2)] {
            try fixture.publish(trade("A", price, second), to: 0)
        }
        try fixture.publish(trade("B", 90, 3), to: 0)
        try fixture.flush()
        let next = try reloaded(ReloadTests.after)
        let status = MemorySink()
        var session = try fixture.session(ReloadTests.before, status: status)
        let isDue = Atomic(false)
        session.reload = { isDue.exchange(false, ordering: .relaxed) ? next : nil }
        let stage = Mutex(0)
        let result = try session.run(into: RecordingOutbox()) { counters, isDrained in
            guard isDrained, counters.records >= fixture.count else { return false }
            return stage.withLock { stage in
                stage += 1
                if stage == 1 { isDue.store(true, ordering: .relaxed) }
                if stage == 3 {
                    // A fires on, in silence; B is new to `come`; the window of ten seconds
                    // still holds what came before.
                    for (symbol, price, second) in [
                        ("A", 103, 10), ("B", 104, 11), ("A", 99, 12), ("B", 105, 20),
                    ] {
                        try? fixture.publish(trade(symbol, price, second), to: 0)
                    }
                    try? fixture.flush()
                }
                return stage > 3
            }
        }
        func said(_ rule: String) -> [String] {
            result.outbox.lines.filter { $0.contains("\"rule\":\"\(rule)\"") }.map { line in
                let kind = line.contains("\"kind\":\"firing\"") ? "firing" : "resolved"
                return (line.contains("\"key\":\"A\"") ? "A " : "B ") + kind
            }
        }
        #expect(said("dear") == ["A firing", "B firing", "A resolved"])
        #expect(said("gone") == ["A firing", "A resolved"])
        #expect(said("come") == ["B firing"])
        #expect(said("high") == ["A firing", "A resolved"])
        #expect(status.text.contains("rules reloaded: 1 kept, 1 reset, 1 added, 1 removed"))
        #expect(status.text.contains("gone: removed; resolved, for it fires now: A"))
        #expect(result.outbox.lines.contains { $0.contains("now B at 104") })
    }

    @Test("a changed file is read when it stands still; one with an error changes nothing and says so")
    func watching() throws {
        let place = try TemporaryDirectory()
        try place.write(ReloadTests.before, to: "rules/a.rules")
        let refusals = Mutex<[String]>([])
        let status = MemorySink()
        let path = "\(place.path)/rules"
        let reload = RuleReload(
            watching: [path],
            load: { () throws(CommandFailure) in
                let set = RuleSet(paths: [path], notifiers: nil, depth: .full, environment: [:])
                return ReloadedRules(
                    set: set, rules: try set.requireSound(Console(output: MemorySink(), status: status)))
            }, refuse: { failure in refusals.withLock { $0.append(failure.message) } })
        reload.look()
        #expect(reload.take() == nil)
        try place.write(ReloadTests.after, to: "rules/a.rules")
        reload.look()
        #expect(reload.take() == nil)
        reload.look()
        #expect(reload.take()?.rules.rules.map(\.name) == ["dear", "high", "come"])
        reload.look()
        #expect(reload.take() == nil)
        try place.write("rule broken on A\n  when price >\n", to: "rules/b.rules")
        for _ in 0..<3 { reload.look() }
        #expect(reload.take() == nil)
        #expect(refusals.withLock { $0.count } == 1)
        #expect(status.text.contains("b.rules:2"))
        reload.ask()
        reload.look()
        #expect(refusals.withLock { $0.count } == 2)
    }
}
