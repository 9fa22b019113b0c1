import Delivery
import FlyingFox
import FlyingSocks
import Foundation
import HTTPTransport
import MarketModel
import RuleCompiler
import Synchronization
import Testing

@testable import Pipeline

/// A clock that jumps to whatever is waited for.
final class JumpingClock: DeliveryClock {
    private let current = Mutex(Timestamp(year: 2025, month: 3, day: 10))

    var time: Timestamp { current.withLock { $0 } }
    func now() -> Timestamp { time }

    func pause(until next: Timestamp) -> Duration {
        current.withLock { $0 = max($0, next) }
        return .milliseconds(1)
    }
}

@Suite("From a transition to its receiver", .serialized)
struct DeliveryPathTests {
    /// What a receiver was sent, and how often it refused.
    final class Received: Sendable {
        let bodies = Mutex<[String]>([])
        let refusals = Mutex(0)
    }

    /// Runs a receiver that answers 500 while `isFailing`, and gives its URL to the body.
    private func withReceiver(
        isFailing: @escaping @Sendable () -> Bool, _ body: (String, Received) async throws -> Void
    ) async throws {
        let received = Received()
        let server = HTTPServer(
            address: try .inet(ip4: "127.0.0.1", port: 0) as sockaddr_in, logger: .disabled)
        await server.appendRoute("POST /hook") { request in
            let text = String(decoding: try await request.bodyData, as: UTF8.self)
            if isFailing() {
                received.refusals.withLock { $0 += 1 }
                return HTTPResponse(statusCode: .internalServerError)
            }
            received.bodies.withLock { $0.append(text) }
            return HTTPResponse(statusCode: .ok)
        }
        let running = Task { try await server.run() }
        try await server.waitUntilListening(timeout: 120)
        guard case .ip4(_, let port) = await server.listeningAddress else { return }
        try await body("http://127.0.0.1:\(port)/hook", received)
        await server.stop()
        running.cancel()
    }

    private func delivery(_ url: String, capacity: Int = 100, clock: JumpingClock) -> LiveDelivery {
        let definition = NotifierDefinition(
            name: "desk", channel: .webhook(WebhookTarget(url: Secret(url), format: .generic)))
        let notices = LiveNotices(Console(output: MemorySink(), status: MemorySink()), now: { 0 })
        return LiveDelivery([definition], capacity: capacity, notices: notices, clock: clock)
    }

    private func rendered(_ key: String, _ kind: Transition.Kind, at second: Int64) -> RenderedTransition {
        RenderedTransition(
            rule: 0,
            transition: Transition(
                rule: "dear", key: key, kind: kind, at: Timestamp(milliseconds: second * 1000),
                message: "\(key) \(kind.rawValue)"))
    }

    private static let rule = "rule dear on A\n  when price > 100\n  notify desk\n"

    @Test("a receiver that answers 500 for a minute gets every notification after it, in order")
    func failingForAMinute() async throws {
        let clock = JumpingClock()
        let start = clock.time.milliseconds
        try await withReceiver(isFailing: { clock.time.milliseconds < start + 60_000 }) { url, received in
            let delivery = delivery(url, clock: clock)
            let rules = try compiled(Self.rule)
            var outbox = CourierOutbox(
                delivery, rules: rules, routes: rules.ruleRoutes, counters: LiveCounters())
            outbox.accept([
                rendered("A", .firing, at: 1), rendered("B", .firing, at: 2), rendered("A", .resolved, at: 3),
            ])
            #expect(outbox.hasTakenAll)
            let left = try await onThread("drain") { () throws(CommandFailure) in
                delivery.finish(within: .seconds(60))
            }
            #expect(left == 0)
            let bodies = received.bodies.withLock { $0 }
            #expect(bodies.count == 3)
            let ofA = bodies.filter { $0.contains("\"key\":\"A\"") }.map { $0.contains("\"firing\"") }
            #expect(ofA == [true, false])
            #expect(received.refusals.withLock { $0 } > 1)
            #expect(clock.time.milliseconds >= start + 60_000)
        }
    }

    @Test("a notification bears its rule's whole text, for the mail to show")
    func ruleText() throws {
        let rules = try compiled("# Dear.\n" + Self.rule)
        let delivery = delivery("http://127.0.0.1:1", clock: JumpingClock())
        let outbox = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes, counters: LiveCounters())
        #expect(outbox.contexts.map(\.ruleText) == [String(Self.rule.dropLast())])
    }

    @Test("a full queue holds reading and the commit up, and nothing is lost")
    func backPressure() async throws {
        let clock = JumpingClock()
        try await withReceiver(isFailing: { false }) { url, received in
            let delivery = delivery(url, capacity: 16, clock: clock)
            let rules = try compiled(Self.rule)
            var outbox = CourierOutbox(
                delivery, rules: rules, routes: rules.ruleRoutes, counters: LiveCounters())
            let all = (0..<200).map {
                rendered("K\($0 % 7)", $0 % 2 == 0 ? .firing : .resolved, at: Int64($0))
            }
            outbox.accept(all)
            #expect(!outbox.hasTakenAll)
            var rounds = 0
            while !outbox.hasTakenAll, rounds < 10_000 {
                delivery.courier.drain(within: .seconds(10))
                outbox.settle(closedBefore: nil)
                rounds += 1
            }
            #expect(outbox.hasTakenAll)
            let left = try await onThread("drain") { () throws(CommandFailure) in
                delivery.finish(within: .seconds(60))
            }
            #expect(left == 0)
            // At least once: an answer that was lost makes a second one of the same id.
            #expect(Set(received.bodies.withLock { $0 }).count == 200)
        }
    }
}
