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
        case .word(let text):
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
        let isAtEnd = current.isEnd || current.leadsLine || current.is(.close) || current.startsClause
        if isAtEnd, previous.end > previous.start, !previous.is(.open), !current.isSpoilt {
            refuse(.missingOperand(after: describe(previous)), at: previous)
            throw SyntaxFailure()
        }
        throw failure(expected: "a value")
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
    private mutating func enter() throws(SyntaxFailure) {
        guard depth < SyntaxLimits.nesting else {
            refuse(.nestedTooDeep, at: current)
            throw SyntaxFailure()
        }
        depth += 1
        advance()
    }

    private mutating func close(_ open: Token) {
        if takes(.close) { return }
        if isAtBoundary() {
            refuse(.unclosedBracket, at: open)
        } else {
            refuse(unexpectedBehindExpression(), at: current)
            skipBrackets()
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
        return .missingOperator(found: describe(current))
    }

    private mutating func member(of owner: Owner, from start: Int) throws(SyntaxFailure) -> Operand {
        advance()
        let name = try name("a name behind the point")
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

    /// `( arg, arg )`, and the height of the highest.
    mutating func arguments() throws(SyntaxFailure) -> ([Argument], height: Int) {
        let open = current
        try enter()
        defer { depth -= 1 }
        var arguments: [Argument] = []
        var height = 0
        while !current.is(.close) {
            let (argument, itsHeight) = try argument()
            arguments.append(argument)
            height = max(height, itsHeight)
            if current.is(.comma) {
                advance()
                if current.is(.close) { mend(.danglingComma, at: previous) }
            } else if current.startsOperand, !isAtBoundary() {
                mend(.missingComma, at: current)
            } else {
                break
            }
        }
        close(open)
        return (arguments, height)
    }

    /// `expr [by dur] [ending dur ago]`, `100 trades`, `within 10d`.
    private mutating func argument() throws(SyntaxFailure) -> (Argument, height: Int) {
        let start = current.start
        if takes(.within) {
            let length = try duration(of: "within")
            return (Argument(kind: .within(length), span: span(from: start)), 1)
        }
        if current.isNumber, peek().is(word: "trades") {
            let count = tradeCount()
            return (Argument(kind: .trades(count), span: span(from: start)), 1)
        }
        let operand = try operand(atLeast: .or)
        var step: DurationText?
        var shift: DurationText?
        if takes(.by) { step = try duration(of: "by") }
        if takes(.ending) {
            shift = try duration(of: "ending")
            if current.is(word: "ago") {
                advance()
            } else {
                refuse(
                    .expected("`ago`", found: describe(current), help: ["write `1h ending 5m ago`"]),
                    at: current)
                if current.isWord { advance() }
            }
        }
        if current.is(.by), step == nil {
            refuse(
                .expected(
                    "`by` before `ending`", found: "it behind", help: ["write `1h by 1m ending 5m ago`"]),
                at: current)
            advance()
            _ = try duration(of: "by")
        }
        let kind = Argument.Kind.expression(operand.expression, by: step, ending: shift)
        return (Argument(kind: kind, span: span(from: start)), operand.height)
    }

    /// `100 trades`: the current token is the number.
    mutating func tradeCount() -> Int {
        let text = lexer.string(current.start..<current.end)
        var count = 1
        if text.utf8.allSatisfy(\.isDigit), let whole = Int(text), 1...SyntaxLimits.tradeCount ~= whole {
            count = whole
        } else {
            refuse(.tradeCount(found: describe(current)), at: current)
        }
        advance()
        advance()
        return count
    }

    /// DURATION or a NAME that stands for one.
    mutating func duration(of what: String) throws(SyntaxFailure) -> DurationText {
        let token = current
        switch current.kind {
        case .duration(let milliseconds):
            advance()
            return .literal(milliseconds: milliseconds, span(token))
        case .word(let text):
            guard !token.leadsLine else { break }
            advance()
            return .name(Name(text: text, span: span(token)))
        case .number(let text, _):
            refuse(.missingUnit(text), at: token)
            advance()
            return .literal(milliseconds: 1, span(token))
        case .invalid:
            advance()
            return .literal(milliseconds: 1, span(token))
        default: break
        }
        throw failure(expected: "a duration behind `\(what)`", help: "write one such as 30s, 5m or 1h30m")
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
