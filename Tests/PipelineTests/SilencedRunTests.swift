import Foundation
import Kafka
import MarketModel
import StateStore
import Synchronization
import Testing

@testable import Pipeline

/// The real binary, a broker, a receiver, and a silence that is said on the command line.
@Suite(
    "A run under a silence", .enabled(if: Executable.url != nil, "bellwether is not built"), .serialized)
struct SilencedRunTests {
    private static let start = 1_741_600_000_000

    private func place(_ fixture: LiveFixture, hook: String) throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        try place.write("rule dear on A, B, C, D\n  when price > 100\n  notify desk\n", to: "rules/a.rules")
        try place.write("kind: webhook\nformat: generic\nurl: \(hook)\n", to: "notifiers/desk.yaml")
        try place.write(
            """
            kafka:
              bootstrap: \(fixture.broker.bootstrap)
              properties: {session.timeout.ms: 6000, heartbeat.interval.ms: 500}
            idle: off
            topics: {trades: [{name: \(LiveFixture.trades)}], dead-letters: \(LiveFixture.letters)}
            console: {listen: off}
            """, to: "bellwether.yaml")
        return place
    }

    private func start(_ arguments: String..., in place: TemporaryDirectory) throws -> Foundation.Process {
        let run = Foundation.Process()
        run.executableURL = Executable.url
        run.arguments = arguments
        run.currentDirectoryURL = URL(fileURLWithPath: place.path)
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        try run.run()
        return run
    }

    private func publish(_ trades: [(symbol: String, price: Int, second: Int)], _ fixture: LiveFixture) throws
    {
        for trade in trades {
            let time = Self.start + trade.second * 1000
            try fixture.publish(
                "{\"s\":\"\(trade.symbol)\",\"p\":\(trade.price),\"t\":\(time),\"v\":1}", to: 0)
        }
        try fixture.flush()
    }

    @Test(
        "what fired under it is not sent, and after kill -9 comes in one message when it ends",
        .timeLimit(.minutes(3)))
    func catchUp() async throws {
        let fixture = try LiveFixture(partitions: 1)
        let receiver = KilledRunTests.Receiver()
        receiver.status.withLock { $0 = 200 }
        try await receiver.run { hook in
            let place = try place(fixture, hook: hook)
            do { _ = try StateFile(directory: place.path + "/state", role: .owner) }
            let add = try start(
                "silence", "add", "--key", "/^[AC]$/", "--from", "\(Self.start)",
                "--until", "\(Self.start + 60_000)", "--comment", "the feed", in: place)
            add.waitUntilExit()
            #expect(add.terminationStatus == 0)
            try publish([("A", 101, 1), ("C", 101, 2), ("B", 101, 3), ("D", 50, 5)], fixture)
            var arrivals = receiver.arrivals.makeAsyncIterator()
            let first = try start("run", in: place)
            let told = try #require(await arrivals.next())
            #expect(told.body.contains("\"key\":\"B\"") && !told.body.contains("\"occasion\""))
            kill(first.processIdentifier, SIGKILL)
            first.waitUntilExit()

            let second = try start("run", in: place)
            try publish([("D", 50, 61)], fixture)
            var caught = try #require(await arrivals.next())
            // Answers to the first may have been lost with the process.
            while caught.id == told.id { caught = try #require(await arrivals.next()) }
            #expect(caught.body.hasPrefix("{\"digest\":\"") && caught.body.contains("\"count\":2"))
            #expect(caught.body.contains("\"key\":\"A\"") && caught.body.contains("\"key\":\"C\""))
            #expect(caught.body.contains("muted by silence 1 (the feed), and still firing after it"))
            kill(second.processIdentifier, SIGTERM)
            second.waitUntilExit()
            #expect(second.terminationStatus == 0)
            let file = try StateFile(directory: place.path + "/state", role: .visitor)
            #expect(try file.transitions(since: .init(milliseconds: 0)).count == 3)
            #expect(try file.deadLetters().isEmpty)
        }
    }
    @Test(
        "a restart with a changed rule says that its alerts are over to whoever was told of them",
        .timeLimit(.minutes(3)))
    func changedRule() async throws {
        let fixture = try LiveFixture(partitions: 1)
        let receiver = KilledRunTests.Receiver()
        receiver.status.withLock { $0 = 200 }
        try await receiver.run { hook in
            let place = try place(fixture, hook: hook)
            try publish([("A", 101, 1), ("D", 50, 5)], fixture)
            var arrivals = receiver.arrivals.makeAsyncIterator()
            let first = try start("run", in: place)
            let told = try #require(await arrivals.next())
            #expect(told.body.contains("\"kind\":\"firing\""))
            kill(first.processIdentifier, SIGTERM)
            first.waitUntilExit()
            try place.write("rule dear on A, D\n  when price > 500\n  notify desk\n", to: "rules/a.rules")
            let second = try start("run", in: place)
            var over = try #require(await arrivals.next())
            while over.id == told.id { over = try #require(await arrivals.next()) }
            #expect(over.body.contains("\"key\":\"A\",\"kind\":\"resolved\""))
            #expect(over.body.contains("it was forgotten over a restart, and begins anew"))
            kill(second.processIdentifier, SIGTERM)
            second.waitUntilExit()
            let file = try StateFile(directory: place.path + "/state", role: .visitor)
            #expect(try file.firing().isEmpty)
        }
    }
}
