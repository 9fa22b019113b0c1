internal import MarketModel

/// The transition as JSON, the same as in the dry-run's NDJSON; of a digest all of them. What is told for
/// another reason than that it has just happened says so in two members more.
enum GenericBody {
    static func written(_ message: Message) -> String {
        guard message.isDigest else { return written(message.first) }
        var out = "{\"digest\":\"\(message.id)\",\"count\":\(message.notices.count),\"alerts\":["
        for (index, notice) in message.notices.enumerated() {
            if index > 0 { out += "," }
            out += written(notice)
        }
        return out + "]}"
    }

    private static func written(_ notice: Notice) -> String {
        let json = notice.transition.json
        guard let note = notice.occasion.note else { return json }
        // Its first member is the id; the notice's own may be another.
        var out = "{\"id\":\"\(notice.id)\"" + json.drop { $0 != "," }.dropLast()
        out += ",\"occasion\":\"\(notice.occasion.word)\",\"note\":"
        out.appendJSON(note)
        return out + "}"
    }
}
