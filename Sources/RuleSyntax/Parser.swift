public import Diagnostics

/// Reads one rule file (LANGUAGE 10). Whatever it cannot read it reports, once, and leaves out of the tree;
/// it takes hold again at the next clause or item, so that independent later mistakes are reported too.
///
/// The tree's marks for what is left out are `Item.isComplete` and `RuleFile.refusedNames`.
public func parseRules(_ source: SourceFile) -> (file: RuleFile, diagnostics: [Diagnostic]) {
    var parser = Parser(Lexer(source))
    let file = parser.file()
    return (file, parser.diagnostics.sorted { ($0.span?.start ?? 0) < ($1.span?.start ?? 0) })
}

/// What the parser throws after it has reported why: the clause or item cannot be read any further.
struct SyntaxFailure: Error {}

/// A recursive descent over tokens taken on demand, with one token of look-ahead.
///
/// Three grades of mistakes: a mendable one is reported and the text is read as it was meant; one that spoils
/// the clause (`isBroken`) is reported and reading goes on, to find more; a failure is reported and thrown.
///
/// - Invariant: at most one diagnostic at an offset; every loop consumes a token or ends.
struct Parser {
    let source: SourceFile
    var lexer: Lexer
    private(set) var current: Token
    private var following: Token?
    /// The last token consumed.
    private(set) var previous: Token
    private(set) var diagnostics: [Diagnostic] = []
    /// What is being read may not stand in the tree.
    var isBroken = false
    /// A name here was guessed: what follows it may belong to the same mistake.
    var isSuspect = false
    /// Comments of the tokens consumed since this was last emptied.
    var gathered: [PlacedComment] = []
    /// Open brackets.
    var depth = 0
    var refusedNames: [Name] = []
    /// Where the item and the clause being read begin on their lines; nil where they begin behind others.
    /// White space has no meaning, but is the best guess at where the next begins after a mistake.
    var itemIndent: Int?
    var clauseIndent: Int?
    private var reportedOffsets: Set<Int> = []

    init(_ lexer: Lexer) {
        source = lexer.file
        var lexer = lexer
        previous = Token(kind: .invalid, start: lexer.position, end: lexer.position, leadsLine: true)
        current = lexer.next()
        self.lexer = lexer
    }

    // MARK: Tokens

    mutating func advance() {
        tell(current)
        gathered += current.comments
        previous = current
        move()
        // `rule rule fast`: one is meant. On a new line it rather begins a clause of its own.
        while case .keyword(let keyword) = current.kind, previous.is(keyword), !keyword.mayRepeat,
            !current.leadsLine, !isUsedAsName()
        {
            mend(.doubled(keyword), at: current)
            gathered += current.comments
            move()
        }
    }

    /// `let let = 1`: the second keyword is meant as a name.
    private mutating func isUsedAsName() -> Bool {
        guard case .mark(let mark) = peek().kind else { return false }
        return mark != .open && mark != .minus && mark != .slash
    }

    private mutating func move() {
        current = following ?? lexer.next()
        following = nil
    }

    /// Passes over what is left of a line, or of a construct that ends on it.
    mutating func discardLine() {
        repeat { discard() } while !current.leadsLine && !isAtBoundary()
    }

    /// Passes over a token that belongs to a mistake already reported.
    mutating func discard() {
        current.problems = []
        current.isSpoilt = false
        advance()
    }

    /// The token behind the current one.
    mutating func peek() -> Token {
        if let following { return following }
        let token = lexer.next()
        following = token
        return token
    }

    mutating func takes(_ keyword: Keyword) -> Bool {
        guard current.is(keyword) else { return false }
        advance()
        return true
    }

    mutating func takes(_ mark: Mark) -> Bool {
        guard current.is(mark) else { return false }
        advance()
        return true
    }

