import Diagnostics

/// Findings as an editor shows them.
struct DiagnosticReport {
    var project: RuleProject
    var features: ClientFeatures

    /// The findings of one document; those without a place stand at the start of the program's first.
    func diagnostics(of document: ParsedDocument) -> JSONValue {
        let isFirst = document.address == project.documents.first?.address
        return .array(
            project.diagnostics
                .filter { $0.span.map { $0.file === document.source } ?? isFirst }
                .map { json($0, in: document) })
    }

    func json(_ diagnostic: Diagnostic, in document: ParsedDocument) -> JSONValue {
        let message = [diagnostic.message] + diagnostic.help.map { "help: \($0)" }
        let range = diagnostic.span.map { document.range($0) } ?? document.range(0..<0)
        return .members([
            "range": range, "severity": diagnostic.level == .error ? 1 : 2,
            "code": .string(diagnostic.code), "source": "bellwether",
            "message": .string((message + unplaced(diagnostic)).joined(separator: "\n")),
            "tags": features.diagnosticTags && diagnostic.isUnused ? [1] : nil,
            "relatedInformation": related(diagnostic),
        ])
    }

    /// Notes that no editor could show beside their place.
    private func unplaced(_ diagnostic: Diagnostic) -> [String] {
        diagnostic.notes.filter { !features.relatedPlaces || $0.span == nil }.map { note in
            let place = note.span.map { " (\($0.file.name):\($0.line):\($0.column))" } ?? ""
            return "note: \(note.text)\(place)"
        }
    }

    private func related(_ diagnostic: Diagnostic) -> JSONValue? {
        guard features.relatedPlaces else { return nil }
        let notes = diagnostic.notes.compactMap { note -> JSONValue? in
            guard let span = note.span, let location = project.location(of: span) else { return nil }
            return ["location": location, "message": .string(note.text)]
        }
        return notes.isEmpty ? nil : .array(notes)
    }
}

extension Diagnostic {
    /// Editors show such text faded.
    fileprivate var isUnused: Bool { code == "W003" }
}
