import RuleSemantics
import Testing

/// The dimension checker beside arithmetic: in a sound comparison a change of units changes nothing.
///
/// Each expression is computed in two systems of units that differ by powers of two, so that every operation
/// scales exactly. Two operands that meet in `+`, `-` or a comparison have one dimension if and only if both
/// scale by the same power.
@Suite("Checker: dimensions")
struct CheckerDimensionTests {
    private indirect enum Tree: Sendable {
        case leaf(text: String, value: Double, power: Double)
        case node(String, Tree, Tree)
        case absolute(Tree)

        var text: String {
            switch self {
            case .leaf(let text, _, _): text
            case .node(let symbol, let left, let right): "(\(left.text) \(symbol) \(right.text))"
            case .absolute(let inner): "abs(\(inner.text))"
            }
        }

        /// The value in the one or the other system of units.
        func value(_ isScaled: Bool) -> Double {
            switch self {
            case .leaf(_, let value, let power): isScaled ? value * power : value
            case .absolute(let inner): abs(inner.value(isScaled))
            case .node(let symbol, let left, let right):
                switch symbol {
                case "+": left.value(isScaled) + right.value(isScaled)
                case "-": left.value(isScaled) - right.value(isScaled)
                case "*": left.value(isScaled) * right.value(isScaled)
                default: left.value(isScaled) / right.value(isScaled)
                }
            }
        }

        var scale: Double { value(true) / value(false) }

        /// A zero, or an infinity, has no scale to tell.
        var hasScale: Bool {
            let own = scale.isFinite && scale > 0
            switch self {
            case .leaf: return own
            case .absolute(let inner): return own && inner.hasScale
            case .node(_, let left, let right): return own && left.hasScale && right.hasScale
            }
        }

        var isSound: Bool {
            switch self {
            case .leaf: true
            case .absolute(let inner): inner.isSound
            case .node(let symbol, let left, let right):
                left.isSound && right.isSound
                    && (symbol == "*" || symbol == "/" || left.scale == right.scale)
            }
        }
    }

    /// Far enough apart that no short product of them is another.
    private static let price = 0x1p1
    private static let size = 0x1p11
    private static let time = 0x1p113

    private static let leaves: [Tree] = [
        .leaf(text: "price", value: 3.7, power: price), .leaf(text: "vwap(5m)", value: 1.3, power: price),
        .leaf(text: "size", value: 0.9, power: size), .leaf(text: "volume(5m)", value: 11.1, power: size),
        .leaf(text: "notional(1m)", value: 5.3, power: price * size),
        .leaf(text: "trades(1m)", value: 17, power: 1),
        .leaf(text: "change(price, 1m)", value: 0.21, power: 1),
        .leaf(text: "2%", value: 0.02, power: 1), .leaf(text: "5m", value: 300_000, power: time),
        .leaf(text: "slope(price, 5m)", value: 0.3, power: price / time),
        .leaf(text: "variance(size, 5m)", value: 0.7, power: size * size),
    ]

    private static func tree(_ depth: Int, _ numbers: inout SeededNumbers) -> Tree {
        if depth == 0 || Int.random(in: 0..<4, using: &numbers) == 0 {
            return leaves.randomElement(using: &numbers) ?? leaves[0]
        }
        if Int.random(in: 0..<8, using: &numbers) == 0 { return .absolute(tree(depth - 1, &numbers)) }
        let symbol = ["+", "-", "*", "/", "*", "/"].randomElement(using: &numbers) ?? "+"
        return .node(symbol, tree(depth - 1, &numbers), tree(depth - 1, &numbers))
    }

    @Test("A comparison is refused exactly where its operands scale apart", arguments: 0..<8)
    func oracle(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var accepted = 0
        for _ in 0..<400 {
            let left = Self.tree(3, &numbers)
            // Often the same dimension, in another shape.
            let right = Bool.random(using: &numbers) ? Self.tree(2, &numbers) : .absolute(left)
            guard left.hasScale, right.hasScale else { continue }
            let isSound = left.isSound && right.isSound && left.scale == right.scale
            let text = "\(left.text) > \(right.text)"
            let codes = condition(text).errorCodes
            #expect(codes.isEmpty == isSound, "\(text): \(codes)")
            #expect(codes.allSatisfy { $0 == "E022" || $0 == "E024" }, "\(text): \(codes)")
            accepted += isSound ? 1 : 0
        }
        #expect(accepted > 40)
    }
}
