import Engine
import RuleSemantics

/// Lowers typed expressions into an `ExpressionGraph`, for one instance key.
///
/// The opcodes know only `<`, `<=`, `==`: `a > b` is `b < a`, `a != b` is `not a == b`, `x in lo..hi` is
/// `lo <= x and x <= hi` (LANGUAGE 11).
struct ExpressionLowering {
    var graph = ExpressionGraph()
    /// What is known of the instance's key.
    enum Key: Hashable {
        /// Nothing: a comparison with it stays open, so that every part of a rule is seen.
        case open
        /// No rule of the block mentions it by name (or the rules have no key): all such keys share a block.
        case unnamed
        case named(String)
    }

    let key: Key
    let rules: RuleNames
    /// Whether the rule that is lowered has a key.
    var isKeyed = false

    init(key: Key, rules: RuleNames = RuleNames()) {
        self.key = key
        self.rules = rules
    }

    mutating func lower(_ expression: CheckedExpression) -> Int {
        switch expression {
        case .number(let value): graph.constant(value)
        case .bool(let value): graph.bool(value)
        // A symbol is no number: comparisons take it apart before they come here.
        case .symbol: graph.unknown()
        case .lookup(let column): lookup(column)
        case .series(let reference): last(reference)
        case .call(let call): lower(call)
        case .negate(let operand): graph.unary(.negate, lower(operand))
        case .arithmetic(let operation, let left, let right):
            graph.binary(opcode(operation), lower(left), lower(right))
        case .comparison(let operation, let left, let right): compare(operation, left, right)
        case .and(let left, let right): graph.binary(.and, lower(left), lower(right))
        case .or(let left, let right): graph.binary(.or, lower(left), lower(right))
        case .not(let operand): graph.unary(.not, lower(operand))
        case .between(let value, let low, let high):
            graph.binary(.and, compare(.lessOrEqual, low, value), compare(.lessOrEqual, value, high))
        case .crosses(let direction, let left, let right):
            graph.insert(ExpressionNode(opcode: opcode(direction), a: lower(left), b: lower(right)))
        }
    }

    /// A table's value is a constant as soon as the key is known; a key that no rule mentions has no row.
    private mutating func lookup(_ column: TableColumn) -> Int {
        switch key {
        case .open: graph.open()
        case .unnamed: column.otherwise.map { graph.constant($0) } ?? graph.unknown()
        case .named(let name): column.value(for: name).map { graph.constant($0) } ?? graph.unknown()
        }
    }

    // MARK: Series

    /// The stream and column that a series is.
    func place(_ reference: SeriesReference) -> (stream: SourceStream, column: Column) {
        switch reference {
        case .named(let index): (SourceStream(kind: .series(index), owner: nil), .real)
        case .market(.price, let owner): (trades(of: owner), .a)
        case .market(.size, let owner): (trades(of: owner), .b)
        case .market(.bid, let owner): (quotes(of: owner), .a)
        case .market(.ask, let owner): (quotes(of: owner), .b)
        case .market(.mid, let owner): (quotes(of: owner), .mid)
        case .market(.spread, let owner): (quotes(of: owner), .spread)
        }
    }

    mutating func last(_ reference: SeriesReference) -> Int {
        let (stream, column) = place(reference)
        return graph.read(.last, .point(stream), column: column)
    }

    func trades(of owner: SymbolOwner) -> SourceStream { SourceStream(kind: .trades, owner: bound(owner)) }

    private func quotes(of owner: SymbolOwner) -> SourceStream {
        SourceStream(kind: .quotes, owner: bound(owner))
    }

    /// A key that is named is the key: `SPY.price` and `price` are one stream for SPY's own instance.
    private func bound(_ owner: SymbolOwner) -> SymbolOwner {
        if case .symbol(let name) = owner, key == .named(name) { return .key }
        return owner
    }

    // MARK: Comparisons

    private mutating func compare(
        _ operation: ComparisonOperator, _ left: CheckedExpression, _ right: CheckedExpression
    ) -> Int {
        if case .symbol(let one) = left, case .symbol(let other) = right {
            let isEqual = bound(one) == bound(other)
            if key == .open, !isEqual, one == .key || other == .key { return graph.open() }
            // Known as soon as the key is: a key that nobody mentions equals no name.
            return graph.bool(isEqual == (operation != .notEqual))
        }
        if let stream = agedStream(left) { return compareAge(operation, stream, with: right) }
        if let stream = agedStream(right) { return compareAge(operation.mirrored, stream, with: left) }
        let a = lower(left)
        let b = lower(right)
        switch operation {
        case .less: return graph.binary(.less, a, b)
        case .lessOrEqual: return graph.binary(.lessOrEqual, a, b)
        case .greater: return graph.binary(.less, b, a)
        case .greaterOrEqual: return graph.binary(.lessOrEqual, b, a)
        case .equal: return graph.binary(.equal, a, b)
        case .notEqual: return graph.unary(.not, graph.binary(.equal, a, b))
        }
    }

    /// The stream of `age(x)`.
    private func agedStream(_ expression: CheckedExpression) -> SourceStream? {
        guard case .call(let call) = expression, call.builtin == .age,
            let reference = call.arguments.first?.series
        else { return nil }
        return place(reference).stream
    }

    /// `age(x)` grows with time itself, so it is compared through the instant at which the answer changes
    /// (LANGUAGE 8.7): `age(x) >= d` from p + d on, `age(x) > d` from one millisecond later on, p being the
    /// time of x's last point. Ages are whole milliseconds, so a bound with a fraction is rounded up.
    private mutating func compareAge(
        _ operation: ComparisonOperator, _ stream: SourceStream, with bound: CheckedExpression
    ) -> Int {
        let node = lower(bound)
        // Whatever the key's row says, one deadline is watched for it.
        if key == .open, case .lookup = bound { return reached(stream, 0) }
        guard let delay = graph.nodes[node].constant, !delay.isNaN else { return graph.unknown() }
        let atLeast = reached(stream, delay.rounded(.up))
        let above = reached(stream, delay.rounded(.down) + 1)
        switch operation {
        case .greaterOrEqual: return atLeast
        case .greater: return above
        case .less: return graph.unary(.not, atLeast)
        case .lessOrEqual: return graph.unary(.not, above)
        case .equal: return graph.binary(.and, atLeast, graph.unary(.not, above))
        case .notEqual: return graph.binary(.or, graph.unary(.not, atLeast), above)
        }
    }

    private mutating func reached(_ stream: SourceStream, _ delay: Double) -> Int {
        // Beyond the longest life of a program there is no difference, and no overflow either.
        let bounded = Int64(max(-1e15, min(delay, 1e15)))
        return graph.read(.deadlineReached, .deadline(stream, delay: bounded))
    }

    private func opcode(_ operation: ArithmeticOperator) -> Opcode {
        switch operation {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        }
    }

    private func opcode(_ direction: CrossDirection) -> Opcode {
        switch direction {
        case .above: .crossesAbove
        case .below: .crossesBelow
        case .either: .crosses
        }
    }
}

extension ComparisonOperator {
    /// The same comparison with its sides exchanged.
    var mirrored: ComparisonOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual: self
        }
    }
}

extension CheckedArgument {
    /// The series that the argument is, whether or not the checker wrapped it in an expression.
    var series: SeriesReference? {
        switch self {
        case .series(let reference), .expression(.series(let reference)): reference
        default: nil
        }
    }
}
