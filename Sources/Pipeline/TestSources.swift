import Diagnostics
import Foundation

/// The rules and tests that `bellwether test` is given: directories with their `*.rules` and `*.test` files,
/// or single files; a test brings the rules of its directory along, a rule file the tests of its name.
struct TestSources {
    private(set) var rules: [SourceFile] = []
    private(set) var tests: [SourceFile] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(paths: [String]) {
        var rulePaths: [String] = []
        var testPaths: [String] = []
        func add(_ path: String, to list: inout [String]) {
            if !list.contains(path) { list.append(path) }
        }
        for path in paths where !path.hasSuffix(".test") {
            add(path, to: &rulePaths)
            if TestSources.isDirectory(path) {
                for test in TestSources.tests(in: path) { add(test, to: &testPaths) }
            } else if path.hasSuffix(".rules") {
                let test = String(path.dropLast(".rules".count)) + ".test"
                if FileManager.default.fileExists(atPath: test) { add(test, to: &testPaths) }
            }
        }
        let bringsRules = rulePaths.isEmpty
        for path in paths where path.hasSuffix(".test") {
            add(path, to: &testPaths)
            let directory = (path as NSString).deletingLastPathComponent
            if bringsRules { add(directory.isEmpty ? "." : directory, to: &rulePaths) }
        }
        let found = RuleSources(paths: rulePaths)
        rules = found.files
        // A rule that is not there is no concern of a warning here; a file that is not there is.
        diagnostics = found.diagnostics.filter { $0.level == .error }
        for path in testPaths { read(path) }
    }

    private mutating func read(_ path: String) {
        do {
            let bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: path))
            tests.append(SourceFile(name: path, text: bytes))
        } catch {
            diagnostics.append(
                Diagnostic(
                    .error, code: "E142", "cannot read \(path): \(CommandFailure.reason(error))", at: nil,
                    help: ["check the file's name and permissions"]))
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    private static func tests(in directory: String) -> [String] {
        let trimmed =
            directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasSuffix(".test") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map { (trimmed as NSString).appendingPathComponent($0) }
    }
}
