import Diagnostics
import Foundation
import Testing

@testable import Pipeline

@Suite("bellwether check --format")
struct DiagnosticFormatTests {
    /// The ten mistakes, less the notifier, which is not checked without a directory of notifiers.
    static let count = 9

    private func check(_ path: String, _ format: DiagnosticFormat) -> (output: [String], said: String) {
        let (output, status) = (MemorySink(), MemorySink())
        let check = Check(paths: [path], notifiers: nil, environment: [:], format: format)
        _ = check.run(Console(output: output, status: status))
        return (output.text.split(separator: "\n").map(String.init), status.text)
    }

    private struct Place: Decodable, Equatable {
        var file: String?
        var line: Int?
        var column: Int?
        var endLine: Int?
        var endColumn: Int?
    }

    private struct Note: Decodable {
        var message: String
        var line: Int?
    }

    private struct Object: Decodable {
        var code: String
        var level: String
        var message: String
        var help: [String]
        var notes: [Note]
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ line: String) throws -> Value {
        try JSONDecoder().decode(type, from: Foundation.Data(line.utf8))
    }

    @Test("json: one object a diagnostic a line on the output, the verdict apart, the same count as text")
    func lines() throws {
        let place = try TemporaryDirectory()
        let file = try place.write(CheckTests.tenMistakes, to: "bad.rules")
        let result = check(file, .json)
        #expect(result.output.count == Self.count)
        let objects = try result.output.map { try decode(Object.self, $0) }
        #expect(objects.allSatisfy { $0.level == "error" })
        #expect(Set(objects.map(\.code)).count > 5)
        let twice = try #require(objects.last)
        #expect(twice.code == "E030")
        #expect(twice.notes.map(\.message) == ["first defined here"])
        #expect(twice.notes.map(\.line) == [6])
        #expect(result.said.contains("failed: "))
        #expect(!result.said.contains("error["))
    }

    @Test("The documented object and annotation are the ones written")
    func documented() throws {
        let text = "rule fast on AAPL\n  when change(price, 5m) > 2\n"
        let source = SourceFile(name: "rules/tech.rules", text: text.utf8)
        let diagnostic = Diagnostic(
            .error, code: "E021", "cannot compare a ratio and the bare number 2",
            at: SourceSpan(file: source, start: 43, end: 44), help: ["write 2% (0.02) or 200% (2)"])
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/diagnostics/README.md"), encoding: .utf8)
        #expect(page.contains("\n\(diagnostic.json)\n"))
        #expect(page.contains("\n\(diagnostic.workflowCommand)\n"))
    }

    @Test("json: columns count Unicode scalars, an end lies behind its range, several lines too")
    func places() throws {
        let source = SourceFile(name: "a \"b\"\\é.rules", text: "é🙂x\nsecond\n".utf8)
        let object = Diagnostic(
            .warning, code: "W003", "tab\tquote\" back\\ line\n bell\u{7} ünï",
            at: SourceSpan(file: source, start: 6, end: 10))
        #expect(
            try decode(Place.self, object.json)
                == Place(file: "a \"b\"\\é.rules", line: 1, column: 3, endLine: 2, endColumn: 3))
        let read = try decode(Object.self, object.json)
        #expect(read.message == "tab\tquote\" back\\ line\n bell\u{7} ünï")
        #expect(read.level == "warning")
        #expect(!object.json.contains("\n"))
        let placeless = Diagnostic(.error, code: "E143", "nothing here", at: nil)
        #expect(try decode(Place.self, placeless.json) == Place())
        #expect(placeless.json.contains("\"endColumn\":null"))
    }

    @Test("github: text escapes %, CR and LF; a property also : and ,")
    func escapes() {
        #expect(WorkflowCommand.escape(text: "5% a:b,c\r\nd") == "5%25 a:b,c%0D%0Ad")
        #expect(WorkflowCommand.escape(property: "5% a:b,c\r\nd") == "5%25 a%3Ab%2Cc%0D%0Ad")
        #expect(WorkflowCommand.escape(property: "%3A") == "%253A")
    }

    @Test("github: a file's name is escaped as a property, help and notes are lines of the message")
    func annotations() {
        let source = SourceFile(name: "C:/rules,old/100%.rules", text: "rule a\nwhen b\n".utf8)
        let span = SourceSpan(file: source, start: 5, end: 6)
        let diagnostic = Diagnostic(
            .warning, code: "W003", "rule `a`: 5% never, used", at: span, help: ["remove it"],
            notes: [Diagnostic.Note(span: span, text: "it is here")])
        #expect(
            diagnostic.workflowCommand
                == "::warning title=W003,file=C%3A/rules%2Cold/100%25.rules,line=1,endLine=1,col=6,"
                + "endColumn=6::rule `a`: 5%25 never, used%0Ahelp: remove it"
                + "%0Anote: it is here (C:/rules,old/100%.rules:1:6)".replacing("100%", with: "100%25"))
        let lines = Diagnostic(
            .error, code: "E002", "x", at: SourceSpan(file: source, start: 5, end: 9))
        #expect(
            lines.workflowCommand
                == "::error title=E002,file=C%3A/rules%2Cold/100%25.rules,line=1,endLine=2::x")
        let empty = Diagnostic(.error, code: "E007", "x", at: SourceSpan(file: source, start: 6, end: 6))
        #expect(empty.workflowCommand.contains(",col=7,endColumn=7::"))
        #expect(
            Diagnostic(.error, code: "E143", "none", at: nil).workflowCommand == "::error title=E143::none")
    }

    @Test("github: a run's annotations are lines that begin with the command")
    func workflow() throws {
        let place = try TemporaryDirectory()
        let file = try place.write(CheckTests.tenMistakes, to: "bad.rules")
        let result = check(file, .github)
        #expect(result.output.count == Self.count)
        #expect(
            result.output.allSatisfy { $0.hasPrefix("::error title=E") && $0.contains("bad.rules,line=") })
    }
}
