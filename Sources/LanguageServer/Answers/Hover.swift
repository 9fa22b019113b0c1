import Diagnostics
import RuleSemantics
import RuleSyntax

extension TextPlace {
    /// What stands here: its type, what it is for and what it keeps.
    func hover() -> JSONValue {
        if let occurrence, let prose = prose(for: occurrence) {
            return answer(prose, at: occurrence.span.start..<occurrence.span.end)
        }
        let tokens = plainTokens(of: document.source)
        guard let token = tokens.first(where: { $0.range.contains(offset) }) else { return .null }
        if token.kind == .keyword, let guide = KeywordGuide[token.text] {
            var prose = Prose()
            prose.code(guide.form)
            prose.paragraph(guide.documentation)
            return answer(prose, at: token.range)
        }
        guard let expression = project.expression(in: document, at: offset) else { return .null }
        var prose = Prose()
        prose.code(expression.span.text)
        prose.paragraph("This is \(expression.type).")
        return answer(prose, at: expression.span.start..<expression.span.end)
    }

    private func answer(_ prose: Prose, at range: Range<Int>) -> JSONValue {
        ["contents": prose.json(markdown: features.markdown), "range": document.range(range)]
    }

    private func prose(for occurrence: NameOccurrence) -> Prose? {
        var prose = Prose()
        switch occurrence.thing {
        case .builtin(let name):
            guard let row = BuiltinTable.row(named: name) else { return word(name) }
            row.describe(in: &prose)
        case .value, .list, .session, .rule, .repeated:
            guard let item = project.names.items[occurrence.thing] else { return nil }
            prose.code(item.headline)
            prose.paragraph(item.documentation.joined(separator: " "))
        case .parameter(let name, _, _):
            guard let parameter = parameter(name, of: occurrence.thing) else { return nil }
            prose.code("\(name): \(parameter.type.text)")
            prose.paragraph("A parameter: each use says its value.")
        case .column(let name, let table):
            let item = project.names.items[.value(table)]
            guard let type = item?.parameters.first(where: { $0.name.text == name })?.type else { return nil }
            prose.code("\(table).\(name): \(type.text)")
            prose.paragraph("A column of the table, by the rule's symbol.")
        case .notifier(let name):
            prose.code("notifiers/\(name).yaml")
            let isKnown = project.notifiers.names?.contains(name)
            prose.paragraph(isKnown == false ? "No such file." : "Who is told, and how.")
        case .symbol(let name):
            prose.code(name)
            prose.paragraph(symbolText(name))
        case .rateSeries(let name):
            prose.code(name)
            prose.paragraph("A published rate, as of the time at which it was known.")
        case .unknown: return nil
        }
        describeUse(occurrence, &prose)
        return prose
    }

    /// Type and cost, where the program is sound enough to know them.
    private func describeUse(_ occurrence: NameOccurrence, _ prose: inout Prose) {
        if case .rule(let name) = occurrence.thing {
            guard let rule = project.analysis.program.rules.first(where: { $0.name == name }) else { return }
            return prose.paragraph(WindowCost(of: rule).text)
        }
        var span = occurrence.whole
        if occurrence.isDefinition, let item = project.names.items[occurrence.thing] {
            switch item.kind {
            case .constant(_, _, let body), .series(_, let body): span = body.span
            default: break
            }
        }
        guard let span, let typed = project.expression(at: span) else { return }
        prose.paragraph("Here it is \(typed.type).")
        if case .parameter = occurrence.thing { return }
        prose.paragraph(WindowCost(of: typed.expression).text)
    }

    private func word(_ name: String) -> Prose {
        var prose = Prose()
        prose.code(name)
        switch name {
        case "symbol": prose.paragraph("The symbol that the rule's alert is about.")
        case "rule": prose.paragraph("The rule's name.")
        default: prose.paragraph("The alert's level: info, warning or critical.")
        }
        return prose
    }

    private func parameter(_ name: String, of thing: NamedThing) -> Parameter? {
        guard case .parameter(_, let file, let item) = thing else { return nil }
        let items = project.documents[file].tree.items
        return items.indices.contains(item) ? items[item].parameters.first { $0.name.text == name } : nil
    }

    private func symbolText(_ name: String) -> String {
        let lists = project.names.items.values.compactMap { item -> String? in
            guard case .list(let list, let names, _) = item.kind else { return nil }
            let holds = names.contains {
                if case .symbol(let member) = $0 { member.text == name } else { false }
            }
            return holds ? "`\(list.text)`" : nil
        }
        let place = lists.isEmpty ? "" : ", in the list \(lists.sorted().joined(separator: ", "))"
        return "A symbol as the feed writes it\(place)."
    }
}

extension Builtin {
    /// The row of the table: signature, definition, the value of an empty window, an example.
    func describe(in prose: inout Prose) {
        prose.code(headline)
        prose.paragraph(documentation.sentence)
        let empty = whenEmpty == "unknown" ? "unknown" : "`\(whenEmpty)`"
        prose.paragraph(isScalar ? "" : "Without a point: \(empty).")
        prose.paragraph("Example: `\(example)`")
    }

    /// `change(x, d) -> ratio`
    var headline: String { "\(signature) -> \(result.text)" }
}

extension BuiltinResult {
    /// In the signature's own words.
    var text: String {
        switch self {
        case .price: "price"
        case .size: "size"
        case .money: "money"
        case .number: "number"
        case .ratio: "ratio"
        case .count: "count"
        case .duration: "duration"
        case .bool: "condition"
        case .same: "like x"
        case .square: "like x * x"
        case .perTime: "like x / duration"
        case .squareRoot: "the root of x"
        }
    }
}

extension String {
    /// With a capital and a full stop, unless it begins with a formula.
    var sentence: String {
        let word = prefix { $0.isLetter }
        let isWord = word.count > 1 && dropFirst(word.count).first == " "
        return (isWord ? prefix(1).uppercased() + dropFirst() : self) + (hasSuffix(".") ? "" : ".")
    }
}

extension Item {
    /// Its definition in one line, or the header of one that has several.
    var headline: String {
        let header = "\(word) \(name.text)"
        switch kind {
        case .constant(_, _, let body): return "\(header)\(parameterText) = \(body.canonicalText)"
        case .series(_, let body): return "\(header) = \(body.canonicalText)"
        case .list, .session: return Self.firstLine(span.text)
        case .table, .template: return header + parameterText
        case .rule(_, let target, _):
            return header + (target.map { " \(Self.firstLine($0.span.text))" } ?? "")
        }
    }

    private var parameterText: String {
        if parameters.isEmpty { return "" }
        return "(\(parameters.map { "\($0.name.text): \($0.type.text)" }.joined(separator: ", ")))"
    }

    private static func firstLine(_ text: String) -> String {
        String(text.split(whereSeparator: \.isNewline).first ?? "")
    }
}
