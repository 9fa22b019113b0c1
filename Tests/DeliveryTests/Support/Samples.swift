import MarketModel

@testable import Delivery

func transition(
    _ kind: Transition.Kind = .firing, rule: String = "fast_drop", key: String = "SPY",
    at: Int64 = 1_741_617_000_123,
    severity: Severity = .critical, message: String = "SPY fell 2.1 % in 5m", values: [Transition.Value] = [],
    labels: [Transition.Label] = []
) -> Transition {
    Transition(
        rule: rule, key: key, kind: kind, at: Timestamp(milliseconds: at), severity: severity,
        message: message,
        labels: labels, values: values)
}

/// Texts that careless code breaks at.
let awkwardTexts = [
    "", "&", "<!channel>", "&amp;", "a & b < c > d", "`code & <tag>`", "*bold* _it_ ~no~",
    "tab\tnew\nline", "\r\nX-Evil: 1", "e\u{301}\u{302} \(family) 🇬🇧", "\u{0}\u{1b}[31m",
    "\"quotes\" \\ 'single'", "日本語の警告", String(repeating: "&", count: 5000),
    String(repeating: family, count: 900), "unclosed ` quote", "=?UTF-8?Q?x?=", ".",
    "..\n.\n.leading dots", "From here\nFrom there", String(repeating: "x", count: 3000),
    "trailing space ", "\u{202e}right to left", "\u{2028}separator\u{2029}",
]

/// One character of seven scalars.
private let family = "👩‍👩‍👧‍👦"

/// Random texts of the characters that matter to escaping.
func randomText(_ random: inout SeededRandom, maximum: Int) -> String {
    let pieces = [
        "&", "<", ">", "`", "*", "_", "a", " ", "é", family, "\n", "e\u{301}", "&amp;", "amp;", ";", "SPY",
        "…",
    ]
    let count = Int.random(in: 0...maximum, using: &random)
    return (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
}
