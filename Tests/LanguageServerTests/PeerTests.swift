import Foundation
import Testing

/// Software of others that the tests drive the built server with.
enum Peers {
    static let missing: Comment = """
        needs Python with pytest-lsp and textmate-grammar-python: run `make test`, or install \
        Tests/requirements.txt and set BELLWETHER_PYTHON to that interpreter
        """

    private static let python: String = {
        let own = Repository.root.appending(path: ".cache/venv/bin/python").path
        let given = ProcessInfo.processInfo.environment["BELLWETHER_PYTHON"]
        return given ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
    }()

    static let hasClient = (try? run([python, "-c", "import pytest_lsp"]))?.status == 0
    static let hasColours = (try? run([python, "-c", "import textmate_grammar"]))?.status == 0
    static let hasNode = (try? run(["node", "--version"]))?.status == 0

    /// The built executable, beside the tests where the build leaves it.
    static let server: String? = {
        let places = [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])]
        return places.flatMap { [$0, $0.deletingLastPathComponent()] }
            .map { $0.appendingPathComponent("bellwether").path }
            .first { path in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                    && !isDirectory.boolValue && FileManager.default.isExecutableFile(atPath: path)
            }
    }()

    static func script(_ name: String) -> String {
        Repository.root.appending(path: "Tests/LanguageServerTests/Peers/\(name)").path
    }

    static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["BELLWETHER_BINARY": server ?? "", "PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    static func python(_ arguments: [String]) throws -> (status: Int32, text: String) {
        try run([python] + arguments)
    }

    /// The innermost scope of each token, by `line:column`.
    static func colours(_ grammar: String, _ text: String) throws -> [String: String] {
        let folder = try Folder(["text.rules": text])
        let grammar = Repository.root.appending(path: grammar).path
        let result = try python([script("colours.py"), grammar, "\(folder.path)/text.rules"])
        guard result.status == 0 else { throw PeerFailure(text: result.text) }
        let lines = result.text.split(separator: "\n").map { $0.split(separator: "\t") }
        return Dictionary(
            lines.filter { $0.count == 3 }.map { (String($0[0]), String($0[2])) },
            uniquingKeysWith: { first, _ in first })
    }
}

struct PeerFailure: Error { var text: String }

@Suite(.enabled(if: Peers.server != nil, "bellwether is not built")) struct PeerTests {
    /// pytest-lsp holds every answer against the protocol and against what the editor said that it
    /// understands; its warnings are errors here.
    @Test(.enabled(if: Peers.hasClient, Peers.missing))
    func `The server serves VS Code, Neovim and Emacs as pytest-lsp knows them`() throws {
        let result = try Peers.python([
            "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "-o",
            "asyncio_default_fixture_loop_scope=function", "-W", "error::pytest_lsp.LspSpecificationWarning",
            Peers.script("test_editor.py"),
        ])
        #expect(result.status == 0, "\(result.text)")
    }

    @Test(.enabled(if: Peers.hasNode, "node is not installed"))
    func `The VS Code extension starts the server that its setting names`() throws {
        let extensionFile = Repository.root.appending(path: "editors/vscode/extension.js").path
        let result = try Peers.run(["node", Peers.script("extension.js"), extensionFile])
        #expect(result.status == 0, "\(result.text)")
    }

    @Test func `The server ends with status 1 when its editor goes without a word`() throws {
        #expect(try Peers.run([Peers.server ?? "", "language-server"]).status == 1)
    }
}
