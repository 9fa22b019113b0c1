import Diagnostics

extension Parser {
    mutating func file() -> RuleFile {
        var items: [Item] = []
        while !current.isEnd {
            if let item = item() { items.append(item) }
        }
        let trailing = takeComments().map(\.comment)
        advance()
        return RuleFile(source: source, items: items, trailingComments: trailing, refusedNames: refusedNames)
    }

    /// One item, or nil where nothing of it can stand; at least one token is consumed.
    private mutating func item() -> Item? {
        if !current.startsItem, let near = misspeltKeyword(among: Keyword.items) {
            mendKeyword(near, place: "an item")
        }
        guard case .keyword(let keyword) = current.kind, keyword.startsItem else { return strayText() }
        let before = takeComments().map(\.comment)
        gathered = []
        isBroken = false
        isSuspect = false
        let start = current
        itemIndent = start.leadsLine ? indent(of: start) : nil
        clauseIndent = itemIndent
        advance()
        var comments = AttachedComments(before: before)
        var item: Item?
        do throws(SyntaxFailure) {
            item = try body(of: keyword, from: start, comments: &comments)
        } catch {
            isBroken = true
            skipToBoundary(clauses: false)
        }
        guard var item else {
            if keyword == .rule || keyword == .template { _ = clauses() }
            return nil
        }
        if item.comments.beside == nil, !item.hasClauses { item.comments.beside = takeBeside() }
        item.span = span(from: start.start)
        return item
    }

    /// Text outside any item: reported once, with all that hangs on it.
    private mutating func strayText() -> Item? {
        isBroken = false
        itemIndent = current.leadsLine ? indent(of: current) : nil
        clauseIndent = nil
        if case .keyword(let keyword) = current.kind, keyword.startsClause {
            report(.clauseOutsideRule(keyword), current.start, current.end)
        } else {
            refuse(.unknownItem(found: describe(current)), at: current)
            repeat { discard() } while !isAtBoundary(clauses: false) && !current.startsClause
        }
        if current.startsClause { _ = clauses() }
        return nil
    }

    private mutating func body(
        of keyword: Keyword, from start: Token, comments: inout AttachedComments
    ) throws(SyntaxFailure) -> Item? {
        switch keyword {
        case .let: try constant(&comments)
        case .list: try list(&comments)
        case .series: try series(&comments)
        case .session: try session(&comments)
        case .table: try table(&comments)
        case .template: try template(&comments)
        default: try rule(&comments)
        }
    }

    private mutating func finish(_ kind: Item.Kind, _ name: Name, _ comments: inout AttachedComments) -> Item?
    {
        comments.before += gathered.map(\.comment)
        if isBroken {
            refusedNames.append(name)
            skipToBoundary(clauses: false)
            return nil
        }
        return Item(kind: kind, span: name.span, comments: comments)
    }

    /// Reads the rest of an item whose name is known; what fails there leaves the name refused.
    private mutating func definition<Part>(
        _ name: Name, _ read: (inout Parser) throws(SyntaxFailure) -> Part
    ) throws(SyntaxFailure) -> Part {
        do throws(SyntaxFailure) {
            return try read(&self)
        } catch {
            refusedNames.append(name)
            throw error
        }
    }

    private mutating func constant(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        let name = try name("the name of the constant")
        let (parameters, body) = try definition(name) { (parser) throws(SyntaxFailure) in
            let parameters = parser.current.is(.open) ? try parser.parameters() : []
            try parser.expect(.assign, help: "write `let \(name.text) = ...`")
            let body = try parser.expression()
            parser.endItem()
            return (parameters, body)
        }
        return finish(.constant(name: name, parameters: parameters, body: body), name, &comments)
    }

    private mutating func series(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        let name = try name("the name of the series")
        let body = try definition(name) { (parser) throws(SyntaxFailure) in
            try parser.expect(.assign, help: "write `series \(name.text) = ...`")
            let body = try parser.expression()
            parser.endItem()
            return body
        }
        return finish(.series(name: name, expression: body), name, &comments)
    }

    private mutating func list(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        let name = try name("the name of the list")
        let (names, except) = try definition(name) { (parser) throws(SyntaxFailure) in
            try parser.expect(.assign, help: "write `list \(name.text) = ...`")
            let names = try parser.targetNames()
            let except = parser.takes(.except) ? try parser.targetNames() : []
            parser.endItem()
            return (names, except)
        }
        let placed = CommentPlaces(gathered, parts: (names + except).map(\.span), in: lexer)
        gathered = []
        comments.before += placed.before
        comments.inside = placed.inside
        return finish(.list(name: name, names: names, except: except), name, &comments)
    }

    /// Whatever follows a complete item on its line or below it, up to the next item.
    mutating func endItem() {
        if isAtBoundary() { return }
        if !isBroken, !isSuspect { refuse(unexpectedBehindExpression(), at: current) }
        isBroken = true
        skipToBoundary()
    }
}

extension Item {
    /// Its header's line is not its last.
    var hasClauses: Bool {
        switch kind {
        case .rule, .template, .table: true
        default: false
        }
    }
}
