import Diagnostics
import Foundation
import RuleSyntax
import Testing

/// What holds of every rules file that the project carries.
@Suite("Syntax: the repository's own rules")
struct SyntaxRepositoryTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every `.rules` file of the repository, relative to its root.
    static let paths: [String] = ["rules", "Tests", "Benchmarks", "docs"].flatMap { folder in
        let names = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?
            .compactMap { $0 as? String }
        return (names ?? []).filter { $0.hasSuffix(".rules") }.map { "\(folder)/\($0)" }
    }.sorted()

    private func source(_ path: String) throws -> SourceFile {
        SourceFile(name: path, text: try Data(contentsOf: Self.root.appendingPathComponent(path)))
    }

    @Test("Formatting a sound file keeps its tree and does nothing twice", arguments: paths)
    func roundTrip(path: String) throws {
        let (file, diagnostics) = parseRules(try source(path))
        if diagnostics.isEmpty { expectRoundTrip(of: file, formatRules(file)) }
    }

    @Test(
        "The rules to copy are in the canonical format", arguments: paths.filter { !$0.hasPrefix("Tests/") })
    func canonical(path: String) throws {
        let source = try source(path)
        #expect(formatRules(parseRules(source).file) == String(decoding: source.text, as: UTF8.self))
    }
}
