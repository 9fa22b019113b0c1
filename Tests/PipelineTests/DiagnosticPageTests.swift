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

    @Test("The wrong example gives its code alone, in the words shown", arguments: DiagnosticPage.codes)
    func wrong(code: String) throws {
        let page = try DiagnosticPage(code)
        let example = try #require(page.wrong)
        if code == "W011" {
            #expect(example.findingsOfEditor().map(\.code) == [code])
            let text = DiagnosticRenderer().render(example.findingsOfEditor())
            if Self.updates { return try page.write(rendered: text) }
            #expect(example.shown == text)
            return
        }
        let (found, rendered) = try example.diagnostics()
        #expect(Set(found.map(\.code)) == [code], "\(rendered)")
        if Self.updates { return try page.write(rendered: rendered) }
        #expect(example.shown == rendered)
    }

    @Test("The mended example has nothing to complain of", arguments: DiagnosticPage.codes)
    func mended(code: String) throws {
        let example = try #require(try DiagnosticPage(code).mended)
        let (found, rendered) = try example.diagnostics()
        #expect(found.map(\.code) == [], "\(rendered)")
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
