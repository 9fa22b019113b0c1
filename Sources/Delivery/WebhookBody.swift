internal import MarketModel

/// A webhook's body, ready for the wire.
struct WebhookBody: Equatable {
    var bytes: [UInt8]
    /// The rich body could not be made, and this is the plain one in its place.
    var isPlain = false

    /// Never fails: an alert in plain words is better than none.
    static func render(
        _ notice: Notice, format: WebhookTarget.Format,
        slack: (Notice) throws -> [UInt8] = { try SlackPayload($0).encoded() }
    ) -> WebhookBody {
        switch format {
        case .generic: return WebhookBody(bytes: Array(notice.transition.json.utf8))
        case .slack:
            do {
                return WebhookBody(bytes: try slack(notice))
            } catch {
                return WebhookBody(bytes: plainSlack(notice), isPlain: true)
            }
        }
    }

    /// `{"text": ...}` alone, made without an encoder.
    static func plainSlack(_ notice: Notice) -> [UInt8] {
        let transition = notice.transition
        let words = "\(transition.kind.rawValue) \(transition.severity.rawValue) \(transition.alertName): "
        let text = SlackText.truncate(SlackText.escape(words + transition.message), to: DeliveryLimits.text)
        var out = "{\"text\":"
        out.appendJSON("\(text) [\(notice.id)]")
        return Array((out + "}").utf8)
    }
}
