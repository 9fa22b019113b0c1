import Diagnostics
import RuleSyntax

/// Every named thing of a program, by name space (LANGUAGE 8.8): `let`, series, table and template share
/// one with the builtins; lists, sessions and rules have one each.
struct Definitions {
    enum Space: String, CaseIterable { case value, list, session, rule }

    enum Meaning {
        case constant(parameters: [Parameter], body: Expression)
        case series(Expression)
        case table(parameters: [Parameter], rows: [TableRow])
        case template(parameters: [Parameter], clauses: [Clause])
        case list(names: [TargetName], except: [TargetName])
        case session(SessionHours)
        case rule(target: RuleTarget?, clauses: [Clause])

        var space: Space {
            switch self {
            case .constant, .series, .table, .template: .value
            case .list: .list
            case .session: .session
            case .rule: .rule
            }
        }

        /// `let`, as the language calls it.
        var word: String {
            switch self {
            case .constant: "let"
            case .series: "series"
            case .table: "table"
            case .template: "template"
            case .list: "list"
            case .session: "session"
            case .rule: "rule"
            }
        }
    }

    struct Definition {
        var name: Name
        var meaning: Meaning
        var item: Item
    }

    /// In the order of the files and of their text; of two with one name the first counts, though both stand
    /// here, so that the second is checked too.
    private(set) var all: [Definition] = []
    private var index: [Space: [String: Int]] = [:]
    /// Names that are written but could not be read; and those of items that are refused.
    private(set) var refused: Set<String> = []

    init(_ files: [RuleFile], report: (Diagnostic) -> Void) {
        for file in files {
            refused.formUnion(file.refusedNames.map(\.text))
            for item in file.items { add(item, report) }
        }
    }

    func find(_ name: String, in space: Space) -> Definition? { index[space]?[name].map { all[$0] } }

    func names(in space: Space) -> [String] {
        all.filter { $0.meaning.space == space }.map(\.name.text)
    }

    /// The definition that counts under this name, rather than a second one.
    func isFirst(_ definition: Definition) -> Bool {
        find(definition.name.text, in: definition.meaning.space)?.name.span.isSame(as: definition.name.span)
            ?? false
    }

    private mutating func add(_ item: Item, _ report: (Diagnostic) -> Void) {
        let (name, meaning) = Definitions.parts(of: item)
        let space = meaning.space
        all.append(Definition(name: name, meaning: meaning, item: item))
        if space == .value, BuiltinTable.row(named: name.text) != nil || name.text == "symbol" {
            report(Fault.nameIsBuiltin(name, word: meaning.word))
        } else if let first = find(name.text, in: space) {
            // `BigMove`, read as `big_move`, has been refused already.
            if name.text == name.span.text {
                report(Fault.definedTwice(name, word: meaning.word, first: first))
            }
            return
        }
        if find(name.text, in: space) == nil { index[space, default: [:]][name.text] = all.count - 1 }
    }

    private static func parts(of item: Item) -> (Name, Meaning) {
        switch item.kind {
        case .constant(let name, let parameters, let body):
            (name, .constant(parameters: parameters, body: body))
        case .list(let name, let names, let except): (name, .list(names: names, except: except))
        case .series(let name, let expression): (name, .series(expression))
        case .session(let name, let hours): (name, .session(hours))
        case .table(let name, let parameters, let rows): (name, .table(parameters: parameters, rows: rows))
        case .template(let name, let parameters, let clauses):
            (name, .template(parameters: parameters, clauses: clauses))
        case .rule(let name, let target, let clauses): (name, .rule(target: target, clauses: clauses))
        }
    }
}

extension SourceSpan {
    func isSame(as other: SourceSpan) -> Bool {
        file === other.file && start == other.start && end == other.end
    }
}
