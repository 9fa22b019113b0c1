import Diagnostics

/// Everything that can be wrong with a text before its meaning is asked for; codes E001 to E019.
///
/// The texts are made in `SyntaxProblemText.swift` and nowhere else.
enum SyntaxProblem: Equatable {
    /// What runs to the end of its line without its closing mark.
    enum Enclosed: Equatable { case string, pattern, symbol }

    // Characters.
    case unknownCharacter(Unicode.Scalar)
    case notUTF8
    case strayPercent
    case semicolon
    case unterminated(Enclosed)
    case foreignQuote(String)
    /// `&&`: understood as ours.
    case foreign(found: String, ours: String)
    case assignment

    // Words and numbers.
    case malformedNumber(String, fix: String)
    case numberTooLarge
    case durationTooLong
    case numericSymbol(String)
    case malformedClock
    case malformedWord(String)
    case emptySymbol
    case emptyPattern
    case slashInPattern
    /// `my-rule` where a name is being given.
    case hyphenatedName(String)

    // Places.
    case unknownItem(found: String)
    case misspelt(found: String, meant: Keyword, place: String)
    case clauseOutsideRule(Keyword)
    case unknownClause(found: String)
    /// Two values side by side; inside brackets or a slot, no clause could begin there.
    case missingOperator(found: String, isInside: Bool)
    case expected(String, found: String, help: String)
    case keywordAsName(Keyword)
    case doubled(Keyword)
    case missingOperand(after: String)
    /// `ending 5m ago by 1m`
    case stepBehindShift
    case missingComma
    case danglingComma
    case unclosedBracket
    case strayBracket
    case comparisonChain
    case notAsOperand
    case stringAsOperand
    case missingUnit(String, isHold: Bool)
    case missingThousands(String)
    case unknownWord(found: String, kind: String, choices: [String])
    case tradeCount(found: String)
    case nestedTooDeep
    case expressionTooLong

    // Inside strings.
    case unclosedSlot
    case emptySlot
    case emptyFormat
    case strayBrace
    case slotOutsideMessage
    case unknownEscape(String)

    /// The text is understood in spite of it: the tree stands as it was meant.
    var isMendable: Bool {
        switch self {
        case .foreign, .assignment, .misspelt, .missingComma, .danglingComma, .hyphenatedName, .doubled: true
        default: false
        }
    }

    func diagnostic(at span: SourceSpan) -> Diagnostic {
        let text = text
        let fixes = replacement.map { [Diagnostic.Fix(replacing: span, with: Self.apart($0, span))] } ?? []
        return Diagnostic(.error, code: code, text.message, at: span, help: text.help, fixes: fixes)
    }

    /// `a&&b`: a word stands apart from the words beside it.
    private static func apart(_ word: String, _ span: SourceSpan) -> String {
        guard word.utf8.first?.isLower == true else { return word }
        let text = span.file.text
        let isBound = (
            span.start > 0 && text[span.start - 1].isWordPart,
            span.end < text.count && text[span.end].isWordPart
        )
        return (isBound.0 ? " " : "") + word + (isBound.1 ? " " : "")
    }

    /// What put in place of the text mends it; nil where the author must decide.
    private var replacement: String? {
        switch self {
        case .foreign(_, let ours): ours
        case .assignment: "=="
        case .misspelt(_, let meant, _): meant.rawValue
        case .hyphenatedName(let found): found.replacing("-", with: "_")
        case .numericSymbol(let found): "`\(found)`"
        case .unknownWord(let found, _, let choices): nearestName(to: found, among: choices)
        case .doubled, .danglingComma, .semicolon, .unknownCharacter: ""
        default: nil
        }
    }

    /// Stable: a code never changes its meaning and is never used again.
    var code: String {
        switch self {
        case .unknownCharacter, .notUTF8, .strayPercent, .semicolon: "E001"
        case .unterminated, .foreignQuote, .unclosedSlot: "E002"
        case .malformedNumber, .numberTooLarge, .durationTooLong: "E003"
        case .malformedWord, .emptySymbol, .emptyPattern, .slashInPattern, .hyphenatedName, .numericSymbol:
            "E004"
        case .unknownItem: "E005"
        case .unknownClause, .clauseOutsideRule: "E006"
        case .expected, .stringAsOperand, .missingThousands, .stepBehindShift: "E007"
        case .keywordAsName, .doubled: "E008"
        case .missingOperand, .missingOperator: "E009"
        case .unclosedBracket, .strayBracket: "E010"
        case .comparisonChain, .notAsOperand: "E011"
        case .foreign, .assignment: "E012"
        case .missingUnit: "E013"
        case .emptySlot, .emptyFormat, .strayBrace, .slotOutsideMessage, .unknownEscape: "E014"
        case .unknownWord, .misspelt: "E015"
        case .malformedClock: "E016"
        case .nestedTooDeep, .expressionTooLong: "E017"
        case .tradeCount: "E018"
        case .missingComma, .danglingComma: "E019"
        }
    }
}
