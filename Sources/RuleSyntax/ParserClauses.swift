import Diagnostics

extension Parser {
    /// What stands behind a clause's keyword.
    mutating func clauseKind(_ keyword: Keyword) throws(SyntaxFailure) -> Clause.Kind? {
        switch keyword {
        case .use:
            let template = try name("the name of a template")
            guard current.is(.open) else {
                throw failure(expected: "`(`", help: "write its arguments: `use \(template.text)(...)`")
            }
            return .use(template: template, arguments: try arguments().0)
        case .when: return .when(try expression())
        case .then: return try then()
        case .for: return try hold()
        case .until: return .until(try expression())
        case .unless: return .unless(try expression())
        case .during:
            let session = try name("the name of a session")
            return .during(session: session, after: takes(.after) ? try duration(of: "after") : nil)
        case .cooldown: return .cooldown(try duration(of: "cooldown"))
        case .repeat: return .repeats(try duration(of: "repeat"))
        case .unknown:
            return .unknown(clears: try word(of: ["keep", "clear"], "a choice of `unknown`").text == "clear")
        case .severity: return .severity(try level())
        case .escalate: return try escalate()
        case .labels: return .labels(try labels())
        case .notify: return .notify(try names("the name of a notifier"))
        case .runbook: return .runbook(try plainString())
        default: return .message(try message())
        }
    }

    private mutating func then() throws(SyntaxFailure) -> Clause.Kind {
        let help = "write `then within 5m CONDITION`"
        if !takes(.within) {
            refuse(.expected("`within`", found: describe(current), help: help), at: current)
            if case .duration = current.kind { advance() }
        } else if current.isWord, case .mark(let mark) = peek().kind, mark != .open, mark != .minus {
            // A NAME would be the duration, but no condition begins with an operator.
            let found = describe(current)
            refuse(.expected("a duration behind `within`", found: found, help: help), at: current)
        } else {
            return .then(within: try duration(of: "within"), try expression())
        }
        return .then(within: .literal(milliseconds: 1, span(previous)), try expression())
    }

    private mutating func hold() throws(SyntaxFailure) -> Clause.Kind {
        if current.isNumber, peek().is(word: "trades") { return .holdForTrades(tradeCount()) }
        return .holdFor(try duration(of: "for"))
    }

    private mutating func escalate() throws(SyntaxFailure) -> Clause.Kind? {
        var target: Name?
        do throws(SyntaxFailure) {
            target = try level()
        } catch {
            // `when` belongs to this clause: it is not the rule's own.
            while !current.is(.when), !isAtBoundary() { advance() }
        }
        guard takes(.when) else {
            if target == nil { return nil }
            throw failure(expected: "`when`", help: "write `escalate critical when CONDITION`")
        }
        let condition = try expression()
        return target.map { .escalate(level: $0, when: condition) }
    }

    private mutating func level() throws(SyntaxFailure) -> Name {
        try word(of: Vocabulary.levels, "a level")
    }

    /// One of a few words; what is near to one of them is read as it.
    mutating func word(of choices: [String], _ what: String) throws(SyntaxFailure) -> Name {
        let token = current
        let text = lexer.string(token.start..<token.end)
        let isWordLike = token.isWord || text.utf8.allSatisfy(\.isWordPart) && !text.isEmpty
        guard isWordLike, !token.startsClause, !token.startsItem else {
            throw failure(expected: what, help: "write \(SyntaxProblem.list(choices))")
        }
        guard !choices.contains(text) else {
            advance()
            return Name(text: text, span: span(token))
        }
        report(.unknownWord(found: text, kind: what, choices: choices), token.start, token.end)
        let near = SyntaxProblem.nearest(to: text, among: choices)
        replaceCurrent(with: .word(near ?? choices[0]))
        advance()
        if near == nil { isBroken = true }
        return Name(text: near ?? choices[0], span: span(token))
    }

    private mutating func labels() throws(SyntaxFailure) -> [LabelText] {
        var labels: [LabelText] = []
        repeat {
            if current.leadsLine, current.startsClause || current.startsItem || current.isEnd, !labels.isEmpty
            {
                mend(.danglingComma, at: previous)
                break
            }
            let name = try name("the name of a label")
            try expect(.assign, help: "a label is written `\(name.text) = \"text\"`")
            labels.append(LabelText(name: name, value: try plainString()))
        } while takes(.comma) || missingCommaInLabels()
        return labels
    }

    private mutating func missingCommaInLabels() -> Bool {
        guard current.isWord, !current.leadsLine, peek().is(.assign) else { return false }
        mend(.missingComma, at: current)
        return true
    }

    private mutating func names(_ what: String) throws(SyntaxFailure) -> [Name] {
        var names: [Name] = []
        repeat {
            if current.leadsLine, current.startsClause || current.startsItem || current.isEnd, !names.isEmpty
            {
                mend(.danglingComma, at: previous)
                break
            }
            names.append(try name(what))
        } while takes(.comma) || missingCommaInNames()
        return names
    }

    private mutating func missingCommaInNames() -> Bool {
        guard current.isWord, !current.leadsLine, !isAtBoundary(),
            misspeltKeyword(among: Keyword.clauses + Keyword.items) == nil
        else { return false }
        mend(.missingComma, at: current)
        return true
    }
}
