/// Texts of others in the mark-up of a receiver: each character is escaped by itself, and what is too long is
/// cut between characters, so that neither an escape nor a character is ever cut in two.
enum EscapedText {
    /// - Parameter limit: UTF-16 units of the result, which no receiver counts as less than it does itself.
    static func fit(_ text: String, to limit: Int, _ escape: (Character) -> String) -> String {
        var kept = ""
        var size = 0
        var rest = text[...]
        while let first = rest.first {
            let piece = escape(first)
            let count = piece.utf16.count
            let isLast = rest.index(after: rest.startIndex) == rest.endIndex
            // Room for the ellipsis, unless all of it fits.
            guard size + count + (isLast ? 0 : 1) <= limit else { return limit > 0 ? kept + "…" : "" }
            kept += piece
            size += count
            rest = rest.dropFirst()
        }
        return kept
    }

    /// Nothing but control characters is special.
    static func plain(_ character: Character) -> String {
        let scalars = character.unicodeScalars.filter { scalar in
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            return !isControl || scalar == "\n" || scalar == "\t"
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Markdown as Mattermost reads it: a backslash before all that could be mark-up and that it may stand
    /// before, and an unseen space behind an `@`, so that nobody is called by a symbol's name.
    ///
    /// - SeeAlso: https://docs.mattermost.com/collaborate/format-messages.html
    static func markdown(_ character: Character) -> String {
        if character == "@" { return "@\u{200b}" }
        guard let byte = character.asciiValue, "\\`*_{}[]()>#+-.!|~".utf8.contains(byte) else {
            return plain(character)
        }
        return "\\\(character)"
    }

    /// Discord's: there `<` begins mentions, dates and emojis.
    static func discord(_ character: Character) -> String {
        character == "<" ? "\\<" : markdown(character)
    }

    /// The HTML of cards: Google Chat's.
    static func html(_ character: Character) -> String {
        switch character {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: plain(character)
        }
    }

    /// Google Chat's `text`: what stands in angle brackets calls people or links, and has no escape; an
    /// unseen space breaks it.
    static func chat(_ character: Character) -> String {
        switch character {
        case "<": "<\u{200b}"
        case "*", "_", "~", "`": "\u{200b}\(character)\u{200b}"
        default: plain(character)
        }
    }
}
