internal import MarketModel

/// The transition as JSON, the same as in the dry-run's NDJSON; of a digest all of them.
enum GenericBody {
    static func written(_ message: Message) -> String {
        guard message.isDigest else { return message.first.transition.json }
        var out = "{\"digest\":\"\(message.id)\",\"count\":\(message.notices.count),\"alerts\":["
        for (index, notice) in message.notices.enumerated() {
            if index > 0 { out += "," }
            out += notice.transition.json
        }
        return out + "]}"
    }
}
