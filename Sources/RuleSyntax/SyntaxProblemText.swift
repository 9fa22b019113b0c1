import Diagnostics

/// A diagnostic's two texts: the message stands alone, the help is the fix spelt out (LANGUAGE 9).
struct ProblemText {
    var message: String
    var help: [String]

    init(_ message: String, _ help: String...) {
        self.message = message
        self.help = help.filter { !$0.isEmpty }
    }
}

extension SyntaxProblem {
    var text: ProblemText {
        switch self {
        case .unknownCharacter, .notUTF8, .strayPercent, .semicolon, .unterminated, .foreignQuote, .foreign,
            .assignment:
            characterText
        case .malformedNumber, .numberTooLarge, .durationTooLong, .numericSymbol, .malformedClock,
            .malformedWord,
            .emptySymbol, .emptyPattern, .slashInPattern, .hyphenatedName:
            wordText
        case .unknownItem, .misspelt, .clauseOutsideRule, .unknownClause, .missingOperator, .unknownWord,
            .keywordAsName, .doubled:
            placeText
        case .unclosedSlot, .emptySlot, .emptyFormat, .strayBrace, .slotOutsideMessage, .unknownEscape:
            stringText
        default: expressionText
        }
    }

    private var characterText: ProblemText {
        switch self {
        case .unknownCharacter(let scalar):
            let isPrintable =
                scalar.value > 0x20 && scalar.value != 0x7f && scalar.properties.generalCategory != .control
            let number = String(scalar.value, radix: 16, uppercase: true)
            if scalar == "[" || scalar == "]" {
                return ProblemText(
                    "there are no square brackets in rules", "the value before this one is `prev(price)`")
            }
            let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
            return ProblemText(
                isPrintable
                    ? "the character `\(scalar)` (\(code)) means nothing here"
                    : "the invisible character \(code) may not stand in a rule file", "remove it")
        case .notUTF8:
            return ProblemText("this is not UTF-8 text", "save the file with the encoding UTF-8")
        case .strayPercent:
            return ProblemText("this `%` belongs to no number", "write it right behind the digits: 5%")
        case .semicolon:
            return ProblemText(
                "there are no semicolons in rules", "remove it: a clause ends where the next begins")
        case .unterminated(.string):
            return ProblemText(
                "this string is not closed on its line", "close it with \"; write \\n for a new line")
        case .unterminated(.pattern):
            return ProblemText(
                "this pattern is not closed on its line", "close it with /; write \\/ for a slash in it")
        case .unterminated(.symbol):
            return ProblemText("this back-quoted symbol is not closed on its line", "close it with `")
        case .foreignQuote(let found):
            return ProblemText(
                "a string does not begin with \(found)", "put it between straight double quotes: \"...\"")
        case .foreign(let found, let ours):
            return ProblemText("`\(found)` is not an operator of this language", "write `\(ours)`")
        default:
            return ProblemText("`=` defines; it does not compare", "write `==` to compare")
        }
    }

    private var wordText: ProblemText {
        switch self {
        case .malformedNumber(let found, let fix):
            return ProblemText("`\(found)` is neither a number nor a duration", fix)
        case .numberTooLarge:
            return ProblemText("this number is too large", "the largest is about 1.8 with 308 zeros")
        case .durationTooLong:
            return ProblemText(
                "this duration is too long", "the longest is \(canonicalDuration(SyntaxLimits.duration))")
        case .numericSymbol(let found):
            return ProblemText("a symbol cannot begin with a digit", "put it into back-quotes: `\(found)`")
        case .malformedClock:
            return ProblemText(
                "these are not hours of the day", "write them like 09:00-17:30, without blanks")
        case .malformedWord(let found):
            return ProblemText("`\(found)` is neither a name nor a symbol", Self.wordHelp(found))
        case .emptySymbol:
            return ProblemText("this symbol is empty", "write it between the back-quotes")
        case .emptyPattern:
            return ProblemText("an empty pattern matches every symbol", "write `all` if that is meant")
        case .slashInPattern:
            return ProblemText(
                "this slash ends the pattern in its middle", "write \\/ for a slash in a pattern")
        case .hyphenatedName(let found):
            return ProblemText(
                "a name has no hyphens", "write \(found.replacing("-", with: "_"))")
        default: return ProblemText("")
        }
    }

    /// Names are lower case, symbols upper case; the other way to write a symbol is in back-quotes.
    private static func wordHelp(_ found: String) -> String {
        if found.first == "_" { return "a name begins with a lower-case letter" }
        guard found.utf8.allSatisfy({ $0 < 0x80 }) else {
            return
                "a name has the letters a-z, digits and _; any other symbol stands in back-quotes: `\(found)`"
        }
        let name = Self.snakeCase(found)
        if found.contains(where: { ":-./".contains($0) }) {
            return "write \(found.uppercased()), or as it is in back-quotes: `\(found)`"
        }
        return "a name is lower case: \(name); a symbol is upper case, or in back-quotes: `\(found)`"
    }

    /// `FastMove` -> `fast_move`.
    static func snakeCase(_ word: String) -> String {
        var out = ""
        var previousIsLower = false
        for character in word {
            if character.isUppercase, previousIsLower { out += "_" }
            previousIsLower = character.isLowercase || character.isNumber
            out += character.lowercased()
        }
        return out
    }
}
