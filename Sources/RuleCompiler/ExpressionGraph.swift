import Engine
import RuleSemantics

/// A sequence of points, told by what it is rather than by a place in a block.
struct SourceStream: Hashable {
    var kind: StreamRequest.Kind
    /// nil for a named series, which belongs to nobody.
    var owner: SymbolOwner?
}

/// What an instruction reads besides registers. Two windows of one stream, length and ending are the same
/// source: their aggregates are united when the block is laid out.
enum Source: Hashable {
    case point(SourceStream)
    case window(SourceStream, WindowExtent)
    case lag(SourceStream, delay: Int64)
    case deadline(SourceStream, delay: Int64)
    case rate(Int, within: Int64?)
    case samples(SourceStream, SampleRequest)
    case decay(SourceStream, Column, halfLife: Int64)
    /// A rule by its index in the book.
    case firing(rule: Int, sameKey: Bool)

    var stream: SourceStream? {
        switch self {
        case .point(let stream), .window(let stream, _), .lag(let stream, _), .deadline(let stream, _),
            .samples(let stream, _), .decay(let stream, _, _):
            stream
        case .rate, .firing: nil
        }
    }

    /// Whether it holds more than the points that its stream still has.
    var isAccumulated: Bool {
        switch self {
        case .window(_, .grid), .samples, .decay: true
        case .window, .point, .lag, .deadline, .rate, .firing: false
        }
    }

    /// How far back from the present the stream's points are read; milliseconds.
    var reach: Int64 {
        switch self {
        case .window(_, let extent): extent.reach
        case .lag(_, let delay): delay
        case .point, .deadline, .rate, .samples, .decay, .firing: 0
        }
    }
}

/// One operation on nodes that stand before it.
struct ExpressionNode: Hashable {
    var opcode: Opcode
    /// Indices of nodes; -1 where the opcode has no such operand.
    var a = -1
    var b = -1
    var column = Column.a
    var source: Source?
    /// The second series of `correlation` and `beta`.
    var otherSource: Source?
    /// The bits of a constant: nodes compare by them, so that unknown equals unknown.
    var bits: UInt64 = 0

    var constant: Double? { opcode == .constant ? Double(bitPattern: bits) : nil }

    var sources: [Source] { [source, otherSource].compactMap { $0 } }
}

/// Expressions as a graph in which equal subexpressions are one node (hash-consing; A. P. Ershov, "On
/// programming of arithmetic operations", 1958). Constants are folded as the evaluator would compute them:
/// operation by operation, left to right, never regrouped (LANGUAGE 3.2a).
///
/// - Invariant: a node's operands stand before it, so the order of nodes is an order of evaluation.
struct ExpressionGraph {
    private(set) var nodes: [ExpressionNode] = []
    private var places: [ExpressionNode: Int] = [:]

    mutating func insert(_ node: ExpressionNode) -> Int {
        if let place = places[node] { return place }
        nodes.append(node)
        places[node] = nodes.count - 1
        return nodes.count - 1
    }

    mutating func constant(_ value: Double) -> Int {
        // One bit pattern stands for unknown (LANGUAGE 3.3: no NaN, no infinity).
        let bits = value.isFinite ? value.bitPattern : Double.nan.bitPattern
        return insert(ExpressionNode(opcode: .constant, bits: bits))
    }

    mutating func bool(_ value: Bool) -> Int { constant(value ? 1 : 0) }

    mutating func unknown() -> Int { constant(.nan) }

    /// Something that is not known before the key is; it never comes into a program.
    mutating func open() -> Int { insert(ExpressionNode(opcode: .last)) }

    mutating func read(_ opcode: Opcode, _ source: Source, column: Column = .a) -> Int {
        insert(ExpressionNode(opcode: opcode, column: column, source: source))
    }

    mutating func unary(_ opcode: Opcode, _ a: Int) -> Int {
        if let value = nodes[a].constant, let folded = ExpressionGraph.folded(opcode, value) {
            return constant(folded)
        }
        if opcode == .not, nodes[a].opcode == .not { return nodes[a].a }
        return insert(ExpressionNode(opcode: opcode, a: a))
    }

    mutating func binary(_ opcode: Opcode, _ a: Int, _ b: Int) -> Int {
        let left = nodes[a].constant
        let right = nodes[b].constant
        if let left, let right, let folded = ExpressionGraph.folded(opcode, left, right) {
            return constant(folded)
        }
        if let decided = absorbed(opcode, left, b) ?? absorbed(opcode, right, a) { return decided }
        return insert(ExpressionNode(opcode: opcode, a: a, b: b))
    }

    /// `false and x` is false, `true and x` is x, and the mirror images for `or`, also when x is unknown
    /// (LANGUAGE 3.4). Nothing observes that x is no longer read: `crosses`, which does look at the change
    /// points of its operands, has no bool operands; other operations keep theirs for that reason.
    private mutating func absorbed(_ opcode: Opcode, _ value: Double?, _ other: Int) -> Int? {
        switch (opcode, value) {
        case (.and, 0): bool(false)
        case (.or, 1): bool(true)
        case (.and, 1), (.or, 0): other
        default: nil
        }
    }

    /// What the evaluator would compute; nil leaves it to the evaluator (`ln` is the C library's).
    private static func folded(_ opcode: Opcode, _ a: Double) -> Double? {
        switch opcode {
        case .negate: -a
        case .absolute: a.magnitude
        case .squareRoot: a.squareRoot()
        case .not: 1 - a
        case .known: a.isNaN ? 0 : 1
        default: nil
        }
    }

    private static func folded(_ opcode: Opcode, _ a: Double, _ b: Double) -> Double? {
        switch opcode {
        case .and where a == 0 || b == 0: return 0
        case .or where a == 1 || b == 1: return 1
        case .coalesce: return a.isNaN ? b : a
        default: break
        }
        if a.isNaN || b.isNaN { return .nan }
        switch opcode {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        case .least: return a < b ? a : b
        case .greatest: return a > b ? a : b
        case .less: return a < b ? 1 : 0
        case .lessOrEqual: return a <= b ? 1 : 0
        case .equal: return a == b ? 1 : 0
        case .and: return 1
        case .or: return 0
        default: return nil
        }
    }
}
