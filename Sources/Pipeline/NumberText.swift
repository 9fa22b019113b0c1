extension Int {
    /// `1,234,567`.
    var grouped: String { NumberText.grouped(self) }
    /// `1 trade`, `1,200 trades`.
    func counted(_ noun: String) -> String { NumberText.count(self, noun) }
}

/// Numbers and spans of time as people read them in summaries.
enum NumberText {
    /// `1,234,567`.
    static func grouped(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `1 trade`, `1,200 trades`.
    static func count(_ value: Int, _ noun: String) -> String {
        let plural = noun.hasSuffix("y") && !noun.hasSuffix("ey") ? noun.dropLast() + "ies" : noun + "s"
        return "\(grouped(value)) \(value == 1 ? noun : plural)"
    }

    /// Seconds with one decimal, `12.3 s`.
    static func seconds(_ value: Double) -> String {
        let tenths = Int((max(0, value) * 10).rounded())
        return "\(grouped(tenths / 10)).\(tenths % 10) s"
    }

    /// `count / seconds` without decimals; the count itself for no time at all.
    static func rate(_ count: Int, _ seconds: Double) -> String {
        grouped(seconds > 0 ? Int((Double(count) / seconds).rounded()) : count)
    }
}
