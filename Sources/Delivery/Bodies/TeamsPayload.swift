/// A Teams workflow's body: an Adaptive Card of rich text blocks, whose text runs know no mark-up, so that
/// nothing needs to be escaped.
///
/// - SeeAlso: https://adaptivecards.io/explorer/RichTextBlock.html
struct TeamsPayload {
    let json: JSONTree

    init(_ card: AlertCard) {
        var body: [JSONTree] = [
            Self.block([Self.run(card.headline, weight: "Bolder", colour: card.teamsColour)]),
            Self.block([Self.run(card.title, weight: "Bolder")]),
        ]
        if !card.text.isEmpty {
            body.append(Self.block([Self.run(card.text, limit: DeliveryLimits.attachmentText)]))
        }
        for line in card.lines {
            body.append(
                Self.block([
                    Self.run("\(line.state) \(line.alert) ", weight: "Bolder"), Self.run(line.message),
                ]))
        }
        if let rest = card.rest { body.append(Self.block([Self.run(rest)])) }
        for fact in card.facts.prefix(DeliveryLimits.fields) {
            body.append(
                Self.block([
                    Self.run("\(fact.name): ", weight: "Bolder"),
                    Self.run(fact.value.isEmpty ? "-" : fact.value),
                ]))
        }
        body.append(Self.block([Self.run(card.footer, isSubtle: true)]))
        var content = Self.content(body)
        if let link = card.link {
            content.append(
                .init("actions", [["type": "Action.OpenUrl", "title": "Runbook", "url": .text(link)]]))
        }
        json = Self.message(content)
    }

    /// One line of text and nothing else.
    init(plain text: String) {
        json = Self.message(Self.content([Self.block([Self.run(text, limit: DeliveryLimits.text)])]))
    }

    private static func message(_ content: [JSONTree.Member]) -> JSONTree {
        [
            "type": "message",
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "content": .object(content),
                ]
            ],
        ]
    }

    private static func content(_ body: [JSONTree]) -> [JSONTree.Member] {
        [
            .init("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"),
            .init("type", "AdaptiveCard"), .init("version", "1.4"), .init("body", .list(body)),
            // The whole width of the channel.
            .init("msteams", ["width": "Full"]),
        ]
    }

    private static func block(_ runs: [JSONTree]) -> JSONTree {
        ["type": "RichTextBlock", "inlines": .list(runs)]
    }

    private static func run(
        _ text: String, limit: Int = DeliveryLimits.fieldValue, weight: String? = nil,
        colour: String? = nil, isSubtle: Bool = false
    ) -> JSONTree {
        var members: [JSONTree.Member] = [
            .init("type", "TextRun"),
            .init("text", .text(EscapedText.fit(text, to: limit, EscapedText.plain))),
        ]
        if let weight { members.append(.init("weight", .text(weight))) }
        if let colour { members.append(.init("color", .text(colour))) }
        if isSubtle { members.append(.init("isSubtle", true)) }
        return .object(members)
    }
}

extension AlertCard {
    fileprivate var teamsColour: String {
        switch colour {
        case 0xd32020: "Attention"
        case 0xe59f00: "Warning"
        case 0x2e9e4f: "Good"
        default: "Accent"
        }
    }
}
