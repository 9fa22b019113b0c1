import Diagnostics

extension EditorSession {
    /// Requests about a document.
    func documentAnswer(_ call: RPCMessage) throws(RPCFailure) -> JSONValue {
        let parameters = call.parameters
        switch call.method {
        case "textDocument/hover": return try place(parameters).hover()
        case "textDocument/completion": return try place(parameters).completions()
        case "textDocument/definition": return try place(parameters).definition()
        case "textDocument/references":
            let withDefinition = parameters["context"]?["includeDeclaration"]?.isTrue ?? false
            return try place(parameters).references(withDefinition: withDefinition)
        case "textDocument/prepareRename": return try place(parameters).prepareRename()
        case "textDocument/rename":
            guard let name = parameters["newName"]?.string else {
                throw RPCFailure(.invalidParameters, "the new name is missing")
            }
            return try place(parameters).rename(to: name) { self.workspace.open[$0]?.version }
        case "textDocument/formatting": return try document(parameters).document.formatted()
        case "textDocument/documentSymbol":
            return try document(parameters).document.outline(nested: features.nestedSymbols)
        case "textDocument/codeAction": return try codeActions(parameters)
        default: throw RPCFailure(.methodNotFound, "no such method: \(call.method)")
        }
    }

    private func document(
        _ parameters: JSONValue
    ) throws(RPCFailure) -> (project: RuleProject, document: ParsedDocument, number: Int) {
        let address = try address(parameters)
        let project = workspace.project(workspace.key(of: address))
        guard let number = project.number(of: address) else {
            throw RPCFailure(.invalidParameters, "there is no document \(address.uri)")
        }
        return (project, project.documents[number], number)
    }

    private func place(_ parameters: JSONValue) throws(RPCFailure) -> TextPlace {
        let (project, document, number) = try document(parameters)
        let offset = document.lines.offset(of: try TextPosition(parameters["position"]))
        return TextPlace(
            project: project, document: document, number: number, offset: offset, features: features)
    }

    private func codeActions(_ parameters: JSONValue) throws(RPCFailure) -> JSONValue {
        let (project, document, _) = try document(parameters)
        let start = document.lines.offset(of: try TextPosition(parameters["range"]?["start"]))
        let end = document.lines.offset(of: try TextPosition(parameters["range"]?["end"]))
        if let only = parameters["context"]?["only"]?.array, !only.contains("quickfix") { return [] }
        return project.quickFixes(
            in: document, start..<max(start, end), DiagnosticReport(project: project, features: features),
            version: workspace.open[document.address]?.version)
    }
}
