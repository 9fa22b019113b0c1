import Foundation
import Testing

@testable import LanguageServer

@Suite struct ProtocolTests {
    /// The codes of the errors that answer a message.
    private func answers(to text: String, _ editor: Editor = Editor()) throws -> [Int] {
        try editor.session.receive(Array(text.utf8)).map {
            try #require(try JSONValue(parsing: $0)["error"]?["code"]?.integer)
        }
    }

    @Test(
        arguments: [
            ("", -32700), ("{", -32700), ("nonsense", -32700), ("[1", -32700), ("{\"a\":1e999}", -32700),
            ("{\"a\":\"\\ud800\"}", -32700), ("[]", -32600), ("17", -32600), ("null", -32600),
            ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"shutdown\"}]", -32600), ("{}", -32600),
            ("{\"id\":1}", -32600), ("{\"id\":1,\"method\":17}", -32600),
            ("{\"id\":{},\"method\":\"initialize\"}", -32600),
            ("{\"id\":1,\"method\":\"textDocument/hover\"}", -32002),
        ])
    func `What is no message is answered by an error`(text: String, code: Int) throws {
        #expect(try answers(to: text) == [code])
    }

    @Test func `Bytes that are not UTF-8 are answered by an error`() throws {
        let message = [UInt8](ascii(#"{"id":1,"method":""#)) + [0xff, 0xfe] + ascii(#""}"#)
        let answers = Editor().session.receive(message)
        #expect(try answers.map { try JSONValue(parsing: $0)["error"]?["code"] } == [.integer(-32700)])
    }

    private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `Brackets without end are refused, not followed`() throws {
        let deep = String(repeating: "[", count: 200_000)
        #expect(try answers(to: deep) == [-32700])
        let nested = String(repeating: "{\"a\":", count: 100_000) + "1"
        #expect(try answers(to: nested + String(repeating: "}", count: 100_000)) == [-32700])
    }

    @Test func `An unknown request is refused by name; an unknown notification is passed over`() throws {
        let editor = try Editor.running()
        let refusal = #expect(throws: Editor.Refusal.self) { try editor.ask("textDocument/inlayHint", [:]) }
        #expect(refusal?.code == -32601)
        #expect(refusal?.message.contains("textDocument/inlayHint") == true)
        #expect(throws: Editor.Refusal.self) { try editor.ask("$/anything", [:]) }
        editor.tell("$/setTrace", ["value": "verbose"])
        editor.tell("$/cancelRequest", ["id": 17])
        editor.tell("workspace/nothing", [])
    }

    @Test(
        arguments: [
            "textDocument/hover", "textDocument/completion", "textDocument/definition",
            "textDocument/references", "textDocument/prepareRename", "textDocument/rename",
            "textDocument/formatting", "textDocument/documentSymbol", "textDocument/codeAction",
        ],
        [
            JSONValue.null, [], 17, "x", [:], ["textDocument": "x"], ["textDocument": ["uri": 17]],
            ["textDocument": ["uri": "file:///nowhere"]],
            ["textDocument": ["uri": "untitled:a"], "position": ["line": "x"]],
            ["textDocument": ["uri": ""], "position": ["line": 0, "character": 0]],
        ])
    func `A request with the wrong parameters is refused`(method: String, parameters: JSONValue) throws {
        let editor = try Editor.running()
        editor.open("untitled:b", "rule a on A when price > 1")
        let refusal = #expect(throws: Editor.Refusal.self) { try editor.ask(method, parameters) }
        #expect(refusal?.code == -32602)
    }

    @Test func `A session begins with initialize, once, and ends with shutdown and exit`() throws {
        let editor = try Editor.running()
        #expect(throws: Editor.Refusal.self) { try editor.ask("initialize", ["capabilities": [:]]) }
        #expect(try editor.ask("shutdown", .null) == .null)
        #expect(throws: Editor.Refusal.self) { try editor.ask("textDocument/hover", [:]) }
        editor.tell("exit", .null)
        #expect(editor.session.exitStatus == 0)
    }

    @Test func `Exit without shutdown is status 1`() throws {
        let editor = try Editor.running()
        editor.tell("exit", .null)
        #expect(editor.session.exitStatus == 1)
    }

    @Test func `UTF-8 positions are spoken with an editor that offers them, else UTF-16`() throws {
        let offers: JSONValue = ["general": ["positionEncodings": ["utf-16", "utf-8"]]]
        let modern = try Editor().ask("initialize", ["capabilities": offers])
        #expect(modern["capabilities"]?["positionEncoding"] == "utf-8")
        let old = try Editor().ask("initialize", ["capabilities": [:]])
        #expect(old["capabilities"]?["positionEncoding"] == "utf-16")
    }
}

@Suite struct FramingTests {
    private func frames(_ text: String, piece: Int) -> [FrameReader.Frame] {
        var reader = FrameReader()
        var frames: [FrameReader.Frame] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            reader.append(bytes[start..<min(start + piece, bytes.count)])
            while let frame = reader.next() { frames.append(frame) }
        }
        return frames
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `Messages are cut out of the stream however it arrives`(piece: Int) {
        let stream =
            "Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x; charset=utf-8\r\n\r\n[1]"
            + "Content-Length: 0\r\n\r\nContent-Length: 1\n\n7"
        #expect(
            frames(stream, piece: piece)
                == ["{}", "[1]", "", "7"].map { .message(Array($0.utf8)) })
    }

    @Test(
        arguments: [
            "X: 1\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: -1\r\n\r\n",
            "Content-Length: 99999999999\r\n\r\n", "Content-Length:\r\n\r\n", "\r\n\r\n",
            "hello\r\n\r\nhello\r\n\r\n", String(repeating: "x", count: 20_000),
        ], [1, 1000])
    func `What is no header is reported once, and the next message is read`(text: String, piece: Int) {
        let found = frames(text + "Content-Length: 2\r\n\r\n{}", piece: piece)
        #expect(found.count == 2)
        if case .fault? = found.first {} else { Issue.record("\(found)") }
        #expect(found.last == .message(Array("{}".utf8)))
    }
}

