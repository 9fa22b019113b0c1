import Foundation
import Testing

@testable import LanguageServer

/// Editors make mistakes, and texts are rarely whole.
@Suite struct FuzzTests {
    private static let methods = [
        "textDocument/hover", "textDocument/completion", "textDocument/definition",
        "textDocument/references", "textDocument/prepareRename", "textDocument/rename",
        "textDocument/formatting", "textDocument/documentSymbol", "textDocument/codeAction",
    ]

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `Whatever is typed, each request is answered once`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed)
        let texts = try Array(Repository.exampleRules().values) + WorkspaceTests.faultyTexts()
        var text = texts.sorted().randomElement(using: &numbers) ?? ""
        let editor = try Editor.running()
        editor.open("untitled:a", text)
        for _ in 0..<25 {
            let scalars = Array(text.unicodeScalars)
            var copy = String.UnicodeScalarView()
            let cut = Int.random(in: 0...scalars.count, using: &numbers)
            let gap = min(Int.random(in: 0...5, using: &numbers), scalars.count - cut)
            copy.append(contentsOf: scalars[..<cut])
            let pieces = ["\"", "{", "}", "(", "`", "/", "\n", "😀", "rule ", "when ", ".", "price", "\\"]
            copy.append(contentsOf: (pieces.randomElement(using: &numbers) ?? "").unicodeScalars)
            copy.append(contentsOf: scalars[(cut + gap)...])
            text = String(copy)
            editor.change("untitled:a", text)
            let line = text.prefix { _ in true }.utf8.prefix(cut).count { $0 == 0x0a }
            let place: JSONValue = [
                "line": .integer(line), "character": .integer(Int.random(in: -1...30, using: &numbers)),
            ]
            for method in Self.methods {
                do {
                    _ = try editor.ask(
                        method,
                        [
                            "textDocument": ["uri": "untitled:a"], "position": place, "newName": "other",
                            "range": ["start": place, "end": place], "context": ["diagnostics": []],
                        ])
                } catch let refusal as Editor.Refusal {
                    #expect(refusal.code == -32803 || refusal.code == -32602)
                }
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `A stream of spoilt bytes never stops the session`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed)
        let call = #"{"id":1,"jsonrpc":"2.0","method":"initialize","params":{"capabilities":{}}}"#
        let change =
            #"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:a","#
            + #""version":1,"text":"rule a on A\n  when price > 1\n"}}}"#
        var stream = [call, change, call, change].flatMap { FrameReader.frame(Array($0.utf8)) }
        for _ in 0..<Int.random(in: 1...40, using: &numbers) {
            stream[Int.random(in: stream.indices, using: &numbers)] = UInt8.random(
                in: 0...255, using: &numbers)
        }
        let editor = Editor()
        var frames = FrameReader()
        frames.append(stream + FrameReader.frame(Array(#"{"id":"last","method":"none"}"#.utf8)))
        while let frame = frames.next() {
            switch frame {
            case .message(let message): _ = editor.session.receive(message)
            case .fault(let reason): #expect(editor.session.refuse(reason).count == 1)
            }
            _ = editor.session.settle()
        }
        #expect(editor.session.receive(Array(#"{"id":"last","method":"none"}"#.utf8)).count == 1)
    }
}
