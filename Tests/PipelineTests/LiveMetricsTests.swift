import Delivery
import Foundation
import HTTPTransport
import MarketModel
import RuleCompiler
import Testing

@testable import Pipeline

/// Prometheus' own checker, out of Debian's package; `make test` brings it.
enum Promtool {
    static let missing: Comment = "needs promtool: run `make test`, or install Debian's prometheus"

    static let path: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let found =
            [root.appendingPathComponent(".cache/promtool/promtool").path]
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
                "\($0)/promtool"
            }
        return found.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// What it has to say of a page; empty when nothing is wrong.
    static func complaints(about page: String) throws -> String {
        let place = try TemporaryDirectory()
        try place.write(page, to: "page.txt")
        let checker = Foundation.Process()
        checker.executableURL = URL(fileURLWithPath: path ?? "")
        checker.arguments = ["check", "metrics"]
        checker.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: place.path + "/page.txt"))
        let output = Pipe()
        checker.standardOutput = output
        checker.standardError = output
        try checker.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        checker.waitUntilExit()
        return checker.terminationStatus == 0 ? text : "status \(checker.terminationStatus): \(text)"
    }
}

@Suite("What a live run counts", .serialized)
struct LiveMetricsTests {
    static let start = Timestamp(year: 2025, month: 3, day: 10).milliseconds

    private static func trade(_ price: String, at time: Int64) -> String {
        "{\"s\":\"A\",\"p\":\(price),\"v\":1,\"t\":\(time)}"
    }

    /// Two fires, one late trade, two refusals of a kind and one of another, a ping, a rate.
    private func played(_ counters: LiveCounters) throws {
        let fixture = try LiveFixture(partitions: 1)
        let now = Self.start + 60_000
        for (price, second) in [("99", 0), ("101", 1), ("99", 2), ("102", 3), ("99", 4), ("50", -600)] {
            try fixture.publish(Self.trade(price, at: Self.start + Int64(second) * 1000), to: 0)
        }
        for odd in ["not json", "{", "{\"type\":\"ping\"}", Self.trade("\"x\"", at: Self.start)] {
            try fixture.publish(odd, to: 0)
        }
        try fixture.publishRate("{\"series\":\"DFF\",\"date\":\"2025-03-05\",\"value\":4.33}")
        try fixture.publishRate("nothing")
        try fixture.flush()
        var session = try fixture.session(
            "rule dear on A\n  when price > 100 and rate(DFF) > 0%\n  notify desk\n", now: { now })
        session.counters = counters
        let rules = session.rules
        let notices = LiveNotices(session.console, now: { now })
        let delivery = LiveDelivery(
            [.webhook(name: "desk", url: "http://127.0.0.1:9/")], capacity: 100, notices: notices)
        defer { _ = delivery.courier.stop() }
        let outbox = CourierOutbox(delivery, rules: rules, routes: rules.ruleRoutes, counters: counters)
        let expected = fixture.count
        _ = try session.run(into: outbox) { counters, isDrained in
            counters.records >= expected && isDrained
        }
    }

    private func page(_ counters: LiveCounters, _ delivery: LiveDelivery) -> LiveMetrics {
        LiveMetrics(
            counters: counters, delivery: delivery, startedAt: Self.start, requests: ConsoleRequests(),
            notices: LiveNotices(Console(output: MemorySink(), status: MemorySink()), now: { 0 }),
            now: { Self.start + 60_000 })
    }

    private func delivery(_ name: String = "desk") -> LiveDelivery {
        let console = Console(output: MemorySink(), status: MemorySink())
        return LiveDelivery(
            [.webhook(name: name, url: "http://127.0.0.1:9/T0KEN-of-desk")], capacity: 100,
            notices: LiveNotices(console, now: { 0 }))
    }

