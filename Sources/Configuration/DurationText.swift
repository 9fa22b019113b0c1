/// `10s`, `250ms`, `1m30s`, `2d`: whole numbers with a unit, from the greatest to the least, as in the rule
/// language (LANGUAGE 8.4: a duration needs a unit, `m` is minutes).
public func parseDuration(_ text: some StringProtocol) -> Duration? {
    let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]
    var total: Int64 = 0
    var nextUnit = 0
    var rest = text.utf8[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
        let digits = rest.prefix { (48...57).contains($0) }
        guard let count = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        rest = rest[digits.endIndex...]
        let name = String(decoding: rest.prefix { !(48...57).contains($0) }, as: UTF8.self)
        guard let unit = units[nextUnit...].firstIndex(where: { $0.name == name }) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: units[unit].milliseconds)
        let (sum, overflowOfSum) = total.addingReportingOverflow(product)
        if overflow || overflowOfSum { return nil }
        total = sum
        nextUnit = unit + 1
        rest = rest.dropFirst(name.utf8.count)
    }
    return .milliseconds(total)
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    public var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// As `parseDuration` reads it: `1m30s`; `0s` for nothing.
    public var shortText: String {
        var rest = wholeMilliseconds
        guard rest > 0 else { return "0s" }
        var out = ""
        for (name, unit) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            let count = rest / Int64(unit)
            if count > 0 { out += "\(count)\(name)" }
            rest -= count * Int64(unit)
        }
        return out
    }
}
