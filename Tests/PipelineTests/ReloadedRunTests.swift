import Foundation
import Kafka
import MarketModel
import Synchronization
import Testing

@testable import Pipeline

/// The real binary, a broker, a receiver; and a text editor.
@Suite(
    "A run whose rules are changed", .enabled(if: Executable.url != nil, "bellwether is not built"),
    .serialized)
struct ReloadedRunTests {
    static let before = """
        rule dear on A
          when price > 100
          notify desk
        rule gone on A
          when price > 90
          notify desk

        """
    static let after = """
        rule dear on A
          when price > 100
          message "dear: {price}"
          notify desk
        rule come on A
          when price > 95
          notify desk

        """

    @Test("plan says beforehand what the change does; an error changes nothing", .timeLimit(.minutes(4)))
    func changed() async throws {
        let fixture = try LiveFixture(partitions: 1)
        let receiver = KilledRunTests.Receiver()
        receiver.status.withLock { $0 = 200 }
        try await receiver.run { hook in
            let place = try TemporaryDirectory()
            try place.write(Self.before, to: "rules/a.rules")
            try place.write(
                "kind: webhook\nformat: generic\ntimeout: 2m\nurl: \(hook)\n", to: "notifiers/desk.yaml")
            try place.write(
                """
                kafka: {bootstrap: "\(fixture.broker.bootstrap)"}
                idle: off
                topics: {trades: [{name: \(LiveFixture.trades)}], dead-letters: \(LiveFixture.letters)}
                console: {listen: off}
                """, to: "bellwether.yaml")
            let (run, lines) = try startedBellwether(["run"], in: place)
            defer { run.terminate() }
            var said = lines.makeAsyncIterator()
            func hear(_ text: String) async throws {
                while !(try #require(await said.next())).contains(text) {}
            }
            var arrivals = receiver.arrivals.makeAsyncIterator()
            func publish(_ price: Int, _ second: Int) throws {
                let time = 1_741_600_000_000 + second * 1000
                try fixture.publish("{\"s\":\"A\",\"p\":\(price),\"t\":\(time),\"v\":1}", to: 0)
                try fixture.flush()
            }
            func next() async throws -> String { try #require(await arrivals.next()).body }
            try publish(101, 1)
            try publish(102, 3)
            #expect(try await next().contains("\"rule\":\"dear\",\"key\":\"A\",\"kind\":\"firing\""))
            #expect(try await next().contains("\"rule\":\"gone\",\"key\":\"A\",\"kind\":\"firing\""))
            // The checkpoint is kept when it is said.
            kill(run.processIdentifier, SIGHUP)
            try await hear("rules reloaded: 2 kept, 0 reset, 0 added, 0 removed")

            try place.write(Self.after, to: "next/a.rules")
            let (plan, planned) = try startedBellwether(
                ["plan", "next", "--notifiers", "notifiers"], in: place)
            var plans: [String] = []
            for await line in planned { plans.append(line) }
            plan.waitUntilExit()
            #expect(plan.terminationStatus == 0)
            #expect(
                plans == [
                    "gone: removed; resolved, for it fires now: A", "come: added",
                    "1 kept, 0 reset, 1 added, 1 removed",
                ])

            try place.write("rule broken on A\n  when price >\n", to: "rules/b.rules")
            try await hear("the rules in effect stay")
            try FileManager.default.removeItem(atPath: place.path + "/rules/b.rules")
            try place.write(Self.after, to: "rules/a.rules")
            kill(run.processIdentifier, SIGHUP)
            #expect(try await next().contains("the rule was removed"))
            try await hear("rules reloaded: 1 kept, 0 reset, 1 added, 1 removed")
            try publish(103, 5)
            try publish(99, 7)
            try publish(99, 9)
            #expect(try await next().contains("\"rule\":\"come\",\"key\":\"A\",\"kind\":\"firing\""))
            let last = try await next()
            #expect(last.contains("\"rule\":\"dear\"") && last.contains("\"kind\":\"resolved\""))
            #expect(last.contains("dear: 99"))
        }
    }
}
