/// A Google Chat webhook's body: one card, and the text for notifications. What an alert does later stands in
/// the thread of its fire.
///
/// - SeeAlso: https://developers.google.com/workspace/chat/api/reference/rest/v1/cards
struct GoogleChatPayload {
    let json: JSONTree

    /// - Parameter thread: what is equal for the messages of one thread; nil: a thread of its own.
    init(_ card: AlertCard, thread: String?) {
        func fit(_ text: String, _ limit: Int) -> JSONTree {
            .text(EscapedText.fit(text, to: limit, EscapedText.html))
        }
        func plain(_ text: String, _ limit: Int) -> JSONTree {
            .text(EscapedText.fit(text, to: limit, EscapedText.plain))
        }
        var widgets: [JSONTree] = []
        if !card.text.isEmpty {
            widgets.append(["textParagraph": ["text": fit(card.text, DeliveryLimits.attachmentText)]])
        }
        for line in card.lines {
            widgets.append([
                "decoratedText": [
                    "topLabel": fit("\(line.state) \(line.alert)", DeliveryLimits.fieldName),
                    "text": fit(line.message, DeliveryLimits.digestCell), "wrapText": true,
                ]
            ])
        }
        if let rest = card.rest { widgets.append(["textParagraph": ["text": .text(rest)]]) }
        for fact in card.facts.prefix(DeliveryLimits.fields) {
            widgets.append([
                "decoratedText": [
                    "topLabel": fit(fact.name, DeliveryLimits.fieldName),
                    "text": fit(fact.value.isEmpty ? "-" : fact.value, DeliveryLimits.fieldValue),
                    "wrapText": true,
                ]
            ])
        }
        if let link = card.link {
            widgets.append([
                "buttonList": [
                    "buttons": [["text": "Runbook", "onClick": ["openLink": ["url": .text(link)]]]]
                ]
            ])
        }
        widgets.append(["textParagraph": ["text": fit(card.footer, DeliveryLimits.footer)]])
        var members: [JSONTree.Member] = [
            .init("fallbackText", plain(card.summary, DeliveryLimits.text)),
            .init(
                "cardsV2",
                [
                    [
                        "cardId": "alert",
                        "card": [
                            "header": [
                                "title": plain(card.headline, DeliveryLimits.title),
                                "subtitle": plain(card.title, DeliveryLimits.title),
                            ],
                            "sections": [["widgets": .list(widgets)]],
                        ],
                    ]
                ]),
        ]
        if let thread { members.append(.init("thread", ["threadKey": .text(thread)])) }
        json = .object(members)
    }

    /// The address with what lets a message go into a thread, unless the address says something of its own.
    static func threaded(_ url: String) -> String {
        if url.contains("messageReplyOption=") || url.contains("#") { return url }
        return url + (url.contains("?") ? "&" : "?")
            + "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
    }
}
