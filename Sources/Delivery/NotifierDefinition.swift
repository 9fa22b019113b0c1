public import HTTPTransport
public import MarketModel

/// One receiver of notices, as its file `notifiers/NAME.yaml` describes it.
public struct NotifierDefinition: Sendable {
    /// The file's name without its ending; what a rule's `notify` says.
    public var name: String
    public var channel: Channel
    /// Transitions of a lower severity are not sent.
    public var leastSeverity: Severity
    /// How long a notice is retried, from the moment that it was queued.
    public var retryFor: Duration
    public var pace = ReceiverPace()

    public enum Channel: Sendable {
        case webhook(WebhookTarget)
        case email(EmailTarget)
    }

    public init(
        name: String, channel: Channel, leastSeverity: Severity = .info, retryFor: Duration = .seconds(600)
    ) {
        self.name = name
        self.channel = channel
        self.leastSeverity = leastSeverity
        self.retryFor = retryFor
    }

    /// What nobody may see of it.
    public var secrets: [Secret] {
        switch channel {
        case .webhook(let target): target.secrets
        case .email(let target): [target.server.password].compactMap { $0 }
        }
    }

    /// A webhook that no file describes: the demo's own receiver.
    public static func webhook(
        name: String, url: String, format: WebhookTarget.Format = .slack
    ) -> NotifierDefinition {
        NotifierDefinition(name: name, channel: .webhook(WebhookTarget(url: Secret(url), format: format)))
    }
}

public struct WebhookTarget: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// `text` and `attachments`: Slack, Rocket.Chat, Zulip.
        case slack
        case discord
        /// An Adaptive Card for a Teams workflow.
        case teams
        case mattermost
        case googleChat = "google-chat"
        /// Events API v2.
        case pagerDuty = "pagerduty"
        /// The transition as JSON, the same as in the dry-run's NDJSON.
        case generic
        /// A body of the user's own.
        case template
    }

    public var url: Secret
    public var format: Format
    /// Sent with each request; their values are secrets (tokens), like the URL.
    public var headers: [(name: String, value: Secret)] = []
    public var timeout: Duration = .seconds(10)
    /// Standard Webhooks: two while one replaces the other; none: requests are not signed.
    public var signingKeys: [SigningKey] = []
    /// PagerDuty's integration key.
    public var routingKey: Secret?
    /// Of `format: template`.
    public var template: BodyTemplate?

    var secrets: [Secret] {
        [url] + headers.map(\.value) + signingKeys.map(\.redacted) + [routingKey].compactMap { $0 }
    }

    /// Where PagerDuty takes events.
    static let pagerDuty = "https://events.pagerduty.com/v2/enqueue"

    public init(url: Secret, format: Format) {
        self.url = url
        self.format = format
    }
}

public struct EmailTarget: Sendable {
    public var server: MailServer
    public var sender: Mailbox
    public var recipients: [Mailbox]
    public var subjectPrefix = "[alerts]"
    /// The market's time zone, shown beside UTC.
    public var zone = "America/New_York"

    public init(server: MailServer, sender: Mailbox, recipients: [Mailbox]) {
        self.server = server
        self.sender = sender
        self.recipients = recipients
    }
}

/// `Market desk <desk@example.com>` or `desk@example.com`.
public struct Mailbox: Sendable, Equatable {
    /// Empty when there is none.
    public var displayName: String
    /// Printable ASCII with one `@`, without spaces, quotes and angle brackets.
    public var address: String

    public init?(_ text: String) {
        let trimmed = text.trimmingSpaces()
        if trimmed.hasSuffix(">"), let open = trimmed.lastIndex(of: "<") {
            address = String(trimmed[trimmed.index(after: open)...].dropLast())
            var name = trimmed[..<open].trimmingSpaces()
            if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
                name = String(name.dropFirst().dropLast())
            }
            displayName = name
        } else {
            address = trimmed
            displayName = ""
        }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = address.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value < 0x7f && !"<>\"(),;:\\".unicodeScalars.contains($0)
        }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isPlain else { return nil }
    }

    /// What stands behind the `@`.
    public var domain: String { address.split(separator: "@").last.map(String.init) ?? "localhost" }
}

extension StringProtocol {
    func trimmingSpaces() -> String {
        var rest = String(self).unicodeScalars[...]
        while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
