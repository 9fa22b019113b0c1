import FlyingFox
import FlyingSocks
import Foundation
import Kafka
import MarketModel
import StateStore
import Synchronization
import Testing

@testable import Pipeline

/// The real binary, a broker, a receiver; and SIGKILL.
@Suite(
    "A run that is killed", .enabled(if: Executable.url != nil, "bellwether is not built"), .serialized)
struct KilledRunTests {
    /// A receiver that answers as it is told and says when something came.
    final class Receiver: Sendable {
        struct Arrival: Sendable {
            var id: String
            var body: String
            /// What it was answered.
            var status: Int
        }

        let status = Mutex(500)
        let arrivals: AsyncStream<Arrival>
        private let arrived: AsyncStream<Arrival>.Continuation

        init() { (arrivals, arrived) = AsyncStream.makeStream() }

        func run(_ body: (String) async throws -> Void) async throws {
            let server = HTTPServer(
                address: try .inet(ip4: "127.0.0.1", port: 0) as sockaddr_in, logger: .disabled)
            await server.appendRoute("POST /hook") { [self] request in
                try await take(request, answer: status.withLock { $0 })
            }
            // Whatever comes here is refused, also what is read only after its sender was killed.
            await server.appendRoute("POST /down") { [self] in try await take($0, answer: 500) }
            let running = Task { try await server.run() }
            try await server.waitUntilListening(timeout: 120)
            guard case .ip4(_, let port) = await server.listeningAddress else { return }
            try await body("http://127.0.0.1:\(port)/hook")
            await server.stop()
            running.cancel()
        }

        private func take(_ request: HTTPRequest, answer: Int) async throws -> HTTPResponse {
            let text = String(decoding: try await request.bodyData, as: UTF8.self)
            let id = request.headers[HTTPHeader("Idempotency-Key")] ?? ""
            arrived.yield(Arrival(id: id, body: text, status: answer))
            return HTTPResponse(statusCode: HTTPStatusCode(answer, phrase: "X"))
        }
    }

    private func start(in place: TemporaryDirectory) throws -> Foundation.Process {
        let run = Foundation.Process()
        run.executableURL = Executable.url
        run.arguments = ["run"]
        run.currentDirectoryURL = URL(fileURLWithPath: place.path)
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        try run.run()
        return run
    }

    private func place(_ fixture: LiveFixture, hook: String) throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        try place.write("rule dear on A, B\n  when price > 100\n  notify desk\n", to: "rules/a.rules")
        try writeNotifier(hook, in: place)
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

    private func writeNotifier(_ hook: String, in place: TemporaryDirectory) throws {
        try place.write(
            "kind: webhook\nformat: generic\ntimeout: 2m\nurl: \(hook)\n", to: "notifiers/desk.yaml")
    }

    private func publish(_ trades: [(symbol: String, price: Int, second: Int)], _ fixture: LiveFixture) throws
    {
        for trade in trades {
            let time = 1_741_600_000_000 + trade.second * 1000
            try fixture.publish(
                "{\"s\":\"\(trade.symbol)\",\"p\":\(trade.price),\"t\":\(time),\"v\":1}", to: 0)
        }
        try fixture.flush()
    }

    @Test(
        "what it had queued is delivered by the next run, once and under the same id",
        .timeLimit(.minutes(3)))
    func kill9() async throws {
        let fixture = try LiveFixture(partitions: 1)
        try publish([("A", 99, 0), ("A", 101, 1), ("B", 50, 2)], fixture)
        let receiver = Receiver()
        try await receiver.run { hook in
            let place = try place(fixture, hook: hook.replacing("/hook", with: "/down"))
            var arrivals = receiver.arrivals.makeAsyncIterator()
            /// The next that was answered with 200; the first run may have tried more than once.
            func accepted() async -> Receiver.Arrival? {
                while let arrival = await arrivals.next() {
                    if arrival.status == 200 { return arrival }
                }
                return nil
            }
            let first = try start(in: place)
            let refused = try #require(await arrivals.next())
            kill(first.processIdentifier, SIGKILL)
            first.waitUntilExit()
            let file = try StateFile(directory: place.path + "/state", role: .visitor)
            #expect(try file.queued().map(\.id) == [refused.id])

            receiver.status.withLock { $0 = 200 }
            try writeNotifier(hook, in: place)
            let second = try start(in: place)
            let taken = try #require(await accepted())
            #expect(taken.id == refused.id && taken.body == refused.body)
            // Its trades are read again, and it is not sent again: the next that comes is another's.
            try publish([("B", 101, 5), ("B", 102, 9)], fixture)
            let next = try #require(await accepted())
            #expect(next.id != refused.id && next.body.contains("\"key\":\"B\""))
            kill(second.processIdentifier, SIGTERM)
            second.waitUntilExit()
            #expect(second.terminationStatus == 0)
            // Of one receiver nothing is sent before what was sent last is settled.
            #expect(try !file.queued().map(\.id).contains(refused.id))
            #expect(try file.deadLetters().isEmpty)
            #expect(try file.transitions(since: .init(milliseconds: 0)).count == 2)
        }
    }

    @Test(
        "a dead letter that is sent again by hand reaches the run that is running",
        .timeLimit(.minutes(3)))
    func redriven() async throws {
        let fixture = try LiveFixture(partitions: 1)
        try publish([("A", 101, 1), ("B", 50, 3)], fixture)
        let receiver = Receiver()
        receiver.status.withLock { $0 = 404 }
        try await receiver.run { hook in
            let place = try place(fixture, hook: hook)
            var arrivals = receiver.arrivals.makeAsyncIterator()
            let run = try start(in: place)
            let refused = try #require(await arrivals.next())
            receiver.status.withLock { $0 = 200 }
            let file = try StateFile(directory: place.path + "/state", role: .visitor)
            while try file.deadLetters().isEmpty, run.isRunning { await Task.yield() }
            var request = OutboxRequest(
                StatePlace(config: place.path + "/bellwether.yaml", state: nil))
            request.all = true
            let console = Console(output: MemorySink(), status: MemorySink())
            let change = OutboxChange(.retry, request, console: console)
            #expect(try change.run(at: LiveRun.present) == .success)
            let taken = try #require(await arrivals.next())
            #expect(taken.status == 200 && taken.id == refused.id && taken.body == refused.body)
            kill(run.processIdentifier, SIGTERM)
            run.waitUntilExit()
            #expect(run.terminationStatus == 0)
        }
    }
}
