import Testing

@testable import Delivery

/// The text without the escaping, as a receiver shows it.
private func unescape(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
}

private func isEscaped(_ text: String) -> Bool {
    if text.contains("<") || text.contains(">") { return false }
    let pieces = text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
    return pieces.allSatisfy { piece in ["amp;", "lt;", "gt;"].contains { piece.hasPrefix($0) } }
}

struct SlackTextTests {
    @Test(arguments: [
        ("a & b", "a &amp; b"), ("<!channel>", "&lt;!channel&gt;"), ("&amp;", "&amp;amp;"),
        ("\"'*_~`", "\"'*_~`"),
        ("x\u{0}\u{1b}y\r\n", "xy\n"), ("é", "é"),
    ])
    func `exactly three characters are escaped`(text: String, escaped: String) {
        #expect(SlackText.escape(text) == escaped)
    }

    @Test(arguments: [
        ("SPY", "SPY"), ("OANDA:EUR_USD", "`OANDA:EUR_USD`"), ("A*B", "`A*B`"), ("A<_>", "`A&lt;_&gt;`"),
        ("A`_", "`A'_`"), ("BRK.B", "BRK.B"), ("", ""),
    ])
    func `a name with mark-up characters stands in back-quotes`(name: String, shown: String) {
        #expect(SlackText.name(name) == shown)
    }

    @Test func `the symbol in a message is quoted, once, and code is left alone`() {
        #expect(
            SlackText.message("EUR_USD up, `EUR_USD` too", symbol: "EUR_USD") == "`EUR_USD` up, `EUR_USD` too"
        )
        #expect(SlackText.message("*SPY* up", symbol: "SPY") == "*SPY* up")
        #expect(SlackText.message("A_B & <A_B>", symbol: "A_B") == "`A_B` &amp; &lt;`A_B`&gt;")
    }

    @Test(arguments: [
        ("short", 5, "short"), ("longer", 5, "long…"), ("a&amp;b", 3, "a…"), ("a&amp;b", 6, "a…"),
        ("a&amp;bcdefg", 8, "a&amp;b…"), ("`code`", 5, "`co`…"), ("e\u{301}e\u{301}", 3, "e\u{301}…"),
        ("abc", 0, ""),
        ("abc", 1, "…"), ("👩‍👩‍👧‍👦x", 6, "…"),
    ])
    func `a text is cut at a safe boundary`(text: String, limit: Int, cut: String) {
        #expect(SlackText.truncate(text, to: limit) == cut)
    }

    @Test func `for 3000 random texts escaping is undone by unescaping and cutting cuts nothing in two`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            let text = randomText(&random, maximum: 60)
            let escaped = SlackText.escape(text)
            #expect(isEscaped(escaped))
            #expect(unescape(escaped) == text)
            let limit = Int.random(in: 1...80, using: &random)
            let cut = SlackText.truncate(escaped, to: limit)
            #expect(cut.unicodeScalars.count <= limit)
            #expect(isEscaped(cut), "\(text) cut to \(limit): \(cut)")
            guard cut != escaped else { continue }
            #expect(cut.hasSuffix("…"))
            let whole = cut.dropLast()
            #expect(escaped.hasPrefix(whole) || (whole.last == "`" && escaped.hasPrefix(whole.dropLast())))
            let quotes = cut.count { $0 == "`" }
            #expect(quotes % 2 == 0)
        }
    }
}
