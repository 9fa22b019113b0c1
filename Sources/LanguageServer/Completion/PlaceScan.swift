import RuleSemantics
import RuleSyntax

/// Reads the tokens before the cursor from the last item on.
struct PlaceScan {
    typealias Expected = CursorPlace.Expected

    private let tokens: [PlainToken]
    private let leadsLine: Bool
    private(set) var item: PlainToken?
    private(set) var clauses: [String] = []
    /// The clause that the cursor is in.
    private(set) var clauseWord: String?
    /// Behind the clause's keyword, or the item's.
    private var rest: ArraySlice<PlainToken> = []

    init(_ tokens: [PlainToken], leadsLine: Bool) {
        self.tokens = tokens
        self.leadsLine = leadsLine
    }

    mutating func expected() -> Expected {
        guard let start = tokens.lastIndex(where: { $0.isItem }) else {
            return tokens.isEmpty || leadsLine ? .item : .nothing
        }
        item = tokens[start]
        rest = tokens[(start + 1)...]
        let isRule = item?.text == "rule" || item?.text == "template"
        if isRule {
            let marks = tokens.indices.filter { $0 > start && isClause($0) }
            clauses = marks.map { tokens[$0].text }
            if let last = marks.last {
                clauseWord = tokens[last].text
                rest = tokens[(last + 1)...]
                return expectedInClause()
            }
        }
        return expectedInItem()
    }

    /// In a slot of a message: an expression and nothing else.
    mutating func expectedInExpression() -> Expected {
        rest = tokens[...]
        return expression() ?? .infix
    }

    /// `when` behind `escalate critical` begins no clause of its own.
    private func isClause(_ index: Int) -> Bool {
        guard tokens[index].kind == .keyword, Vocabulary.clauses.contains(tokens[index].text) else {
            return false
        }
        return !(tokens[index].text == "when" && index > 1 && tokens[index - 2].text == "escalate")
    }

    /// `let far(d: duration)`: what stands in the brackets of the header.
    var parameters: [HeaderParameter] {
        guard let item, item.text == "let" || item.text == "template",
            let start = tokens.lastIndex(of: item), start + 2 < tokens.count, tokens[start + 2].text == "("
        else { return [] }
        let inside = Array(tokens[(start + 3)...].prefix { $0.text != ")" && $0.text != "=" })
        return inside.indices.compactMap { index in
            guard index + 2 < inside.count, inside[index + 1].text == ":" else { return nil }
            return HeaderParameter(name: inside[index].text, type: inside[index + 2].text)
        }
    }

    // MARK: Items

    private func expectedInItem() -> Expected {
        guard let word = item?.text, let last = rest.last else { return .nothing }
        if rest.count == 1 {
            switch word {
            case "rule": return leadsLine ? .clause(afterCondition: false) : .word(["on"])
            default: return leadsLine ? .item : .nothing
            }
        }
        switch word {
        case "rule", "list": return expectedInTarget(last)
        case "session": return expectedInSession(last)
        case "table", "template": return expectedInHeader(last) ?? expectedBehindHeader(word, last)
        default:
            guard rest.contains(where: { $0.text == "=" }) else { return expectedInHeader(last) ?? .nothing }
            return expression(from: "=") ?? (leadsLine ? .clause(afterCondition: true) : .infix)
        }
    }

    private func expectedBehindHeader(_ word: String, _ last: PlainToken) -> Expected {
        if word == "template" { return leadsLine ? .clause(afterCondition: false) : .nothing }
        return leadsLine ? .word(["else"] + Vocabulary.items) : .nothing
    }

    private func expectedInTarget(_ last: PlainToken) -> Expected {
        switch last.text {
        case "on": return .target(mayBeAll: true)
        case "except", ",", "=": return .target(mayBeAll: false)
        default:
            if leadsLine { return .clause(afterCondition: false) }
            return rest.contains { $0.text == "except" } ? .nothing : .word(["except"])
        }
    }

    private func expectedInSession(_ last: PlainToken) -> Expected {
        if leadsLine, last.kind != .mark { return .item }
        let behind = rest.count
        switch last.text {
        case "=": return .sessionHours
        case "-": return .word(Vocabulary.days)
        default: return last.kind == .symbol && behind == 3 ? .word(["regular", "extended"]) : .nothing
        }
    }

    /// Between the brackets of parameters; nil behind them.
    private func expectedInHeader(_ last: PlainToken) -> Expected? {
        guard let open = rest.firstIndex(where: { $0.text == "(" }) else { return nil }
        if rest[open...].contains(where: { $0.text == ")" }) { return nil }
        return last.text == ":" ? .type : .nothing
    }

    // MARK: Clauses

