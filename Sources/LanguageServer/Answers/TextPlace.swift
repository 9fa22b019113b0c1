/// A place that the editor asks about, in its program.
struct TextPlace {
    var project: RuleProject
    var document: ParsedDocument
    /// Of the document within the project.
    var number: Int
    /// Bytes.
    var offset: Int
    var features: ClientFeatures

    var occurrence: NameOccurrence? { project.names.occurrence(file: number, at: offset) }
}
