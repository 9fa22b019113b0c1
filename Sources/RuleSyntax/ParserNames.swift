import Diagnostics

extension Parser {
    /// `(name: type, ...)`
    mutating func parameters() throws(SyntaxFailure) -> [Parameter] {
        let open = current
        try expect(.open, help: "parameters are written `(name: type)`")
        var parameters: [Parameter] = []
        do throws(SyntaxFailure) {
            repeat {
                if current.is(.close), !parameters.isEmpty {
                    mend(.danglingComma, at: previous)
                    break
                }
                let name = try name("the name of a parameter")
                try expect(.colon, help: "a parameter has a type: `\(name.text): price`")
                parameters.append(Parameter(name: name, type: try self.name("the type of the parameter")))
            } while takes(.comma)
            if takes(.close) { return parameters }
            if current.is(.assign) || isAtBoundary() {
                refuse(.unclosedBracket, at: open)
                return parameters
            }
            throw failure(expected: "`,` or `)`", help: "parameters are written `(name: type, name: type)`")
        } catch {
            // The rest of the brackets belongs to the mistake; what stands behind them does not.
            while !current.is(.close), !current.is(.assign), !isAtBoundary() { discard() }
            _ = takes(.close)
            return parameters
        }
    }

    /// `tech, AAPL, /^BINANCE:/`
    mutating func targetNames() throws(SyntaxFailure) -> [TargetName] {
        var names: [TargetName] = []
        while true {
            while current.is(.comma), previous.is(.comma) {
                mend(.danglingComma, at: previous)
                advance()
            }
            if current.is(.slash) { rereadAsPattern() }
            let token = current
            if previous.is(.comma), isStrayClause(), misspeltKeyword(among: Keyword.clauses) != nil {
                mend(.danglingComma, at: previous)
                return names
            }
            switch token.kind {
            case .symbol(let text): names.append(.symbol(Name(text: text, span: span(token))))
            case .word(let text): names.append(.list(Name(text: text, span: span(token))))
            case .pattern(let text): names.append(.pattern(Name(text: text, span: span(token))))
            case .invalid:
                guard case .unknownCharacter = token.problems.last?.problem else { break }
                // A pattern without its first slash, rather than a member with a slip in it.
                advance()
                if !current.leadsLine, !isAtBoundary() { discardLine() }
                return names
            case .keyword(let keyword) where !token.leadsLine && !previous.is(.comma):
                if keyword.startsClause || keyword.joins {
                    throw failure(expected: "a symbol, list or pattern", help: Self.memberHelp)
                }
                refuse(
                    keyword == .all
                        ? .expected("a symbol, list or pattern", found: "`all`", help: Self.allHelp)
                        : .keywordAsName(keyword), at: token)
            default:
                guard previous.is(.comma), !names.isEmpty, token.leadsLine || isAtBoundary() else {
                    throw failure(expected: "a symbol, list or pattern", help: Self.memberHelp)
                }
                mend(.danglingComma, at: previous)
                return names
            }
            advance()
            if case .pattern = token.kind, current.start == token.end, !current.is(.comma), !current.isEnd {
                report(.slashInPattern, token.end - 1, token.end)
                isBroken = true
                discardLine()
                return names
            }
            if takes(.comma) { continue }
            guard anotherNameFollows() else { return names }
            mend(.missingComma, at: current)
        }
    }

    private static let memberHelp = "write one such as AAPL or /^BINANCE:/"
    private static let allHelp = "`all` stands alone behind `on`; the pattern /./ matches every symbol"

    /// The current token is a member too, its comma forgotten.
    private mutating func anotherNameFollows() -> Bool {
        guard !isAtBoundary() else { return false }
        if misspeltKeyword(among: Keyword.clauses + Keyword.items + [.except, .on]) != nil { return false }
        switch current.kind {
        case .symbol: return true
        case .word, .mark(.slash): return !current.leadsLine
        default: return false
        }
    }
}

extension TargetName {
    var span: SourceSpan {
        switch self {
        case .symbol(let name), .list(let name), .pattern(let name): name.span
        }
    }
}
