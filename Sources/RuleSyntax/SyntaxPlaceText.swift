import Diagnostics

extension SyntaxProblem {
    var placeText: ProblemText {
        switch self {
        case .unknownItem(let found):
            return ProblemText(
                "\(found) does not begin an item",
                "an item is one of \(Self.list(Keyword.items.map(\.rawValue)))")
        case .misspelt(let found, let meant, let place):
            if found.lowercased() == meant.rawValue {
                return ProblemText("keywords are lower case", "write `\(meant.rawValue)`")
            }
            return ProblemText("`\(found)` is not \(place)", "did you mean `\(meant.rawValue)`?")
        case .clauseOutsideRule(let keyword):
            return ProblemText(
                "the clause `\(keyword.rawValue)` belongs to no rule",
                "begin the rule with `rule NAME on SYMBOLS`")
        case .unknownClause(let found):
            return ProblemText(
                "\(found) does not begin a clause",
                "a clause is one of \(Self.list(Keyword.clauses.map(\.rawValue)))")
        case .missingOperator(let found, let isInside):
            let message = "\(found) stands behind a complete expression"
            if let fix = Self.spoken[found] { return ProblemText(message, fix) }
            if let unit = Self.spokenUnits[found.filter { $0 != "`" }] {
                return ProblemText(message, "write the unit right behind the number: 5\(unit)")
            }
            return ProblemText(
                message,
                isInside
                    ? "put an operator between the two, such as `and` or `+`"
                    : "join two conditions with `and` or `or`, or begin a clause with its keyword")
        case .unknownWord(let found, let kind, let choices):
            if let near = Self.nearest(to: found, among: choices) {
                return ProblemText("`\(found)` is not \(kind)", "did you mean `\(near)`?")
            }
            return ProblemText("`\(found)` is not \(kind)", "write \(Self.list(choices))")
        case .doubled(let keyword):
            return ProblemText("the keyword `\(keyword.rawValue)` stands twice", "remove one of the two")
        case .keywordAsName(let keyword):
            return ProblemText(
                "`\(keyword.rawValue)` is a keyword and cannot be a name",
                "choose another name, such as \(keyword.rawValue)_1")
        default: return ProblemText("")
        }
    }

    var expressionText: ProblemText {
        switch self {
        case .expected(let what, let found, let help):
            return ProblemText("expected \(what), found \(found)", help)
        case .stepBehindShift:
            return ProblemText("`by` stands before `ending`", "write `1h by 1m ending 5m ago`")
        case .missingOperand(let after):
            return ProblemText(
                "something is missing behind \(after)",
                "write a value or a condition there, or remove \(after)")
        case .missingComma:
            return ProblemText("a comma is missing between two members", "write `,` before this")
        case .danglingComma:
            return ProblemText("nothing follows this comma", "remove it, or write another member")
        case .unclosedBracket: return ProblemText("this bracket is not closed", "add `)`")
        case .strayBracket:
            return ProblemText("this `)` closes nothing", "remove it, or open a bracket before it")
        case .comparisonChain:
            return ProblemText(
                "comparisons do not chain", "write `a < b and b < c`, or `b in a..c` with both ends included")
        case .notAsOperand:
            return ProblemText(
                "`not` stands before a whole comparison", "put it and its condition into brackets")
        case .stringAsOperand:
            return ProblemText(
                "a string cannot stand in an expression", "strings stand in messages, labels and runbooks")
        case .missingUnit(let number, let isHold):
            return ProblemText(
                "a duration needs a unit", "write \(number)s, \(number)m, \(number)h or \(number)d",
                isHold ? "or `for \(number) trades` to count trades" : "")
        case .missingThousands(let number):
            return ProblemText(
                "numbers have no separators", "write \(number), or use k, mn, bn: 1.5k is 1500")
        case .tradeCount(let found):
            return ProblemText(
                "\(found) is no number of trades", "write a whole number of at least 1: `100 trades`")
        case .nestedTooDeep:
            return ProblemText(
                "this is nested deeper than \(SyntaxLimits.nesting) levels",
                "give its inner parts names with `let`")
        case .expressionTooLong:
            return ProblemText(
                "this expression has a chain of more than \(SyntaxLimits.expressionHeight) operators",
                "give its parts names with `let`")
        default: return ProblemText("")
        }
    }

    var stringText: ProblemText {
        switch self {
        case .unclosedSlot:
            return ProblemText("this slot is not closed", "close it with }, or write \\{ for a brace")
        case .emptySlot:
            return ProblemText("this slot is empty", "write an expression in it, or \\{ for a brace")
        case .emptyFormat:
            return ProblemText("the format is missing", "write one such as 0.00, or remove the `:`")
        case .strayBrace: return ProblemText("this `}` closes nothing", "write \\} for a brace")
        case .slotOutsideMessage:
            return ProblemText("only a message has slots", "write \\{ for a brace")
        case .unknownEscape(let found):
            return ProblemText("`\(found)` is not an escape", "escapes are \\\" \\\\ \\{ \\} \\n \\t")
        default: return ProblemText("")
        }
    }

    /// What a trader says where the language has a mark; the meaning is beyond doubt.
    static let spokenOperators: [String: BinaryOperator] = [
        "above": .greater, "over": .greater, "below": .less, "under": .less, "is": .equal, "equals": .equal,
        "times": .multiply,
    ]

    /// The unit that a word behind a number means.
    static let spokenUnits = [
        "seconds": "s", "second": "s", "secs": "s", "sec": "s", "minutes": "m", "minute": "m", "mins": "m",
        "min": "m", "hours": "h", "hour": "h", "hrs": "h", "hr": "h", "days": "d", "day": "d", "bps": "bp",
        "percent": "%", "pct": "%", "thousand": "k", "million": "mn", "millions": "mn", "billion": "bn",
        "billions": "bn",
    ]

    /// What a trader says and the language writes otherwise.
    private static let spoken = [
        "`above`": "write `>`, or `crosses above` for the moment of crossing",
        "`over`": "write `>`, or `crosses above` for the moment of crossing",
        "`below`": "write `<`, or `crosses below` for the moment of crossing",
        "`under`": "write `<`, or `crosses below` for the moment of crossing",
        "`is`": "write `==` to compare", "`equals`": "write `==` to compare",
        "`to`": "write a range as `1..5`", "`times`": "write `*` to multiply",
    ]

    /// `monday` is `mon`, written out.
    static func nearest(to found: String, among choices: [String]) -> String? {
        choices.first { found.lowercased().hasPrefix($0) } ?? nearestName(to: found, among: choices)
    }

    /// `a, b or c`.
    static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
