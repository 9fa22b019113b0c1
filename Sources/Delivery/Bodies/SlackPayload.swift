internal import Foundation
internal import MarketModel

/// The body that Slack, Mattermost, Rocket.Chat, Zulip and Discord's `/slack` endpoint all take: `text`,
/// which is always filled because a push notification shows it alone, and one attachment.
struct SlackPayload: Encodable {
    struct Attachment: Encodable {
        var color: String
        var fallback: String
        var title: String
        var title_link: String?
        var text: String
        var fields: [Field]
        var footer: String
        /// Seconds since 1970.
        var ts: Int64
        var mrkdwn_in = ["text", "fields"]
    }

    struct Field: Encodable {
        var title: String
        var value: String
        var short: Bool
    }

    var text: String
    var attachments: [Attachment]

    init(_ notice: Notice) {
        let words = AlertText(notice)
        let transition = notice.transition
        let message = SlackText.message(words.message, symbol: transition.key)
        let headline = [words.state, words.severity].joined(separator: " ")
        text = SlackText.truncate("\(headline): \(message)", to: DeliveryLimits.text)
        let subject = [transition.rule, transition.key].filter { !$0.isEmpty }
        let link = notice.context.runbook.flatMap(Self.link)
        var body = message
        if link == nil, let runbook = notice.context.runbook {
            body += "\nRunbook: \(SlackText.escape(runbook))"
        }
        attachments = [
            Attachment(
                color: Self.colour(transition),
                fallback: text,
                title: SlackText.truncate(
                    SlackText.escape(subject.joined(separator: " ")), to: DeliveryLimits.title),
                title_link: link,
                text: SlackText.truncate(body, to: DeliveryLimits.attachmentText),
                fields: Self.fields(words, transition),
                footer: SlackText.truncate("Bellwether \(notice.id)", to: DeliveryLimits.footer),
                ts: transition.at.milliseconds.floorDivided(by: 1000))
        ]
    }

    /// A digest: the most important alerts line by line, the others counted.
    init(digest card: AlertCard) {
        text = SlackText.truncate(SlackText.escape(card.summary), to: DeliveryLimits.text)
        var lines = card.lines.map { line in
            let message = SlackText.truncate(
                SlackText.message(line.message, symbol: line.symbol), to: DeliveryLimits.digestCell)
            let alert = SlackText.truncate(SlackText.name(line.alert), to: DeliveryLimits.digestCell / 4)
            return "*\(line.state)* \(alert) \(message)"
        }
        if let rest = card.rest { lines.append(rest) }
        attachments = [
            Attachment(
                color: card.colour.hexColour, fallback: text,
                title: SlackText.truncate(SlackText.escape(card.title), to: DeliveryLimits.title),
                text: SlackText.truncate(lines.joined(separator: "\n"), to: DeliveryLimits.attachmentText),
                fields: card.facts.map { Self.field($0, isShort: false) },
                footer: card.footer, ts: card.at.milliseconds.floorDivided(by: 1000))
        ]
    }

    private static func fields(_ words: AlertText, _ transition: Transition) -> [Field] {
        var facts: [AlertText.Fact] = []
        if !transition.key.isEmpty { facts.append(.init(name: "Symbol", value: transition.key)) }
        facts.append(
            .init(name: "State", value: "\(words.state.lowercased()), \(transition.severity.rawValue)"))
        facts.append(.init(name: "Time", value: words.time))
        if let firingFor = words.firingFor { facts.append(.init(name: "Firing for", value: firingFor)) }
        if let note = words.note { facts.append(.init(name: "Note", value: note)) }
        facts += words.values + words.labels
        return facts.prefix(DeliveryLimits.fields).map { field($0, isShort: $0.value.count <= 40) }
    }

    private static func field(_ fact: AlertText.Fact, isShort: Bool) -> Field {
        let name = SlackText.truncate(SlackText.escape(fact.name), to: DeliveryLimits.fieldName)
        let value = SlackText.truncate(SlackText.name(fact.value), to: DeliveryLimits.fieldValue)
        return Field(title: name, value: value.isEmpty ? "-" : value, short: isShort)
    }

    static func colour(_ transition: Transition) -> String { transition.colour.hexColour }

    /// A runbook that a click may open; other texts are shown as text.
    static func link(_ text: String) -> String? {
        let isWeb = text.hasPrefix("https://") || text.hasPrefix("http://")
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value < 0x7f && !"<>|\"".unicodeScalars.contains($0)
        }
        return isWeb && isPlain && text.utf8.count <= DeliveryLimits.link ? text : nil
    }

    /// Members in alphabetical order, so that equal notices are equal bytes.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
