import Diagnostics
import Foundation
import RuleSemantics
import Testing

@testable import Pipeline

/// Every code has a page, and the page is right. `UPDATE_GOLDEN=1` rewrites what the wrong examples give and
/// the index.
@Suite("Pages of the diagnostics")
struct DiagnosticPageTests {
    static let updates = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    /// Every literal of a code in the sources, so that no new code comes without its page.
    static func codesOfSources() throws -> Set<String> {
        let root = DiagnosticPage.folder.deletingLastPathComponent().deletingLastPathComponent()
        let sources = root.appendingPathComponent("Sources")
        let names = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
        var codes: Set<String> = []
        for name in names where name.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: /"([EW][0-9]{3})"/) { codes.insert(String(match.1)) }
        }
        return codes
    }

    @Test("Every code of the sources has a page, and every page its code")
    func complete() throws {
        let codes = try Self.codesOfSources()
        #expect(codes.isSuperset(of: FaultCode.allCases.map(\.rawValue)))
        #expect(codes.count > 100)
        #expect(codes.subtracting(DiagnosticPage.codes).sorted() == [])
        #expect(Set(DiagnosticPage.codes).subtracting(codes).sorted() == [])
    }

    /// What has no example: nothing that is refused for its novelty stays so.
    static let withoutExample: Set<String> = ["E090"]

    /// Until all is evaluated, an example may also be refused for that; it says nothing about the code.
    private func relevant(_ diagnostics: [Diagnostic], to code: String) -> [Diagnostic] {
        diagnostics.filter { $0.code != "E090" || code == "E090" }
    }

    @Test("The wrong example gives its code alone, in the words shown", arguments: DiagnosticPage.codes)
    func wrong(code: String) throws {
        let page = try DiagnosticPage(code)
        guard let example = page.wrong else {
            #expect(Self.withoutExample.contains(code))
            return
        }
        if code == "W011" {
            #expect(example.findingsOfEditor().map(\.code) == [code])
            let text = DiagnosticRenderer().render(example.findingsOfEditor())
            if Self.updates { return try page.write(rendered: text) }
            #expect(example.shown == text)
            return
        }
        let (found, rendered) = try example.diagnostics()
        #expect(Set(relevant(found, to: code).map(\.code)) == [code], "\(rendered)")
        // What is also refused as not evaluated yet is left out of the page.
        let isWhole = relevant(found, to: code).count == found.count
        if Self.updates {
            let own = rendered.components(separatedBy: "\n\n").filter { !$0.hasPrefix("error[E090]") }
            let text = own.joined(separator: "\n\n")
            return try page.write(rendered: text.hasSuffix("\n") ? text : text + "\n")
        }
        #expect(isWhole ? example.shown == rendered : example.shown.contains("[\(code)]: "))
    }

    @Test("The mended example has nothing to complain of", arguments: DiagnosticPage.codes)
    func mended(code: String) throws {
        guard let example = try DiagnosticPage(code).mended else {
            #expect(Self.withoutExample.contains(code))
            return
        }
        let (found, rendered) = try example.diagnostics()
        #expect(relevant(found, to: code).map(\.code) == [], "\(rendered)")
    }

    @Test("The index names every page with its title")
    func index() throws {
        let file = DiagnosticPage.folder.appendingPathComponent("README.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let start = try #require(text.range(of: "## Codes\n"))
        let rows = try DiagnosticPage.codes.map { code in
            "| [\(code)](\(code).md) | \(try DiagnosticPage(code).title) |\n"
        }
        let table = "\n| code | says |\n|---|---|\n" + rows.joined()
        if Self.updates {
            let whole = text[..<start.upperBound] + table
            return try String(whole).write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(String(text[start.upperBound...]) == table)
    }
}
