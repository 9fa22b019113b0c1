import Diagnostics
import Foundation
import RuleSyntax
import Testing

/// Reading, rule texts' places and golden files for the tests of the syntax.
enum SyntaxFixtures {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func names(in folder: String) -> [String] {
        let path = directory.appendingPathComponent(folder).path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { $0.hasSuffix(".rules") }.map { String($0.dropLast(6)) }.sorted()
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: directory.appendingPathComponent(path)))
    }

    /// Compares with a golden file; with UPDATE_GOLDEN=1 in the environment, writes it.
    static func expect(
        _ text: String, matches path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = directory.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: file)
            return
        }
        let golden = String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
        #expect(text == golden, "\(path) differs", sourceLocation: sourceLocation)
    }
}

func read(_ text: String, name: String = "test.rules") -> (file: RuleFile, diagnostics: [Diagnostic]) {
    parseRules(SourceFile(name: name, text: text.utf8))
}

/// `E015 3:5`, in the order reported.
func places(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { diagnostic in
        guard let span = diagnostic.span else { return diagnostic.code }
        return "\(diagnostic.code) \(span.line):\(span.column)"
    }
}

/// The expression of `let x = ...`, as `sexp`; the diagnostics' places where it has any.
func shape(_ expression: String) -> String {
    let (file, diagnostics) = read("let x = \(expression)")
    guard diagnostics.isEmpty, case .constant(_, _, let body)? = file.items.first?.kind else {
        return places(diagnostics).joined(separator: ", ")
    }
    return sexp(body)
}

/// SplitMix64: a seed gives the same numbers everywhere.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
