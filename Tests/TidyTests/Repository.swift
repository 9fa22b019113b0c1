import Foundation

/// The files of the repository that the tidy tests read.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let sources = swiftFiles(under: "Sources")
    static let benchmarks = swiftFiles(under: "Benchmarks")
    static let tests = swiftFiles(under: "Tests")
    static let documents =
        files(under: "docs", "md") + files(under: "editors", "md") + files(under: "", "md", recursive: false)

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    private static func swiftFiles(under folder: String) -> [TextFile] { files(under: folder, "swift") }

    private static func files(under folder: String, _ kind: String, recursive: Bool = true) -> [TextFile] {
        let base = root.appendingPathComponent(folder).path
        let names =
            recursive
            ? FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
            : (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        return names.filter { $0.hasSuffix(".\(kind)") }.sorted().compactMap { name in
            guard let text = try? String(contentsOfFile: "\(base)/\(name)", encoding: .utf8) else {
                return nil
            }
            return TextFile(path: folder.isEmpty ? name : "\(folder)/\(name)", text: text)
        }
    }
}

struct TextFile: Sendable {
    /// Relative to the repository's root.
    let path: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// `Sources/Engine/Cluster.swift` -> `Engine`.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// Places as `path:line`, of the lines for which `isWrong` holds.
    func places(where isWrong: (Substring) -> Bool) -> [String] {
        lines.indices.filter { isWrong(lines[$0]) }.map { "\(path):\($0 + 1)" }
    }
}

extension Substring {
    /// Without a comment at its end; a `//` inside a string literal ends it too, which hides nothing that
    /// we look for.
    var code: Substring {
        guard let comment = range(of: "//") else { return self }
        return self[..<comment.lowerBound]
    }

    var indentation: Int { prefix { $0 == " " }.count }
}
