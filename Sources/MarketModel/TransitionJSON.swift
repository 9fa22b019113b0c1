extension Transition {
    /// One JSON object without a line end, its members in a fixed order; an unknown value is null.
    public var json: String {
        var out = "{\"id\":\"\(id)\",\"rule\":"
        out.appendJSON(rule)
        out += ",\"key\":"
        out.appendJSON(key)
        out += ",\"kind\":\"\(kind.rawValue)\",\"at\":\(at.milliseconds),\"time\":\"\(at)\","
        out += "\"severity\":\"\(severity.rawValue)\",\"message\":"
        out.appendJSON(message)
        out += ",\"labels\":{"
        for (index, label) in labels.enumerated() {
            if index > 0 { out += "," }
            out.appendJSON(label.name)
            out += ":"
            out.appendJSON(label.value)
        }
        out += "},\"values\":{"
        for (index, value) in values.enumerated() {
            if index > 0 { out += "," }
            out.appendJSON(value.name)
            out += ":" + (value.value.map { "\($0)" } ?? "null")
        }
        return out + "}}"
    }
}

extension String {
    /// Appends `text` as a JSON string, quotes included (RFC 8259, section 7).
    public mutating func appendJSON(_ text: String) {
        append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\u{0}"..."\u{1f}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: unicodeScalars.append(scalar)
            }
        }
        append("\"")
    }
}
