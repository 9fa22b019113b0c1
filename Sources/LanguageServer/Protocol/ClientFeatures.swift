/// What the editor said at `initialize` that it understands.
struct ClientFeatures {
    var encoding = PositionEncoding.utf16
    var snippets = false
    var markdown = false
    /// nil: an offer's documentation is a bare string.
    var markdownInCompletion: Bool?
    var versionedEdits = false
    var nestedSymbols = false
    var relatedPlaces = false
    var diagnosticTags = false
    var codeActionLiterals = false
    var watchesFiles = false

    init() {}

    init(_ capabilities: JSONValue?) {
        let document = capabilities?["textDocument"]
        let workspace = capabilities?["workspace"]
        func holds(_ list: JSONValue?, _ word: JSONValue) -> Bool { list?.array?.contains(word) ?? false }
        if holds(capabilities?["general"]?["positionEncodings"], "utf-8") { encoding = .utf8 }
        let completionItem = document?["completion"]?["completionItem"]
        snippets = completionItem?["snippetSupport"]?.isTrue ?? false
        let formats = completionItem?["documentationFormat"]
        markdownInCompletion = formats.map { holds($0, "markdown") }
        markdown = holds(document?["hover"]?["contentFormat"], "markdown")
        versionedEdits = workspace?["workspaceEdit"]?["documentChanges"]?.isTrue ?? false
        nestedSymbols = document?["documentSymbol"]?["hierarchicalDocumentSymbolSupport"]?.isTrue ?? false
        let diagnostics = document?["publishDiagnostics"]
        relatedPlaces = diagnostics?["relatedInformation"]?.isTrue ?? false
        diagnosticTags = diagnostics?["tagSupport"] != nil
        codeActionLiterals = document?["codeAction"]?["codeActionLiteralSupport"] != nil
        watchesFiles = workspace?["didChangeWatchedFiles"]?["dynamicRegistration"]?.isTrue ?? false
    }
}
