/// What each keyword of the language is for: shown on hover and beside completions. Functions have their own
/// table, `BuiltinTable`.
struct KeywordGuide {
    /// How it is written.
    var form: String
    var documentation: String
    /// What completion inserts where the editor knows snippets, instead of the keyword alone.
    var snippet: String?

    private init(_ form: String, _ documentation: String, snippet: String? = nil) {
        self.form = form
        self.documentation = documentation
        self.snippet = snippet
    }

    static subscript(keyword: String) -> KeywordGuide? {
        items[keyword] ?? clauses[keyword] ?? words[keyword]
    }

    private static let items: [String: KeywordGuide] = [
        "let": .init(
            "let NAME = EXPRESSION", "Names an expression; with parameters, `let far(d: duration) = ...`.",
            snippet: "let ${1:name} = $0"),
        "list": .init(
            "list NAME = SYMBOLS [except SYMBOLS]", "Names a set of symbols, lists and patterns.",
            snippet: "list ${1:name} = $0"),
        "series": .init(
            "series NAME = EXPRESSION",
            "A series of its own, such as a pair, that windows may stand over. It names the symbol of all "
                + "that it reads: `KO.price - PEP.price`.", snippet: "series ${1:name} = $0"),
        "session": .init(
            "session NAME = DAYS HOURS \"TIME ZONE\"", "Hours in which rules watch, for `during`.",
            snippet: "session ${1:name} = ${2:mon-fri} ${3:09:30-16:00} \"${4:America/New_York}\""),
        "table": .init(
            "table NAME(COLUMN: TYPE, ...)",
            "Values by symbol, a row a line; `else` is the row of all others. Read as `NAME.COLUMN`.",
            snippet: "table ${1:name}(${2:column}: ${3:price})\n  else $0"),
        "template": .init(
            "template NAME(PARAMETER: TYPE, ...)", "Clauses that several rules share, with `use`.",
            snippet: "template ${1:name}(${2:limit}: ${3:ratio})\n  when $0"),
        "rule": .init(
            "rule NAME [on SYMBOLS]", "An alert: one for each symbol behind `on`.",
            snippet: "rule ${1:name} on ${2:AAPL}\n  when $0"),
    ]

    private static let clauses: [String: KeywordGuide] = [
        "use": .init("use TEMPLATE(ARGUMENTS)", "Takes a template's clauses; the rule's own replace them."),
        "when": .init("when CONDITION", "The rule fires when this becomes true. Unknown never fires it."),
        "then": .init(
            "then within DURATION CONDITION", "A further step, which must follow the one before in time.",
            snippet: "then within ${1:5m} $0"),
        "for": .init(
            "for DURATION, or for N trades", "The condition must hold so long before the rule fires."),
        "until": .init(
            "until CONDITION", "The rule clears when this is true; without it, when `when` is false."),
        "unless": .init("unless CONDITION", "While this is true the rule does not begin to fire."),
        "during": .init(
            "during SESSION [after DURATION]",
            "Outside the session the rule is frozen; `after` leaves out its first minutes."),
        "cooldown": .init("cooldown DURATION", "The least time between two alerts of one symbol."),
        "repeat": .init("repeat DURATION", "Sends the alert again, so often, while the rule fires."),
        "unknown": .init(
            "unknown keep, or unknown clear",
            "What an unknown clear condition means: `keep` goes on firing (the default), `clear` ends it."),
        "severity": .init("severity LEVEL", "info, warning (the default) or critical."),
        "escalate": .init(
            "escalate LEVEL when CONDITION", "Raises the level of an alert that fires; it never falls again.",
            snippet: "escalate ${1:critical} when $0"),
        "labels": .init(
            "labels NAME = \"TEXT\", ...", "Texts that travel with the alert.",
            snippet: "labels ${1:team} = \"$0\""),
        "notify": .init("notify NAME, ...", "Who is told: files `NAME.yaml` in the directory notifiers."),
        "runbook": .init("runbook \"URL\"", "Where it is written what to do.", snippet: "runbook \"$0\""),
        "message": .init(
            "message \"TEXT {EXPRESSION:FORMAT}\"",
            "What is said. Formats are `0.00`, `,0`, `+0.00%`, `+0.0bp`; `{rule}`, `{symbol}` and "
                + "`{severity}` are words.", snippet: "message \"{symbol} $0\""),
    ]

    private static let words: [String: KeywordGuide] = [
        "on": .init("on SYMBOLS [except SYMBOLS]", "The symbols that the rule watches."),
        "all": .init("on all", "Every symbol, from its first trade."),
        "except": .init("except SYMBOLS", "Leaves symbols out."),
        "else": .init("else VALUES", "The row of every symbol that has none."),
        "after": .init("after DURATION", "Leaves out the session's first minutes."),
        "within": .init(
            "within DURATION", "Behind `then`, how soon; in `rate`, how old the value may be."),
        "by": .init("1d by 1m", "A grid window: one value a step is kept, not every point."),
        "ending": .init("1h ending 5m ago", "A window that ends in the past."),
        "and": .init("CONDITION and CONDITION", "Both are true."),
        "or": .init("CONDITION or CONDITION", "One of them is true."),
        "not": .init("not CONDITION", "True where it is false; unknown where it is unknown."),
        "in": .init("x in LOW..HIGH", "Between the two, both included."),
        "crosses": .init(
            "a crosses above b",
            "True where a is above b and was not before; `below` is the mirror, bare `crosses` is either."),
        "true": .init("true", "The condition that always holds."),
        "false": .init("false", "The condition that never holds."),
    ]
}
