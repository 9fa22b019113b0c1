internal import Configuration
internal import Diagnostics
internal import Foundation
internal import HTTPTransport
internal import MarketModel

/// One notifier's file. The diagnostics show the file's lines with its secrets blotted out.
func readNotifier(
    name: String, reader: ConfigurationReader
) -> (notifier: NotifierDefinition?, diagnostics: [Diagnostic]) {
    var reading = NotifierReading(root: reader.root)
    let definition = reading.definition(name: name)
    reader.root.finish()
    let blot = SecretBlot(reader.source, secrets: reading.secretSpans)
    let diagnostics = reader.diagnostics.map(blot.apply)
    return (diagnostics.hasErrors ? nil : definition, diagnostics)
}

private struct NotifierReading {
    enum Kind: String, CaseIterable {
        case webhook, email
    }

    let root: YAMLMap
    var secretSpans: [SourceSpan] = []
    /// What either kind reads: where the kind is not known, none of them is a mistake.
    private static let keysOfSomeKind = [
        "url", "format", "headers", "signing_key",
        "routing_key", "template", "timeout", "server", "starttls", "username", "password",
        "ca_file",
        "limit", "group", "digest", "from", "to", "subject_prefix", "timezone",
    ]

    mutating func definition(name: String) -> NotifierDefinition? {
        if !isRuleName(name) {
            root.report(
                code: "E122", "no rule can name the notifier `\(name)`",
                help: ["rename the file: small letters, digits and `_`, a letter first"])
        }
        let kind: Kind? = root.required("kind")?.choice()
        let severity: Severity = root.choice("min_severity") ?? .info
        let retryFor = root.duration("retry_for", in: .seconds(1) ... .seconds(86_400)) ?? .seconds(600)
        let channel: NotifierDefinition.Channel?
        switch kind {
        case .webhook: channel = webhook().map { .webhook($0) }
        case .email: channel = email().map { .email($0) }
        case nil:
            for key in Self.keysOfSomeKind { _ = root[key] }
            return nil
        }
        let format: WebhookTarget.Format? =
            if case .webhook(let target) = channel { target.format } else { nil }
        let pace = ReceiverPace(
            root, defaults: format?.pace ?? ReceiverPace(), takesDigests: format?.takesDigests ?? true)
        return channel.map {
            var definition = NotifierDefinition(
                name: name, channel: $0, leastSeverity: severity, retryFor: retryFor)
            definition.pace = pace
            return definition
        }
    }

    private func isRuleName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (97...122).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    private mutating func webhook() -> WebhookTarget? {
        let format: WebhookTarget.Format = root.choice("format") ?? .slack
        let address = format == .pagerDuty ? root["url"] : root.required("url")
        if let address { secretSpans.append(address.span) }
        let url =
            address?.string() ?? (address == nil && format == .pagerDuty ? WebhookTarget.pagerDuty : nil)
        if let url, !isWebAddress(url) {
            address?.report(
                code: "E123", "`url` is not an address that begins with `https://` or `http://`",
                help: ["keep it out of the file: `url: ${DESK_WEBHOOK_URL}`"])
        }
        var target = WebhookTarget(url: Secret(url ?? ""), format: format)
        target.timeout = timeout()
        target.signingKeys = signingKeys()
        if format == .pagerDuty, let key = root.required("routing_key") {
            secretSpans.append(key.span)
            target.routingKey = key.string().map { Secret($0) }
        }
        if format == .template, let template = root.required("template") {
            target.template = BodyTemplate.read(template)
        }
        for entry in root.map("headers")?.entries ?? [] {
            secretSpans.append(entry.value.span)
            guard let value = entry.value.string() else { continue }
            guard isHeaderName(entry.key),
                !value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" })
            else {
                entry.value.report(code: "E124", "`\(entry.key)` with this value is not a header of HTTP")
                continue
            }
            target.headers.append((entry.key, Secret(value)))
        }
        return url == nil ? nil : target
    }

    private mutating func signingKeys() -> [SigningKey] {
        guard let value = root["signing_key"] else { return [] }
        secretSpans.append(value.span)
        let items = value.isScalar ? [value] : value.list() ?? []
        if items.count > 2 {
            value.report(
                code: "E132", "`signing_key` is one key, or two while one replaces the other",
                help: ["take the oldest out"])
        }
        return items.compactMap { item in
            guard let text = item.string() else { return nil }
            let key = SigningKey(text)
            if key == nil {
                item.report(
                    code: "E131", "this is no key of Standard Webhooks",
                    help: ["`whsec_` and 24 to 64 random bytes in Base64: `openssl rand -base64 32`"])
            }
            return key
        }
    }

