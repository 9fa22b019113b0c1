import Diagnostics
import RuleSyntax

extension TextPlace {
    /// Where the name is defined: in a rule file, or the notifier's own file.
    func definition() -> JSONValue {
        guard let occurrence else { return .null }
        if case .notifier(let name) = occurrence.thing { return notifierFile(name) }
        guard let definition = project.names.definitions[occurrence.thing] else { return .null }
        return project.location(of: definition.span) ?? .null
    }

    private func notifierFile(_ name: String) -> JSONValue {
        guard let directory = project.notifiers.directory, project.notifiers.names?.contains(name) ?? false
        else { return .null }
        let paths = ["yaml", "yml"].map { "\(directory)/\(name).\($0)" }
        guard let path = paths.first(where: FileText.exists) else { return .null }
        let start = TextPosition(line: 0, character: 0).json
        return ["uri": .string(DocumentAddress(path: path).uri), "range": ["start": start, "end": start]]
    }

    /// Every place of the program where the name stands.
    func references(withDefinition: Bool) -> JSONValue {
        guard let occurrence else { return .null }
        let all = project.names.occurrences(of: occurrence.thing)
        return .array(
            all.filter { withDefinition || !$0.isDefinition }.compactMap { project.location(of: $0.span) })
    }
}

extension ParsedDocument {
    /// Kinds of the protocol, chosen for their pictures.
    private enum SymbolKind: Int {
        case namespace = 3, classLike = 5, property = 7, function = 12, constant = 14, array = 18, event = 24
        case typeParameter = 26
    }

    /// The items of the text, with the clauses of rules and templates.
    func outline(nested: Bool) -> JSONValue {
        .array(tree.items.map { nested ? symbol(of: $0) : flatSymbol(of: $0) })
    }

    private func symbol(of item: Item) -> JSONValue {
        let documentation = item.documentation.first ?? item.word
        return [
            "name": .string(item.name.text), "detail": .string(documentation),
            "kind": .integer(Self.kind(of: item).rawValue), "range": range(item.span),
            "selectionRange": range(item.name.span), "children": .array(children(of: item)),
        ]
    }

    private func flatSymbol(of item: Item) -> JSONValue {
        [
            "name": .string(item.name.text), "kind": .integer(Self.kind(of: item).rawValue),
            "location": ["uri": .string(address.uri), "range": range(item.span)],
        ]
    }

    private func children(of item: Item) -> [JSONValue] {
        switch item.kind {
        case .rule(_, _, let clauses), .template(_, _, let clauses):
            clauses.map { clause in
                let text = clause.span.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                let rest = text.dropFirst(clause.keyword.text.count).drop { $0 == " " }
                return [
                    "name": .string(clause.keyword.text), "detail": .string(String(rest)),
                    "kind": .integer(SymbolKind.property.rawValue), "range": range(clause.span),
                    "selectionRange": range(clause.keyword),
                ]
            }
        default: []
        }
    }

    private static func kind(of item: Item) -> SymbolKind {
        switch item.kind {
        case .constant(_, let parameters, _): parameters.isEmpty ? .constant : .function
        case .list: .array
        case .series: .typeParameter
        case .session: .namespace
        case .table: .property
        case .template: .classLike
        case .rule: .event
        }
    }

    /// The canonical format, as one edit; none where the text has it, or has errors that it would lose.
    func formatted() -> JSONValue {
        if diagnostics.hasErrors { return .array([]) }
        let text = formatRules(tree)
        if Array(text.utf8) == source.text { return .array([]) }
        return [["range": wholeRange, "newText": .string(text)]]
    }
}
