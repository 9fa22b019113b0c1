import Diagnostics
import Feeds
import Foundation
import HTTPTransport
import MarketModel
import RuleSemantics
import RuleSyntax
import Scenarios
import Testing

@testable import Pipeline

/// A running instance is asked why: `GET /api/why`, and `bellwether why --instance`.
@Suite("why, asked of a running instance", .serialized)
struct LiveWhyTests {
    static let rules = """
        rule fast on A
          when change(price, 5s) >= 2%
            and rate(DFF) > 1%
          until change(price, 5s) < 1%
          message "{symbol} {change(price, 5s):0.00%} {rate(DFF)}"

        rule apart
          when abs(A.price - B.price) > 60
          for 2s
        """
    static let start = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 50_400_000).milliseconds

    static func program(_ text: String = LiveWhyTests.rules) -> CheckedProgram {
        let parsed = parseRules(SourceFile(name: "test.rules", text: Array(text.utf8)))
        return checkRules([parsed.file]).program
    }

    /// Two symbols in two partitions, a trade a second, one of them late by a minute.
    private func played() throws -> (history: RecentHistory, transitions: [Transition]) {
        let fixture = try LiveFixture(partitions: 2)
        for step in 0..<40 {
            let time = Self.start + Int64(step) * 1000
            let price = step < 20 ? 100 : 100 + min(step - 20, 5)
            try fixture.publish("{\"s\":\"A\",\"p\":\(price),\"v\":1,\"t\":\(time)}", to: 0)
            try fixture.publish("{\"s\":\"B\",\"p\":\(40 + step % 3),\"v\":1,\"t\":\(time)}", to: 1)
        }
        try fixture.publish("{\"s\":\"A\",\"p\":1,\"v\":1,\"t\":\(Self.start - 60_000)}", to: 0)
        try fixture.publishRate("{\"series\":\"DFF\",\"date\":\"2025-03-05\",\"value\":4.33}")
        try fixture.flush()
        var session = try fixture.session(Self.rules)
        let history = RecentHistory()
        session.history = history
        let result = try fixture.run(session)
        var output = result.outbox.transitions
        return (history, output.take(before: nil))
    }

    private func server(_ history: RecentHistory, _ program: CheckedProgram) async throws -> (
        ConsoleServer, String
    ) {
        let address = ConsoleSettings.Address(host: "127.0.0.1", port: 0)
        let server = ConsoleServer(address, [WhyEndpoint(history, program).endpoint])
        return (server, try await server.start())
    }

    private func ask(_ url: String, _ query: String) async throws -> (status: Int, text: String) {
        try await onThread("ask") { () throws(CommandFailure) in
            do {
                let request = HTTPRequest(
                    "GET", url: Secret("\(url)/api/why?\(query)"), timeout: .seconds(60))
                let response = try HTTPClient().perform(request)
                return (response.status, response.text)
            } catch { throw CommandFailure(.failure, "\(error)") }
        }
    }

    @Test("at each transition, what is told is what it carried; late trades are not in it")
    func transitions() async throws {
        let (history, transitions) = try played()
        #expect(Set(transitions.map(\.rule)) == ["fast", "apart"])
        let snapshot = history.snapshot
        #expect(snapshot.chunks.joined().count == 80)
        for transition in transitions {
            let at = transition.at.milliseconds
            let question = WhyQuestion(
                rule: transition.rule, key: transition.key.isEmpty ? nil : transition.key, at: at)
            let answer = try snapshot.answer(question, in: Self.program())
            #expect(answer.message == transition.message)
            #expect(answer.values.map(\.value) == transition.values.map(\.value))
            #expect(answer.life.transitions.last?.kind == transition.kind.rawValue)
            #expect(answer.life.transitions.last?.at == at)
            #expect(answer.notes.last?.contains("all that this instance has accepted") == true)
        }
    }

    @Test("the API answers in JSON and in text, and says what is wrong with a question")
    func api() async throws {
        let (history, transitions) = try played()
        let (server, url) = try await server(history, Self.program())
        let fired = try #require(transitions.first { $0.rule == "fast" && $0.kind == .firing })
        let at = fired.at.milliseconds
        let json = try await ask(url, "rule=fast&key=A&at=\(at)")
        #expect(json.status == 200)
        let answer = try JSONDecoder().decode(WhyAnswer.self, from: Foundation.Data(json.text.utf8))
        #expect(answer.outcome == "firing")
        #expect(answer.message == fired.message)
        let text = try await ask(url, "rule=fast&key=A&at=\(at - 1000)&format=text")
        #expect(text.status == 200)
        #expect(text.text.hasPrefix("fast A at 2025-03-10 14:00:"))
        #expect(text.text.contains("nearest miss: needed 2.00%, best 1.00%"), "\(text.text)")
        // Without an instant, the last one that is closed.
        let now = try await ask(url, "rule=apart&since=10s")
        #expect(now.status == 200)
        #expect(now.text.contains("\"at\" : \(Self.start + 39_000)"), "\(now.text)")
        for (query, wanted) in [
            ("key=A", "which rule?"), ("rule=fats&key=A", "did you mean fast?"),
            ("rule=fast", "say which one is meant"), ("rule=fast&key=A&at=later", "is no time"),
            ("rule=fast&key=A&at=2020-01-01", "is not within what was read"),
            ("rule=fast&key=A&format=xml", "it takes text or json"),
        ] {
            let refused = try await ask(url, query)
            #expect(refused.status == 400)
            #expect(refused.text.contains(wanted), "\(refused.text)")
        }
        await server.stop()
    }

    @Test("--instance shows the instance's answer as an export's, and its mistakes as usage errors")
    func command() async throws {
        let (history, _) = try played()
        let (server, url) = try await server(history, Self.program())
        func run(_ rule: String, _ at: String, _ url: String) async throws -> String {
            try await onThread("why") { () throws(CommandFailure) in
                let output = MemorySink()
                let request = WhyRequest(DryRunRequest(rules: [], trades: []), rule: rule, key: "A", at: at)
                let why = try WhyInstance(
                    url, request, console: Console(output: output, status: MemorySink()))
                _ = try why.run()
                return output.text
            }
        }
        let shown = try await run("fast", "14:00:10", url)
        #expect(shown.hasPrefix("fast A at 2025-03-10 14:00:10.000 UTC: not firing"), "\(shown)")
        let same = try await run("fast", "2025-03-10T10:00:10-04:00", "\(url)/")
        #expect(same == shown)
        let mistake = await #expect(throws: CommandFailure.self) { try await run("fats", "14:00:10", url) }
        #expect(mistake?.status == .usage)
        #expect(mistake?.help.contains("did you mean fast?") == true)
        await server.stop()
        let silence = await #expect(throws: CommandFailure.self) { try await run("fast", "14:00:10", url) }
        #expect(silence?.status == .failure)
        #expect(silence?.message.contains("does not answer") == true)
    }

    @Test("an address that is taken is said at once")
    func taken() async throws {
        let first = ConsoleServer(ConsoleSettings.Address(host: "127.0.0.1", port: 0), [])
        let url = try await first.start()
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        let second = ConsoleServer(ConsoleSettings.Address(host: "127.0.0.1", port: port), [])
        let failure = await #expect(throws: CommandFailure.self) { try await second.start() }
        #expect(failure?.message.contains("cannot listen on 127.0.0.1:\(port)") == true)
        await first.stop()
    }
}
