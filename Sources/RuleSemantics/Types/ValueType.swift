/// What a quantity is besides its dimension: `5%` and `change(...)` are ratios, `trades(5m)` is a count
/// (LANGUAGE 8.2).
enum QuantityTag: Hashable, Sendable { case none, ratio, count }

/// A number with its dimension and tag. A ratio keeps its tag through `rate(DFF) * 30d`, whatever the
/// dimension in between.
struct Quantity: Hashable, Sendable {
    var dimension: Dimension
    var tag: QuantityTag = .none

    static let number = Quantity(dimension: .none)
    static let ratio = Quantity(dimension: .none, tag: .ratio)
    static let count = Quantity(dimension: .none, tag: .count)
    static let price = Quantity(dimension: .price)
    static let size = Quantity(dimension: .size)
    static let money = Quantity(dimension: .money)
    static let duration = Quantity(dimension: .time)

    var isUntaggedNumber: Bool { dimension.isNone && tag != .ratio }
}

enum ValueType: Hashable, Sendable {
    case quantity(Quantity)
    case bool
    case symbol
    /// A mistake in it is already reported: whatever is made of it is silent.
    case mistaken

    var quantity: Quantity? {
        if case .quantity(let quantity) = self { quantity } else { nil }
    }
}

extension ValueType: CustomStringConvertible {
    /// With its article, as messages speak of it: `a ratio`, `money`, `a value in size / duration`.
    var description: String {
        switch self {
        case .bool: return "a condition"
        case .symbol: return "a symbol"
        case .mistaken: return "a value"
        case .quantity(let quantity):
            switch (quantity.dimension, quantity.tag) {
            case (.none, .ratio): return "a ratio"
            case (.none, .count): return "a count"
            case (.none, .none): return "a number"
            case (.price, _): return "a price"
            case (.size, _): return "a size"
            case (.money, _): return "money"
            case (.time, _): return "a duration"
            default: return "a value in \(quantity.dimension)"
            }
        }
    }
}

/// The types that parameters may have (LANGUAGE 10, `type`).
enum ParameterType: String, CaseIterable, Sendable {
    case number, ratio, price, size, money, count, duration, symbol, bool

    var valueType: ValueType {
        switch self {
        case .number: .quantity(.number)
        case .ratio: .quantity(.ratio)
        case .price: .quantity(.price)
        case .size: .quantity(.size)
        case .money: .quantity(.money)
        case .count: .quantity(.count)
        case .duration: .quantity(.duration)
        case .symbol: .symbol
        case .bool: .bool
        }
    }
}
