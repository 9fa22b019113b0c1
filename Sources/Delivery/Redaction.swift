internal import HTTPTransport

/// Takes a receiver's secrets out of texts that come from outside: an answer's body may echo the URL.
struct Redaction: Sendable {
    private let secrets: [String]

    init(_ secrets: [Secret]) {
        var pieces: Set<String> = []
        for secret in secrets {
            let text = secret.revealed()
            pieces.insert(text)
            // A URL's path, and each longer piece of its path, query and user part, is as good as the whole.
            let rest = text.split(separator: "://", maxSplits: 1).last ?? ""
            if let slash = rest.firstIndex(of: "/") { pieces.insert(String(rest[slash...])) }
            for piece in rest.split(whereSeparator: { "/?&=#@:,; ".contains($0) }) {
                pieces.insert(String(piece))
            }
        }
        // The longest first, so that no rest of a longer secret stays.
        self.secrets = pieces.filter { $0.count >= 6 }.sorted { ($0.count, $0) > ($1.count, $1) }
    }

    func scrub(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[withheld]") }
    }

    /// One line of an answer, short, without secrets.
    func excerpt(_ text: String) -> String {
        let line = MailHeader.oneLine(scrub(text))
        return line.count > DeliveryLimits.answerExcerpt
            ? line.prefix(DeliveryLimits.answerExcerpt) + "…" : line
    }
}
