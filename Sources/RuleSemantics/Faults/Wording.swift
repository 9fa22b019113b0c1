import MarketModel

/// Pieces of text that diagnostics share.
enum Wording {
    /// `5`, `0.02`, `1.5`: plain decimals where 15 digits hold it.
    static func number(_ value: Double) -> String { scaled(value, by: 0) }

    /// The number times 10^power: `scaled(0.02, by: 2)` is `2`.
    static func scaled(_ value: Double, by power: Int) -> String {
        guard value.isFinite, let exact = FixedPoint("\(value)"),
            let shifted = FixedPoint(mantissa: exact.mantissa, scale: Int(exact.scale) - power)
        else { return "\(value)" }
        return shifted.description
    }

    static func code(_ text: String) -> String { "`\(text)`" }

    /// `a`, `a or b`, `a, b or c`.
    static func choices(_ items: [String]) -> String { joined(items, last: "or") }

    static func list(_ items: [String]) -> String { joined(items, last: "and") }

    private static func joined(_ items: [String], last word: String) -> String {
        guard items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " \(word) " + items[items.count - 1]
    }

    static func given(_ count: Int) -> String {
        count == 0 ? "none is given" : "\(count) \(count == 1 ? "is" : "are") given"
    }

    static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
