import Diagnostics
import RuleSemantics
import RuleSyntax

extension TextPlace {
    /// The name that would be renamed.
    func renameable() throws(RPCFailure) -> NameOccurrence {
        guard let occurrence else { throw RPCFailure(.requestFailed, "there is no name here") }
        let name = occurrence.thing.name
        switch occurrence.thing {
        case .builtin: throw RPCFailure(.requestFailed, "`\(name)` belongs to the language")
        case .symbol, .rateSeries:
            throw RPCFailure(.requestFailed, "`\(name)` is named by the feed, not by the rules")
        case .notifier:
            throw RPCFailure(.requestFailed, "`\(name)` is named by its file: rename notifiers/\(name).yaml")
        default: break
        }
        guard project.names.definitions[occurrence.thing] != nil else {
            throw RPCFailure(.requestFailed, "`\(name)` is not defined in these files")
        }
        return occurrence
    }

    func prepareRename() throws(RPCFailure) -> JSONValue {
        let occurrence = try renameable()
        return ["range": document.range(occurrence.span), "placeholder": .string(occurrence.thing.name)]
    }

    /// Edits of every file of the program, after which each name stands for what it stood for before.
    func rename(to name: String, versions: (DocumentAddress) -> Int?) throws(RPCFailure) -> JSONValue {
        let occurrence = try renameable()
        let thing = occurrence.thing
        if name == thing.name { return ["changes": .object([:])] }
        guard let target = thing.renamed(name) else { return .null }
        try checkName(name, of: thing)
        for other in project.documents where other.diagnostics.hasErrors {
            let reason = "it has errors of syntax, behind which a use might be hidden"
            throw RPCFailure(.requestFailed, "mend \(other.source.name) first: \(reason)")
        }
        let places = project.names.occurrences(of: thing)
        try checkMeaning(thing, target, places)
        var edits: [(ParsedDocument, [JSONValue])] = []
        for (number, document) in project.documents.enumerated() {
            let own = places.filter { $0.file == number }
            if own.isEmpty { continue }
            edits.append(
                (document, own.map { ["range": document.range($0.span), "newText": .string(name)] }))
        }
        return answer(edits, versions)
    }

    private func answer(
        _ edits: [(document: ParsedDocument, edits: [JSONValue])], _ versions: (DocumentAddress) -> Int?
    ) -> JSONValue {
        guard features.versionedEdits else {
            let changes = edits.map { ($0.document.address.uri, JSONValue.array($0.edits)) }
            return ["changes": .object(Dictionary(changes) { $1 })]
        }
        let changes = edits.map { document, edits -> JSONValue in
            let version = versions(document.address).map(JSONValue.integer) ?? .null
            return [
                "textDocument": ["uri": .string(document.address.uri), "version": version],
                "edits": .array(edits),
            ]
        }
        return ["documentChanges": .array(changes)]
    }

    private func checkName(_ name: String, of thing: NamedThing) throws(RPCFailure) {
        guard Vocabulary.admitsName(name) else {
            let isKeyword = Vocabulary.keywords.contains(name)
            throw RPCFailure(
                .invalidParameters,
                isKeyword
                    ? "`\(name)` is a keyword"
                    : "a name is a lower-case letter, then lower-case letters, digits and _")
        }
        if case .value = thing, name == "symbol" || BuiltinTable.row(named: name) != nil {
            throw RPCFailure(.invalidParameters, "`\(name)` is a builtin")
        }
        if let other = project.names.definitions[thing.renamed(name) ?? thing] {
            let place = "\(other.span.file.name):\(other.span.line)"
            throw RPCFailure(.invalidParameters, "`\(name)` is already defined at \(place)")
        }
    }

    /// Renames in copies of the texts and asks again what every name stands for: a `let` that a parameter of
    /// that name would hide, or a parameter that would hide one, is found by its consequence.
    private func checkMeaning(
        _ thing: NamedThing, _ target: NamedThing, _ places: [NameOccurrence]
    ) throws(RPCFailure) {
        let trees = project.documents.enumerated().map { number, document in
            var text = document.source.text
            for place in places.reversed() where place.file == number {
                text.replaceSubrange(place.span.start..<place.span.end, with: target.name.utf8)
            }
            return parseRules(SourceFile(name: document.source.name, text: text)).file
        }
        let before = project.names.occurrences
        let after = NameIndex(trees).occurrences
        func renamed(_ old: NamedThing) -> NamedThing {
            if old == thing { return target }
            // Columns bear the name of their table.
            if case .column(let name, let table) = old, thing == .value(table) {
                return .column(name, table: target.name)
            }
            return old
        }
        guard before.count == after.count else {
            throw RPCFailure(.invalidParameters, "`\(target.name)` cannot be read in each of its places")
        }
        for (old, new) in zip(before, after) where renamed(old.thing) != new.thing {
            let place = "\(old.span.file.name):\(old.span.line)"
            throw RPCFailure(
                .invalidParameters, "`\(target.name)` would mean something else at \(place)")
        }
    }
}
