import FlyingFox
import FlyingSocks
import Foundation
import HTTPTransport
import Kafka
import MarketModel
import Testing

@testable import Pipeline

/// The real binary as somebody operates it: its log, its pages, SIGTERM.
@Suite(
    "A run that is operated", .enabled(if: Executable.url != nil, "bellwether is not built"), .serialized)
struct OperatedRunTests {
    private struct Line: Decodable {
        var time: String
        var level: String
        var event: String
        var message: String
    }

    private static let secrets = [
        "HOOK": "T0KEN-0f-the-webhook", "SMTP": "smtp-pass-w0rd", "SASL": "sasl-pass-w0rd",
        "HEADER": "header-t0ken-value",
    ]

    /// A receiver that refuses and repeats in its answer what it was sent, its own address and token too.
    private func withEcho(_ body: (UInt16) async throws -> Void) async throws {
        let server = HTTPServer(
            address: try .inet(ip4: "127.0.0.1", port: 0) as sockaddr_in, logger: .disabled)
        await server.appendRoute("*") { request in
            let headers = request.headers.map { "\($0.key.rawValue): \($0.value)" }.joined(separator: " ")
            return HTTPResponse(
                statusCode: .internalServerError,
                body: Foundation.Data("no \(request.path) \(headers)".utf8))
        }
        let running = Task { try await server.run() }
        try await server.waitUntilListening(timeout: 120)
        guard case .ip4(_, let port) = await server.listeningAddress else { return }
        try await body(port)
        await server.stop()
        running.cancel()
    }

