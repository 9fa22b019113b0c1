import Diagnostics

/// What a name stands for, by the name spaces of LANGUAGE 8.8.
enum NamedThing: Hashable {
    /// A `let`, series, table or template.
    case value(String)
    case list(String)
    case session(String)
    case rule(String)
    /// Of the item with this number in its file.
    case parameter(String, file: Int, item: Int)
    case column(String, table: String)
    /// A second definition of a name that is taken; nothing refers to it.
    case repeated(String, file: Int, item: Int)
    case builtin(String)
    case notifier(String)
    case symbol(String)
    case rateSeries(String)
    /// No file defines it.
    case unknown(String)

    /// The name as it stands in the text.
    var name: String {
        switch self {
        case .value(let name), .list(let name), .session(let name), .rule(let name),
            .parameter(let name, _, _), .column(let name, _), .repeated(let name, _, _), .builtin(let name),
            .notifier(let name), .symbol(let name), .rateSeries(let name), .unknown(let name):
            name
        }
    }

    /// The same thing under another name; nil where no rule file defines its name.
    func renamed(_ name: String) -> NamedThing? {
        switch self {
        case .value: .value(name)
        case .list: .list(name)
        case .session: .session(name)
        case .rule: .rule(name)
        case .parameter(_, let file, let item): .parameter(name, file: file, item: item)
        case .column(_, let table): .column(name, table: table)
        case .repeated(_, let file, let item): .repeated(name, file: file, item: item)
        case .builtin, .notifier, .symbol, .rateSeries, .unknown: nil
        }
    }
}

/// A name at its place in the text.
struct NameOccurrence {
    var thing: NamedThing
    var span: SourceSpan
    /// In the order of the program's files.
    var file: Int
    var isDefinition = false
    /// The expression that the name makes with its owner and brackets: `SPY.vwap(5m)`.
    var whole: SourceSpan?
}
