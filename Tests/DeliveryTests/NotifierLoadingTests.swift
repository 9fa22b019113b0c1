import Diagnostics
import Foundation
import HTTPTransport
import MarketModel
import Testing

@testable import Delivery

/// A directory of notifier files that lasts as long as the test.
private func loading(
    _ files: [String: String], environment: [String: String] = [:],
    _ body: (String, [NotifierDefinition], [Diagnostic]) throws -> Void
) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "notifiers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in files { try Data(text.utf8).write(to: directory.appending(path: name)) }
    let loaded = loadNotifiers(directory: directory.path, environment: environment)
    try body(directory.path, loaded.notifiers, loaded.diagnostics)
}

/// `file:line:column code message`.
private func lines(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { diagnostic in
        let place =
            diagnostic.span.map { "\(($0.file.name as NSString).lastPathComponent):\($0.line):\($0.column) " }
            ?? ""
        return "\(place)\(diagnostic.code) \(diagnostic.message)"
    }
}

struct NotifierLoadingTests {
    @Test func `a webhook and a mail notifier are read with all their keys`() throws {
        let files = [
            "desk.yaml": """
            kind: webhook
            url: ${DESK_URL}
            format: generic
            headers:
              Authorization: Bearer ${TOKEN}
            timeout: 3s
            retry_for: 5m
            min_severity: warning
            """,
            "oncall.yml": """
            kind: email
            server: smtp://mail.example.com
            starttls: required
            username: alerts
            password: ${TOKEN}
            from: Bellwether <alerts@example.com>
            to: [desk@example.com, "Risk, EU <risk@example.com>"]
            subject_prefix: "[prod]"
            timezone: Europe/London
            """,
            "notes.txt": "not a notifier", ".hidden.yaml": "nor this: 1",
        ]
        let environment = ["DESK_URL": "https://hooks.example/T0/B0/x", "TOKEN": "t0ken"]
        try loading(files, environment: environment) { directory, notifiers, diagnostics in
            #expect(lines(diagnostics).isEmpty)
            #expect(notifiers.map(\.name) == ["desk", "oncall"])
            #expect(notifierNames(directory: directory) == ["desk", "oncall"])
            guard case .webhook(let webhook) = notifiers[0].channel,
                case .email(let email) = notifiers[1].channel
            else {
                Issue.record("the kinds are mixed up")
                return
            }
            #expect(webhook.url.revealed() == "https://hooks.example/T0/B0/x" && webhook.format == .generic)
            #expect(webhook.headers.map(\.name) == ["Authorization"])
            #expect(webhook.headers.first?.value.revealed() == "Bearer t0ken")
            #expect(webhook.timeout == .seconds(3) && notifiers[0].retryFor == .seconds(300))
            #expect(notifiers[0].leastSeverity == .warning)
            #expect(email.server.host == "mail.example.com" && email.server.port == 587)
            #expect(email.server.security == .required && email.server.user == "alerts")
            #expect(email.recipients.map(\.displayName) == ["", "Risk, EU"])
            #expect(email.subjectPrefix == "[prod]" && email.zone == "Europe/London")
            #expect(notifiers[1].retryFor == .seconds(600) && email.server.timeout == .seconds(10))
        }
    }

