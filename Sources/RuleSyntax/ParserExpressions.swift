import Diagnostics

/// How tightly an operator binds, loosest first.
enum Precedence: Int, Comparable {
    case or, and, not, comparison, sum, product, unary

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .unary }
}

extension Parser {
    /// An expression and the height of its tree.
    struct Operand {
        var expression: Expression
        var height: Int
    }

    private enum Infix {
        case binary(BinaryOperator)
        case between, crosses

        var precedence: Precedence {
            switch self {
            case .between, .crosses: .comparison
            case .binary(let symbol): symbol.precedence
            }
        }
    }

    mutating func expression() throws(SyntaxFailure) -> Expression { try operand(atLeast: .or).expression }

    /// Precedence climbing: reads operators that bind at least as tightly as the floor.
    mutating func operand(atLeast floor: Precedence) throws(SyntaxFailure) -> Operand {
        var left = current.is(.not) && floor <= .not ? try negation() : try unary()
        var hasComparison = false
        while let infix = infix(), infix.precedence >= floor {
            if infix.precedence == .comparison {
                if hasComparison { refuse(.comparisonChain, at: current) }
                hasComparison = true
            }
            left = try apply(infix, to: left)
        }
        return left
    }

    private mutating func apply(_ infix: Infix, to left: Operand) throws(SyntaxFailure) -> Operand {
        let place = span(current)
        if current.is(.assign) { mend(.assignment, at: current) }
        advance()
        switch infix {
        case .binary(let symbol):
            let right = try operand(atLeast: symbol.precedence.tighter)
            return try node(
                .binary(symbol, left.expression, right.expression, operatorSpan: place),
                from: left.expression.span.start, over: left.height, right.height)
        case .between:
            let low = try operand(atLeast: .sum)
            try expect(.range, help: "a range is written `in 1..5`")
            let high = try operand(atLeast: .sum)
            return try node(
                .between(left.expression, low: low.expression, high: high.expression, operatorSpan: place),
                from: left.expression.span.start, over: left.height, low.height, high.height)
        case .crosses:
            var word = CrossesWord.either
            if current.is(word: "above") { word = .above } else if current.is(word: "below") { word = .below }
            if word != .either { advance() }
            let right = try operand(atLeast: .sum)
            return try node(
                .crosses(word, left.expression, right.expression, operatorSpan: place),
                from: left.expression.span.start, over: left.height, right.height)
        }
    }

    /// `5 min`: a word like `in`, and no misspelling of it.
    func isSpokenUnit() -> Bool {
        guard previous.isNumber, case .word(let text) = current.kind else { return false }
        return SyntaxProblem.spokenUnits[text] != nil
    }

    /// The operator that a word stands for when it is spoken, with a value behind it.
    private mutating func spokenOperator() -> BinaryOperator? {
        guard case .word(let text) = current.kind, !current.leadsLine,
            let meant = SyntaxProblem.spokenOperators[text]
        else { return nil }
        let next = peek()
        if case .word(let word) = next.kind, SyntaxProblem.spokenOperators[word] != nil {
            // `is above`: the second word says what is meant.
            advance()
            return spokenOperator()
        }
        return !next.leadsLine && (next.startsOperand || next.is(.open)) ? meant : nil
    }

    /// The operator that the current token is, a misspelt or spoken one included.
    private mutating func infix() -> Infix? {
        if let meant = spokenOperator() {
            mend(unexpectedBehindExpression(), at: current)
            return .binary(meant)
        }
        let candidates = Keyword.infix + Keyword.clauses + Keyword.items
        if !isSpokenUnit(), let near = misspeltKeyword(among: candidates), Keyword.infix.contains(near) {
            mendKeyword(near, place: "an operator")
        }
        switch current.kind {
        case .keyword(.or): return .binary(.or)
        case .keyword(.and): return .binary(.and)
        case .keyword(.in): return .between
        case .keyword(.crosses): return .crosses
        case .mark(.assign): return .binary(.equal)
        case .mark(let mark): return BinaryOperator(rawValue: mark.rawValue).map(Infix.binary)
        default: return nil
        }
    }

    private mutating func negation() throws(SyntaxFailure) -> Operand {
        var starts: [Int] = []
        while current.is(.not) {
            starts.append(current.start)
            advance()
        }
        var result = try operand(atLeast: .comparison)
        for start in starts.reversed() {
            result = try node(.not(result.expression), from: start, over: result.height)
        }
        return result
    }

    private mutating func unary() throws(SyntaxFailure) -> Operand {
        var starts: [Int] = []
        while current.is(.minus) || current.is(.not) {
            if current.is(.not) { refuse(.notAsOperand, at: current) }
            starts.append(current.start)
            advance()
        }
        var result = try primary()
        for start in starts.reversed() {
            result = try node(.negate(result.expression), from: start, over: result.height)
        }
        return result
    }

    /// A node up to the last token consumed, over subtrees of these heights.
    func node(_ kind: Expression.Kind, from start: Int) -> Operand {
        Operand(expression: Expression(kind: kind, span: span(from: start)), height: 1)
    }

    mutating func node(
        _ kind: Expression.Kind, from start: Int, over heights: Int...
    ) throws(SyntaxFailure) -> Operand {
        let height = (heights.max() ?? 0) + 1
        guard height <= SyntaxLimits.expressionHeight else {
            refuse(.expressionTooLong, at: previous)
            throw SyntaxFailure()
        }
        return Operand(expression: Expression(kind: kind, span: span(from: start)), height: height)
    }
}

extension BinaryOperator {
    var precedence: Precedence {
        switch self {
        case .or: .or
        case .and: .and
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: .comparison
        case .add, .subtract: .sum
        case .multiply, .divide: .product
        }
    }
}
