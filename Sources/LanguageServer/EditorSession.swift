import Foundation

/// One editor's conversation with the server: messages in, messages out, nothing else. It owns no stream and
/// no clock, so that tests drive it as an editor does.
///
/// - Invariant: whatever comes in, the session goes on; a request is answered exactly once.
/// - SeeAlso: Language Server Protocol 3.17.
public final class EditorSession {
    enum Phase { case fresh, running, shutDown }

    let surroundings: EditorSurroundings
    var phase = Phase.fresh
    var features = ClientFeatures()
    var workspace: Workspace
    var settings = EditorSettings()
    /// What each document was last told; those without findings and never told are absent.
    private var published: [DocumentAddress: JSONValue] = [:]
    /// Open texts that changed since they were last told.
    private var changed: Set<DocumentAddress> = []
    private var outgoing: [JSONValue] = []

    /// Set by `exit`: 0 after `shutdown`, else 1.
    public private(set) var exitStatus: Int32?

    public init(_ surroundings: EditorSurroundings) {
        self.surroundings = surroundings
        workspace = Workspace(.utf16, surroundings)
    }

    /// Takes one message, without its header.
    ///
    /// - Returns: what is sent back at once, each without its header.
    public func receive(_ message: [UInt8]) -> [[UInt8]] {
        switch RPCMessage.read(message) {
        case .call(let call): take(call)
        case .answer: break
        case .refused(let failure, let id): send(failure.answer(to: id))
        }
        return flush()
    }

    /// What to send where a stream held no message.
    func refuse(_ reason: String) -> [[UInt8]] {
        send(RPCFailure(.parseError, reason).answer(to: .null))
        return flush()
    }

    /// Tells the findings of every program that changed. Called when no message waits, so that of many
    /// keystrokes only the last is checked.
    public func settle() -> [[UInt8]] {
        guard phase == .running else { return [] }
        var told: Set<DocumentAddress> = []
        for key in workspace.keys {
            let project = workspace.project(key)
            let report = DiagnosticReport(project: project, features: features)
            for document in project.documents where told.insert(document.address).inserted {
                publish(report.diagnostics(of: document), of: document.address)
            }
        }
        for address in published.keys.sorted() where !told.contains(address) {
            publish([], of: address)
            published[address] = nil
        }
        changed = []
        return flush()
    }

    private func publish(_ diagnostics: JSONValue, of address: DocumentAddress) {
        let isNew = changed.contains(address)
        guard isNew || (published[address] ?? []) != diagnostics else { return }
        published[address] = diagnostics
        send(
            RPCMessage.notification(
                "textDocument/publishDiagnostics",
                .members([
                    "uri": .string(address.uri), "diagnostics": diagnostics,
                    "version": workspace.open[address].map { .integer($0.version) },
                ])))
    }

    func send(_ message: JSONValue) { outgoing.append(message) }

    private func flush() -> [[UInt8]] {
        defer { outgoing = [] }
        return outgoing.map(\.text)
    }

    // MARK: Messages

    private func take(_ call: RPCMessage) {
        if call.method == "exit" {
            exitStatus = phase == .shutDown ? 0 : 1
            return
        }
        do throws(RPCFailure) {
            if let id = call.id {
                send(RPCMessage.result(try answer(call), id: id))
            } else {
                try note(call)
            }
        } catch {
            // A notification is never answered, whatever is wrong with it.
            if let id = call.id { send(error.answer(to: id)) }
        }
    }

    private func answer(_ call: RPCMessage) throws(RPCFailure) -> JSONValue {
        switch phase {
        case .fresh where call.method != "initialize":
            throw RPCFailure(.notInitialized, "the first request is `initialize`")
        case .running where call.method == "initialize":
            throw RPCFailure(.invalidRequest, "`initialize` is sent once")
        case .shutDown: throw RPCFailure(.invalidRequest, "the server is shut down")
        default: break
        }
        switch call.method {
        case "initialize": return initialize(call.parameters)
        case "shutdown":
            phase = .shutDown
            return .null
        default: return try documentAnswer(call)
        }
    }

    private func note(_ call: RPCMessage) throws(RPCFailure) {
        guard phase == .running else { return }
        let parameters = call.parameters
        switch call.method {
        case "initialized": watchFiles()
        case "textDocument/didOpen": try open(parameters)
        case "textDocument/didChange": try change(parameters)
        case "textDocument/didClose":
            let address = try address(parameters)
            workspace.close(address)
            changed.remove(address)
        case "textDocument/didSave", "workspace/didChangeWatchedFiles": workspace.lookThrough()
        case "workspace/didChangeConfiguration": configure(parameters["settings"]?["bellwether"])
        case "workspace/didChangeWorkspaceFolders": changeFolders(parameters["event"])
        // `$/cancelRequest` among them: a request is answered before the next message is read.
        default: break
        }
    }

    private func open(_ parameters: JSONValue) throws(RPCFailure) {
        let address = try address(parameters)
        guard let text = parameters["textDocument"]?["text"]?.string else {
            throw RPCFailure(.invalidParameters, "the document has no text")
        }
        let version = parameters["textDocument"]?["version"]?.integer ?? 0
        workspace.set(address, OpenDocument(text: Array(text.utf8), version: version))
        changed.insert(address)
    }

    /// All changes of a message or none.
    private func change(_ parameters: JSONValue) throws(RPCFailure) {
        let address = try address(parameters)
        guard var document = workspace.open[address] else {
            throw RPCFailure(.invalidParameters, "\(address.uri) is not open")
        }
        for change in parameters["contentChanges"]?.array ?? [] {
            try document.apply(change, features.encoding)
        }
        document.version = parameters["textDocument"]?["version"]?.integer ?? document.version + 1
        workspace.set(address, document)
        changed.insert(address)
    }

    func address(_ parameters: JSONValue) throws(RPCFailure) -> DocumentAddress {
        guard let uri = parameters["textDocument"]?["uri"]?.string else {
            throw RPCFailure(.invalidParameters, "the document has no uri")
        }
        return DocumentAddress(uri: uri)
    }
}
