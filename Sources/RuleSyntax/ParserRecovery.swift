import Diagnostics

extension Parser {
    /// A keyword that stands where a value or name must, and is meant as one: `when message > 3`.
    /// So is one with nothing behind it on its line. At the start of a line, or before what a clause of that
    /// name begins with, it is meant as itself.
    mutating func isMeantAsName() -> Bool {
        guard case .keyword(let keyword) = current.kind, !current.leadsLine else { return false }
        let takesCondition = keyword == .when || keyword == .until || keyword == .unless
        if peek().leadsLine { return true }
        switch peek().kind {
        case .mark(.open): return !takesCondition
        case .mark(.minus): return !takesCondition
        case .mark, .keyword(.and), .keyword(.or), .keyword(.in), .keyword(.crosses), .keyword(.by),
            .keyword(.ending):
            return true
        default: return false
        }
    }

    /// The keyword that the current word is a misspelling of, if one of these could stand here.
    mutating func misspeltKeyword(among keywords: [Keyword]) -> Keyword? {
        switch current.kind {
        case .word, .symbol: break
        case .invalid:
            guard case .malformedWord = current.problems.last?.problem else { return nil }
        default: return nil
        }
        let text = lexer.string(current.start..<current.end)
        guard text.utf8.count > 1, let near = Keyword.nearest(to: text, among: keywords) else { return nil }
        let next = peek()
        switch near {
        case .let, .list, .series, .session, .table, .template, .rule, .use:
            return next.isWord && !next.leadsLine ? near : nil
        case .during, .labels, .notify, .severity, .escalate, .unknown: return next.isWord ? near : nil
        case .then: return next.is(.within) ? near : nil
        case .message, .runbook: return next.kind == .string ? near : nil
        case .cooldown, .repeat, .for:
            let isLength = if case .duration = next.kind { true } else { next.isNumber || next.isWord }
            return isLength ? near : nil
        default: return near
        }
    }

    /// A word at the start of a line with a value behind it: no expression or list goes on like that, so it
    /// rather is a clause's keyword, badly misspelt.
    mutating func isStrayClause() -> Bool {
        guard depth == 0, current.leadsLine, current.isWord else { return false }
        let next = peek()
        return !next.leadsLine && (next.startsOperand || next.kind == .string)
    }

    /// True where a clause or item begins, misspelt ones among them: a broken construct ends here.
    mutating func isAtBoundary(clauses: Bool = true) -> Bool {
        if current.isEnd { return true }
        if current.startsItem { return current.leadsLine || peek().isWord }
        if current.startsClause { return clauses && !isMeantAsName() }
        guard current.leadsLine else { return false }
        if current.isWord || current.isSymbol, indent(of: current) == (clauses ? clauseIndent : itemIndent) {
            return true
        }
        return misspeltKeyword(among: clauses ? Keyword.items + Keyword.clauses : Keyword.items) != nil
    }

    /// Leaves out the rest of a broken construct.
    mutating func skipToBoundary(clauses: Bool = true) {
        while !isAtBoundary(clauses: clauses) {
            // What looks like a pattern is one: its text is no mistake.
            if current.is(.slash), lexer.isPattern(at: current.start) { rereadAsPattern() }
            advance()
        }
    }

    /// Leaves out the rest of a pair of brackets, the closing one included.
    mutating func skipBrackets() {
        var open = 0
        while !isAtBoundary() {
            if current.is(.open) { open += 1 }
            if current.is(.close) {
                if open == 0 { return advance() }
                open -= 1
            }
            advance()
        }
    }

    /// Takes a misspelt keyword for what it was meant to be.
    mutating func mendKeyword(_ keyword: Keyword, place: String) {
        let found = lexer.string(current.start..<current.end)
        mend(.misspelt(found: found, meant: keyword, place: place), at: current)
        replaceCurrent(with: .keyword(keyword))
    }

    /// A NAME that is being given or referred to on its own, not in an expression.
    mutating func name(_ what: String, inExpression: Bool = false) throws(SyntaxFailure) -> Name {
        let start = current
        switch current.kind {
        case .word(let text):
            advance()
            let name = Name(text: text, span: span(start))
            // In an expression the hyphen is a minus.
            return inExpression ? name : joinHyphens(name)
        case .keyword(let keyword) where !current.leadsLine && !keyword.joins:
            refuse(.keywordAsName(keyword), at: current)
            advance()
            return Name(text: keyword.rawValue, span: span(start))
        case .symbol(let text) where !current.leadsLine:
            let help = "a name is lower case: \(SyntaxProblem.snakeCase(text))"
            report(.expected(what, found: describe(start), help: help), start.start, start.end)
            return guessedName(text)
        case .invalid where !current.leadsLine:
            switch start.problems.last?.problem {
            case .malformedNumber(let text, _):
                report(.expected(what, found: describe(start), help: Self.nameHelp), start.start, start.end)
                return guessedName(text)
            case .malformedWord(let text):
                report(.malformedWord(text), start.start, start.end)
                return guessedName(text)
            default: break
            }
        default: break
        }
        throw failure(expected: what, help: Self.nameHelp)
    }

    private static let nameHelp = "a name begins with a lower-case letter; it has letters, digits and _"

    /// `FastMove` is read as `fast_move`; what cannot be made a name spoils the construct.
    private mutating func guessedName(_ text: String) -> Name {
        let guess = SyntaxProblem.snakeCase(text)
        discard()
        isSuspect = true
        isBroken = isBroken || !isName(guess)
        return Name(text: guess, span: span(previous))
    }

    /// `my-rule` is read as `my_rule`.
    private mutating func joinHyphens(_ name: Name) -> Name {
        var end = name.span.end
        while current.is(.minus), current.start == end, lexer.byte(at: current.end).isWordPart {
            advance()
            discard()
            end = previous.end
        }
        guard end > name.span.end else { return name }
        let text = lexer.string(name.span.start..<end)
        let guess = SyntaxProblem.snakeCase(text.replacing("-", with: "_"))
        report(.hyphenatedName(text), name.span.end, name.span.end + 1)
        isBroken = isBroken || !isName(guess)
        return Name(text: guess, span: span(name.span.start, end))
    }
}
