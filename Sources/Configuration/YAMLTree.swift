internal import Yams

/// A part of a file whose form is the user's own, such as a template: YAML's types, and texts with their
/// place.
public indirect enum YAMLTree {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    /// With `${NAME}` expanded; the value tells its place.
    case text(String, YAMLValue)
    case list([YAMLTree])
    /// In the order of the text.
    case map([(key: String, value: YAMLTree)], YAMLValue)
}

extension YAMLValue {
    /// All that stands here. What is written in quotes is text, whatever it looks like.
    ///
    /// - Returns: nil after a fault, which has been reported.
    public func tree() -> YAMLTree? {
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain {
                if node.isNull { return .null }
                if let value = node.bool { return .bool(value) }
                if let value = Int64(scalar.string) { return .integer(value) }
                if let value = Double(scalar.string), value.isFinite { return .number(value) }
            }
            return string().map { .text($0, self) }
        case .sequence(let items):
            let trees = items.map { YAMLValue(node: $0, key: key, reading: reading).tree() }
            return trees.contains { $0 == nil } ? nil : .list(trees.compactMap { $0 })
        case .mapping:
            guard let entries = map()?.entries else { return nil }
            let trees = entries.map { ($0.key, $0.value.tree()) }
            if trees.contains(where: { $0.1 == nil }) { return nil }
            return .map(trees.compactMap { key, tree in tree.map { (key, $0) } }, self)
        case .alias: return string().map { .text($0, self) }
        }
    }
}
