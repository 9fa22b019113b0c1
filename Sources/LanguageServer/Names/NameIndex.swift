import Diagnostics
import RuleSemantics
import RuleSyntax

/// Every name of a program at its place, with what it stands for: the checker's rules of scope
/// (LANGUAGE 8.8), applied to texts that need not be sound.
struct NameIndex {
    /// In the order of the files and of their text.
    let occurrences: [NameOccurrence]
    /// Of several definitions with one name the first counts.
    let definitions: [NamedThing: NameOccurrence]
    /// What each definition's item is.
    let items: [NamedThing: Item]
    private let byFile: [Int: [NameOccurrence]]

    init(_ files: [RuleFile]) {
        var walk = NameWalk(files)
        walk.run()
        occurrences = walk.occurrences.enumerated()
            .sorted {
                ($0.element.file, $0.element.span.start, $0.offset)
                    < ($1.element.file, $1.element.span.start, $1.offset)
            }
            .map(\.element)
        definitions = Dictionary(
            occurrences.filter(\.isDefinition).map { ($0.thing, $0) }, uniquingKeysWith: { first, _ in first }
        )
        items = walk.items
        byFile = Dictionary(grouping: occurrences, by: \.file)
    }

    /// The name at an offset of a file, its end included: there the cursor stands after it is typed.
    func occurrence(file: Int, at offset: Int) -> NameOccurrence? {
        let touching = (byFile[file] ?? []).filter { $0.span.start <= offset && offset <= $0.span.end }
        return touching.last { offset < $0.span.end } ?? touching.last
    }

    func occurrences(of thing: NamedThing) -> [NameOccurrence] { occurrences.filter { $0.thing == thing } }
}

/// The parameters that are in scope within an item, and where it stands.
struct NameScope {
    var file: Int
    var item: Int
    var parameters: Set<String> = []

    func parameter(_ name: String) -> NamedThing? {
        parameters.contains(name) ? .parameter(name, file: file, item: item) : nil
    }
}
