/// Slack's form with Mattermost's Markdown in it.
///
/// - SeeAlso: https://developers.mattermost.com/integrate/reference/message-attachments/
struct MattermostPayload {
    let json: JSONTree

    init(_ card: AlertCard) {
        func fit(_ text: String, _ limit: Int) -> String {
            EscapedText.fit(text, to: limit, EscapedText.markdown)
        }
        var parts: [String] = []
        if !card.text.isEmpty { parts.append(fit(card.text, DeliveryLimits.attachmentText)) }
        if !card.lines.isEmpty {
            parts.append("| Alert | State | Message |\n|:--|:--|:--|")
            for line in card.lines {
                // A line end would end the row.
                let cells = [line.alert, line.state, line.message].map {
                    fit(MailHeader.oneLine($0), DeliveryLimits.digestCell)
                }
                parts.append("| " + cells.joined(separator: " | ") + " |")
            }
        }
        if let rest = card.rest { parts.append("\n\(rest)") }
        var attachment: [JSONTree.Member] = [
            .init("color", .text(card.colour.hexColour)),
            .init(
                "fallback", .text(EscapedText.fit(card.summary, to: DeliveryLimits.text, EscapedText.plain))),
            .init("title", .text(fit(card.title, DeliveryLimits.title))),
            .init("text", .text(parts.joined(separator: "\n"))),
            .init(
                "fields",
                .list(
                    card.facts.prefix(DeliveryLimits.fields).map { fact in
                        [
                            "title": .text(fit(fact.name, DeliveryLimits.fieldName)),
                            "value": .text(fit(fact.value, DeliveryLimits.fieldValue)),
                            "short": .bool(fact.value.count <= 40),
                        ]
                    })),
            .init("footer", .text(card.footer)),
        ]
        if let link = card.link { attachment.append(.init("title_link", .text(link))) }
        json = [
            "text": .text(fit(card.summary, DeliveryLimits.text)), "attachments": [.object(attachment)],
        ]
    }
}

extension Int {
    /// `#d32020`
    var hexColour: String {
        let digits = String(self, radix: 16)
        return "#" + String(repeating: "0", count: Swift.max(0, 6 - digits.count)) + digits
    }
}