@Suite struct PositionTests {
    /// Texts with what makes positions hard.
    private static let pieces = ["a", "ä", "€", "😀", "\n", "\r\n", "\r", "é", "\t", " ", "🇺🇸"]

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Positions are those of an editor that holds the text in UTF-16`(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let text = (0..<Int.random(in: 0..<30, using: &numbers))
            .map { _ in Self.pieces.randomElement(using: &numbers) ?? "" }.joined()
        let bytes = Array(text.utf8)
        let lines = TextLines(bytes, .utf16)
        var line = 0
        var character = 0
        var offset = 0
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            // An editor has no place between the two characters of a line's end.
            let isInsideEnd = scalar == "\n" && index > 0 && scalars[index - 1] == "\r"
            if !isInsideEnd {
                #expect(lines.position(of: offset) == TextPosition(line: line, character: character))
                #expect(lines.offset(of: TextPosition(line: line, character: character)) == offset)
            }
            offset += UTF8.width(scalar)
            let endsLine = scalar == "\n" || scalar == "\r" && scalars.dropFirst(index + 1).first != "\n"
            line += endsLine ? 1 : 0
            character = endsLine ? 0 : character + UTF16.width(scalar)
        }
        #expect(lines.end == TextPosition(line: line, character: character))
        #expect(lines.offset(of: TextPosition(line: line + 1, character: 0)) == bytes.count)
    }

    @Test func `A position behind the end of its line is the line's end`() {
        let lines = TextLines(Array("ab\r\ncd".utf8), .utf16)
        #expect(lines.offset(of: TextPosition(line: 0, character: 99)) == 2)
        #expect(lines.offset(of: TextPosition(line: 1, character: 99)) == 6)
        #expect(lines.offset(of: TextPosition(line: -1, character: 4)) == 0)
        #expect(lines.offset(of: TextPosition(line: 0, character: -4)) == 0)
    }
}