    @Test("every drop, refusal and step is on the page")
    func counted() throws {
        let counters = LiveCounters()
        try played(counters)
        let delivery = delivery()
        defer { _ = delivery.courier.stop() }
        let lines = Set(page(counters, delivery).text.split(separator: "\n").map(String.init))
        let topic = LiveFixture.trades
        for line in [
            "bellwether_records_total 10", "bellwether_trades_total 6", "bellwether_trades_late_total 1",
            "bellwether_records_ignored_total{kind=\"ping\"} 1", "bellwether_dead_letters_total 4",
            "bellwether_refusals_total{topic=\"\(topic)\",kind=\"not JSON\"} 2",
            "bellwether_refusals_total{topic=\"\(topic)\",kind=\"price missing or not a number\"} 1",
            "bellwether_refusals_total{topic=\"fed-rates\",kind=\"not JSON\"} 1", "bellwether_rates_total 1",
            "bellwether_transitions_total{kind=\"firing\"} 2",
            "bellwether_transitions_total{kind=\"resolved\"} 2",
            "bellwether_transitions_total{kind=\"escalated\"} 0",
            "bellwether_rebalances_total{kind=\"assigned\"} 1", "bellwether_assigned_partitions 1",
            "bellwether_rate_observations_total{series=\"DFF\"} 1", "bellwether_uptime_seconds 60",
            "bellwether_build_info{version=\"\(Build.version)\"} 1",
            "bellwether_receiver_circuit{receiver=\"desk\",state=\"closed\"} 1",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    @Test(
        "promtool has nothing to say against the page", .enabled(if: Promtool.path != nil, Promtool.missing))
    func promtool() throws {
        let counters = LiveCounters()
        counters.update { $0.refusals[.init(topic: "a\"b\\c\nd", kind: "not JSON")] = 1 }
        counters.status.note(
            .init(
                at: 0, progress: 1, lags: [.init(topic: "trades", partition: 3, records: 7)],
                series: [.init(name: "DFF", observations: 2, publishedAt: 5)], symbols: 1, watermark: 12_345,
                isCutOff: false))
        let delivery = delivery()
        defer { _ = delivery.courier.stop() }
        let text = page(counters, delivery).text
        #expect(text.contains("bellwether_consumer_lag_records{topic=\"trades\",partition=\"3\"} 7\n"))
        #expect(try Promtool.complaints(about: text) == "")
        // It would say so.
        #expect(try Promtool.complaints(about: "# TYPE a counter\na 1\n").contains("_total"))
        #expect(try Promtool.complaints(about: "a{x=\"\"b\"} 1\n") != "")
    }

    @Test("no address and no secret of a receiver stands on the page")
    func secrets() {
        let delivery = delivery()
        defer { _ = delivery.courier.stop() }
        let text = page(LiveCounters(), delivery).text
        #expect(text.contains("desk") && !text.contains("T0KEN") && !text.contains("127.0.0.1"))
    }

    @Test(
        "the console answers with the page and the health; what is not there is refused with what is"
    )
    func served() async throws {
        let counters = LiveCounters()
        let delivery = delivery()
        defer { _ = delivery.courier.stop() }
        let stop = StopSignal()
        let requests = ConsoleRequests()
        let metrics = LiveMetrics(
            counters: counters, delivery: delivery, startedAt: Self.start, requests: requests,
            notices: LiveNotices(Console(output: MemorySink(), status: MemorySink()), now: { 0 }),
            now: { Self.start + 1000 })
        let operations = OperationsEndpoints(metrics: metrics, stop: stop, patience: 60_000)
        let server = ConsoleServer(.init(host: "127.0.0.1", port: 0), operations.all, requests: requests)
        let url = try await server.start()
        func ask(_ path: String, _ method: String = "GET") async throws -> (status: Int, text: String) {
            try await onThread("ask") { () throws(CommandFailure) in
                do {
                    let response = try HTTPClient().perform(
                        HTTPRequest(method, url: Secret(url + path), timeout: .seconds(60)))
                    return (response.status, response.text)
                } catch { throw CommandFailure(.failure, "\(error)") }
            }
        }
        let starting = try await ask("/readyz")
        #expect(starting.status == 503 && starting.text.contains("it is starting"))
        let health = try await ask("/healthz")
        #expect(health.status == 200)
        let report = try JSONDecoder().decode(HealthReport.self, from: Foundation.Data(health.text.utf8))
        #expect(report.status == "ok" && report.reasons == [] && report.uptimeSeconds == 1)
        counters.status.enter(.reading)
        #expect(try await ask("/readyz").status == 200)
        stop.request()
        let stopping = try await ask("/readyz")
        #expect(stopping.status == 503 && stopping.text.contains("\"reasons\":[\"it is stopping\"]"))
        counters.status.fail("fenced")
        #expect(try await ask("/healthz").status == 503)
        let lost = try await ask("/nowhere")
        #expect(lost.status == 404 && lost.text.contains("GET /healthz"))
        let wrong = try await ask("/metrics", "DELETE")
        #expect(wrong.status == 405 && wrong.text.contains("it takes GET"))
        let page = try await ask("/metrics")
        #expect(page.status == 200)
        #expect(page.text.contains("bellwether_console_requests_total{path=\"/readyz\",code=\"503\"} 2\n"))
        #expect(page.text.contains("bellwether_console_requests_total{path=\"other\",code=\"404\"} 1\n"))
        await server.stop()
    }
}

extension LiveMetricsTests {
    @Test("docs/OPERATIONS.md names every metric, and none that is not there")
    func documented() throws {
        let counters = LiveCounters()
        try played(counters)
        counters.status.note(
            .init(
                at: 0, progress: 1, lags: [.init(topic: "trades", partition: 3, records: 7)],
                series: [.init(name: "DFF", observations: 2, publishedAt: 5)], symbols: 1, watermark: 12_345,
                isCutOff: false))
        let delivery = delivery()
        defer { _ = delivery.courier.stop() }
        let metrics = page(counters, delivery)
        metrics.requests.count("/metrics", 200)
        let families = metrics.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { String($0.split(separator: " ")[2]) }
        let path = #filePath.replacing(
            "Tests/PipelineTests/LiveMetricsTests.swift", with: "docs/OPERATIONS.md")
        let manual = try String(contentsOfFile: path, encoding: .utf8)
        let named = manual.matches(of: /`((?:bellwether|process)_[a-z_]+)`/).map { String($0.1) }
        #expect(Set(named) == Set(families))
    }
}
