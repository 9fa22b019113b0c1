import Diagnostics

extension Parser {
    mutating func rule(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        var header: Name?
        var target: RuleTarget?
        do throws(SyntaxFailure) {
            let name = try name("the name of the rule")
            header = name
            let lacksOn = !current.is(.on) && isTargetWithoutOn()
            if current.is(.on) {
                target = try self.target()
            } else if lacksOn {
                let help = "write `rule \(name.text) on ...`"
                mend(.expected("`on`", found: describe(current), help: help), at: current)
                target = try self.target(hasOn: false)
            }
        } catch {
            isBroken = true
            if !isAtBoundary() { skipToBoundary() }
        }
        return body(header, comments) { .rule(name: $0, target: target, clauses: $1) }
    }

    mutating func template(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        var header: Name?
        var parameters: [Parameter] = []
        do throws(SyntaxFailure) {
            let name = try name("the name of the template")
            header = name
            parameters = try self.parameters()
        } catch {
            isBroken = true
            skipToBoundary()
        }
        // Without its parameters nobody can judge the template or its uses; its clauses are read even so.
        if isBroken, let name = header {
            refusedNames.append(name)
            header = nil
        }
        return body(header, comments) { .template(name: $0, parameters: parameters, clauses: $1) }
    }

    /// The clauses behind a header, which may be broken: they are read all the same.
    private mutating func body(
        _ header: Name?, _ comments: AttachedComments, _ kind: (Name, [Clause]) -> Item.Kind
    ) -> Item? {
        var comments = comments
        comments.before += gathered.map(\.comment)
        comments.beside = takeBeside()
        clauseIndent = nil
        let isWhole = !isBroken
        let (clauses, areWhole) = clauses()
        comments.after = takeAfter()
        guard let header else { return nil }
        return Item(
            kind: kind(header, clauses), span: header.span, comments: comments,
            isComplete: isWhole && areWhole)
    }

    private mutating func isTargetWithoutOn() -> Bool {
        if current.leadsLine { return false }
        if current.isWord || current.isSymbol, peek().is(.on) {
            let help = "a rule has one name, and its symbols behind `on`"
            mend(.expected("`on`", found: describe(current), help: help), at: current)
            discard()
            return false
        }
        guard current.isWord || current.isSymbol else { return current.is(.all) || current.is(.slash) }
        if let near = misspeltKeyword(among: Keyword.clauses + [.on]) {
            if near == .on { mendKeyword(.on, place: "part of a rule's first line") }
            return false
        }
        return true
    }

    /// `on all except tech`
    private mutating func target(hasOn: Bool = true) throws(SyntaxFailure) -> RuleTarget {
        let start = current.start
        if hasOn { advance() }
        let names: [TargetName]? = takes(.all) ? nil : try targetNames()
        let except = takes(.except) ? try targetNames() : []
        return RuleTarget(names: names, except: except, span: span(from: start))
    }

    /// Every clause up to the next item, and whether all of them could be read.
    mutating func clauses() -> ([Clause], areWhole: Bool) {
        var clauses: [Clause] = []
        var areWhole = true
        var isFirst = true
        while !current.isEnd, !isBackAtItems() {
            if !current.startsClause, !current.startsItem,
                let near = misspeltKeyword(among: Keyword.clauses + Keyword.items)
            {
                if near.startsItem { break }
                mendKeyword(near, place: "a clause")
            }
            guard case .keyword(let keyword) = current.kind, keyword.startsClause else {
                if current.startsItem { break }
                areWhole = false
                let isBehindClause = !strayClauseText(isFirst: isFirst)
                // Cut off by the mistake, it would be taken for another one.
                if isBehindClause, clauses.last?.kind.condition?.endsInValue == true { clauses.removeLast() }
                continue
            }
            isFirst = false
            if let clause = clause(keyword) { clauses.append(clause) } else { areWhole = false }
        }
        return (clauses, areWhole)
    }

    /// A line that begins where the item did, when its clauses did not, is no clause.
    private mutating func isBackAtItems() -> Bool {
        guard let itemIndent, let clauseIndent, clauseIndent > itemIndent else { return false }
        return current.leadsLine && !current.startsClause && indent(of: current) <= itemIndent
    }

    /// What is neither a clause nor the continuation of one.
    ///
    /// - Returns: whether it stands for itself, rather than behind the clause before.
    private mutating func strayClauseText(isFirst: Bool) -> Bool {
        let isNewClause = current.leadsLine && (current.isWord || current.isSymbol)
        let found = describe(current)
        if isNewClause || isFirst {
            refuse(.unknownClause(found: found), at: current)
        } else if !isBroken, !isSuspect {
            refuse(unexpectedBehindExpression(), at: current)
        }
        advance()
        skipToBoundary()
        return isNewClause || isFirst
    }

    private mutating func clause(_ keyword: Keyword) -> Clause? {
        let before = takeComments().map(\.comment)
        gathered = []
        isBroken = false
        isSuspect = false
        let start = current
        clauseIndent = start.leadsLine ? indent(of: start) : nil
        advance()
        var kind: Clause.Kind?
        do throws(SyntaxFailure) {
            kind = try clauseKind(keyword)
        } catch {
            isBroken = true
            skipToBoundary()
        }
        guard let kind, !isBroken else { return nil }
        var comments = AttachedComments(before: before)
        let placed = CommentPlaces(gathered, parts: kind.condition?.parts.map(\.span) ?? [], in: lexer)
        comments.before += placed.before
        comments.inside = placed.inside
        let span = span(from: start.start)
        comments.beside = takeBeside()
        return Clause(kind: kind, keyword: self.span(start), span: span, comments: comments)
    }
}

extension Clause.Kind {
    /// The condition that the canonical format breaks to one operand a line.
    var condition: Expression? {
        switch self {
        case .when(let condition), .until(let condition), .unless(let condition), .then(_, let condition),
            .escalate(_, when: let condition):
            condition
        default: nil
        }
    }
}

extension Expression {
    /// The operands of the topmost `and` or `or`; the expression itself where there is none.
    public var parts: [Expression] {
        guard case .binary(let top, _, _, _) = kind, top == .and || top == .or else { return [self] }
        var parts: [Expression] = []
        var rest = self
        while case .binary(top, let left, let right, _) = rest.kind {
            parts.append(right)
            rest = left
        }
        parts.append(rest)
        return parts.reversed()
    }

    /// Its last part is no comparison, nor anything else that can only be a condition.
    fileprivate var endsInValue: Bool {
        switch (parts.last ?? self).kind {
        case .between, .crosses, .not, .bool: false
        case .binary(let symbol, _, _, _): symbol.precedence > .comparison
        default: true
        }
    }
}
