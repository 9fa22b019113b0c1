import Foundation

extension EditorSession {
    func initialize(_ parameters: JSONValue) -> JSONValue {
        features = ClientFeatures(parameters["capabilities"])
        settings = EditorSettings(parameters["initializationOptions"])
        workspace = Workspace(features.encoding, surroundings)
        let folders = parameters["workspaceFolders"]?.array?.compactMap { $0["uri"]?.string }
        let roots = folders ?? parameters["rootUri"]?.string.map { [$0] } ?? []
        workspace.setFolders(roots.compactMap { DocumentAddress(uri: $0).path }, settings)
        phase = .running
        return [
            "capabilities": capabilities,
            "serverInfo": ["name": "bellwether", "version": .string(surroundings.version)],
        ]
    }

    private var capabilities: JSONValue {
        [
            "positionEncoding": .string(features.encoding.rawValue),
            "textDocumentSync": ["openClose": true, "change": 2, "save": true],
            "hoverProvider": true, "definitionProvider": true, "referencesProvider": true,
            "documentSymbolProvider": true, "documentFormattingProvider": true,
            "renameProvider": ["prepareProvider": true],
            "completionProvider": ["triggerCharacters": [".", "(", ",", "{", " "]],
            "codeActionProvider": ["codeActionKinds": ["quickfix"]],
            "workspace": ["workspaceFolders": ["supported": true, "changeNotifications": true]],
        ]
    }

    /// Asks to be told of files that change behind the editor's back.
    func watchFiles() {
        guard features.watchesFiles else { return }
        let patterns = ["**/*.rules", "**/notifiers/*.yaml", "**/notifiers/*.yml"]
        let watchers = patterns.map { JSONValue.object(["globPattern": .string($0)]) }
        send(
            RPCMessage.request(
                "client/registerCapability", id: "watch-files",
                [
                    "registrations": [
                        [
                            "id": "watch-files", "method": "workspace/didChangeWatchedFiles",
                            "registerOptions": ["watchers": .array(watchers)],
                        ]
                    ]
                ]))
    }

    func configure(_ value: JSONValue?) {
        guard let value else { return }
        settings = EditorSettings(value)
        workspace.setFolders(workspace.folders.map(\.folder), settings)
    }

    func changeFolders(_ event: JSONValue?) {
        func paths(_ key: String) -> [String] {
            (event?[key]?.array ?? []).compactMap { $0["uri"]?.string }
                .compactMap { DocumentAddress(uri: $0).path }
        }
        let removed = paths("removed")
        let kept = workspace.folders.map(\.folder).filter { !removed.contains($0) }
        workspace.setFolders(kept + paths("added").filter { !kept.contains($0) }, settings)
    }
}
