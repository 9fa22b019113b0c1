/// Writes random sound rule files in a random layout, with a comment in any place that may hold one.
struct SyntaxGenerator {
    private var numbers: SeededNumbers
    private var words: [String] = []
    private(set) var commentCount = 0

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func file() -> String {
        words = []
        for _ in 0..<below(6) { item() }
        return layout()
    }

    // MARK: Chance

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }
    private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    private mutating func emit(_ text: String...) { words += text }

    private mutating func separated(_ most: Int, _ one: (inout SyntaxGenerator) -> Void) {
        for index in 0...below(most) {
            if index > 0 { emit(",") }
            one(&self)
        }
    }

    // MARK: Words

    private mutating func name() -> String {
        pick([
            "price", "a", "x1", "trades", "ago", "above", "keep", "critical", "number", "mon", "fast_move",
            "vwap",
        ])
    }

    private mutating func symbol() -> String {
        pick([
            "AAPL", "BRK.B", "BINANCE:BTCUSDT", "EUR/USD", "BTC-USD", "`IC MARKETS:1`", "`a}\"b`", "ES_F",
            "X",
        ])
    }

    private mutating func span() -> String { pick(["5m", "90s", "1h30m", "1500ms", "24h", "0s", "w"]) }

    private mutating func literal() -> String {
        pick(["1", "2.50", "1.5k", "3mn", "0.25bn", "2%", "0.5%", "25bp", "5m", "60s", "true", "false", "0"])
    }

    private mutating func string() -> String {
        pick([#""x""#, #""a \"b\" \\ \{c\} \n\t""#, #""""#, #""é€ — '""#, #""Europe/London""#])
    }

    // MARK: Expressions

    private mutating func expression(_ depth: Int) {
        if depth == 0 || chance(25) { return primary(0) }
        switch below(9) {
        case 0: emit("not"); relation(depth - 1)
        case 1, 2: relation(depth - 1); emit(pick(["and", "or"])); relation(depth - 1)
        case 3: relation(depth - 1); emit("and"); emit("not"); relation(depth - 1)
        default: relation(depth)
        }
    }

    private mutating func relation(_ depth: Int) {
        switch below(8) {
        case 0: sum(depth); emit("in"); sum(depth); emit(".."); sum(depth)
        case 1: sum(depth); emit(pick(["crosses above", "crosses below"])); sum(depth)
        // Bare, with a bracket: a name `above` would be the word.
        case 2: sum(depth); emit("crosses", "("); sum(depth); emit(")")
        case 3: sum(depth)
        default: sum(depth); emit(pick(["<", "<=", ">", ">=", "==", "!="])); sum(depth)
        }
    }

    private mutating func sum(_ depth: Int) {
        primary(depth)
        while chance(35) {
            emit(pick(["+", "-", "*", "/"]))
            if chance(20) { emit("-") }
            primary(depth)
        }
    }

    private mutating func primary(_ depth: Int) {
        switch below(depth > 0 ? 8 : 4) {
        case 0: emit(literal())
        case 1: emit(name())
        case 2: emit(symbol())
        case 3: emit(pick([symbol(), name()]) + "." + name())
        case 4: emit("("); expression(depth - 1); emit(")")
        default:
            emit(name(), "(")
            if chance(90) { separated(3) { $0.argument(depth - 1) } }
            emit(")")
        }
    }

    private mutating func argument(_ depth: Int) {
        switch below(6) {
        case 0: emit(pick(["1", "100"]), "trades")
        case 1: emit("within", span())
        default:
            expression(depth)
            if chance(20) { emit("by", span()) }
            if chance(20) { emit("ending", span(), "ago") }
        }
    }

    // MARK: Items and clauses

    private mutating func members() {
        separated(4) { $0.emit($0.pick([$0.symbol(), $0.name(), #"/^A\/B(C|\\)+$/"#, "/x/"])) }
    }

    private mutating func parameters() {
        emit("(")
        separated(3) { $0.emit($0.name(), ":", $0.pick(["price", "ratio", "duration", "symbol"])) }
        emit(")")
    }

    private mutating func item() {
        switch below(8) {
        case 0:
            emit("let", name())
            if chance(50) { parameters() }
            emit("=")
            expression(3)
        case 1:
            emit("list", name(), "=")
            members()
            if chance(40) { emit("except"); members() }
        case 2:
            emit("series", name(), "=")
            expression(2)
        case 3:
            emit("session", name(), "=")
            if chance(40) { return emit("XNYS", pick(["regular", "extended"])) }
            emit(pick(["mon-fri", "sat", "sun - mon"]))
            separated(2) { $0.emit($0.pick(["09:00-17:30", "22:00-06:00", "00:00-24:00"])) }
            emit(#""Europe/London""#)
        case 4:
            emit("table", name())
            parameters()
            for _ in 0..<below(4) {
                emit(pick([symbol(), "else"]))
                for _ in 0...below(3) { emit(pick([literal(), "-2", "-1.5%"])) }
            }
        case 5:
            emit("template", name())
            parameters()
            for _ in 0..<below(4) { clause() }
        default:
            emit("rule", name())
            if chance(70) {
                emit("on")
                if chance(30) { emit("all") } else { members() }
                if chance(30) { emit("except"); members() }
            }
            for _ in 0..<below(7) { clause() }
        }
    }

    private mutating func clause() {
        switch below(16) {
        case 0: emit("use", name(), "("); separated(3) { $0.argument(2) }; emit(")")
        case 1, 2: emit("when"); expression(4)
        case 3: emit("then", "within", span()); expression(3)
        case 4: if chance(50) { emit("for", span()) } else { emit("for", "3", "trades") }
        case 5: emit(pick(["until", "unless"])); expression(3)
        case 6:
            emit("during", name())
            if chance(50) { emit("after", span()) }
        case 7: emit("cooldown", span())
        case 8: emit("repeat", span())
        case 9: emit("unknown", pick(["keep", "clear"]))
        case 10: emit("severity", pick(["info", "warning", "critical"]))
        case 11: emit("escalate", pick(["info", "warning", "critical"]), "when"); expression(3)
        case 12: emit("labels"); separated(3) { $0.emit($0.name(), "=", $0.string()) }
        case 13: emit("notify"); separated(3) { $0.emit($0.name()) }
        case 14: emit("runbook", string())
        default: emit("message"); message()
        }
    }

    /// A string with slots, on one line.
    private mutating func message() {
        let outer = words
        var text = "\""
        for _ in 0..<below(4) {
            text += pick(["", " now ", #"\"q\" "#, #"\{"#, "%"])
            words = []
            expression(2)
            let format = chance(50) ? "" : pick([":0.00", " : ,0", ":+0.00%", ":+0.0bp"])
            // A colon right behind a symbol would belong to it.
            text += "{" + (chance(10) ? pick(["rule", "severity", "symbol"]) : words.joined(separator: " "))
            text += (format.isEmpty ? "" : " ") + format + "}"
        }
        words = outer
        emit(text + "\"")
    }

    // MARK: Layout

    private mutating func layout() -> String {
        var text = ""
        for word in words {
            if chance(8) { comments(into: &text) }
            text += word + pick([" ", " ", " ", "  ", "\n", "\n   ", "\n\n", "\t", "\r\n"])
        }
        if chance(50) { comments(into: &text) }
        return text
    }

    private mutating func comments(into text: inout String) {
        for _ in 0...below(3) {
            commentCount += 1
            text += pick(["# ", "## ", "#", "##", "### ", "#  ", "# # "]) + "c\(commentCount)"
            text += pick(["\n", "\n\n", "\n  ", "\r\n", "\n\n\n"])
        }
    }
}
