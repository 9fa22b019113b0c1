/// Text for Slack-compatible receivers.
///
/// - SeeAlso: https://docs.slack.dev/messaging/formatting-message-text ("Escaping text")
enum SlackText {
    /// Exactly `&`, `<` and `>`: nothing else is special, and without `<` no `<!channel>` can arise. Control
    /// characters other than line end and tab show nothing and are left out.
    static func escape(_ text: some StringProtocol) -> String {
        var out = ""
        for scalar in String(text).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{7f}": break
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Escaped, and in back-quotes when a `_`, `*` or `~` in it could start italics, bold or a strike.
    static func name(_ text: String) -> String {
        let escaped = escape(text)
        guard needsQuotes(text) else { return escaped }
        return "`\(escaped.replacing("`", with: "'"))`"
    }

    static func needsQuotes(_ text: String) -> Bool {
        text.contains { $0 == "_" || $0 == "*" || $0 == "~" || $0 == "`" }
    }

    /// An author's text, its mark-up kept; the symbol in it stands in back-quotes if it needs them.
    static func message(_ text: String, symbol: String) -> String {
        let escaped = escape(text)
        guard needsQuotes(symbol) else { return escaped }
        let wanted = escape(symbol)
        var out = ""
        var isCode = false
        var rest = escaped[...]
        while let first = rest.first {
            if !isCode, rest.hasPrefix(wanted) {
                out += name(symbol)
                rest = rest.dropFirst(wanted.count)
            } else {
                if first == "`" { isCode.toggle() }
                out.append(first)
                rest = rest.dropFirst()
            }
        }
        return out
    }

    /// At most `limit` Unicode scalars of an escaped text. No entity and no character that a reader sees is
    /// cut in two; back-quotes are closed; what is cut ends in `…`.
    static func truncate(_ escaped: String, to limit: Int) -> String {
        guard escaped.unicodeScalars.count > limit else { return escaped }
        guard limit > 0 else { return "" }
        var kept = ""
        var size = 0
        var isCode = false
        var rest = escaped[...]
        while let unit = nextUnit(rest) {
            let count = unit.unicodeScalars.count
            let opens = unit == "`" ? !isCode : isCode
            // Room for the ellipsis and for the back-quote that is open then.
            guard size + count + 1 + (opens ? 1 : 0) <= limit else { break }
            kept += unit
            size += count
            isCode = opens
            rest = rest.dropFirst(unit.count)
        }
        return kept + (isCode ? "`" : "") + "…"
    }

    /// The next entity or the next character.
    private static func nextUnit(_ text: Substring) -> Substring? {
        for entity in ["&amp;", "&lt;", "&gt;"] where text.hasPrefix(entity) {
            return text.prefix(entity.count)
        }
        return text.isEmpty ? nil : text.prefix(1)
    }
}