    private func place(_ fixture: LiveFixture, echo port: UInt16) throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        try place.write("rule dear on A, B\n  when price > 100\n  notify desk, post\n", to: "rules/a.rules")
        try place.write(
            """
            kind: webhook
            format: generic
            url: http://127.0.0.1:\(port)/hooks/${HOOK}
            headers: {Authorization: "Bearer ${HEADER}"}
            """, to: "notifiers/desk.yaml")
        try place.write(
            """
            kind: email
            server: smtp://127.0.0.1:9
            username: desk
            password: ${SMTP}
            from: desk@example.com
            to: [desk@example.com]
            """, to: "notifiers/post.yaml")
        try place.write(
            """
            kafka:
              bootstrap: \(fixture.broker.bootstrap)
              properties: {session.timeout.ms: 6000, heartbeat.interval.ms: 500, sasl.password: "${SASL}"}
            idle: off
            topics: {trades: [{name: \(LiveFixture.trades)}], dead-letters: \(LiveFixture.letters)}
            console: {listen: "127.0.0.1:0"}
            engine-alerts: {no-progress: 5s}
            """, to: "bellwether.yaml")
        return place
    }

    private func started(
        _ arguments: [String], in place: TemporaryDirectory
    ) throws -> (process: Foundation.Process, lines: AsyncStream<String>) {
        try startedBellwether(arguments, in: place, environment: Self.secrets)
    }

    private func ask(_ url: String) async throws -> String {
        try await onThread("ask") { () throws(CommandFailure) in
            do {
                let request = HTTPTransport.HTTPRequest("GET", url: Secret(url), timeout: .seconds(60))
                return try HTTPClient().perform(request).text
            } catch { throw CommandFailure(.failure, "\(error)") }
        }
    }

    @Test(
        "SIGTERM: what was read is evaluated, told, committed; it leaves the group; and no secret was said",
        .timeLimit(.minutes(3)))
    func terminated() async throws {
        let fixture = try LiveFixture(partitions: 2)
        let start: Int64 = 1_741_600_000_000
        for (index, price) in [99, 101, 99, 101, 98].enumerated() {
            try fixture.publish(
                "{\"s\":\"A\",\"p\":\(price),\"t\":\(start + Int64(index) * 1000),\"v\":1}", to: 0)
            try fixture.publish(
                "{\"s\":\"B\",\"p\":\(price),\"t\":\(start + Int64(index) * 1000),\"v\":1}", to: 1)
        }
        try fixture.publish("not json", to: 0)
        try fixture.flush()
        try await withEcho { port in
            let place = try place(fixture, echo: port)
            let (run, stream) = try started(
                ["run", "--log-format", "json", "--log-level", "debug"], in: place)
            var lines: [String] = []
            var url = ""
            for await line in stream {
                lines.append(line)
                if let found = line.firstMatch(of: /answers at (http:\/\/127\.0\.0\.1:[0-9]+)/) {
                    url = String(found.1)
                }
                // Both receivers were tried, which is after the evaluation.
                let retries = lines.filter { $0.contains("\"notification_retry\"") }
                if retries.contains(where: { $0.contains("\"receiver\":\"desk\"") }),
                    retries.contains(where: { $0.contains("\"receiver\":\"post\"") })
                {
                    break
                }
            }
            // A later instant closes all of the former.
            for partition in 0..<2 {
                try fixture.publish("{\"s\":\"C\",\"p\":1,\"t\":\(start + 60_000),\"v\":1}", to: partition)
            }
            try fixture.flush()
            while try await !ask(url + "/metrics").contains("bellwether_records_total 13\n") {}
            let ready = try await ask(url + "/readyz")
            #expect(ready.contains("\"status\":\"ok\""))
            let page = try await ask(url + "/metrics")
            #expect(page.contains("bellwether_notification_failures_total{receiver=\"desk\"}"))
            kill(run.processIdentifier, SIGTERM)
            for await line in stream { lines.append(line) }
            run.waitUntilExit()
            #expect(run.terminationStatus == 0)

            let said = try lines.map { line in
                try JSONDecoder().decode(Line.self, from: Foundation.Data(line.utf8))
            }
            let events = said.map(\.event)
            for event in ["partitions_assigned", "record_refused", "notification_retry", "left_group"] {
                #expect(events.contains(event), "\(event)")
            }
            #expect(said.contains { $0.message.contains("12 trades of 3 symbols") })
            let whole = lines.joined(separator: "\n") + page + ready
            for secret in Self.secrets.values { #expect(!whole.contains(secret), "\(secret)") }

            // All but what the last instant may still need.
            let consumer = try KafkaConsumer(properties: [
                ("bootstrap.servers", fixture.broker.bootstrap), ("group.id", "bellwether"),
            ])
            let partitions = [0, 1].map { TopicPartition(LiveFixture.trades, $0) }
            let committed = try consumer.committed(partitions, within: .seconds(20))
            #expect(
                committed.allSatisfy { if case .at(let offset) = $0.offset { offset >= 5 } else { false } })
        }
    }

    @Test(
        "a broker that goes away turns the health red and raises an alert, and both pass when it is back",
        .timeLimit(.minutes(3)))
    func brokerAway() async throws {
        let fixture = try LiveFixture(partitions: 2)
        try await withEcho { port in
            let place = try place(fixture, echo: port)
            let (run, stream) = try started(["run", "--log-format", "json"], in: place)
            defer { kill(run.processIdentifier, SIGKILL) }
            var lines: [String] = []
            var url = ""
            var steps = stream.makeAsyncIterator()
            func waitFor(_ event: String) async {
                while let line = await steps.next() {
                    lines.append(line)
                    if let found = line.firstMatch(of: /answers at (http:\/\/127\.0\.0\.1:[0-9]+)/) {
                        url = String(found.1)
                    }
                    if line.contains(event) { return }
                }
            }
            await waitFor("partitions_assigned")
            while try await !ask(url + "/readyz").contains("\"ok\"") {}
            // Read to the ends of both, so that nothing is known to be missed when it goes.
            while try await ask(url + "/metrics").matches(of: /lag_records{.*} 0\n/).count < 2 {}
            #expect(try await ask(url + "/healthz").contains("\"reasons\":[]"))
            fixture.broker.takeDown()
            await waitFor("engine.no_progress firing")
            let red = try await ask(url + "/healthz")
            #expect(red.contains("\"failing\"") && red.contains("brokers cannot be reached for"), "\(red)")
            fixture.broker.bringUp()
            await waitFor("engine.no_progress resolved")
            while try await !ask(url + "/healthz").contains("\"ok\"") {}
            let page = try await ask(url + "/metrics")
            #expect(page.contains("bellwether_transitions_total{kind=\"resolved\"} 1\n"))
            #expect(!page.contains("bellwether_kafka_errors_total{kind=\"broker_down\"} 0\n"))
            kill(run.processIdentifier, SIGTERM)
            await waitFor("no line has this")
            run.waitUntilExit()
            #expect(run.terminationStatus == 0)
        }
    }

    @Test("SIGTERM ends a run also while no broker answers", .timeLimit(.minutes(3)))
    func terminatedAlone() async throws {
        let fixture = try LiveFixture(partitions: 2)
        let place = try place(fixture, echo: 9)
        let (run, stream) = try started(["run", "--log-format", "json"], in: place)
        defer { kill(run.processIdentifier, SIGKILL) }
        var lines: [String] = []
        for await line in stream {
            lines.append(line)
            if line.contains("partitions_assigned") { fixture.broker.takeDown() }
            if line.contains("engine.no_progress firing") { kill(run.processIdentifier, SIGTERM) }
        }
        run.waitUntilExit()
        #expect(run.terminationStatus == 0, "\(lines.suffix(5))")
    }

    @Test("no secret stands in an error about its own line, nor in --help")
    func errors() async throws {
        let fixture = try LiveFixture(partitions: 1)
        let place = try place(fixture, echo: 9)
        try place.write(
            """
            kafka:
              bootstrap: \(fixture.broker.bootstrap)
              properties: {sasl.passwort: "${SASL}", sasl.password: "${SASL}", retries: "${SASL}"}
            topics: {trades: [{name: nowhere}]}
            """, to: "odd.yaml")
        try place.write(
            "kind: webhok\nurl: https://x.example/${HOOK}\nurll: ${HOOK}\n", to: "notifiers/odd.yaml")
        for arguments in [
            ["run", "--config", "odd.yaml", "--log-format", "json"], ["run", "--config", "odd.yaml"],
            ["run"], ["run", "--help"], ["check"],
        ] {
            let (run, stream) = try started(arguments, in: place)
            var lines: [String] = []
            for await line in stream { lines.append(line) }
            run.waitUntilExit()
            let whole = lines.joined(separator: "\n")
            #expect(!whole.isEmpty)
            for secret in Self.secrets.values { #expect(!whole.contains(secret), "\(arguments): \(whole)") }
            if arguments.contains("json") {
                for line in lines {
                    let found = try? JSONDecoder().decode(Line.self, from: Foundation.Data(line.utf8))
                    #expect(found != nil, "\(line)")
                }
            }
        }
    }
}
