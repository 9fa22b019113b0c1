import Foundation
import HTTPTransport
import MarketModel
import Testing

@testable import Delivery

/// What Python's email package makes of a mail.
private struct Parsed: Decodable {
    var headers: [[String]]
    var to: [[String]]
    var from: [[String]]
    var date: Int64
    var type: String
    var parts: [[String]]
    var defects: [String]
    var longest: Int
    var bare: Int
    var ascii: Bool

    subscript(_ name: String) -> String? { headers.first { $0[0].lowercased() == name.lowercased() }?[1] }
    var plain: String { parts[0][1] }
    var html: String { parts[1][1] }
}

private func parse(_ mails: [[UInt8]]) async throws -> [Parsed] {
    let input = mails.map { Data($0).base64EncodedString() + "\n" }.joined()
    let lines = try await Python.run("parse_mail.py", input: input).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(Parsed.self, from: Data($0.utf8)) }
}

private let queued = Timestamp(milliseconds: 1_741_617_005_000)

private func target(to recipients: [String] = ["desk@example.com"]) throws -> EmailTarget {
    EmailTarget(
        server: MailServer(host: "localhost", port: 25, security: .required),
        sender: try #require(Mailbox("Bellwether <alerts@example.com>")),
        recipients: recipients.compactMap { Mailbox($0) })
}

private func mail(_ notice: Notice, _ target: EmailTarget) -> [UInt8] {
    MailMessage(notice, target: target, receiver: "desk").bytes(date: queued)
}

