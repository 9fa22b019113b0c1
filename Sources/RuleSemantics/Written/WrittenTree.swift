import RuleSyntax

/// Walks what was written beside what it means. Where the checker has made something else of it (constants
/// computed, symbols compared), the whole is one node.
struct WrittenTree {
    let program: CheckedProgram

    /// A node with its quantity; nil for conditions, symbols, and for bare literals, which adapt.
    struct Built {
        var node: WrittenNode
        var quantity: Quantity?
    }

    func build(_ written: Expression, _ checked: CheckedExpression) -> Built {
        if case .parenthesised(let inner) = written.kind { return build(inner, checked) }
        switch (written.kind, checked) {
        case (.binary(_, let left, let right, _), .and(let a, let b)):
            return junction(.and, written, checked, [(left, a), (right, b)])
        case (.binary(_, let left, let right, _), .or(let a, let b)):
            return junction(.or, written, checked, [(left, a), (right, b)])
        case (.not(let inner), .not(let a)): return junction(.not, written, checked, [(inner, a)])
        case (.binary(let symbol, let left, let right, _), .comparison(let operation, let a, let b)):
            let isMirrored = symbol.rawValue != operation.rawValue
            let sides = isMirrored ? [(right, a), (left, b)] : [(left, a), (right, b)]
            return comparison(.comparison(operation), written, checked, sides)
        case (.crosses(_, let left, let right, _), .crosses(let direction, let a, let b)):
            return comparison(.crosses(direction), written, checked, [(left, a), (right, b)])
        case (.between(let value, let low, let high, _), .between(let a, let b, let c)):
            return comparison(.between, written, checked, [(value, a), (low, b), (high, c)])
        case (.between(let value, let low, let high, _), .and(let least, let greatest)):
            return bounds(written, checked, value, [(low, least), (high, greatest)])
        case (.negate(let inner), .negate(let a)):
            let operand = build(inner, a)
            return value(written, checked, operand.quantity, [operand.node])
        case (.binary(_, let left, let right, _), .arithmetic(let operation, let a, let b)):
            return arithmetic(operation, written, checked, build(left, a), build(right, b))
        case (.name(_, _, let arguments), .call(let call)):
            return self.call(written, call, arguments ?? [])
        default: return leaf(written, checked)
        }
    }

    // MARK: Conditions

    private func junction(
        _ kind: WrittenNode.Kind, _ written: Expression, _ checked: CheckedExpression,
        _ operands: [(Expression, CheckedExpression)]
    ) -> Built {
        condition(kind, written, checked, operands.map { build($0, $1).node })
    }

    private func condition(
        _ kind: WrittenNode.Kind, _ written: Expression, _ checked: CheckedExpression,
        _ children: [WrittenNode] = []
    ) -> Built {
        Built(
            node: WrittenNode(
                text: written.canonicalText, expression: checked, kind: kind,
                format: NumberFormat(unit: .bool), children: children))
    }

    private func comparison(
        _ kind: WrittenNode.Kind, _ written: Expression, _ checked: CheckedExpression,
        _ sides: [(Expression, CheckedExpression)]
    ) -> Built {
        var operands = sides.map { build($0, $1) }
        let isOfQuantities = operands.allSatisfy { $0.node.kind == .literal || $0.node.kind == .value }
        guard isOfQuantities else {
            return condition(.condition, written, checked, operands.map(\.node).filter { $0.kind != .symbol })
        }
        adapt(&operands)
        return condition(kind, written, checked, operands.map(\.node))
    }

    /// What adapts prints as the quantity beside it does.
    private func adapt(_ operands: inout [Built]) {
        let quantities = operands.compactMap(\.quantity)
        let isRatio = quantities.contains(.ratio)
        guard let common = isRatio ? .ratio : quantities.first else { return }
        // A price divided by a price is a ratio beside one.
        for index in operands.indices
        where operands[index].quantity == nil || isRatio && operands[index].quantity == .number {
            operands[index].node.format = .standard(for: common, of: operands[index].node.expression)
        }
    }

    /// `age(x) in lo..hi`, which stands for two comparisons.
    private func bounds(
        _ written: Expression, _ checked: CheckedExpression, _ value: Expression,
        _ parts: [(bound: Expression, checked: CheckedExpression)]
    ) -> Built {
        let nodes = parts.map { bound, part -> WrittenNode in
            guard case .comparison(let operation, let a, let b) = part else {
                return leaf(bound, part).node
            }
            var node = comparison(.comparison(operation), written, part, [(value, a), (bound, b)]).node
            node.text = "\(value.canonicalText) \(operation.rawValue) \(bound.canonicalText)"
            return node
        }
        return condition(.and, written, checked, nodes)
    }

    // MARK: Quantities

    private func value(
        _ written: Expression, _ checked: CheckedExpression, _ quantity: Quantity?,
        _ children: [WrittenNode] = []
    ) -> Built {
        let format = NumberFormat.standard(for: quantity ?? .number, of: checked)
        return Built(
            node: WrittenNode(
                text: written.canonicalText, expression: checked, kind: .value, format: format,
                children: children), quantity: quantity)
    }

    private func arithmetic(
        _ operation: ArithmeticOperator, _ written: Expression, _ checked: CheckedExpression, _ left: Built,
        _ right: Built
    ) -> Built {
        var operands = [left, right]
        let quantity: Quantity?
        switch operation {
        case .add, .subtract:
            adapt(&operands)
            quantity = left.quantity ?? right.quantity
        case .multiply, .divide: quantity = product(operation, left, right)
        }
        return value(written, checked, quantity, operands.map(\.node))
    }

