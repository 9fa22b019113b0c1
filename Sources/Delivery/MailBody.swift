internal import MarketModel

/// The two bodies of a mail, both in the order in which a reader asks: what, the numbers, when, link, the
/// rule, how to be rid of it.
struct MailBody {
    private let words: AlertText
    private let notice: Notice
    /// Of a digest.
    private let card: AlertCard?
    private let id: String
    private let receiver: String
    private let zone: String

    init(_ message: Message, receiver: String, zone: String) {
        notice = message.first
        // Mail has room for all of them.
        card = message.isDigest ? AlertCard(message, lines: message.notices.count) : nil
        id = message.id
        self.receiver = receiver
        self.zone = zone
        words = AlertText(notice)
    }

    private var headline: String { card?.headline ?? "\(words.state) \(words.severity)" }

    /// The message; of a digest a line for each alert.
    private var lead: String {
        card.map { card in
            card.lines.map { "\($0.state) \($0.alert): \($0.message)" }.joined(separator: "\n")
        } ?? words.message
    }

    private var facts: [AlertText.Fact] {
        if let card { return card.facts }
        let transition = notice.transition
        var facts = words.values
        let local = words.localTime(zone: zone).map { " · \($0)" } ?? ""
        facts.append(.init(name: "When", value: words.time + local))
        if let firingFor = words.firingFor { facts.append(.init(name: "Firing for", value: firingFor)) }
        if let note = notice.occasion.note { facts.append(.init(name: "Note", value: note)) }
        if !transition.key.isEmpty { facts.append(.init(name: "Symbol", value: transition.key)) }
        facts.append(.init(name: "Rule", value: transition.rule))
        facts += words.labels
        if let runbook = notice.context.runbook { facts.append(.init(name: "Runbook", value: runbook)) }
        return facts
    }

    private var farewell: String {
        if card == nil, case .age = notice.occasion {
            return "You get this because bellwether.yaml says `escalate` to \(receiver). "
                + "To stop it, take \(receiver) out there."
        }
        let rules =
            card == nil
            ? "the rule \(notice.transition.rule) says `notify \(receiver)`. "
            : "these rules say `notify \(receiver)`. "
        return "You get this because \(rules)To stop it, take \(receiver) out of that clause."
    }

    var plain: String {
        var out = "\(headline)\n\(lead)\n\n"
        for fact in facts { out += "\(fact.name): \(fact.value)\n" }
        if let rule = ruleText { out += "\n\(rule)\n" }
        return out + "\n\(farewell)\nAlert id: \(id)\n"
    }

    private var ruleText: String? { card == nil ? notice.context.ruleText : nil }

    var html: String {
        let colour = card?.colour.hexColour ?? SlackPayload.colour(notice.transition)
        var rows = ""
        for fact in facts {
            let value = SlackPayload.link(fact.value).map { "<a href=\"\(escape($0))\">\(escape($0))</a>" }
            rows +=
                "<tr><td style=\"padding:2px 12px 2px 0;color:#666\">\(escape(fact.name))</td>"
                + "<td style=\"padding:2px 0\">\(value ?? escape(fact.value))</td></tr>\n"
        }
        let rule = ruleText.map {
            "<pre style=\"background:#f4f4f4;padding:8px;font-size:13px\">\(escape($0))</pre>\n"
        }
        return """
            <!DOCTYPE html>
            <html><head><meta charset="utf-8"><title>\(escape(headline))</title></head>
            <body style="font-family:sans-serif;font-size:14px;color:#222">
            <p style="margin:0 0 8px;padding:6px 10px;background:\(colour);color:#fff">\
            <b>\(headline)</b></p>
            <p style="font-size:16px;margin:0 0 12px">\(escape(lead).replacing("\n", with: "<br>\n"))</p>
            <table style="border-collapse:collapse">
            \(rows)</table>
            \(rule ?? "")<p style="color:#888;font-size:12px">\(escape(farewell))<br>\
            Alert id: \(id)</p>
            </body></html>

            """
    }

    private func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{7f}": break
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
