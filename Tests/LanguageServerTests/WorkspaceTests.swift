import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

@testable import LanguageServer

@Suite struct WorkspaceTests {
    private static let names = "list tech = AAPL\n"
    private static let moves = "rule a on tech\n  when price > 1\n  notify desk\n"

    @Test func `The directory rules is one program, with the notifiers beside it`() throws {
        let folder = try Folder([
            "rules/a.rules": Self.names, "rules/b.rules": Self.moves, "notifiers/desk.yaml": "",
            "old/c.rules": "rule a on NOTHING\n  when price > 1\n",
        ])
        let editor = try Editor.running(in: folder.path)
        #expect(editor.findings == [:])
        editor.open(folder.uri("rules/b.rules"), Self.moves.replacing("desk", with: "deck"))
        #expect(editor.codes(folder.uri("rules/b.rules")) == ["E037"])
        editor.open(folder.uri("rules/b.rules"), Self.moves.replacing("tech", with: "teck"))
        #expect(editor.codes(folder.uri("rules/b.rules")) == ["E020"])
    }

    @Test func `A file outside the program is judged with those of its directory`() throws {
        let folder = try Folder([
            "rules/a.rules": Self.names, "rules/b.rules": Self.moves,
            "old/c.rules": "rule a on mine\n  when price > 1\n", "old/d.rules": "list mine = X\n",
        ])
        let editor = try Editor.running(in: folder.path)
        editor.open(folder.uri("old/c.rules"), "rule a on mine\n  when price > 1\n")
        #expect(editor.codes(folder.uri("old/c.rules")) == [])
        #expect(editor.codes(folder.uri("rules/b.rules")) == [])
        editor.change(folder.uri("old/c.rules"), "rule a on tech\n  when price > 1\n")
        #expect(editor.codes(folder.uri("old/c.rules")) == ["E020"])
        editor.change(folder.uri("old/c.rules"), "rule a on X\n  when price > 1\n")
        #expect(editor.codes(folder.uri("old/d.rules")) == ["W003"])
        // What was told of a file is taken back when nobody looks at it any more.
        editor.tell("textDocument/didClose", ["textDocument": ["uri": .string(folder.uri("old/c.rules"))]])
        #expect(editor.codes(folder.uri("old/d.rules")) == [])
    }

    @Test func `Without a directory rules every file below the folder is in the program`() throws {
        let folder = try Folder([
            "x/a.rules": Self.names, "y/z/b.rules": Self.moves, ".hidden/c.rules": Self.moves,
        ])
        let editor = try Editor.running(in: folder.path)
        editor.open(folder.uri("y/z/b.rules"), Self.moves)
        #expect(editor.codes(folder.uri("y/z/b.rules")) == [])
        #expect(editor.codes(folder.uri("x/a.rules")) == [])
    }

    @Test func `Settings say what the program is, at the start and later`() throws {
        let folder = try Folder([
            "rules/a.rules": Self.moves, "desk/a.rules": Self.names, "desk/b.rules": Self.moves,
        ])
        let editor = Editor()
        _ = try editor.ask(
            "initialize",
            [
                "capabilities": Editor.capabilities,
                "rootUri": .string(DocumentAddress(path: folder.path).uri),
                "initializationOptions": ["rules": ["desk/a.rules", "desk/b.rules"]],
            ])
        editor.open(folder.uri("desk/b.rules"), Self.moves)
        #expect(editor.codes(folder.uri("desk/b.rules")) == [])
        editor.tell(
            "workspace/didChangeConfiguration", ["settings": ["bellwether": ["rules": ["desk/b.rules"]]]])
        #expect(editor.codes(folder.uri("desk/b.rules")) == ["E020"])
    }

    @Test func `A text that was never saved joins the folder's program`() throws {
        let folder = try Folder(["rules/a.rules": Self.names + Self.moves])
        let editor = try Editor.running(in: folder.path)
        editor.open("untitled:Untitled-1", "rule b on tech\n  when price > 2\n")
        #expect(editor.codes("untitled:Untitled-1") == [])
        editor.change("untitled:Untitled-1", "rule a on tech\n  when price > 2\n")
        #expect(editor.codes("untitled:Untitled-1") == ["E030"])
        let place = editor.findings["untitled:Untitled-1"]?.array?.first?["relatedInformation"]?.array?.first
        #expect(place?["location"]?["uri"] == .string(folder.uri("rules/a.rules")))
    }

