import Configuration
import Diagnostics
import Foundation
import MarketModel
import RuleSemantics
import RuleSyntax
import Scenarios
import Testing

@testable import Pipeline

/// One page of docs/diagnostics: what a code means, with an example that gives it and one that does not.
///
///     # E021: title
///     prose
///     ## Wrong     files and commands as fenced blocks, then the diagnostics that they give
///     ## Mended    prose, then files and commands
///
/// A block's first line names its file (```` ```text rules/a.rules ````); `sh` blocks set variables with
/// `export` and name what is checked: `bellwether check PATH`, `bellwether run --config FILE`.
struct DiagnosticPage {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/diagnostics")

    /// The codes that have a page, in order.
    static let codes: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") && $0 != "README.md" }.map { String($0.dropLast(3)) }
            .sorted()
    }()

    let code: String
    let title: String
    private(set) var text: String
    /// nil: the page has no such part.
    let wrong: DiagnosticExample?
    let mended: DiagnosticExample?

    init(_ code: String) throws {
        self.code = code
        text = try String(contentsOf: Self.folder.appendingPathComponent("\(code).md"), encoding: .utf8)
        let heading = try #require(text.split(separator: "\n").first)
        try #require(heading.hasPrefix("# \(code): "))
        title = String(heading.dropFirst("# \(code): ".count))
        let parts = text.components(separatedBy: "\n## ")
        wrong = parts.first { $0.hasPrefix("Wrong\n") }.map { DiagnosticExample($0) }
        mended = parts.first { $0.hasPrefix("Mended\n") }.map { DiagnosticExample($0) }
    }

    /// Puts what the wrong example gives into the page.
    func write(rendered: String) throws {
        guard let wrong else { return }
        let changed = text.replacing("```text\n\(wrong.shown)```", with: "```text\n\(rendered)```")
        try changed.write(
            to: Self.folder.appendingPathComponent("\(code).md"), atomically: true, encoding: .utf8)
    }
}

/// The fenced blocks of a page's part, as files and a command.
struct DiagnosticExample {
    private var files: [(name: String, text: String)] = []
    private var environment: [String: String] = [:]
    private var paths: [String] = []
    private var notifiers: String?
    private var configuration: String?
    /// The block without a file: the diagnostics that the page shows.
    private(set) var shown = ""

    init(_ part: String) {
        let pieces = part.components(separatedBy: "```")
        for index in pieces.indices where index % 2 == 1 {
            let lines = pieces[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let words = lines[0].split(separator: " ")
            let body = lines.count > 1 ? String(lines[1]) : ""
            if words.first == "sh" {
                for line in body.split(separator: "\n") { read(command: line) }
            } else if words.count > 1 {
                files.append((String(words[1]), body))
            } else {
                shown = body
            }
        }
        if configuration == nil { configuration = files.first { $0.name == "bellwether.yaml" }?.name }
    }

    private mutating func read(command line: Substring) {
        var words = line.split(separator: " ").map(String.init)[...]
        if words.first == "export", let assignment = words.last?.split(separator: "=", maxSplits: 1) {
            environment[String(assignment[0])] = String(assignment[1])
            return
        }
        let isRun = words.dropFirst().first == "run"
        words = words.dropFirst(2)
        while let word = words.popFirst() {
            switch word {
            case "--config" where isRun: configuration = words.popFirst()
            case "--notifiers": notifiers = words.popFirst()
            default: paths.append(word)
            }
        }
    }

    /// What the commands say of the files, their directory left out of every path.
    func diagnostics() throws -> (found: [Diagnostic], rendered: String) {
        let place = try TemporaryDirectory()
        for file in files { try place.write(file.text, to: file.name) }
        let found = diagnostics(in: place.path)
        let text = DiagnosticRenderer().render(found).replacing("\(place.path)/", with: "")
        return (found, text)
    }

    private func diagnostics(in directory: String) -> [Diagnostic] {
        if let configuration {
            let reader = ConfigurationReader.open(
                path: "\(directory)/\(configuration)", environment: environment)
            _ = RunConfiguration(reader, directory: directory)
            return reader.diagnostics
        }
        if files.contains(where: { $0.name.hasSuffix(".test") }) {
            let sources = TestSources(paths: ["\(directory)/rules"])
            return TestSuite(rules: sources.rules, tests: sources.tests).diagnostics
        }
        let hasRules = !paths.isEmpty || files.contains { $0.name.hasSuffix(".rules") }
        guard hasRules else {
            let set = NotifierSet(
                directory: "\(directory)/notifiers", depth: .full, environment: environment)
            return set.diagnostics
        }
        let named = notifiers.map { "\(directory)/\($0)" }
        let asked = (paths.isEmpty ? ["rules"] : paths).map { "\(directory)/\($0)" }
        var set = RuleSet(paths: asked, notifiers: named, depth: .full, environment: environment)
        set.lookAhead(from: Timestamp(year: 2026, month: 11, day: 1))
        return set.diagnostics
    }

    /// What an editor shows of the rules alone.
    func findingsOfEditor() -> [Diagnostic] {
        let parsed = files.map { parseRules(SourceFile(name: $0.name, text: $0.text.utf8)) }
        return parsed.flatMap(\.diagnostics) + checkRules(parsed.map(\.file)).diagnostics
    }
}
