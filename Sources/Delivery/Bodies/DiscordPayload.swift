internal import MarketModel

/// A Discord webhook's body: one embed, and `content`, which a push notification shows.
///
/// - SeeAlso: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
struct DiscordPayload {
    let json: JSONTree

    init(_ card: AlertCard) {
        var budget = DeliveryLimits.discordEmbed
        func fit(_ text: String, _ limit: Int) -> String {
            let fitted = EscapedText.fit(text, to: max(0, min(limit, budget)), EscapedText.discord)
            budget -= fitted.utf16.count
            return fitted
        }
        let footer = fit(card.footer, DeliveryLimits.footer)
        var embed: [JSONTree.Member] = [
            .init("title", .text(fit(card.title, DeliveryLimits.title))),
            .init("color", .integer(Int64(card.colour))), .init("timestamp", .text(card.at.description)),
            .init("footer", ["text": .text(footer)]),
        ]
        if let link = card.link { embed.append(.init("url", .text(link))) }
        var parts: [String] = []
        if !card.text.isEmpty { parts.append(fit(card.text, DeliveryLimits.attachmentText)) }
        for line in card.lines {
            parts.append(
                "**\(fit(line.state, 60)) \(fit(line.alert, 100))** \(fit(line.message, 200))")
            // The asterisks, spaces and the line end.
            budget -= 8
        }
        if let rest = card.rest { parts.append(rest) }
        embed.append(.init("description", .text(parts.joined(separator: "\n"))))
        var fields: [JSONTree] = []
        for fact in card.facts.prefix(DeliveryLimits.fields) where budget > 300 {
            let name = fit(fact.name, DeliveryLimits.fieldName)
            let value = fit(fact.value, DeliveryLimits.fieldValue)
            if name.isEmpty || value.isEmpty { continue }
            fields.append([
                "name": .text(name), "value": .text(value), "inline": .bool(fact.value.count <= 40),
            ])
        }
        embed.append(.init("fields", .list(fields)))
        json = [
            "content": .text(
                EscapedText.fit(card.summary, to: DeliveryLimits.text, EscapedText.discord)),
            "embeds": [.object(embed)],
            "allowed_mentions": DiscordPayload.nobody,
        ]
    }

    static let nobody: JSONTree = ["parse": []]
}
