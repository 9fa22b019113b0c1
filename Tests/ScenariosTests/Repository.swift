import Diagnostics
import Foundation
import Testing

@testable import Scenarios

/// Files of the repository, and suites made of text.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let fixtures = root.appendingPathComponent("Tests/ScenariosTests/Fixtures")

    static func source(_ path: String) throws -> SourceFile {
        SourceFile(name: path, text: try Data(contentsOf: root.appendingPathComponent(path)))
    }

    static func sources(in folder: String, _ kind: String) throws -> [SourceFile] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
            .filter { $0.hasSuffix(kind) }.sorted().map { try source("\(folder)/\($0)") }
    }

    /// Compares a text with a golden file; `UPDATE_GOLDEN=1` rewrites it.
    static func expectGolden(_ text: String, _ name: String) throws {
        let file = fixtures.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
}

func suite(rules: String, tests: String) -> TestSuite {
    TestSuite(
        rules: [SourceFile(name: "a.rules", text: rules.utf8)],
        tests: [SourceFile(name: "a.test", text: tests.utf8)])
}

extension TestSuite {
    /// What `bellwether test` prints of failures, nothing where all pass.
    var failures: String {
        let failed = run().filter { !$0.passes }.flatMap { OutcomeText().lines($0) }
        return DiagnosticRenderer().render(diagnostics) + failed.joined(separator: "\n")
    }
}
