import Foundation
import Testing

/// Documents never run ahead of the code: what they name exists.
@Suite struct DocumentTests {
    @Test func `A document's relative links lead somewhere`() {
        var broken: [String] = []
        for document in Repository.documents {
            let folder = document.path.split(separator: "/").dropLast().joined(separator: "/")
            for target in document.linkTargets where !target.contains("://") && !target.hasPrefix("#") {
                let path = String(target.prefix { $0 != "#" })
                if !Repository.exists(folder.isEmpty ? path : "\(folder)/\(path)") {
                    broken.append("\(document.path): \(target)")
                }
            }
        }
        #expect(broken == [])
    }

    static let folders = [
        "Sources", "Tests", "Benchmarks", "docs", "rules", "notifiers", "scripts", "editors", ".ci",
    ]

    @Test func `A path that a document names exists`() {
        var missing: [String] = []
        // The examples of diagnostics have files of their own.
        for document in Repository.documents where !document.path.hasPrefix("docs/diagnostics/") {
            for span in document.codeSpans {
                let isPath = Self.folders.contains { span.hasPrefix("\($0)/") }
                if isPath, !span.contains("*"), !span.contains(" "), !Repository.exists(span) {
                    missing.append("\(document.path): \(span)")
                }
            }
        }
        #expect(missing == [])
    }

    @Test func `A make target that a document names exists, and each target has one line of help`() throws {
        let makefile = try String(
            contentsOf: Repository.root.appendingPathComponent("Makefile"), encoding: .utf8
        ).split(separator: "\n")
        let declared = Set(
            makefile.first { $0.hasPrefix(".PHONY:") }?.split(separator: " ").dropFirst().map(String.init)
                ?? [])
        let helped = Set(
            makefile.filter { $0.contains(": ") && $0.contains("## ") }.map {
                String($0.prefix { $0 != ":" })
            })
        #expect(declared == helped)

        var missing: [String] = []
        for document in Repository.documents {
            for span in document.codeSpans where span.hasPrefix("make ") {
                let words = span.split(separator: " ")
                if words.count > 1, !declared.contains(String(words[1])) {
                    missing.append("\(document.path): \(span)")
                }
            }
        }
        #expect(missing == [])
    }
}

extension TextFile {
    /// What stands between single backquotes.
    var codeSpans: [String] {
        lines.flatMap { line -> [String] in
            let parts = line.split(separator: "`", omittingEmptySubsequences: false)
            return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
        }
    }

    /// The targets of `[text](target)` and `![text](target)`, and of `src="target"`.
    var linkTargets: [String] {
        lines.flatMap { line in
            line.pieces(between: "](", and: ")") + line.pieces(between: "src=\"", and: "\"")
        }
    }
}

extension Substring {
    func pieces(between opening: String, and closing: String) -> [String] {
        var pieces: [String] = []
        var rest = self
        while let start = rest.range(of: opening) {
            rest = rest[start.upperBound...]
            guard let end = rest.range(of: closing) else { break }
            pieces.append(String(rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return pieces
    }
}
