import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

/// Rules from text, parsed and checked together.
struct Checking {
    var program: CheckedProgram
    /// Of the parser, then of the checker.
    var diagnostics: [Diagnostic]

    init(_ texts: String..., options: CheckOptions = .init()) {
        self.init(
            files: texts.enumerated().map { index, text in
                SourceFile(name: "rules/\(index + 1).rules", text: text.utf8)
            }, options: options)
    }

    init(files: [SourceFile], options: CheckOptions = .init()) {
        let parsed = files.map(parseRules)
        let checked = checkRules(parsed.map(\.file), options: options)
        program = checked.program
        diagnostics = parsed.flatMap(\.diagnostics) + checked.diagnostics
    }

    var codes: [String] { diagnostics.map(\.code) }
    var rendered: String { DiagnosticRenderer().render(diagnostics) }

    /// The only rule of a text without mistakes.
    func onlyRule(_ place: SourceLocation = #_sourceLocation) throws -> CheckedRule {
        try #require(!diagnostics.hasErrors, "\(rendered)", sourceLocation: place)
        return try #require(program.rules.first, sourceLocation: place)
    }
}

/// The files of a folder of fixtures.
enum CheckerFixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Checker")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".rules") }.map { String($0.dropLast(6)) }.sorted()
    }()

    static func rules(_ name: String) throws -> SourceFile {
        let data = try Data(contentsOf: folder.appendingPathComponent("\(name).rules"))
        return SourceFile(name: "\(name).rules", text: data)
    }

    /// Compares with the file, or writes it when `UPDATE_GOLDEN` is set.
    static func expect(_ text: String, inGolden name: String, _ place: SourceLocation = #_sourceLocation)
        throws
    {
        let file = folder.appendingPathComponent("\(name).golden")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            return try Data(text.utf8).write(to: file)
        }
        let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == expected, sourceLocation: place)
    }
}
