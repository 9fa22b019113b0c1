import Diagnostics

extension RuleProject {
    /// An action for each exact replacement that a finding in this range knows of.
    func quickFixes(
        in document: ParsedDocument, _ range: Range<Int>, _ publishing: DiagnosticReport,
        version: Int?
    ) -> JSONValue {
        let features = publishing.features
        guard features.codeActionLiterals else { return .array([]) }
        var actions: [JSONValue] = []
        for diagnostic in diagnostics {
            guard let span = diagnostic.span, span.file === document.source,
                span.start <= range.upperBound, range.lowerBound <= span.end
            else { continue }
            for fix in diagnostic.fixes {
                let edits: JSONValue = [["range": document.range(fix.span), "newText": .string(fix.text)]]
                actions.append([
                    "title": .string(Self.title(fix)), "kind": "quickfix",
                    "diagnostics": [publishing.json(diagnostic, in: document)],
                    "isPreferred": .bool(diagnostic.fixes.count == 1),
                    "edit": Self.edit(document, edits, version, features),
                ])
            }
        }
        return .array(actions)
    }

    private static func title(_ fix: Diagnostic.Fix) -> String {
        fix.text.isEmpty ? "Remove `\(fix.span.text)`" : "Write `\(fix.text)` for `\(fix.span.text)`"
    }

    private static func edit(
        _ document: ParsedDocument, _ edits: JSONValue, _ version: Int?, _ features: ClientFeatures
    ) -> JSONValue {
        let uri = JSONValue.string(document.address.uri)
        guard features.versionedEdits else { return ["changes": [document.address.uri: edits]] }
        let number = version.map(JSONValue.integer) ?? .null
        return ["documentChanges": [["textDocument": ["uri": uri, "version": number], "edits": edits]]]
    }
}
