import Foundation
import HTTPTransport
import MarketModel
import Testing

@testable import Delivery

private let slack = WebhookTarget(url: Secret("https://example.com"), format: .slack)

private func decoded(_ notice: Notice) throws -> [String: Any] {
    let body = WebhookBody.render(Message([notice]), for: slack)
    #expect(!body.isPlain)
    return try #require(try JSONSerialization.jsonObject(with: Data(body.bytes)) as? [String: Any])
}

private func attachment(_ notice: Notice) throws -> [String: Any] {
    try #require((try decoded(notice)["attachments"] as? [[String: Any]])?.first)
}

struct SlackPayloadTests {
    @Test func `an alert at a glance: text, colour, title, fields, time and token`() throws {
        let fire = transition(
            .firing, rule: "fx_jump", key: "OANDA:EUR_USD", severity: .critical,
            message: "OANDA:EUR_USD moved 2.1% & more",
            values: [
                .init(name: "change(price, 5m)", value: 0.021_300_000_000_000_003),
                .init(name: "volume(1m)", value: nil),
            ],
            labels: [.init(name: "desk", value: "fx")])
        let body = WebhookBody.render(
            Message([Notice(fire, context: .init(runbook: "https://wiki.example/fx?a=1&b=2"))]), for: slack)
        #expect(
            String(decoding: body.bytes, as: UTF8.self) == """
                {"attachments":[{"color":"#d32020",\
                "fallback":"FIRING CRITICAL: `OANDA:EUR_USD` moved 2.1% &amp; more",\
                "fields":[\
                {"short":true,"title":"Symbol","value":"`OANDA:EUR_USD`"},\
                {"short":true,"title":"State","value":"firing, critical"},\
                {"short":true,"title":"Time","value":"2025-03-10 14:30:00.123 UTC"},\
                {"short":true,"title":"change(price, 5m)","value":"0.0213"},\
                {"short":true,"title":"volume(1m)","value":"unknown"},\
                {"short":true,"title":"desk","value":"fx"}],\
                "footer":"Bellwether \(fire.id)","mrkdwn_in":["text","fields"],\
                "text":"`OANDA:EUR_USD` moved 2.1% &amp; more",\
                "title":"fx_jump OANDA:EUR_USD",\
                "title_link":"https://wiki.example/fx?a=1&b=2","ts":1741617000}],\
                "text":"FIRING CRITICAL: `OANDA:EUR_USD` moved 2.1% &amp; more"}
                """)
    }

    @Test(arguments: [
        (Transition.Kind.firing, Severity.critical, "#d32020"), (.firing, .warning, "#e59f00"),
        (.repeated, .info, "#2f6fde"),
        (.escalated, .critical, "#d32020"), (.resolved, .critical, "#2e9e4f"), (.resolved, .info, "#2e9e4f"),
    ])
    func `the colour tells severity and state`(kind: Transition.Kind, severity: Severity, colour: String)
        throws
    {
        #expect(
            try attachment(Notice(transition(kind, severity: severity)))["color"] as? String == colour)
    }

    @Test func `a resolve says for how long the alert was firing`() throws {
        let fire = transition(at: 1_741_617_000_000)
        let resolve = transition(.resolved, at: 1_741_617_000_000 + 3_725_000)
        let incident = Incident(id: fire.id, severity: .critical, since: fire.at)
        let fields = try attachment(Notice(resolve, incident: incident))["fields"] as? [[String: Any]]
        #expect(
            fields?.contains { $0["title"] as? String == "Firing for" && $0["value"] as? String == "1h 2m" }
                == true)
    }

    @Test(arguments: ["javascript:alert(1)", "see page 7", "https://a b", "https://x|y>", "ftp://x"])
    func `a runbook that is no web address is text, never a link`(runbook: String) throws {
        let attachment = try attachment(Notice(transition(), context: .init(runbook: runbook)))
        #expect(attachment["title_link"] == nil)
        #expect((attachment["text"] as? String)?.contains(SlackText.escape(runbook)) == true)
    }

    @Test func `a body that cannot be made is replaced by a plain one with the same facts`() throws {
        struct Broken: Error {}
        let fire = transition(message: "<fell> & \"more\"")
        let body = WebhookBody.render(Message([Notice(fire)]), for: slack) { _, _ in throw Broken() }
        #expect(body.isPlain)
        let object = try JSONSerialization.jsonObject(with: Data(body.bytes)) as? [String: String]
        #expect(
            object == ["text": "firing critical fast_drop/SPY: &lt;fell&gt; &amp; \"more\" [\(fire.id)]"])
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `Slack's own classes accept whatever text, symbol, label and value an alert has`() async throws {
        var lines: [String] = []
        var random = SeededRandom(seed: 3)
        for text in awkwardTexts + (0..<100).map({ _ in randomText(&random, maximum: 2500) }) {
            await Task.yield()
            let values = (0..<14).map {
                Transition.Value(name: "\(text.prefix(400))\($0)", value: $0 % 3 == 0 ? nil : 1e300 / 3)
            }
            let awkward = transition(
                .firing, rule: "r_\(text.prefix(20))", key: String(text.prefix(300)), message: text,
                values: values,
                labels: [.init(name: text, value: text)])
            let notice = Notice(
                awkward, context: .init(runbook: text), occasion: .catchUp(batch: "b", note: "muted \(text)"))
            lines.append(String(decoding: try SlackPayload(notice).encoded(), as: UTF8.self))
            lines.append(String(decoding: WebhookBody.plain(Message([notice]), for: slack), as: UTF8.self))
        }
        let answer = try await Python.run("check_slack.py", input: lines.joined(separator: "\n"))
        #expect(answer == "\(lines.count) bodies\n")
    }
}
