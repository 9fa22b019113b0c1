internal import HTTPTransport
internal import MarketModel

/// A webhook's body, ready for the wire.
struct WebhookBody: Equatable {
    var bytes: [UInt8]
    /// The rich body could not be made, and this is the plain one in its place.
    var isPlain = false

    enum Failure: Error, Equatable {
        /// More bytes than the receiver takes.
        case tooLarge(Int)
    }

    /// Never fails: an alert in plain words is better than none.
    ///
    /// - Parameter rich: makes the body as the format has it; for tests, which need one that fails.
    static func render(
        _ message: Message, for target: WebhookTarget,
        rich: (Message, WebhookTarget) throws -> [UInt8] = WebhookBody.rich
    ) -> WebhookBody {
        do {
            let bytes = try rich(message, target)
            if let limit = target.format.greatestBytes, bytes.count > limit {
                throw Failure.tooLarge(bytes.count)
            }
            return WebhookBody(bytes: bytes)
        } catch {
            return WebhookBody(bytes: plain(message, for: target), isPlain: true)
        }
    }

    static func rich(_ message: Message, for target: WebhookTarget) throws -> [UInt8] {
        let tree: JSONTree
        switch target.format {
        case .generic: return Array(GenericBody.written(message).utf8)
        case .slack:
            return message.isDigest
                ? try SlackPayload(digest: AlertCard(message)).encoded()
                : try SlackPayload(message.first).encoded()
        case .discord: tree = DiscordPayload(AlertCard(message)).json
        case .mattermost: tree = MattermostPayload(AlertCard(message)).json
        case .teams: tree = TeamsPayload(AlertCard(message)).json
        case .googleChat:
            let thread = message.isDigest ? nil : message.first.transition.alertName
            tree = GoogleChatPayload(AlertCard(message), thread: thread).json
        case .pagerDuty:
            tree = PagerDutyPayload(message.first, routingKey: target.routingKey?.revealed() ?? "").json
        case .template:
            guard let template = target.template else { return Array(GenericBody.written(message).utf8) }
            tree = template.filled(with: message.first)
        }
        return Array(tree.written.utf8)
    }

    /// What every receiver of the format takes, made of the alert's words alone.
    static func plain(_ message: Message, for target: WebhookTarget) -> [UInt8] {
        let words =
            message.notices.prefix(DeliveryLimits.digestLines).map { notice in
                let transition = notice.transition
                return "\(transition.kind.rawValue) \(transition.severity.rawValue) "
                    + "\(transition.alertName): \(transition.message)"
            }.joined(separator: "\n")
        func fit(_ escape: (Character) -> String) -> JSONTree {
            // Room for the id, without which the same alert twice cannot be told from two alerts.
            .text(EscapedText.fit(words, to: DeliveryLimits.text - 40, escape) + " [\(message.id)]")
        }
        let tree: JSONTree =
            switch target.format {
            case .slack: ["text": fit(EscapedText.html)]
            case .discord:
                ["content": fit(EscapedText.discord), "allowed_mentions": DiscordPayload.nobody]
            case .mattermost: ["text": fit(EscapedText.markdown)]
            case .teams: TeamsPayload(plain: "\(words) [\(message.id)]").json
            case .googleChat: ["text": fit(EscapedText.chat)]
            case .pagerDuty:
                PagerDutyPayload(
                    message.first, routingKey: target.routingKey?.revealed() ?? "", isPlain: true
                ).json
            case .generic, .template:
                ["id": .text(message.id), "text": fit(EscapedText.plain)]
            }
        return Array(tree.written.utf8)
    }
}

extension WebhookTarget.Format {
    /// Bytes of a body; nil where the receiver is the user's own.
    var greatestBytes: Int? {
        switch self {
        case .teams: 28 * 1024
        case .googleChat: 32_000
        case .pagerDuty: 512_000
        case .slack, .discord, .mattermost: 100_000
        case .generic, .template: nil
        }
    }

    /// Whether one message may tell of several alerts.
    var takesDigests: Bool { self != .pagerDuty && self != .template }
}