    /// Reads the current `/` again as the start of a pattern.
    mutating func rereadAsPattern() {
        let slash = current
        following = nil
        current = lexer.pattern(from: slash.start)
        current.leadsLine = slash.leadsLine
        current.comments = slash.comments
        current.problems = slash.problems + current.problems
    }

    /// Goes on as if the current token were this one.
    mutating func replaceCurrent(with kind: Token.Kind) {
        current.kind = kind
        current.problems.removeAll { $0.start >= current.start }
        current.isSpoilt = false
    }

    mutating func takeComments() -> [PlacedComment] {
        defer { current.comments = [] }
        return current.comments
    }

    /// The comment behind the last token on its line.
    mutating func takeBeside() -> Comment? {
        guard let first = current.comments.first, !first.isOnOwnLine else { return nil }
        return current.comments.removeFirst().comment
    }

    /// Indented comments right behind an item's last clause or row: they stay with it.
    mutating func takeAfter() -> [Comment] {
        var after: [Comment] = []
        while let first = current.comments.first, first.isOnOwnLine, first.indent > 0,
            !first.comment.afterBlankLine
        {
            after.append(current.comments.removeFirst().comment)
        }
        return after
    }

    // MARK: Places

    func span(_ token: Token) -> SourceSpan { span(token.start, token.end) }

    func span(_ start: Int, _ end: Int) -> SourceSpan { SourceSpan(file: source, start: start, end: end) }

    /// From a start to the end of the last token consumed.
    func span(from start: Int) -> SourceSpan { span(start, previous.end) }

    /// Bytes before a token on its line.
    func indent(of token: Token) -> Int {
        var start = token.start
        while start > 0, lexer.text[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return token.start - start
    }

    // MARK: Reports

    mutating func report(_ problem: SyntaxProblem, _ start: Int, _ end: Int) {
        guard diagnostics.count < SyntaxLimits.diagnostics, reportedOffsets.insert(start).inserted else {
            return
        }
        diagnostics.append(problem.diagnostic(at: span(start, end)))
    }

    /// Reports what mars the current construct, which is left out of the tree; reading goes on.
    mutating func refuse(_ problem: SyntaxProblem, at token: Token) {
        isBroken = true
        // A spoilt token has said what is wrong with it.
        if token.isSpoilt { tell(token) } else { report(problem, token.start, token.end) }
    }

    /// Reports a mistake that leaves no doubt about the meaning.
    mutating func mend(_ problem: SyntaxProblem, at token: Token) { report(problem, token.start, token.end) }

    /// The current token cannot stand here. At the end of a line the fault is behind the token before it.
    mutating func failure(expected what: String, help: String) -> SyntaxFailure {
        let ends = current.isEnd || current.leadsLine
        let place = ends && previous.end > previous.start ? previous : current
        let found = ends && !current.isEnd ? "the end of the line" : describe(current)
        refuse(.expected(what, found: found, help: help), at: place)
        return SyntaxFailure()
    }

    mutating func expect(_ mark: Mark, help: String) throws(SyntaxFailure) {
        if takes(mark) { return }
        throw failure(expected: "`\(mark.rawValue)`", help: help)
    }

    mutating func absorb(_ inner: Parser) {
        for diagnostic in inner.diagnostics {
            guard let start = diagnostic.span?.start, reportedOffsets.insert(start).inserted else { continue }
            diagnostics.append(diagnostic)
        }
        isBroken = isBroken || inner.isBroken
    }

    private mutating func tell(_ token: Token) {
        for problem in token.problems { report(problem.problem, problem.start, problem.end) }
        isBroken = isBroken || token.isSpoilt
    }

    func describe(_ token: Token) -> String {
        let text = lexer.string(token.start..<token.end)
        return switch token.kind {
        case .end: lexer.isSlot ? "the end of the slot" : "the end of the file"
        case .keyword: "the keyword `\(text)`"
        case .string: "a string"
        case .symbol: "the symbol `\(text)`"
        default: "`\(text)`"
        }
    }
}
