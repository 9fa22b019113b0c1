/// A short text for the editor to show: code and paragraphs.
struct Prose {
    private enum Part {
        case code(String)
        case paragraph(String)
    }

    private var parts: [Part] = []

    var isEmpty: Bool { parts.isEmpty }

    mutating func code(_ text: String) { parts.append(.code(text)) }

    mutating func paragraph(_ text: String) { if !text.isEmpty { parts.append(.paragraph(text)) } }

    /// Markdown where the editor shows it, else plain text.
    func json(markdown: Bool) -> JSONValue {
        [
            "kind": markdown ? "markdown" : "plaintext",
            "value": .string(markdown ? self.markdown : plain),
        ]
    }

    var plain: String {
        let texts = parts.map { part in
            switch part {
            case .code(let text): text
            case .paragraph(let text): text.filter { $0 != "`" }
            }
        }
        return texts.joined(separator: "\n\n")
    }

    private var markdown: String {
        let texts = parts.map { part in
            switch part {
            case .code(let text): "```bellwether\n\(text)\n```"
            case .paragraph(let text): Self.escaped(text)
            }
        }
        return texts.joined(separator: "\n\n")
    }

    /// `price * size` is no emphasis; what stands between backquotes is left as it is.
    private static func escaped(_ text: String) -> String {
        var isCode = false
        var out = ""
        for character in text {
            if character == "`" { isCode.toggle() }
            if !isCode, "*_<[".contains(character) { out += "\\" }
            out.append(character)
        }
        return out
    }
}
