/// What a number with a wrong suffix was meant to be: `1.5h` -> `1h30m`, `5min` -> `5m`.
struct NumberFix {
    /// The advice, whole.
    var text: String
    /// The token to go on with, where the meaning is not in doubt.
    var kind: Token.Kind?

    init(of spelling: String) {
        let digits = spelling.prefix { $0 >= "0" && $0 <= "9" || $0 == "." }
        let suffix = spelling[digits.endIndex...]
        let lowered = suffix.lowercased()
        text = "a number ends with k, mn, bn, % or bp, a duration with d, h, m, s or ms"
        if suffix.contains("_") || suffix.first == "_" {
            let joined = spelling.replacing("_", with: "")
            let isNumber = !joined.isEmpty && joined.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
            text = isNumber ? "write \(joined), or 1k, 1mn, 1bn: numbers have no separators" : text
        } else if suffix == "M" || suffix == "MM" {
            text = "write \(digits)mn for millions or \(digits)m for minutes"
        } else if let power = Self.powers[lowered] {
            text = "write \(digits)\(power): numbers have no exponents"
        } else if suffix.first == "e", suffix.dropFirst().utf8.allSatisfy(\.isDigit), suffix.count > 1 {
            text = "write the number out, or with k, mn or bn: numbers have no exponents"
        } else if lowered == "w" || lowered == "week" || lowered == "weeks", let weeks = Int64(digits),
            weeks < 5_000
        {
            fix("\(weeks * 7)", "d")
        } else if let name = Self.units[lowered] ?? Self.own.first(where: { $0 == lowered }) {
            fix(String(digits), name)
        }
    }

    private mutating func fix(_ digits: String, _ name: String) {
        guard let unit = DurationSpelling.units.first(where: { $0.name == name }) else {
            text = "write \(digits)\(name)"
            return
        }
        guard let value = Double(digits), value * Double(unit.milliseconds) < Double(SyntaxLimits.duration)
        else {
            return
        }
        let milliseconds = value * Double(unit.milliseconds)
        guard milliseconds == milliseconds.rounded(), milliseconds > 0 else {
            text = "a duration has whole numbers, down to 1ms"
            return
        }
        text = "write \(canonicalDuration(Int64(milliseconds)))"
        kind = .duration(Int64(milliseconds))
    }

    private static let powers = ["e3": "k", "e6": "mn", "e9": "bn"]

    private static let own = ["d", "h", "m", "s", "ms", "k", "mn", "bn", "bp"]

    private static let units: [String: String] = [
        "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m",
        "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
        "msec": "ms", "millis": "ms", "bps": "bp", "pct": "%", "percent": "%", "mm": "mn", "mio": "mn",
        "mil": "mn", "million": "mn", "b": "bn", "bln": "bn", "bil": "bn", "billion": "bn", "thousand": "k",
    ]
}