    private func expectedInClause() -> Expected {
        let word = clauseWord ?? ""
        guard let last = rest.last else { return firstInClause(word) }
        if last.text == ",", word == "notify" { return .notifier }
        switch word {
        case "when", "until", "unless":
            return expression() ?? behindCondition()
        case "then":
            if rest.count == 1, last.text == "within" { return .duration }
            return expression(skipping: 2) ?? behindCondition()
        case "escalate":
            if rest.count == 1 { return .word(["when"]) }
            return expression(skipping: 2) ?? behindCondition()
        case "use":
            return rest.contains { $0.text == "(" }
                ? expression(skipping: 1) ?? behindClause() : behindClause()
        case "during":
            if last.text == "after" { return .duration }
            return rest.count == 1 && !leadsLine ? .word(["after"]) : behindClause()
        case "for":
            return rest.count == 1 && last.kind == .number ? .word(["trades"]) : behindClause()
        default: return behindClause()
        }
    }

    private func firstInClause(_ word: String) -> Expected {
        switch word {
        case "use": .template
        case "then": .word(["within"])
        case "for", "cooldown", "repeat": .duration
        case "during": .session
        case "unknown": .word(["keep", "clear"])
        case "severity", "escalate": .word(Vocabulary.levels)
        case "notify": .notifier
        case "labels", "runbook", "message": .nothing
        default: .operand
        }
    }

    private func behindCondition() -> Expected { leadsLine ? .clause(afterCondition: true) : .infix }

    private func behindClause() -> Expected { leadsLine ? .clause(afterCondition: false) : .nothing }

    // MARK: Expressions

    private func expression(from mark: String) -> Expected? {
        guard let start = rest.firstIndex(where: { $0.text == mark }) else { return nil }
        return expression(in: rest[(start + 1)...])
    }

    private func expression(skipping count: Int = 0) -> Expected? { expression(in: rest.dropFirst(count)) }

    /// What an expression goes on with; nil where it is complete and no bracket is open.
    private func expression(in tokens: ArraySlice<PlainToken>) -> Expected? {
        guard let last = tokens.last else { return .operand }
        if last.text == ".", let owner = tokens.dropLast().last { return .member(of: owner.text) }
        let call = ExpressionBrackets(tokens).innermost
        if let call, let expected = argument(call, last) { return expected }
        if last.text == "crosses" { return .word(["above", "below"]) }
        if last.endsOperand { return call == nil ? nil : .infix }
        return .operand
    }

    private func argument(_ call: ExpressionBrackets.Call, _ last: PlainToken) -> Expected? {
        if ["by", "ending", "within"].contains(last.text) { return .duration }
        let isFirst = last.text == "(" || last.text == ","
        if call.sawEnding, last.kind == .duration || last.kind == .name { return .ago }
        switch call.parameter {
        case .series: return isFirst ? .series : nil
        case .window(let forms):
            if isFirst { return .duration }
            if last.kind == .number { return forms.contains(.trades) ? .word(["trades"]) : nil }
            return last.kind == .duration || last.kind == .name ? .windowForm : nil
        case .lag, .halfLife: return isFirst ? .duration : last.kind == .duration ? .windowForm : nil
        case .rateSeries: return isFirst ? .rateSeries : .nothing
        case .within: return isFirst ? .within : .nothing
        case .rule: return isFirst ? .rule : .nothing
        case .rank: return .nothing
        case .value, .moreValues, .anything, nil: return nil
        }
    }
}

/// The calls whose brackets are still open.
struct ExpressionBrackets {
    struct Call {
        var parameters: [BuiltinParameter]
        var index = 0
        /// `ending` stands in the present argument.
        var sawEnding = false

        var parameter: BuiltinParameter? {
            if index < parameters.count { return parameters[index] }
            return parameters.last == .moreValues ? .moreValues : nil
        }
    }

    private var open: [Call] = []

    var innermost: Call? { open.last }

    init(_ tokens: ArraySlice<PlainToken>) {
        for (index, token) in zip(tokens.indices, tokens) {
            switch token.text {
            case "(":
                let name = index > tokens.startIndex ? tokens[index - 1].text : ""
                open.append(Call(parameters: BuiltinTable.row(named: name)?.parameters ?? []))
            case ")": _ = open.popLast()
            case "," where !open.isEmpty:
                open[open.count - 1].index += 1
                open[open.count - 1].sawEnding = false
            case "ending" where !open.isEmpty: open[open.count - 1].sawEnding = true
            default: break
            }
        }
    }
}

extension PlainToken {
    /// `rule` and the like, where an item may begin: on a line of its own, or at all where none stands yet.
    var isItem: Bool { kind == .keyword && Vocabulary.items.contains(text) }
}
