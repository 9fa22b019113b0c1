import Diagnostics
import Foundation
import RuleSemantics
import Testing

@testable import LanguageServer

/// An editor in this process: it sends what an editor sends and keeps what it is told.
final class Editor {
    let session: EditorSession
    private(set) var findings: [String: JSONValue] = [:]
    private(set) var requests: [JSONValue] = []
    private var count = 0
    private var versions: [String: Int] = [:]

    init(notifiers: Set<String> = ["desk", "risk"]) {
        session = EditorSession(
            EditorSurroundings(version: "0", notifierNames: { _ in notifiers }, furtherFindings: { _ in [] }))
    }

    /// Everything that a modern editor understands, in UTF-16.
    static let capabilities: JSONValue = [
        "workspace": ["workspaceEdit": ["documentChanges": false]],
        "textDocument": [
            "completion": ["completionItem": ["snippetSupport": true, "documentationFormat": ["markdown"]]],
            "hover": ["contentFormat": ["markdown"]], "codeAction": ["codeActionLiteralSupport": [:]],
            "documentSymbol": ["hierarchicalDocumentSymbolSupport": true],
            "publishDiagnostics": ["relatedInformation": true],
        ],
    ]

    /// An editor with a folder open, or with none.
    static func running(in folder: String? = nil) throws -> Editor {
        let editor = Editor()
        let folders = folder.map { [JSONValue.object(["uri": .string(DocumentAddress(path: $0).uri)])] } ?? []
        _ = try editor.ask(
            "initialize", ["capabilities": capabilities, "workspaceFolders": .array(folders)])
        editor.tell("initialized", [:])
        return editor
    }

    struct Refusal: Error, Equatable {
        var code: Int
        var message: String
    }

    /// - Throws: `Refusal` for an error.
    func ask(_ method: String, _ parameters: JSONValue) throws -> JSONValue {
        count += 1
        let message: JSONValue = [
            "jsonrpc": "2.0", "id": .integer(count), "method": .string(method), "params": parameters,
        ]
        let answers = take(session.receive(message.text)).filter { $0["id"] == .integer(count) }
        let answer = try #require(
            answers.count == 1 ? answers[0] : nil, "\(method): \(answers.count) answers")
        if let error = answer["error"] {
            throw Refusal(code: error["code"]?.integer ?? 0, message: error["message"]?.string ?? "")
        }
        return answer["result"] ?? .null
    }

    func tell(_ method: String, _ parameters: JSONValue) {
        let message: JSONValue = ["jsonrpc": "2.0", "method": .string(method), "params": parameters]
        _ = take(session.receive(message.text))
        _ = take(session.settle())
    }

    @discardableResult
    private func take(_ messages: [[UInt8]]) -> [JSONValue] {
        var answers: [JSONValue] = []
        for text in messages {
            guard let message = try? JSONValue(parsing: text) else { continue }
            if message["method"]?.string == "textDocument/publishDiagnostics", let about = message["params"] {
                findings[about["uri"]?.string ?? ""] = about["diagnostics"]
            } else if message["method"] != nil {
                requests.append(message)
            } else {
                answers.append(message)
            }
        }
        return answers
    }

    // MARK: Documents

    func open(_ uri: String, _ text: String) {
        versions[uri] = 1
        tell(
            "textDocument/didOpen",
            ["textDocument": ["uri": .string(uri), "version": 1, "text": .string(text)]])
    }

    func change(_ uri: String, _ text: String) {
        versions[uri, default: 1] += 1
        tell(
            "textDocument/didChange",
            [
                "textDocument": ["uri": .string(uri), "version": .integer(versions[uri] ?? 0)],
                "contentChanges": [["text": .string(text)]],
            ])
    }

    func codes(_ uri: String) -> [String] {
        (findings[uri]?.array ?? []).compactMap { $0["code"]?.string }
    }

    /// Asks about the place where a piece of text begins, or behind it.
    func ask(
        _ method: String, _ uri: String, _ text: String, at needle: String, behind: Bool = false,
        _ more: [String: JSONValue] = [:]
    ) throws -> JSONValue {
        let range = try #require(text.range(of: needle), "no \(needle)")
        let offset = text.utf8.distance(
            from: text.startIndex, to: behind ? range.upperBound : range.lowerBound)
        let position = TextLines(Array(text.utf8), .utf16).position(of: offset)
        var parameters: [String: JSONValue] = [
            "textDocument": ["uri": .string(uri)], "position": position.json,
        ]
        parameters.merge(more) { $1 }
        return try ask(method, .object(parameters))
    }

    /// The texts after an edit of the whole workspace.
    static func edited(_ texts: [String: String], _ edit: JSONValue) -> [String: String] {
        guard case .object(let changes)? = edit["changes"] else { return texts }
        var result = texts
        for (uri, edits) in changes {
            var bytes = Array((texts[uri] ?? "").utf8)
            let lines = TextLines(bytes, .utf16)
            let places = (edits.array ?? []).compactMap { edit -> (Int, Int, String)? in
                guard let start = try? TextPosition(edit["range"]?["start"]),
                    let end = try? TextPosition(edit["range"]?["end"])
                else { return nil }
                return (lines.offset(of: start), lines.offset(of: end), edit["newText"]?.string ?? "")
            }
            for (start, end, text) in places.sorted(by: { $0.0 > $1.0 }) {
                bytes.replaceSubrange(start..<end, with: text.utf8)
            }
            result[uri] = String(decoding: bytes, as: UTF8.self)
        }
        return result
    }
}

/// A folder that goes with the test.
final class Folder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "bellwether-editor-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    func uri(_ name: String) -> String { DocumentAddress(path: "\(path)/\(name)").uri }
}

enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The rules that come with the project, by name.
    static func exampleRules() throws -> [String: String] {
        let folder = root.appendingPathComponent("rules").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".rules") }
        return try Dictionary(uniqueKeysWithValues: names.map { ("rules/\($0)", try text("rules/\($0)")) })
    }
}

/// Numbers of a seeded test (G. Steele, D. Lea, C. Flood: "Fast splittable pseudorandom number generators",
/// 2014).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
