import Diagnostics

extension Parser {
    /// `XNYS regular`, `mon-fri 09:00-12:00, 13:00-17:30 "Europe/London"`
    mutating func session(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        let name = try name("the name of the session")
        do throws(SyntaxFailure) {
            try expect(.assign, help: "write `session \(name.text) = ...`")
            let hours = try sessionHours()
            endItem()
            comments.before += gathered.map(\.comment)
            if !isBroken {
                return Item(kind: .session(name: name, hours), span: name.span, comments: comments)
            }
        } catch {
            refusedNames.append(name)
            throw error
        }
        refusedNames.append(name)
        return nil
    }

    private mutating func sessionHours() throws(SyntaxFailure) -> SessionHours {
        if case .symbol(let text) = current.kind, !Self.days.contains(text.lowercased()) {
            let mic = Name(text: text, span: span(current))
            advance()
            let hours = try word(of: ["regular", "extended"], "the hours of an exchange")
            return .exchange(mic: mic, hours: hours)
        }
        guard current.isWord || current.isSymbol || current.kind == .invalid else {
            throw failure(
                expected: "an exchange or days",
                help: "write `XNYS regular` or `mon-fri 09:00-17:30 \"Europe/London\"`")
        }
        let first = try word(of: Self.days, "a day")
        let last = takes(.minus) ? try word(of: Self.days, "a day") : nil
        var clocks: [ClockRange] = []
        repeat {
            let token = current
            switch token.kind {
            case .clock(let open, let close) where !token.isSpoilt:
                advance()
                clocks.append(ClockRange(open: open, close: close, span: span(token)))
            case .clock, .number, .duration, .invalid:
                refuse(.malformedClock, at: token)
                while !current.is(.comma), current.kind != .string, !isAtBoundary() { discard() }
            default:
                let failure = failure(expected: "hours of the day", help: "write them like 09:00-17:30")
                discardLine()
                throw failure
            }
        } while takes(.comma)
        guard current.kind == .string else {
            throw failure(expected: "a time zone", help: "write its IANA name as a string: \"Europe/London\"")
        }
        let zone = try plainString()
        return .weekly(firstDay: first, lastDay: last, clocks: clocks, timeZone: zone)
    }

    static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `table limits(upper: price, lower: price)`, then rows `AAPL 200 150` and `else 100 50`.
    mutating func table(_ comments: inout AttachedComments) throws(SyntaxFailure) -> Item? {
        let name = try name("the name of the table")
        var parameters: [Parameter] = []
        var isWhole = true
        do throws(SyntaxFailure) {
            parameters = try self.parameters()
            isWhole = !isBroken
        } catch {
            isWhole = false
            while !current.startsRow, !isAtBoundary() { advance() }
        }
        comments.before += gathered.map(\.comment)
        comments.beside = takeBeside()
        var rows: [TableRow] = []
        while current.startsRow || !isAtBoundary() {
            if let row = row() { rows.append(row) } else { isWhole = false }
        }
        comments.after = takeAfter()
        if parameters.isEmpty {
            refusedNames.append(name)
            return nil
        }
        return Item(
            kind: .table(name: name, parameters: parameters, rows: rows), span: name.span, comments: comments,
            isComplete: isWhole)
    }

    private mutating func row() -> TableRow? {
        let before = takeComments().map(\.comment)
        gathered = []
        isBroken = false
        let start = current
        var symbol: Name?
        switch start.kind {
        case .symbol(let text): symbol = Name(text: text, span: span(start))
        case .keyword(.else), .invalid: break
        default:
            refuse(
                .expected(
                    "a symbol or `else`", found: describe(start), help: "a row is written `AAPL 200 150`"),
                at: start)
        }
        advance()
        var values: [Expression] = []
        while let value = literalValue() { values.append(value) }
        let goesOn = !current.startsRow && !isAtBoundary()
        if values.isEmpty, !isBroken, !goesOn {
            refuse(.missingOperand(after: describe(previous)), at: previous)
        }
        if goesOn {
            refuse(
                .expected(
                    "a literal", found: describe(current),
                    help: "a row has a symbol and one literal a column"), at: current)
            repeat { advance() } while !isAtBoundary() && !(current.leadsLine && current.startsRow)
        }
        if isBroken { return nil }
        let span = span(from: start.start)
        let beside = takeBeside()
        return TableRow(
            symbol: symbol, values: values, span: span,
            comments: AttachedComments(before: before + gathered.map(\.comment), beside: beside))
    }

    /// NUMBER, PERCENT, BASISPOINTS, DURATION, `true` or `false`, with a minus or without.
    private mutating func literalValue() -> Expression? {
        switch current.kind {
        case .number, .percent, .basisPoints, .duration, .keyword(.true), .keyword(.false), .mark(.minus):
            break
        default: return nil
        }
        let start = current.start
        if takes(.minus) {
            guard let inner = try? primaryLiteral() else { return nil }
            return Expression(kind: .negate(inner), span: span(from: start))
        }
        return try? primaryLiteral()
    }

    private mutating func primaryLiteral() throws(SyntaxFailure) -> Expression {
        guard current.startsOperand, !current.isWord, !current.isSymbol else {
            throw failure(expected: "a literal", help: "write one such as 200, 2% or 5m")
        }
        return try primary().expression
    }
}

extension Token {
    var isSymbol: Bool { if case .symbol = kind { true } else { false } }
    var startsRow: Bool { isSymbol || self.is(Keyword.else) }
}
