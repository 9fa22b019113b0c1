import Foundation
import HTTPTransport
import MarketModel
import Testing

@testable import Delivery

/// A target of any format; PagerDuty's needs a key, a template its template.
func target(_ format: WebhookTarget.Format) -> WebhookTarget {
    var target = WebhookTarget(url: Secret("https://example.com/hook"), format: format)
    target.routingKey = Secret("0123456789abcdef0123456789abcdef")
    return target
}

private func body(_ notices: [Notice], _ format: WebhookTarget.Format) -> String {
    let body = WebhookBody.render(Message(notices), for: target(format))
    #expect(!body.isPlain)
    return String(decoding: body.bytes, as: UTF8.self)
}

private let fire = transition(
    rule: "fx_jump", key: "OANDA:EUR_USD", message: "OANDA:EUR_USD moved *2.1%* & <more>",
    values: [.init(name: "change(price, 5m)", value: 0.0213), .init(name: "volume(1m)", value: nil)],
    labels: [.init(name: "desk", value: "fx")])
private let notice = Notice(fire, context: .init(runbook: "https://wiki.example/fx?a=1&b=2"))

struct PayloadTests {
    @Test func `Discord: an embed, escaped, that calls nobody`() {
        #expect(
            body([notice], .discord) == """
                {"content":"FIRING CRITICAL: OANDA:EUR\\\\_USD moved \\\\*2\\\\.1%\\\\* & \\\\<more\\\\>",\
                "embeds":[{"title":"fx\\\\_jump OANDA:EUR\\\\_USD","color":13836320,\
                "timestamp":"2025-03-10T14:30:00.123Z",\
                "footer":{"text":"Bellwether \(fire.id)"},\
                "url":"https://wiki.example/fx?a=1&b=2",\
                "description":"OANDA:EUR\\\\_USD moved \\\\*2\\\\.1%\\\\* & \\\\<more\\\\>",\
                "fields":[{"name":"Symbol","value":"OANDA:EUR\\\\_USD","inline":true},\
                {"name":"State","value":"firing, critical","inline":true},\
                {"name":"Time","value":"2025\\\\-03\\\\-10 14:30:00\\\\.123 UTC","inline":true},\
                {"name":"change\\\\(price, 5m\\\\)","value":"0\\\\.0213","inline":true},\
                {"name":"volume\\\\(1m\\\\)","value":"unknown","inline":true},\
                {"name":"desk","value":"fx","inline":true}]}],\
                "allowed_mentions":{"parse":[]}}
                """)
    }

    @Test func `PagerDuty: a resolve ends the incident that its fire began`() throws {
        let first = body([notice], .pagerDuty)
        #expect(
            first == """
                {"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger",\
                "dedup_key":"fx_jump/OANDA:EUR_USD","client":"Bellwether",\
                "links":[{"href":"https://wiki.example/fx?a=1&b=2","text":"Runbook"}],\
                "payload":{"summary":"fx_jump OANDA:EUR_USD: OANDA:EUR_USD moved *2.1%* & <more>",\
                "source":"OANDA:EUR_USD","severity":"critical","timestamp":"2025-03-10T14:30:00.123Z",\
                "component":"OANDA:EUR_USD","class":"fx_jump",\
                "custom_details":{"id":"\(fire.id)","state":"firing",\
                "message":"OANDA:EUR_USD moved *2.1%* & <more>","time":"2025-03-10 14:30:00.123 UTC",\
                "runbook":"https://wiki.example/fx?a=1&b=2",\
                "values":{"change(price, 5m)":0.0213,"volume(1m)":null},"labels":{"desk":"fx"}}}}
                """)
        let resolve = body([Notice(transition(.resolved, rule: "fx_jump", key: "OANDA:EUR_USD"))], .pagerDuty)
        #expect(resolve.contains("\"event_action\":\"resolve\",\"dedup_key\":\"fx_jump/OANDA:EUR_USD\""))
        #expect(PagerDutyPayload.dedupKey(transition(key: String(repeating: "é", count: 400))).count == 32)
    }

    @Test func `Google Chat: what an alert does later stands in its fire's thread`() {
        let both = [transition(), transition(.resolved)].map { body([Notice($0)], .googleChat) }
        #expect(both.allSatisfy { $0.hasSuffix("\"thread\":{\"threadKey\":\"fast_drop/SPY\"}}") })
        #expect(
            GoogleChatPayload.threaded("https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t")
                .hasSuffix("&token=t&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"))
        #expect(GoogleChatPayload.threaded("https://x/?messageReplyOption=Y").hasSuffix("=Y"))
    }

    @Test func `why a notice is told stands in every format, escaped; programs find it by name`() throws {
        let words = "muted by silence 3 (<!channel> *feed*), and still firing after it"
        let caughtUp = Notice(fire, occasion: .catchUp(batch: "silence 3", note: words))
        let aged = Notice(
            transition(.escalated, rule: "fx_jump", key: "OANDA:EUR_USD"),
            occasion: .age(.seconds(900), note: "firing for 15m"))
        for format in WebhookTarget.Format.allCases where format != .template {
            let single = body([caughtUp], format)
            #expect(single.contains("silence 3"), "\(format)")
            if format.takesDigests {
                #expect(
                    body([caughtUp, Notice(fire, occasion: caughtUp.occasion)], format).contains("silence 3"))
            }
        }
        #expect(!body([caughtUp], .slack).contains("<!channel>"))
        #expect(!body([caughtUp], .mattermost).contains("<!channel>"))
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(body([aged], .generic).utf8)) as? [String: Any])
        #expect(object["id"] as? String == aged.id && aged.id != aged.transition.id)
        #expect(object["occasion"] as? String == "age" && object["note"] as? String == "firing for 15m")
        #expect(object["rule"] as? String == "fx_jump" && object["values"] != nil)
        let late = try #require(
            JSONSerialization.jsonObject(with: Data(body([caughtUp], .generic).utf8)) as? [String: Any])
        #expect(late["id"] as? String == fire.id && late["occasion"] as? String == "catch_up")
        // What has just happened is the transition and no more.
        #expect(body([notice], .generic) == fire.json)
        let mail = MailBody(Message([aged]), receiver: "boss", zone: "UTC").plain
        #expect(mail.contains("Note: firing for 15m") && mail.contains("says `escalate` to boss"))
    }

    @Test func `a digest shows the most severe, what fires first, the newest, and counts the others`() throws
    {
        let notices =
            (0..<30).map { number in
                Notice(
                    transition(
                        key: "S\(number)", at: Int64(number), severity: .warning, message: "m\(number)"))
            } + [Notice(transition(.resolved, rule: "other", key: "X", at: 50, severity: .critical))]
            + [Notice(transition(rule: "other", key: "Y", at: 40, severity: .critical))]
        let card = AlertCard(Message(notices))
        #expect(card.headline == "32 alerts: 31 firing, 1 resolved")
        #expect(card.title == "2 rules")
        #expect(
            card.lines.map(\.symbol) == ["Y", "X", "S29", "S28", "S27", "S26", "S25", "S24", "S23", "S22"])
        #expect(card.rest == "and 22 more")
        #expect(
            card.facts.map { "\($0.name): \($0.value)" } == [
                "fast_drop: 30 firing", "other: 1 firing, 1 resolved",
                "Time: 1970-01-01 00:00:00.000 UTC to 1970-01-01 00:00:00.050 UTC",
            ])
        let generic = try JSONSerialization.jsonObject(with: Data(body(notices, .generic).utf8))
        let object = try #require(generic as? [String: Any])
        #expect(object["count"] as? Int == 32 && (object["alerts"] as? [Any])?.count == 32)
        #expect(Message(notices).id == Message(notices).id && Message(notices).id.count == 32)
        #expect(Message(notices).id != Message(Array(notices.dropLast())).id)
        #expect(Message([notices[0]]).id == notices[0].id)
    }

    @Test(arguments: WebhookTarget.Format.allCases)
    func `whatever fails in rendering, a plain body with the alert's words is sent`(
        format: WebhookTarget.Format
    ) throws {
        struct Broken: Error {}
        let body = WebhookBody.render(Message([notice]), for: target(format)) { _, _ in throw Broken() }
        #expect(body.isPlain)
        let text = String(decoding: body.bytes, as: UTF8.self)
        _ = try JSONSerialization.jsonObject(with: Data(body.bytes))
        #expect(text.contains(format == .pagerDuty ? "fx_jump/OANDA:EUR_USD" : fire.id))
        #expect(text.contains("EUR"))
    }

    @Test func `a body that is larger than its receiver takes becomes a plain one`() {
        let body = WebhookBody.render(Message([notice]), for: target(.teams)) { _, _ in
            [UInt8](repeating: 32, count: 28 * 1024 + 1)
        }
        #expect(body.isPlain && body.bytes.count < 4000)
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `the vendors' classes and limits accept whatever text, symbol, label and value an alert has`()
        async throws
    {
        var lines: [String] = []
        var random = SeededRandom(seed: 5)
        let mentions = [
            "@everyone", "@here @channel @all", "<@&1>", "<users/all>", "| a | b |", "\\*x\\", "# h\n- l",
        ]
        let formats: [WebhookTarget.Format] = [.discord, .teams, .mattermost, .googleChat, .pagerDuty]
        for text in awkwardTexts + mentions + (0..<60).map({ _ in randomText(&random, maximum: 2500) }) {
            await Task.yield()
            let values = (0..<14).map {
                Transition.Value(name: "\(text.prefix(400))\($0)", value: $0 % 3 == 0 ? nil : 1e300 / 3)
            }
            let awkward = transition(
                rule: "r_\(text.prefix(20))", key: String(text.prefix(300)), message: text, values: values,
                labels: [.init(name: text, value: text)])
            let one = Notice(
                awkward, context: .init(runbook: text),
                occasion: .catchUp(batch: "b", note: "muted \(text.prefix(600))"))
            let many = (0..<12).map { number in
                var next = one
                next.transition.key += "\(number)"
                return Notice(next.transition, context: next.context, occasion: next.occasion)
            }
            for format in formats {
                var messages = [Message([one])]
                if format.takesDigests { messages.append(Message(many)) }
                for message in messages {
                    let rich = WebhookBody.render(message, for: target(format))
                    for bytes in [rich.bytes, WebhookBody.plain(message, for: target(format))] {
                        lines.append("\(format.rawValue)\t" + String(decoding: bytes, as: UTF8.self))
                    }
                }
            }
        }
        let answer = try await Python.run("check_bodies.py", input: lines.joined(separator: "\n"))
        #expect(answer == "\(lines.count) bodies\n")
        if let path = ProcessInfo.processInfo.environment["BELLWETHER_KEEP_BODIES"] {
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        }
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `Slack's own classes accept a digest of whatever texts`() async throws {
        var lines: [String] = []
        for text in awkwardTexts {
            let notices = (0..<12).map { number in
                Notice(
                    transition(rule: "r", key: "\(text.prefix(300))\(number)", message: text),
                    occasion: .catchUp(batch: "b", note: "muted \(text.prefix(600))"))
            }
            let digest = body(notices, .slack)
            #expect(digest.contains("and 2 more"), "the count of the others is never cut off")
            lines.append(digest)
        }
        let answer = try await Python.run("check_slack.py", input: lines.joined(separator: "\n"))
        #expect(answer == "\(lines.count) bodies\n")
    }
}
