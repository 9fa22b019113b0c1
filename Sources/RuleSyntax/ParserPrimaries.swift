import Diagnostics

extension Parser {
    /// A literal, a bracket, a symbol, a name or a call.
    mutating func primary() throws(SyntaxFailure) -> Operand {
        let start = current.start
        switch current.kind {
        case .number(let text, let value): return literal(.number(text: text, value: value))
        case .percent(let text, let value): return literal(.percent(text: text, value: value))
        case .basisPoints(let text, let value): return literal(.basisPoints(text: text, value: value))
        case .duration(let milliseconds): return literal(.duration(milliseconds: milliseconds))
        case .keyword(.true): return literal(.bool(true))
        case .keyword(.false): return literal(.bool(false))
        case .mark(.open): return try bracket()
        case .symbol(let text):
            let owner = Name(text: text, span: span(current))
            advance()
            if current.is(.point) { return try member(of: .symbol(owner), from: start) }
            return node(.symbol(text), from: start)
        case .word(let text) where !isStrayClause():
            let name = Name(text: text, span: span(current))
            advance()
            if current.is(.point) { return try member(of: .name(name), from: start) }
            return try call(name, owner: nil, from: start)
        default: return try placeholder()
        }
    }

    private mutating func literal(_ kind: Expression.Kind) -> Operand {
        let start = current.start
        advance()
        return node(kind, from: start)
    }

    /// What stands where a value must: reported; a stand-in keeps the rest of the clause readable.
    private mutating func placeholder() throws(SyntaxFailure) -> Operand {
        switch current.kind {
        case .string:
            refuse(.stringAsOperand, at: current)
            return literal(.bool(true))
        case .invalid:
            let isOperand = current.problems.last.map { $0.problem.standsForOperand } ?? false
            let stand = literal(.bool(true))
            if !isOperand { throw SyntaxFailure() }
            return stand
        case .keyword(let keyword):
            guard isMeantAsName() else { break }
            refuse(.keywordAsName(keyword), at: current)
            advance()
            return try call(
                Name(text: keyword.rawValue, span: span(previous)), owner: nil, from: previous.start)
        default: break
        }
        let isAtEnd =
            current.isEnd || current.leadsLine || depth > 0 && current.is(.close) || current.startsClause
        if isAtEnd, previous.end > previous.start, !previous.is(.open), !current.isSpoilt {
            refuse(.missingOperand(after: describe(previous)), at: previous)
            throw SyntaxFailure()
        }
        throw failure(expected: "a value", help: "write one such as price, 2% or vwap(5m)")
    }

    private mutating func bracket() throws(SyntaxFailure) -> Operand {
        let open = current
        try enter()
        defer { depth -= 1 }
        let inner = try operand(atLeast: .or)
        close(open)
        return try node(.parenthesised(inner.expression), from: open.start, over: inner.height)
    }

    /// Opens a bracket.
    mutating func enter() throws(SyntaxFailure) {
        guard depth < SyntaxLimits.nesting else {
            refuse(.nestedTooDeep, at: current)
            throw SyntaxFailure()
        }
        depth += 1
        advance()
    }

    mutating func close(_ open: Token) {
        if takes(.close) { return }
        if isAtBoundary() {
            if !isSuspect { refuse(.unclosedBracket, at: open) }
            isBroken = true
        } else {
            refuse(unexpectedBehindExpression(), at: current)
            skipBrackets()
            // Those around it may lack the bracket that this one has too many.
            isSuspect = true
        }
    }

    /// Why the current token cannot follow a complete expression.
    mutating func unexpectedBehindExpression() -> SyntaxProblem {
        if current.is(.close) { return .strayBracket }
        if current.is(.comma), previous.isNumber, case .number(let text, _) = peek().kind,
            text.utf8.count == 3,
            peek().start == current.end
        {
            return .missingThousands(lexer.string(previous.start..<previous.end) + text)
        }
        if current.is(.open), !current.leadsLine, previous.isSymbol, previous.end == current.start {
            let name = lexer.string(previous.start..<previous.end)
            let help = "a function's name is lower case, such as `avg`; `\(name)` is a symbol"
            return .expected("an operator", found: "`(`", help: help)
        }
        return .missingOperator(found: describe(current), isInside: depth > 0 || lexer.isSlot)
    }

    private mutating func member(of owner: Owner, from start: Int) throws(SyntaxFailure) -> Operand {
        advance()
        let name = try name("a name behind the point", inExpression: true)
        return try call(name, owner: owner, from: start)
    }

    private mutating func call(_ name: Name, owner: Owner?, from start: Int) throws(SyntaxFailure) -> Operand
    {
        guard current.is(.open) else {
            return node(.name(owner: owner, name: name, arguments: nil), from: start)
        }
        let (arguments, height) = try arguments()
        return try node(.name(owner: owner, name: name, arguments: arguments), from: start, over: height)
    }
}

extension Token {
    /// A value may begin with it.
    var startsOperand: Bool {
        switch kind {
        case .word, .symbol, .number, .percent, .basisPoints, .duration, .keyword(.true), .keyword(.false):
            true
        default: false
        }
    }
}

extension SyntaxProblem {
    /// The spoilt token was meant as a value, so that an operator may follow it.
    var standsForOperand: Bool {
        switch self {
        case .malformedNumber, .malformedWord, .numericSymbol, .emptySymbol, .malformedClock, .foreignQuote:
            true
        default: false
        }
    }
}
