/// Exponents of the base dimensions (LANGUAGE 8): P (price), S (size), T (time).
struct Dimension: Hashable, Sendable {
    var price = 0
    var size = 0
    var time = 0

    static let none = Dimension()
    static let price = Dimension(price: 1)
    static let size = Dimension(size: 1)
    static let time = Dimension(time: 1)
    static let money = Dimension(price: 1, size: 1)

    static func * (left: Dimension, right: Dimension) -> Dimension {
        Dimension(
            price: left.price + right.price, size: left.size + right.size, time: left.time + right.time)
    }

    static func / (left: Dimension, right: Dimension) -> Dimension {
        Dimension(
            price: left.price - right.price, size: left.size - right.size, time: left.time - right.time)
    }

    var isNone: Bool { self == .none }

    /// Half of every exponent; nil where one is odd.
    var squareRoot: Dimension? {
        guard price % 2 == 0, size % 2 == 0, time % 2 == 0 else { return nil }
        return Dimension(price: price / 2, size: size / 2, time: time / 2)
    }

    /// What a bare literal may become besides a number (LANGUAGE 8.3).
    var admitsBareLiteral: Bool { self == .none || self == .price || self == .size || self == .money }
}

extension Dimension: CustomStringConvertible {
    /// `price`, `money`, `size / duration`, `price^2 * size`.
    var description: String {
        switch self {
        case .none: return "number"
        case .money: return "money"
        default: break
        }
        let bases = [("price", price), ("size", size), ("duration", time)]
        func product(_ wanted: (Int) -> Bool) -> String {
            bases.filter { wanted($0.1) }
                .map { abs($0.1) == 1 ? $0.0 : "\($0.0)^\(abs($0.1))" }
                .joined(separator: " * ")
        }
        let above = product { $0 > 0 }
        let below = product { $0 < 0 }
        if below.isEmpty { return above }
        let divisor = below.contains(" * ") ? "(\(below))" : below
        return "\(above.isEmpty ? "1" : above) / \(divisor)"
    }
}
