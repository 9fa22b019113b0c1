internal import Configuration
internal import Diagnostics

extension BodyTemplate {
    /// Reads `template:`; every field is known to exist afterwards.
    ///
    /// - Returns: nil after a fault, which has been reported.
    static func read(_ value: YAMLValue) -> BodyTemplate? {
        guard let tree = value.tree() else { return nil }
        guard case .map = tree else {
            value.report(
                code: "E134", "`template` is a map: the body's members",
                help: ["write: template: {text: \"{message}\", severity: \"{severity}\"}"])
            return nil
        }
        return node(tree).map { BodyTemplate($0) }
    }

    private static func node(_ tree: YAMLTree) -> Node? {
        switch tree {
        case .null: .fixed(.null)
        case .bool(let value): .fixed(.bool(value))
        case .integer(let value): .fixed(.integer(value))
        case .number(let value): .fixed(.number(value))
        case .text(let text, let value): node(text, at: value)
        case .list(let items): list(items)
        case .map(let members, let value): object(members, at: value)
        }
    }

    private static func list(_ items: [YAMLTree]) -> Node? {
        let nodes = items.map { node($0) }
        return nodes.contains(nil) ? nil : .list(nodes.compactMap { $0 })
    }

    private static func object(_ members: [(key: String, value: YAMLTree)], at value: YAMLValue) -> Node? {
        // `{message}` without quotes is YAML's map of one key.
        if members.count == 1, case .null = members[0].value, TemplateField(members[0].key) != nil {
            value.report(
                code: "E135", "a field stands in quotes", help: ["write: \"{\(members[0].key)}\""])
            return nil
        }
        let nodes = members.map { ($0.key, node($0.value)) }
        if nodes.contains(where: { $0.1 == nil }) { return nil }
        return .object(nodes.compactMap { name, node in node.map { Member(name: name, node: $0) } })
    }

    private static func node(_ text: String, at value: YAMLValue) -> Node? {
        do {
            return try node(of: text)
        } catch {
            switch error {
            case .unclosedBrace:
                value.report(
                    code: "E133", "a brace is not closed", help: ["a brace itself is written `{{`"])
            case .unknownField(let name):
                let nearest = nearestName(to: name, among: TemplateField.names)
                value.report(
                    code: "E133", "an alert has no field `\(name)`",
                    help: (nearest.map { ["did you mean `\($0)`?"] } ?? [])
                        + ["one of \(TemplateField.names.joined(separator: ", ")), labels.NAME, values.NAME"])
            }
            return nil
        }
    }
}