    /// As the checker has it (LANGUAGE 8.2).
    private func product(_ operation: ArithmeticOperator, _ left: Built, _ right: Built) -> Quantity? {
        if left.quantity == nil, right.quantity == nil { return nil }
        let first = left.quantity ?? .number
        let second = right.quantity ?? .number
        func keeps(_ other: Quantity, _ node: WrittenNode) -> Bool {
            other.tag != .ratio && (other.dimension.isNone || node.kind == .literal)
        }
        let isRatio =
            first.tag == .ratio && keeps(second, right.node)
            || operation == .multiply && second.tag == .ratio && keeps(first, left.node)
        let dimension =
            operation == .multiply ? first.dimension * second.dimension : first.dimension / second.dimension
        return Quantity(dimension: dimension, tag: isRatio ? .ratio : .none)
    }

    private func leaf(_ written: Expression, _ checked: CheckedExpression) -> Built {
        switch checked {
        case .symbol: return condition(.symbol, written, checked)
        case .bool, .and, .or, .not, .comparison, .crosses, .between:
            return condition(.condition, written, checked)
        case .lookup(let column) where column.isBool: return condition(.condition, written, checked)
        case .lookup(let column): return value(written, checked, column.quantity)
        case .series(let reference): return value(written, checked, quantity(of: reference))
        case .number:
            let quantity = quantity(ofLiteral: written)
            var built = value(written, checked, quantity)
            built.node.kind = .literal
            return built
        case .call, .negate, .arithmetic: return value(written, checked, nil)
        }
    }

    /// nil for bare ones.
    private func quantity(ofLiteral written: Expression) -> Quantity? {
        switch written.kind {
        case .percent, .basisPoints: return .ratio
        case .duration: return .duration
        case .parenthesised(let inner), .negate(let inner): return quantity(ofLiteral: inner)
        case .binary(.multiply, let left, let right, _), .binary(.divide, let left, let right, _):
            let isProduct = if case .binary(.multiply, _, _, _) = written.kind { true } else { false }
            return product(
                isProduct ? .multiply : .divide, leaf(left, .number(0)), leaf(right, .number(0)))
        case .binary(_, let left, let right, _):
            return quantity(ofLiteral: left) ?? quantity(ofLiteral: right)
        case .name(_, _, let arguments):
            for case .expression(let inner, _, _) in (arguments ?? []).map(\.kind) {
                if let quantity = quantity(ofLiteral: inner) { return quantity }
            }
            return nil
        default: return nil
        }
    }

    private func quantity(of reference: SeriesReference) -> Quantity? {
        switch reference {
        case .market(.size, _): .size
        case .market: .price
        case .named(let index): index < program.series.count ? program.series[index].quantity : nil
        }
    }
}

// MARK: Calls

extension WrittenTree {
    private func call(_ written: Expression, _ call: BuiltinCall, _ arguments: [Argument]) -> Built {
        let row = BuiltinTable.row(named: call.builtin.rawValue)
        var operands: [Built] = []
        for (argument, meaning) in zip(arguments, meanings(of: call, count: arguments.count)) {
            guard case .expression(let inner, _, _) = argument.kind else { continue }
            switch meaning {
            case .expression(let checked): operands.append(build(inner, checked))
            case .series(let reference): operands.append(build(inner, .series(reference)))
            case .window, .duration, .rate, .rule: break
            }
        }
        // What a window holds is told beside the tree.
        let hasWindow = call.arguments.contains { argument in
            switch argument {
            case .window: true
            case .duration: call.builtin != .rate && call.builtin != .ewma
            case .expression, .series, .rate, .rule: false
            }
        }
        let children = hasWindow ? [] : operands.map(\.node).filter { $0.kind != .symbol }
        if row?.result == .bool { return condition(.condition, written, .call(call), children) }
        if row?.result == .same, operands.contains(where: { $0.node.kind == .condition }) {
            return condition(.condition, written, .call(call), children)
        }
        if row?.isScalar ?? false { adapt(&operands) }
        let shown = hasWindow ? [] : operands.map(\.node)
        return value(written, .call(call), quantity(of: row?.result, operands), shown)
    }

    /// One for each argument as written: `least(a, b, c)` means least(least(a, b), c).
    private func meanings(of call: BuiltinCall, count: Int) -> [CheckedArgument] {
        var meanings = call.arguments
        while meanings.count < count, case .expression(.call(let inner))? = meanings.first,
            inner.builtin == call.builtin
        {
            meanings.replaceSubrange(0..<1, with: inner.arguments)
        }
        return meanings
    }

    private func quantity(of result: BuiltinResult?, _ operands: [Built]) -> Quantity? {
        let first = operands.compactMap(\.quantity).first
        switch result {
        case .price?: return .price
        case .size?: return .size
        case .money?: return .money
        case .number?: return .number
        case .ratio?: return .ratio
        case .count?: return .count
        case .duration?: return .duration
        case .same?: return first
        case .square?: return first.map { Quantity(dimension: $0.dimension * $0.dimension) }
        case .perTime?: return first.map { Quantity(dimension: $0.dimension / .time) }
        case .squareRoot?: return first?.dimension.squareRoot.map { Quantity(dimension: $0) }
        case .bool?, nil: return nil
        }
    }
}
