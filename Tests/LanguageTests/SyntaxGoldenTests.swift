import Diagnostics
import RuleSyntax
import Testing

@Suite("Syntax: golden files")
struct SyntaxGoldenTests {
    /// Twice, as meaning and as the author sees it: a change of wording is not a change of finding.
    @Test("Each faulty file gets its diagnostics", arguments: SyntaxFixtures.names(in: "SyntaxErrors"))
    func errors(name: String) throws {
        let source = SourceFile(
            name: "\(name).rules", text: try SyntaxFixtures.bytes("SyntaxErrors/\(name).rules"))
        let diagnostics = parseRules(source).diagnostics
        let meaning = zip(places(diagnostics), diagnostics).map { "\($0) \($1.span?.text ?? "")" }
        let text = meaning.joined(separator: "\n") + "\n\n" + DiagnosticRenderer().render(diagnostics)
        try SyntaxFixtures.expect(text, matches: "SyntaxErrors/\(name).golden")
    }

    @Test("Each sound file has its canonical format", arguments: SyntaxFixtures.names(in: "SyntaxFormat"))
    func format(name: String) throws {
        let source = SourceFile(
            name: "\(name).rules", text: try SyntaxFixtures.bytes("SyntaxFormat/\(name).rules"))
        let (file, diagnostics) = parseRules(source)
        #expect(places(diagnostics) == [])
        let formatted = formatRules(file)
        try SyntaxFixtures.expect(formatted, matches: "SyntaxFormat/\(name).golden")
        expectRoundTrip(of: file, formatted)
    }
}

/// A formatted text reads without errors as the tree it came from, and formats to itself.
func expectRoundTrip(
    of file: RuleFile, _ formatted: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let (again, diagnostics) = read(formatted)
    #expect(places(diagnostics) == [], "\(formatted)", sourceLocation: sourceLocation)
    #expect(
        SyntaxTreeText(again).text == SyntaxTreeText(file).text, "\(formatted)",
        sourceLocation: sourceLocation)
    #expect(formatRules(again) == formatted, sourceLocation: sourceLocation)
}