    @Test func `every mistake of every file is reported in one run, with the nearest key`() throws {
        let files = [
            "a.yaml": "kind: webhok\nurl: https://x\nto: a@b.c\n", "b.yaml": "knd: webhook\nurl: x\n",
            "c.yaml": "kind: webhook\nurl: ${NO_SUCH}\nformt: slack\ntimeout: 1h\n",
            "d.yaml": "kind: webhook\nurl: hooks.example/x\nheaders: {\"Bad Name\": x}\n",
            "e.yaml": """
            kind: email
            server: http://mail.example.com
            from: nobody
            to: []
            timezone: Mars/Olympus
            ca_file: /nowhere/ca.pem
            username: u
            url: https://x
            """,
            "f.yaml": """
            kind: email
            server: smtp://mail.example.com
            starttls: optional
            username: u
            password: p
            from: a@b.c
            to: a@b.c
            """,
            "Bad Name.yaml": "kind: webhook\nurl: https://x\n",
            "twice.yaml": "kind: webhook\nurl: https://x\n",
            "twice.yml": "kind: webhook\nurl: https://x\n", "z.yaml": "kind: [\n",
        ]
        try loading(files) { directory, notifiers, diagnostics in
            #expect(notifiers.map(\.name) == ["twice"])
            #expect(
                lines(diagnostics) == [
                    "Bad Name.yaml:1:1 E122 no rule can name the notifier `Bad Name`",
                    "a.yaml:1:7 E109 `webhok` is not one of the values that this key takes",
                    "b.yaml:1:1 E105 the key `kind` is missing",
                    "b.yaml:1:1 E104 unknown key `knd`",
                    "c.yaml:2:6 E111 the environment variable `NO_SUCH` is not set",
                    "c.yaml:3:1 E104 unknown key `formt`",
                    "c.yaml:4:10 E110 expected a duration from 100ms to 2m",
                    "d.yaml:2:6 E123 `url` is not an address that begins with `https://` or `http://`",
                    "d.yaml:3:23 E124 `Bad Name` with this value is not a header of HTTP",
                    "e.yaml:2:9 E126 `server` is not an address such as `smtp://mail.example.com:587`",
                    "e.yaml:3:7 E125 `nobody` is not a mail address",
                    "e.yaml:4:5 E125 `to` names nobody",
                    "e.yaml:5:11 E127 `Mars/Olympus` is not a time zone of this system",
                    "e.yaml:6:1 E128 `ca_file` cannot be read",
                    "e.yaml:7:1 E129 `username` and `password` need each other",
                    "e.yaml:8:1 E104 unknown key `url`",
                    "f.yaml:3:1 E130 the password could cross the network in plain text",
                    "E121 two files define the notifier `twice`: `\(directory)/twice.yaml` and "
                        + "`\(directory)/twice.yml`",
                    "z.yaml:2:1 E101 this is not YAML: did not find expected node content "
                        + "(while parsing a flow node, line 2)",
                ])
        }
    }

    @Test func `PagerDuty, a template and signing keys are read with what they need`() throws {
        let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let files = [
            "a.yaml": "kind: webhook\nformat: pagerduty\nrouting_key: ${KEY}\n",
            "b.yaml": """
            kind: webhook
            url: https://x/y
            format: template
            signing_key: [\(key), "\(key)"]
            template:
              summary: "{symbol}: {message}"
              open: true
              count: 3
              code: "3"
              list: ["{at}", null, 1.5]
            """,
            "c.yaml": "kind: webhook\nurl: https://x\nformat: pagerduty\n",
            "d.yaml": """
            kind: webhook
            url: https://x
            format: template
            template:
              a: "{symbl}"
              b: {message}
              c: "{rule"
            signing_key: [short, \(key), \(key)]
            """,
            "e.yaml": "kind: webhook\nurl: https://x\nformat: template\ntemplate: \"{message}\"\n",
            "f.yaml": "kind: webhook\nurl: https://x\nrouting_key: y\n",
        ]
        try loading(files, environment: ["KEY": "r0uting"]) { _, notifiers, diagnostics in
            #expect(notifiers.map(\.name) == ["a", "b"])
            #expect(
                lines(diagnostics) == [
                    "c.yaml:1:1 E105 the key `routing_key` is missing",
                    "d.yaml:5:6 E133 an alert has no field `symbl`",
                    "d.yaml:6:6 E135 a field stands in quotes",
                    "d.yaml:7:6 E133 a brace is not closed",
                    "d.yaml:8:14 E132 `signing_key` is one key, or two while one replaces the other",
                    "d.yaml:8:15 E131 this is no key of Standard Webhooks",
                    "e.yaml:4:11 E134 `template` is a map: the body's members",
                    "f.yaml:3:1 E104 unknown key `routing_key`",
                ])
            guard case .webhook(let pagerDuty) = notifiers.first?.channel,
                case .webhook(let own) = notifiers.last?.channel
            else { return }
            #expect(pagerDuty.url.revealed() == "https://events.pagerduty.com/v2/enqueue")
            #expect(pagerDuty.routingKey?.revealed() == "r0uting")
            #expect(own.signingKeys.count == 2)
            let body = own.template?.filled(with: Notice(transition())).written
            #expect(
                body == """
                    {"summary":"SPY: SPY fell 2.1 % in 5m","open":true,"count":3,"code":"3",\
                    "list":[1741617000123,null,1.5]}
                    """)
        }
    }

    @Test func `how fast and how many together: a vendor's limits unless a file says otherwise`() throws {
        let files = [
            "a.yaml": "kind: webhook\nurl: https://x\n",
            "b.yaml": "kind: webhook\nurl: https://x\nlimit: off\ndigest: off\n",
            "c.yaml": """
            kind: webhook
            url: https://x
            format: generic
            limit: {messages: 3, per: 1m}
            group: {by: symbol, wait: 30s}
            digest: {above: 7}
            """,
            "d.yaml": """
            kind: webhook
            format: pagerduty
            routing_key: x
            group: {by: rule}
            digest: off
            """,
            "e.yaml": "kind: webhook\nurl: https://x\nlimit: {messages: 0}\ngroup: {by: ruel, wiat: 1s}\n",
        ]
        try loading(files) { _, notifiers, diagnostics in
            #expect(notifiers.map(\.name) == ["a", "b", "c"])
            #expect(
                notifiers.map(\.pace) == [
                    ReceiverPace(limit: .init(messages: 10, per: .seconds(10)), digestAbove: 20),
                    ReceiverPace(),
                    ReceiverPace(
                        limit: .init(messages: 3, per: .seconds(60)),
                        grouping: .init(by: .symbol, wait: .seconds(30)), digestAbove: 7),
                ])
            #expect(
                lines(diagnostics) == [
                    "d.yaml:4:1 E136 this format tells of one alert at a time",
                    "e.yaml:3:8 E105 the key `per` is missing in `limit`",
                    "e.yaml:3:19 E110 expected a whole number from 1 to 100000",
                    "e.yaml:4:13 E109 `ruel` is not one of the values that this key takes",
                    "e.yaml:4:19 E104 unknown key `wiat` in `group`",
                ])
        }
    }

    @Test func `an unset variable in a user's name leaves the password its partner`() throws {
        let text = """
            kind: email
            server: smtps://mail.example.com
            username: ${NO_SUCH}
            password: p
            from: a@b.c
            to: a@b.c
            """
        try loading(["g.yaml": text]) { _, _, diagnostics in
            #expect(
                lines(diagnostics) == [
                    "g.yaml:3:11 E111 the environment variable `NO_SUCH` is not set"
                ])
        }
    }

    @Test func `a line that is shown has its secrets blotted out, under misspelt keys too`() throws {
        let files = [
            "a.yaml": "kind: webhook\nurll: https://hooks.example/T0/B0/topsecret\n",
            "b.yaml": "{kind: webhook, url: \"https://hooks.example/topsecret\", formt: slack}\n",
            "c.yaml": "kind: email\nserver: smtp://u:topsecret@x.org\npassword: [topsecret]\n",
            "d.yaml":
                "kind: webhook\nurl: topsecret\nheaders:\n  \"X Y\": topsecret\n"
                + "  Z: \"topsecret ${NOT_SET}\"\n",
        ]
        try loading(files) { _, notifiers, diagnostics in
            #expect(notifiers.isEmpty)
            let text = DiagnosticRenderer().render(diagnostics)
            #expect(!text.contains("topsecret"))
            #expect(text.contains("url"))
            #expect(text.contains("${NOT_SET}"))
        }
    }

    @Test func `a directory that does not exist is an error that says what to do`() {
        let loaded = loadNotifiers(directory: "/nowhere/notifiers", environment: [:])
        #expect(
            lines(loaded.diagnostics) == ["E120 cannot read the notifiers' directory `/nowhere/notifiers`"])
        #expect(loaded.diagnostics[0].help.count == 1)
        #expect(notifierNames(directory: "/nowhere/notifiers").isEmpty)
    }

    @Test func `the repository's own examples have no fault once their variables are set`() {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let environment = [
            "DESK_WEBHOOK_URL": "https://hooks.example/a", "OPS_WEBHOOK_URL": "https://ops.example/b",
            "OPS_WEBHOOK_TOKEN": "t", "MAIL_USER": "u", "MAIL_PASSWORD": "p",
        ]
        let loaded = loadNotifiers(
            directory: package.appending(path: "notifiers").path, environment: environment)
        #expect(lines(loaded.diagnostics).isEmpty)
        #expect(!loaded.notifiers.isEmpty)
    }

    @Test func `an empty directory has no notifiers and no faults`() throws {
        try loading([:]) { _, notifiers, diagnostics in #expect(notifiers.isEmpty && diagnostics.isEmpty) }
    }

    @Test(arguments: [
        ("smtp://h", "h", 587, MailServer.Security.required), ("smtp://h:25/", "h", 25, .required),
        ("smtps://h", "h", 465, .implicit), ("SMTPS://[::1]:4650", "::1", 4650, .implicit),
    ])
    func `a mail server's address has a port and a kind of privacy`(
        text: String, host: String, port: Int, security: MailServer.Security
    ) throws {
        let file = "kind: email\nserver: \"\(text)\"\nfrom: a@b.c\nto: a@b.c\n"
        try loading(["m.yaml": file]) { _, notifiers, diagnostics in
            #expect(lines(diagnostics).isEmpty)
            guard case .email(let target) = notifiers.first?.channel else { return }
            #expect(
                target.server.host == host && target.server.port == port && target.server.security == security
            )
        }
    }
}
