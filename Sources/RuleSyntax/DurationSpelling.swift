/// Durations as text, both ways (LANGUAGE 10: DURATION).
enum DurationSpelling: Equatable {
    case exact(Int64)
    case tooLong

    /// Largest first.
    static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// `1h30m` in milliseconds; nil where the text is no duration.
    static func milliseconds(_ spelling: String) -> DurationSpelling? {
        var total: Int64 = 0
        var isTooLong = false
        var rest = Substring(spelling)
        while !rest.isEmpty {
            let digits = rest.prefix { $0 >= "0" && $0 <= "9" }
            rest = rest[digits.endIndex...]
            let name = rest.prefix { $0 >= "a" && $0 <= "z" }
            rest = rest[name.endIndex...]
            guard !digits.isEmpty, let unit = units.first(where: { $0.name == name }) else { return nil }
            let (part, overflow) = (Int64(digits) ?? .max).multipliedReportingOverflow(by: unit.milliseconds)
            if overflow || part > SyntaxLimits.duration || total + part > SyntaxLimits.duration {
                isTooLong = true
            } else {
                total += part
            }
        }
        return isTooLong ? .tooLong : .exact(total)
    }
}

/// A duration in its largest units: 90,000 ms is `1m30s`, 86,400,000 ms is `1d`, none is `0s`.
public func canonicalDuration(_ ms: Int64) -> String {
    if ms == 0 { return "0s" }
    var rest = ms.magnitude
    var text = ms < 0 ? "-" : ""
    for unit in DurationSpelling.units {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: UInt64(unit.milliseconds))
        if quotient > 0 { text += "\(quotient)\(unit.name)" }
        rest = remainder
    }
    return text
}

/// The milliseconds of `1h30m`; nil where the text is no duration, or longer than any rule may write.
public func durationMilliseconds(_ text: String) -> Int64? {
    guard !text.isEmpty, case .exact(let milliseconds)? = DurationSpelling.milliseconds(text) else {
        return nil
    }
    return milliseconds
}
