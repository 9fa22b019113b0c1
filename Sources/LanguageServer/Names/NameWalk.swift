import Diagnostics
import RuleSemantics
import RuleSyntax

/// Walks the trees of a program and notes every name.
struct NameWalk {
    private let files: [RuleFile]
    private(set) var occurrences: [NameOccurrence] = []
    private(set) var items: [NamedThing: Item] = [:]
    private var defined: Set<NamedThing> = []
    private var tables: Set<String> = []

    init(_ files: [RuleFile]) {
        self.files = files
        for item in files.flatMap(\.items) {
            defined.insert(item.thing)
            if case .table(let name, _, _) = item.kind { tables.insert(name.text) }
        }
    }

    mutating func run() {
        for (file, tree) in files.enumerated() {
            for (number, item) in tree.items.enumerated() {
                visit(item, NameScope(file: file, item: number))
            }
        }
    }

    mutating func note(_ name: Name, _ thing: NamedThing, _ scope: NameScope, in whole: SourceSpan? = nil) {
        occurrences.append(
            NameOccurrence(thing: thing, span: name.span, file: scope.file, whole: whole))
    }

    private mutating func define(_ name: Name, _ thing: NamedThing, _ scope: NameScope) {
        occurrences.append(
            NameOccurrence(thing: thing, span: name.span, file: scope.file, isDefinition: true))
    }

    private mutating func visit(_ item: Item, _ outer: NameScope) {
        var thing = item.thing
        if items[thing] != nil { thing = .repeated(thing.name, file: outer.file, item: outer.item) }
        items[thing] = item
        define(item.name, thing, outer)
        var scope = outer
        switch item.kind {
        case .constant(_, let parameters, let body):
            enter(parameters, &scope)
            visit(body, scope)
        case .list(_, let names, let except): visit(names + except, scope)
        case .series(_, let body): visit(body, scope)
        case .session: break
        case .table(let name, let parameters, let rows):
            let isFirst = thing == item.thing
            for parameter in parameters where isFirst {
                define(parameter.name, .column(parameter.name.text, table: name.text), scope)
            }
            for row in rows {
                if let symbol = row.symbol { note(symbol, .symbol(symbol.text), scope) }
                for value in row.values { visit(value, scope) }
            }
        case .template(_, let parameters, let clauses):
            enter(parameters, &scope)
            for clause in clauses { visit(clause, scope) }
        case .rule(_, let target, let clauses):
            if let target { visit((target.names ?? []) + target.except, scope) }
            for clause in clauses { visit(clause, scope) }
        }
    }

    private mutating func enter(_ parameters: [Parameter], _ scope: inout NameScope) {
        for parameter in parameters {
            let isFirst = scope.parameters.insert(parameter.name.text).inserted
            let thing = NamedThing.parameter(parameter.name.text, file: scope.file, item: scope.item)
            if isFirst { define(parameter.name, thing, scope) }
        }
    }

    private mutating func visit(_ names: [TargetName], _ scope: NameScope) {
        for member in names {
            switch member {
            case .symbol(let name): note(name, .symbol(name.text), scope)
            case .list(let name): note(name, known(.list(name.text)), scope)
            case .pattern: break
            }
        }
    }

    /// What no item defines is unknown.
    func known(_ thing: NamedThing) -> NamedThing { defined.contains(thing) ? thing : .unknown(thing.name) }

    func isTable(_ name: String) -> Bool { tables.contains(name) }

    mutating func visit(_ duration: DurationText?, _ scope: NameScope) {
        guard case .name(let name) = duration else { return }
        visit(name, in: name.span, scope)
    }

    /// A name that stands for a value.
    mutating func visit(_ name: Name, in whole: SourceSpan, _ scope: NameScope) {
        if let parameter = scope.parameter(name.text) {
            note(name, parameter, scope, in: whole)
        } else if name.text == "symbol" || BuiltinTable.row(named: name.text) != nil {
            note(name, .builtin(name.text), scope, in: whole)
        } else {
            note(name, known(.value(name.text)), scope, in: whole)
        }
    }
}

extension Item {
    var name: Name {
        switch kind {
        case .constant(let name, _, _), .list(let name, _, _), .series(let name, _), .session(let name, _),
            .table(let name, _, _), .template(let name, _, _), .rule(let name, _, _):
            name
        }
    }

    var thing: NamedThing {
        switch kind {
        case .constant, .series, .table, .template: .value(name.text)
        case .list: .list(name.text)
        case .session: .session(name.text)
        case .rule: .rule(name.text)
        }
    }

    /// The keyword that it begins with.
    var word: String {
        switch kind {
        case .constant: "let"
        case .list: "list"
        case .series: "series"
        case .session: "session"
        case .table: "table"
        case .template: "template"
        case .rule: "rule"
        }
    }

    var parameters: [Parameter] {
        switch kind {
        case .constant(_, let parameters, _), .table(_, let parameters, _), .template(_, let parameters, _):
            parameters
        case .list, .series, .session, .rule: []
        }
    }

    /// The lines of its `##` comment.
    var documentation: [String] { comments.before.filter(\.isDocumentation).map(\.text) }
}