struct MailMessageTests {
    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `a digest is one mail with a line for each alert, whatever they say`() async throws {
        var mails: [[UInt8]] = []
        for text in awkwardTexts {
            let notices = (0..<12).map { number in
                Notice(transition(rule: "r", key: "K\(number)", message: "\(text)\(number)"))
            }
            let message = Message(notices)
            mails.append(
                MailMessage(message, target: try target(), receiver: "desk").bytes(date: queued))
        }
        let parsed = try await parse(mails)
        #expect(parsed.count == awkwardTexts.count)
        for mail in parsed {
            #expect(mail.defects.isEmpty && mail.bare == 0 && mail.ascii && mail.longest <= 78)
            #expect(mail["Subject"] == "[alerts] 12 alerts: 12 firing")
            #expect(mail["Message-ID"]?.hasPrefix("<digest.") == true && mail["In-Reply-To"] == nil)
            #expect(mail["X-Alert-Rule"] == nil)
        }
        let plain = parsed[1].plain
        #expect(plain.contains("12 alerts: 12 firing\nFIRING CRITICAL r K0: &0\nFIRING CRITICAL r K1: &1\n"))
        #expect(parsed[2].html.contains("FIRING CRITICAL r K0: &lt;!channel&gt;0<br>"))
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `a fire has every header and both bodies, and Python's email package finds no defect`() async throws
    {
        let fire = transition(
            values: [.init(name: "change(price, 5m)", value: -0.021), .init(name: "volume(1m)", value: nil)],
            labels: [.init(name: "book", value: "eq")])
        let context = AlertContext(
            runbook: "https://wiki.example/spy?a=1&b=2", ruleText: "rule fast_drop on SPY\n  when x < 2")
        let target = try target(to: ["Market desk <desk@example.com>", "two@example.com"])
        let parsed = try #require(try await parse([mail(Notice(fire, context: context), target)]).first)
        #expect(parsed.defects.isEmpty && parsed.bare == 0 && parsed.ascii)
        #expect(parsed.longest <= 78)
        #expect(parsed.type == "multipart/alternative")
        #expect(parsed.from == [["Bellwether", "alerts@example.com"]])
        #expect(parsed.to == [["Market desk", "desk@example.com"], ["", "two@example.com"]])
        #expect(parsed.date == 1_741_617_005)
        let wanted = [
            "Subject": "[alerts] CRITICAL SPY fast_drop", "Message-ID": "<fire.\(fire.id)@example.com>",
            "MIME-Version": "1.0", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
            "List-Id": "<alerts.example.com>", "X-Alert-Id": fire.id, "X-Alert-Rule": "fast_drop",
            "X-Alert-Symbol": "SPY", "X-Alert-Severity": "critical", "X-Alert-State": "firing",
            "Importance": "high",
        ]
        for (name, value) in wanted { #expect(parsed[name] == value) }
        #expect(parsed["In-Reply-To"] == nil && parsed["References"] == nil)
        #expect(parsed.parts.map { $0[0] } == ["text/plain", "text/html"])
        #expect(
            parsed.plain == """
                FIRING CRITICAL
                SPY fell 2.1 % in 5m

                change(price, 5m): -0.021
                volume(1m): unknown
                When: 2025-03-10 14:30:00.123 UTC · 10:30:00 New York
                Symbol: SPY
                Rule: fast_drop
                book: eq
                Runbook: https://wiki.example/spy?a=1&b=2

                rule fast_drop on SPY
                  when x < 2

                You get this because the rule fast_drop says `notify desk`. \
                To stop it, take desk out of that clause.
                Alert id: \(fire.id)

                """)
        #expect(parsed.html.contains("<a href=\"https://wiki.example/spy?a=1&amp;b=2\">"))
        #expect(parsed.html.contains("when x &lt; 2"))
        #expect(!parsed.html.contains("<img"))
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `what follows a fire answers its message under its subject, whatever its own level`() async throws {
        let fire = transition(at: 1_741_617_000_000, severity: .warning)
        let incident = Incident(id: fire.id, severity: .warning, since: fire.at)
        let followers = [Transition.Kind.escalated, .repeated, .resolved].map {
            transition($0, at: 1_741_617_061_000, severity: .critical)
        }
        let notices = [Notice(fire, incident: incident)] + followers.map { Notice($0, incident: incident) }
        let parsed = try await parse(try notices.map { mail($0, try target()) })
        #expect(parsed[0]["Subject"] == "[alerts] WARNING SPY fast_drop")
        #expect(parsed[0]["Importance"] == nil)
        for follower in parsed.dropFirst() {
            #expect(follower["Subject"] == "Re: [alerts] WARNING SPY fast_drop")
            #expect(follower["In-Reply-To"] == parsed[0]["Message-ID"])
            #expect(follower["References"] == parsed[0]["Message-ID"])
            #expect(follower.plain.contains("Firing for: 1m 1s\n"))
        }
        #expect(Set(parsed.map { $0["Message-ID"] }).count == 4)
        #expect(parsed[3].plain.hasPrefix("RESOLVED CRITICAL\n"))
        #expect(parsed[3]["Message-ID"] == "<resolve.\(followers[2].id)@example.com>")
        #expect(parsed[1]["Importance"] == "high" && parsed[3]["Importance"] == nil)
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `whatever text an alert has, the mail is ASCII, its lines are short and its text comes back`()
        async throws
    {
        var random = SeededRandom(seed: 5)
        let texts = awkwardTexts + (0..<100).map { _ in randomText(&random, maximum: 400) }
        let notices = texts.map { text in
            Notice(
                transition(key: text, message: text, values: [.init(name: text, value: 1)]),
                context: .init(ruleText: text))
        }
        var target = try target(to: [
            "\"Jörg, \\\"der\\\" Händler der sehr langen Namen und Titel\" <j@example.com>"
        ])
        var mails: [[UInt8]] = []
        for (text, notice) in zip(texts, notices) {
            await Task.yield()
            target.subjectPrefix = text
            mails.append(mail(notice, target))
        }
        let parsed = try await parse(mails)
        #expect(parsed.count == texts.count)
        for (text, mail) in zip(texts, parsed) {
            #expect(mail.defects.isEmpty, "\(text.debugDescription)")
            #expect(
                mail.ascii && mail.bare == 0 && mail.longest <= 78, "\(text.debugDescription) \(mail.longest)"
            )
            let oneLine = MailHeader.oneLine(text)
            let subject = MailHeader.oneLine("\(text) CRITICAL \(text) fast_drop")
            #expect(mail["Subject"] == subject, "\(text.debugDescription)")
            if !oneLine.isEmpty { #expect(mail["X-Alert-Symbol"] == oneLine) }
            #expect(mail["X-Evil"] == nil)
            let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            if !text.isEmpty {
                #expect(mail.plain.hasPrefix("FIRING CRITICAL\n\(lines)\n\n"), "\(text.debugDescription)")
            }
            #expect(mail.to.first?[1] == "j@example.com")
        }
    }

    @Test func `the same notice gives the same bytes, so that a retry is the same mail`() throws {
        let notice = Notice(transition())
        #expect(mail(notice, try target()) == mail(notice, try target()))
    }

    @Test(arguments: [
        ("desk@example.com", "", "desk@example.com"), ("Desk <d@x.org>", "Desk", "d@x.org"),
        ("\"Desk, EU\" <d@x.org>", "Desk, EU", "d@x.org"), ("  <d@x.org> ", "", "d@x.org"),
    ])
    func `a mailbox has an address and perhaps a name`(text: String, name: String, address: String) {
        let mailbox = Mailbox(text)
        #expect(mailbox?.displayName == name && mailbox?.address == address)
    }

    @Test(arguments: [
        "", "desk", "@x", "a@", "a@b@c", "a b@c", "x <a@b", "a@b, c@d", "a@b\r\nX: 1", "ü@x.org", "<>",
    ])
    func `what is no mailbox is refused`(text: String) { #expect(Mailbox(text) == nil) }
}

struct QuotedPrintableTests {
    @Test(arguments: [
        ("", ""), ("a=b", "a=3Db"), ("é", "=C3=A9"), ("end ", "end=20"), ("tab\t", "tab=09"),
        ("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd"),
        ("\n\n", "\r\n\r\n"), (" x", " x"),
    ])
    func `text is encoded line by line`(text: String, encoded: String) {
        #expect(QuotedPrintable.encode(text) == encoded)
    }

    @Test(arguments: 70...160)
    func `a line of any length is cut at 76, never inside an octet's code`(length: Int) {
        for unit in ["x", "é", "=", " "] {
            let encoded = QuotedPrintable.encode(String(repeating: unit, count: length))
            for line in encoded.split(separator: "\r\n", omittingEmptySubsequences: false) {
                #expect(line.utf8.count <= 76)
                #expect(!line.hasSuffix(" "))
            }
        }
    }
}
