internal import MarketModel

/// A body of the user's own: JSON with fields of the alert in it.
///
/// A text that is one field alone becomes that field's value with its type: a number stays a number. A field
/// among other words becomes text. Either way it is put into a tree and not into a text, so that no symbol
/// and no message can close a quote.
public struct BodyTemplate: Sendable, Equatable {
    indirect enum Node: Sendable, Equatable {
        case fixed(JSONTree)
        case field(TemplateField)
        case words([Piece])
        case list([Node])
        case object([Member])
    }

    enum Piece: Sendable, Equatable {
        case text(String)
        case field(TemplateField)
    }

    struct Member: Sendable, Equatable {
        var name: String
        var node: Node
    }

    /// A text's fault: the field's name that does not exist, or a brace that is not closed.
    enum Fault: Error, Equatable {
        case unknownField(String)
        case unclosedBrace
    }

    let root: Node

    init(_ root: Node) { self.root = root }

    func filled(with notice: Notice) -> JSONTree { Self.fill(root, TemplateValues(notice)) }

    private static func fill(_ node: Node, _ values: TemplateValues) -> JSONTree {
        switch node {
        case .fixed(let tree): tree
        case .field(let field): values[field]
        case .words(let pieces):
            .text(
                pieces.map { piece in
                    switch piece {
                    case .text(let text): text
                    case .field(let field): values[field].asWords
                    }
                }.joined())
        case .list(let nodes): .list(nodes.map { fill($0, values) })
        case .object(let members): .object(members.map { .init($0.name, fill($0.node, values)) })
        }
    }

    /// `"{symbol} at {values.price}"`; `{{` and `}}` are braces.
    static func node(of text: String) throws(Fault) -> Node {
        var pieces: [Piece] = []
        var words = ""
        var rest = text[...]
        while let first = rest.first {
            if first == "{", !rest.hasPrefix("{{") {
                guard let end = rest.firstIndex(of: "}") else { throw .unclosedBrace }
                let name = rest[rest.index(after: rest.startIndex)..<end].trimmingSpaces()
                guard let field = TemplateField(name) else { throw .unknownField(name) }
                if !words.isEmpty { pieces.append(.text(words)) }
                words = ""
                pieces.append(.field(field))
                rest = rest[rest.index(after: end)...]
                continue
            }
            words.append(first)
            rest = rest.dropFirst(rest.hasPrefix("{{") || rest.hasPrefix("}}") ? 2 : 1)
        }
        if !words.isEmpty { pieces.append(.text(words)) }
        if pieces.count == 1, case .field(let field) = pieces[0] { return .field(field) }
        if pieces.isEmpty { return .fixed("") }
        if pieces.count == 1, case .text(let text) = pieces[0] { return .fixed(.text(text)) }
        return .words(pieces)
    }
}

/// A field that a template may name, with its type in JSON.
enum TemplateField: Sendable, Equatable {
    enum Plain: String, CaseIterable, Sendable {
        case id, alert, rule, symbol, kind, state, severity, at, time, message, text, runbook
        case ruleText = "rule_text"
        case incident
        case firingFor = "firing_for_ms"
        case resolved, labels, values, note
    }

    case plain(Plain)
    case label(String)
    case value(String)

    init?(_ name: String) {
        if let plain = Plain(rawValue: name) {
            self = .plain(plain)
        } else if name.hasPrefix("labels."), name.count > 7 {
            self = .label(String(name.dropFirst(7)))
        } else if name.hasPrefix("values."), name.count > 7 {
            self = .value(String(name.dropFirst(7)))
        } else {
            return nil
        }
    }

    static let names = Plain.allCases.map(\.rawValue)
}

/// A notice's fields as JSON.
struct TemplateValues {
    private let notice: Notice
    private let words: AlertText

    init(_ notice: Notice) {
        self.notice = notice
        words = AlertText(notice)
    }

    subscript(_ field: TemplateField) -> JSONTree {
        let transition = notice.transition
        switch field {
        case .plain(let field): return plain(field)
        case .label(let name):
            return transition.labels.first { $0.name == name }.map { .text($0.value) } ?? .null
        case .value(let name):
            return transition.values.first { $0.name == name }?.value.map { .number($0) } ?? .null
        }
    }

    private func plain(_ field: TemplateField.Plain) -> JSONTree {
        let transition = notice.transition
        switch field {
        case .id: return .text(notice.id)
        case .alert: return .text(transition.alertName)
        case .rule: return .text(transition.rule)
        case .symbol: return .text(transition.key)
        case .kind: return .text(transition.kind.rawValue)
        case .state: return .text(words.state)
        case .severity: return .text(transition.severity.rawValue)
        case .at: return .integer(transition.at.milliseconds)
        case .time: return .text(transition.at.description)
        case .message: return .text(words.message)
        case .text: return .text("\(words.state) \(words.severity): \(words.message)")
        case .runbook: return notice.context.runbook.map { .text($0) } ?? .null
        case .ruleText: return notice.context.ruleText.map { .text($0) } ?? .null
        case .incident: return notice.incident.map { .text($0.id) } ?? .null
        case .firingFor:
            guard let since = notice.incident?.since else { return .null }
            return .integer(max(0, transition.at.milliseconds - since.milliseconds))
        case .note: return notice.occasion.note.map { .text($0) } ?? .null
        case .resolved: return .bool(transition.kind.isOver)
        case .labels: return .object(transition.labels.map { .init($0.name, .text($0.value)) })
        case .values:
            return .object(transition.values.map { .init($0.name, $0.value.map { .number($0) } ?? .null) })
        }
    }
}

extension JSONTree {
    /// Among other words: nothing for null, and otherwise what a reader would write.
    fileprivate var asWords: String {
        switch self {
        case .null: ""
        case .text(let text): text
        case .number(let value): AlertText.number(value)
        case .bool, .integer, .list, .object: written
        }
    }
}
