import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

/// Files with the mistakes that people make, several in each, and what is said of them. Two snapshots each:
/// `.meaning` (level, code, place, text, suggestion, further places), which a better wording leaves alone,
/// and `.text`, which is what the author reads.
@Suite("Typical mistakes")
struct MistakeSnapshotTests {
    static let names = SyntaxFixtures.names(in: "Mistakes")
    static let options = CheckOptions(notifiers: ["desk", "ops"], rateSeries: ["DFF", "DGS10"])

    static func check(_ name: String) throws -> Checking {
        let bytes = try SyntaxFixtures.bytes("Mistakes/\(name).rules")
        let checking = Checking(files: [SourceFile(name: "\(name).rules", text: bytes)], options: options)
        return checking
    }

    /// In the order of the text, as a command shows them.
    static func inOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.enumerated().sorted { left, right in
            (left.element.span?.start ?? .max, left.offset) < (
                right.element.span?.start ?? .max, right.offset
            )
        }.map(\.element)
    }

    /// `error E020 6:15-6:19 tehc -> tech`; a note's place follows in brackets.
    static func meaning(_ diagnostic: Diagnostic) -> String {
        var words = [diagnostic.level.rawValue, diagnostic.code]
        if let span = diagnostic.span {
            let end = span.file.position(of: span.end)
            let text = span.text.split(separator: "\n").first.map(String.init) ?? ""
            words += ["\(span.line):\(span.column)-\(end.line):\(end.column)", text]
        }
        for help in diagnostic.help where help.hasPrefix("did you mean ") {
            words.append(
                "-> " + help.dropFirst("did you mean ".count).trimmingCharacters(in: ["`", "?", "\""]))
        }
        for note in diagnostic.notes {
            words.append("(" + (note.span.map { "\($0.line):\($0.column) \($0.text)" } ?? "") + ")")
        }
        return words.joined(separator: " ")
    }

    @Test("Each mistake is found, at its place, with what was meant", arguments: names)
    func meaning(name: String) throws {
        let lines = Self.inOrder(try Self.check(name).diagnostics).map(Self.meaning)
        try SyntaxFixtures.expect(lines.joined(separator: "\n") + "\n", matches: "Mistakes/\(name).meaning")
    }

    @Test("Each mistake is told as it was agreed", arguments: names)
    func rendering(name: String) throws {
        let text = DiagnosticRenderer().render(Self.inOrder(try Self.check(name).diagnostics))
        try SyntaxFixtures.expect(text, matches: "Mistakes/\(name).text")
    }

    @Test("No place has two findings, and every error says how to mend it", arguments: names)
    func once(name: String) throws {
        let errors = try Self.check(name).diagnostics.filter { $0.level == .error }
        let places = errors.compactMap { $0.span?.start }
        #expect(Set(places).count == places.count)
        #expect(errors.count { $0.help.isEmpty } == 0)
    }

    @Test("Colours change nothing but colours")
    func colours() throws {
        for name in Self.names {
            let diagnostics = Self.inOrder(try Self.check(name).diagnostics)
            let coloured = DiagnosticRenderer(usesColour: true).render(diagnostics)
            let plain = coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
            #expect(plain == DiagnosticRenderer().render(diagnostics))
        }
    }

    @Test("There are more than ten kinds of mistakes, and suggestions among them")
    func breadth() throws {
        let all = try Self.names.flatMap { try Self.check($0).diagnostics }
        #expect(Set(all.map(\.code)).count > 40)
        #expect(all.count { $0.help.contains { $0.hasPrefix("did you mean") } } > 10)
    }
}

@Suite("Diagnostics on a terminal")
struct ControlPictureTests {
    @Test("Control characters of a file are shown as pictures, and carets stand below what they mean")
    func pictures() {
        let checking = Checking("rule a on A\n  when \u{1b}[31mprice > 1\n  message \"\u{1b}]0;x\u{7}\"\n")
        #expect(!checking.rendered.unicodeScalars.contains { $0.value == 0x1b || $0.value == 7 })
        #expect(checking.rendered.contains("  2 |   when ␛[31mprice > 1\n    |        ^\n"))
    }
}