    private func timeout() -> Duration {
        root.duration("timeout", in: .milliseconds(100) ... .seconds(120)) ?? .seconds(10)
    }

    private func isWebAddress(_ text: String) -> Bool {
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return false }
        let rest = text.dropFirst(scheme.count)
        return rest.first.map { !"/?#".contains($0) } ?? false
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f }
    }

    private func isHeaderName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x21...0x7e).contains($0) && !Array("\"(),/:;<=>?@[\\]{}".utf8).contains($0)
            }
    }
}

extension NotifierReading {
    fileprivate enum StartTLS: String, CaseIterable {
        case required, optional, never
    }

    fileprivate mutating func email() -> EmailTarget? {
        let server = mailServer()
        let sender = root.required("from").flatMap(mailbox)
        let recipients = root.required("to").map(mailboxes) ?? []
        let prefix = root.string("subject_prefix")
        let zone = root["timezone"]
        let zoneName = zone?.string()
        if let zoneName, TimeZone(identifier: zoneName) == nil {
            zone?.report(
                code: "E127", "`\(zoneName)` is not a time zone of this system",
                help: ["a name of the tz database: `America/New_York`"])
        }
        guard let server, let sender, !recipients.isEmpty else { return nil }
        var target = EmailTarget(server: server, sender: sender, recipients: recipients)
        if let prefix { target.subjectPrefix = prefix }
        if let zoneName { target.zone = zoneName }
        return target
    }

    private func mailbox(_ value: YAMLValue) -> Mailbox? {
        guard let text = value.string() else { return nil }
        if let mailbox = Mailbox(text) { return mailbox }
        value.report(
            code: "E125", "`\(value.written)` is not a mail address",
            help: ["`desk@example.com` or `Market desk <desk@example.com>`"])
        return nil
    }

    private func mailboxes(_ value: YAMLValue) -> [Mailbox] {
        if value.isScalar { return [mailbox(value)].compactMap { $0 } }
        guard let items = value.list() else { return [] }
        if items.isEmpty { value.report(code: "E125", "`to` names nobody") }
        return items.compactMap(mailbox)
    }

    private mutating func mailServer() -> MailServer? {
        let address = root.required("server")
        let startTLS: StartTLS? = root.choice("starttls")
        let userValue = root["username"]
        let user = userValue?.string()
        let secret = root["password"]
        if let secret { secretSpans.append(secret.span) }
        let password = secret?.string()
        let certificateFile = root.string("ca_file")
        let timeout = timeout()
        if let certificateFile, !FileManager.default.isReadableFile(atPath: certificateFile) {
            root.report(code: "E128", "`ca_file` cannot be read", at: "ca_file")
        }
        // Told by what the file says: a variable that is not set is a fault of its own.
        if (userValue == nil) != (secret == nil) {
            root.report(
                code: "E129", "`username` and `password` need each other",
                at: userValue == nil ? "password" : "username")
        }
        guard let address, let text = address.string() else { return nil }
        guard var server = parseServer(text, startTLS: startTLS) else {
            address.report(
                code: "E126", "`server` is not an address such as `smtp://mail.example.com:587`",
                help: ["`smtps://` for TLS from the start; user and password have keys of their own"])
            return nil
        }
        let isLoopback = ["localhost", "127.0.0.1", "::1"].contains(server.host)
        if user != nil, server.security == .never || server.security == .optional, !isLoopback {
            root.report(
                code: "E130", "the password could cross the network in plain text", at: "starttls",
                help: ["`starttls: required`, or a server `smtps://...`"])
        }
        server.user = user
        server.password = password.map { Secret($0) }
        server.certificateFile = certificateFile
        server.timeout = timeout
        return server
    }

    private func parseServer(_ text: String, startTLS: StartTLS?) -> MailServer? {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            parts.user == nil,
            ["", "/"].contains(parts.path), parts.query == nil, parts.fragment == nil
        else { return nil }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let port = parts.port
        guard port.map({ (1...65_535).contains($0) }) ?? true else { return nil }
        switch parts.scheme?.lowercased() {
        case "smtps": return MailServer(host: bare, port: port ?? 465, security: .implicit)
        case "smtp":
            let security: MailServer.Security =
                switch startTLS ?? .required {
                case .required: .required
                case .optional: .optional
                case .never: .never
                }
            return MailServer(host: bare, port: port ?? 587, security: security)
        default: return nil
        }
    }
}
