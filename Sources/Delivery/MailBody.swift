internal import MarketModel

/// The two bodies of a mail, both in the order in which a reader asks: what, the numbers, when, link, the
/// rule, how to be rid of it.
struct MailBody {
    private let words: AlertText
    private let notice: Notice
    private let receiver: String
    private let zone: String

    init(_ notice: Notice, receiver: String, zone: String) {
        self.notice = notice
        self.receiver = receiver
        self.zone = zone
        words = AlertText(notice)
    }

    private var headline: String { "\(words.state) \(words.severity)" }

    private var facts: [AlertText.Fact] {
        let transition = notice.transition
        var facts = words.values
        let local = words.localTime(zone: zone).map { " · \($0)" } ?? ""
        facts.append(.init(name: "When", value: words.time + local))
        if let firingFor = words.firingFor { facts.append(.init(name: "Firing for", value: firingFor)) }
        if !transition.key.isEmpty { facts.append(.init(name: "Symbol", value: transition.key)) }
        facts.append(.init(name: "Rule", value: transition.rule))
        facts += words.labels
        if let runbook = notice.context.runbook { facts.append(.init(name: "Runbook", value: runbook)) }
        return facts
    }

    private var farewell: String {
        "You get this because the rule \(notice.transition.rule) says `notify \(receiver)`. "
            + "To stop it, take \(receiver) out of that clause."
    }

    var plain: String {
        var out = "\(headline)\n\(words.message)\n\n"
        for fact in facts { out += "\(fact.name): \(fact.value)\n" }
        if let rule = notice.context.ruleText { out += "\n\(rule)\n" }
        return out + "\n\(farewell)\nAlert id: \(notice.id)\n"
    }

    var html: String {
        let colour = SlackPayload.colour(notice.transition)
        var rows = ""
        for fact in facts {
            let value = SlackPayload.link(fact.value).map { "<a href=\"\(escape($0))\">\(escape($0))</a>" }
            rows +=
                "<tr><td style=\"padding:2px 12px 2px 0;color:#666\">\(escape(fact.name))</td>"
                + "<td style=\"padding:2px 0\">\(value ?? escape(fact.value))</td></tr>\n"
        }
        let rule = notice.context.ruleText.map {
            "<pre style=\"background:#f4f4f4;padding:8px;font-size:13px\">\(escape($0))</pre>\n"
        }
        return """
            <!DOCTYPE html>
            <html><head><meta charset="utf-8"><title>\(escape(headline))</title></head>
            <body style="font-family:sans-serif;font-size:14px;color:#222">
            <p style="margin:0 0 8px;padding:6px 10px;background:\(colour);color:#fff">\
            <b>\(headline)</b></p>
            <p style="font-size:16px;margin:0 0 12px">\(escape(words.message))</p>
            <table style="border-collapse:collapse">
            \(rows)</table>
            \(rule ?? "")<p style="color:#888;font-size:12px">\(escape(farewell))<br>\
            Alert id: \(notice.id)</p>
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
