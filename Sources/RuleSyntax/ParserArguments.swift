import Diagnostics

extension Parser {
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
            } else if current.startsOperand, !isAtBoundary(), !isSpokenUnit() {
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
        if isShiftWithoutEnding() {
            let help = "write `1h ending 5m ago`"
            mend(.expected("`ending`", found: describe(current), help: help), at: current)
            shift = try duration(of: "ending")
            advance()
        }
        if takes(.ending) {
            shift = try duration(of: "ending")
            if current.is(word: "ago") {
                advance()
            } else {
                refuse(
                    .expected("`ago`", found: describe(current), help: "write `1h ending 5m ago`"),
                    at: current)
                while !current.is(.close), !current.is(.comma), !isAtBoundary() { discard() }
            }
        }
        if current.is(.by), step == nil {
            refuse(.stepBehindShift, at: current)
            advance()
            _ = try duration(of: "by")
        }
        let kind = Argument.Kind.expression(operand.expression, by: step, ending: shift)
        return (Argument(kind: kind, span: span(from: start)), operand.height)
    }

    /// `1h 5m ago`
    private mutating func isShiftWithoutEnding() -> Bool {
        switch current.kind {
        case .duration, .word: peek().is(word: "ago")
        default: false
        }
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
            // `within d` and `ending d` go on behind the name; behind the others a clause begins.
            if what != "within", what != "ending", what != "by", isStrayClause() { break }
            advance()
            return .name(Name(text: text, span: span(token)))
        case .number(let text, _):
            refuse(.missingUnit(text, isHold: what == "for"), at: token)
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
