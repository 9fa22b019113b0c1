import Diagnostics
import RuleSemantics
import RuleSyntax

/// The files that form one program, checked together, with all that answers are made of.
struct RuleProject {
    let documents: [ParsedDocument]
    let analysis: RuleAnalysis
    /// What `bellwether check` would say of these files.
    let diagnostics: [Diagnostic]
    let names: NameIndex
    let notifiers: NotifierNames

    /// The notifiers that rules may name; nil where no directory of them was found.
    struct NotifierNames: Equatable {
        var directory: String?
        var names: Set<String>?
    }

    init(_ documents: [ParsedDocument], _ notifiers: NotifierNames, _ surroundings: EditorSurroundings) {
        self.documents = documents
        self.notifiers = notifiers
        let trees = documents.map(\.tree)
        analysis = analyseRules(trees, options: CheckOptions(notifiers: notifiers.names))
        var found = documents.flatMap(\.diagnostics) + analysis.diagnostics
        if !found.hasErrors { found += surroundings.furtherFindings(analysis.program) }
        diagnostics = found
        names = NameIndex(trees)
    }

    func number(of address: DocumentAddress) -> Int? { documents.firstIndex { $0.address == address } }

    func document(of span: SourceSpan) -> ParsedDocument? {
        documents.first { $0.source === span.file }
    }

    /// The innermost expression with a type at an offset.
    func expression(in document: ParsedDocument, at offset: Int) -> TypedExpression? {
        analysis.expressions
            .filter { $0.span.file === document.source && $0.span.start <= offset && offset < $0.span.end }
            .min { $0.span.end - $0.span.start < $1.span.end - $1.span.start }
    }

    /// What the checker made of exactly this text.
    func expression(at span: SourceSpan) -> TypedExpression? {
        analysis.expressions.first {
            $0.span.file === span.file && $0.span.start == span.start && $0.span.end == span.end
        }
    }

    func location(of span: SourceSpan) -> JSONValue? {
        guard let document = document(of: span) else { return nil }
        return ["uri": .string(document.address.uri), "range": document.range(span)]
    }
}
