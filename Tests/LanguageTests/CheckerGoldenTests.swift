import Diagnostics
import RuleSemantics
import Testing

/// Each `.rules` file beside the diagnostics that it gets.
@Suite("Checker: golden files")
struct CheckerGoldenTests {
    static let options = CheckOptions(notifiers: ["desk", "ops"], rateSeries: ["DFF", "DGS10", "DGS2"])

    static func check(_ name: String) throws -> Checking {
        let bytes = try SyntaxFixtures.bytes("Checker/\(name).rules")
        return Checking(files: [SourceFile(name: "\(name).rules", text: bytes)], options: options)
    }

    /// Twice, as meaning and as the author sees it: a change of wording is not a change of finding.
    @Test("Each rule file gets its diagnostics", arguments: SyntaxFixtures.names(in: "Checker"))
    func diagnostics(name: String) throws {
        let checking = try Self.check(name)
        let meaning = zip(places(checking.diagnostics), checking.diagnostics).map {
            "\($0) \($1.span?.text ?? "")"
        }
        let text = meaning.joined(separator: "\n") + "\n\n" + checking.rendered
        try SyntaxFixtures.expect(text, matches: "Checker/\(name).golden")
    }

    @Test("A file with ten different mistakes reports all ten, each once")
    func tenMistakes() throws {
        let codes = try Self.check("ten_mistakes").errorCodes
        #expect(codes.count == 10)
        #expect(Set(codes).count == 10)
    }

    @Test("The example of LANGUAGE 9 is reproduced to the letter")
    func example() {
        let text = "rule fast on AAPL\n  when change(price, 5m) > 2\n"
        let checking = Checking(files: [SourceFile(name: "rules/tech.rules", text: text.utf8)])
        #expect(
            checking.rendered == """
                error[E021]: cannot compare a ratio and the bare number 2
                  --> rules/tech.rules:2:26
                  2 |   when change(price, 5m) > 2
                    |                          ^
                  = help: write 2% (0.02) or 200% (2)

                """)
    }
}
