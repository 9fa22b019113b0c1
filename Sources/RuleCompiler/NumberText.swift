import MarketModel
import RuleSemantics

/// Numbers as messages print them (LANGUAGE 10, message formats). Total: every Double has a text.
///
/// A fixed number of decimals rounds the exact decimal value of the Double, half to even; percent and basis
/// points move its decimal point, so that no multiplication rounds first.
struct NumberText {
    static let unknown = "n/a"

    /// Decimals when a format names none.
    private static let greatestDecimals = 6

    let format: NumberFormat
    /// Decimals of the key symbol's price and size; nil without a key.
    var priceDecimals: Int?
    var sizeDecimals: Int?

    func text(_ value: Double) -> String {
        guard value.isFinite else { return NumberText.unknown }
        switch format.unit {
        case .bool: return value == 0 ? "false" : "true"
        case .duration: return NumberText.duration(value, showsPlus: format.showsPlus)
        case .plain: return number(value, shift: 0)
        case .percent: return number(value, shift: 2) + "%"
        case .basisPoints: return number(value, shift: 4) + "bp"
        }
    }

    /// `value * 10^shift`.
    private func number(_ value: Double, shift: Int) -> String {
        let exact = ExactDecimal(value).shifted(by: shift)
        let digits: ExactDecimal
        if let decimals {
            digits = exact.rounded(toDecimals: decimals)
        } else {
            let shortest = ExactDecimal(shortest: value).shifted(by: shift)
            digits =
                shortest.scale <= NumberText.greatestDecimals
                ? shortest : exact.rounded(toDecimals: NumberText.greatestDecimals).withoutTrailingZeros
        }
        // A zero has no minus, whatever it was rounded from.
        let isNegative = value < 0 && !digits.isZero
        let sign = isNegative ? "-" : format.showsPlus ? "+" : ""
        return sign + digits.text(groupsThousands: format.groupsThousands)
    }

    private var decimals: Int? {
        switch format.symbolDecimals {
        case .price?: priceDecimals ?? format.decimals
        case .size?: sizeDecimals ?? format.decimals
        case nil: format.decimals
        }
    }

    /// Milliseconds in the largest units: `1m30s`, `250ms`, `0s`.
    static func duration(_ milliseconds: Double, showsPlus: Bool = false) -> String {
        let rounded = milliseconds.rounded(.toNearestOrEven)
        var rest = UInt64(min(rounded.magnitude, 1e18))
        let sign = rounded < 0 ? "-" : showsPlus ? "+" : ""
        if rest == 0 { return showsPlus ? "+0s" : "0s" }
        var text = ""
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
            as [(String, UInt64)] where rest >= length
        {
            text += "\(rest / length)\(unit)"
            rest %= length
        }
        return sign + text
    }
}