    @Test func `A file that changes on the disk is read again when the editor tells of it`() throws {
        let folder = try Folder(["rules/a.rules": Self.names, "rules/b.rules": Self.moves])
        let editor = try Editor.running(in: folder.path)
        editor.open(folder.uri("rules/b.rules"), Self.moves)
        try folder.write("list teck = AAPL\n", to: "rules/a.rules")
        editor.tell("workspace/didChangeWatchedFiles", ["changes": []])
        #expect(editor.codes(folder.uri("rules/b.rules")) == ["E020"])
        // What the editor holds counts, whatever the disk has.
        editor.open(folder.uri("rules/a.rules"), Self.names)
        #expect(editor.codes(folder.uri("rules/b.rules")) == [])
        editor.tell("textDocument/didClose", ["textDocument": ["uri": .string(folder.uri("rules/a.rules"))]])
        #expect(editor.codes(folder.uri("rules/b.rules")) == ["E020"])
    }

    @Test func `Many keystrokes that wait together are judged once`() throws {
        let editor = try Editor.running()
        let uri = "untitled:a"
        editor.open(uri, "rule a on A\n  when price > 1\n")
        for version in 2...5 {
            let message: JSONValue = [
                "jsonrpc": "2.0", "method": "textDocument/didChange",
                "params": [
                    "textDocument": ["uri": .string(uri), "version": .integer(version)],
                    "contentChanges": [["text": .string("rule a on A\n  when price > \(version)\n")]],
                ],
            ]
            #expect(editor.session.receive(message.text) == [])
        }
        let told = editor.session.settle()
        #expect(told.count == 1)
        #expect(try JSONValue(parsing: told[0])["params"]?["version"] == 5)
        #expect(editor.session.settle() == [])
    }

    @Test func `A change that cannot be applied leaves the text as it was`() throws {
        let editor = try Editor.running()
        editor.open("untitled:a", "rule a on A\n  when price > 1\n")
        let backwards: JSONValue = [
            "start": ["line": 1, "character": 2], "end": ["line": 0, "character": 0],
        ]
        for change: JSONValue in [["range": backwards, "text": "x"], ["range": [:], "text": "x"], [:], 17] {
            editor.tell(
                "textDocument/didChange",
                [
                    "textDocument": ["uri": "untitled:a", "version": 2],
                    "contentChanges": [["text": "rule b on B\n"], change],
                ])
        }
        let outline = try editor.ask(
            "textDocument/documentSymbol", ["textDocument": ["uri": "untitled:a"]])
        #expect(outline.array?.compactMap { $0["name"]?.string } == ["a"])
    }

    /// Texts of the language's own tests, most of them faulty.
    static func faultyTexts() throws -> [String] {
        let folder = Repository.root.appendingPathComponent("Tests/LanguageTests/Fixtures")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let rules = (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "rules" }
        return try rules.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    }

    private func place(_ position: JSONValue?) -> String {
        "\(position?["line"]?.integer ?? -1):\(position?["character"]?.integer ?? -1)"
    }

    @Test func `An editor shows what the checker says, at its place`() throws {
        let texts = try Self.faultyTexts()
        #expect(texts.count > 10)
        for text in texts {
            let editor = try Editor.running()
            editor.open("untitled:a", text)
            let parsed = parseRules(SourceFile(name: "a", text: text.utf8))
            let expected = parsed.diagnostics + checkRules([parsed.file]).diagnostics
            let lines = TextLines(Array(text.utf8), .utf16)
            let shown = (editor.findings["untitled:a"]?.array ?? []).map {
                "\($0["code"]?.string ?? "") \(place($0["range"]?["start"]))"
            }
            let wanted = expected.map {
                "\($0.code) \(place(lines.position(of: $0.span?.start ?? 0).json))"
            }
            #expect(shown.sorted() == wanted.sorted())
        }
    }

    @Test func `Every fix that is offered makes its finding disappear`() throws {
        var applied = 0
        for text in try WorkspaceTests.faultyTexts() {
            let editor = try Editor.running()
            editor.open("untitled:a", text)
            for finding in editor.findings["untitled:a"]?.array ?? [] {
                let actions = try editor.ask(
                    "textDocument/codeAction",
                    [
                        "textDocument": ["uri": "untitled:a"], "range": finding["range"] ?? .null,
                        "context": ["diagnostics": [finding]],
                    ])
                for action in actions.array ?? [] where action["diagnostics"]?.array == [finding] {
                    let fixed = Editor.edited(["untitled:a": text], action["edit"] ?? .null)["untitled:a"]
                    editor.change("untitled:a", fixed ?? "")
                    let left = editor.findings["untitled:a"]?.array ?? []
                    let isLeft = left.contains {
                        $0["message"] == finding["message"]
                            && $0["range"]?["start"] == finding["range"]?["start"]
                    }
                    #expect(!isLeft, "\(finding) \(action)")
                    applied += 1
                }
            }
        }
        #expect(applied > 10)
    }
}
