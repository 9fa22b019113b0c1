import Diagnostics
import RuleSyntax
import Testing

@Suite("Syntax: limits")
struct SyntaxLimitTests {
    @Test("An empty file is a file without items")
    func empty() {
        for text in ["", "\n\n", "# only a comment", "\u{feff}"] {
            let (file, diagnostics) = read(text)
            #expect(file.items.isEmpty)
            #expect(diagnostics.isEmpty)
        }
    }

    @Test(
        "Deep nesting is a finding, not a crash",
        arguments: [
            ("", "(", 200_000), ("", "(", 101), ("", "f(", 100_000), ("", "not ", 100_000),
            ("", "-", 100_000),
            ("1", " + 1", 100_000), ("1", " - (1", 100_000), ("a", " or a", 501), ("", "a and (", 100_000),
            ("", "f(x) * (", 101),
        ])
    func nesting(start: String, unit: String, count: Int) {
        let text = start + String(repeating: unit, count: count) + "1"
        let diagnostics = read("let x = \(text)\nlet y = 1 +").diagnostics
        #expect(diagnostics.first?.code == "E017")
        // What follows is read all the same.
        #expect(places(diagnostics.suffix(1)) == ["E009 2:11"])
        #expect(diagnostics.count == 2)
    }

    @Test("Nesting and chains up to the limits are read")
    func allowed() {
        let nested = String(repeating: "(", count: 100) + "1" + String(repeating: ")", count: 100)
        let chain = "a" + String(repeating: " or a", count: 499)
        #expect(places(read("let x = \(nested)\nlet y = \(chain)").diagnostics) == [])
    }

    @Test("A slot nests no deeper than the rest")
    func slots() {
        let deep = String(repeating: "(", count: 5_000)
        #expect(read("rule r\n  message \"{\(deep)}\"").diagnostics.map(\.code) == ["E017"])
    }

    @Test(
        "Numbers that no Double or Int64 holds are findings",
        arguments: [
            String(repeating: "9", count: 400), String(repeating: "9", count: 2_000),
            "1" + String(repeating: "0", count: 309),
            "99999999999999999999d", "36501d", "36500d1ms", "9223372036854775807ms",
            "f(99999999999999999999 trades)", "f(1000000001 trades)",
        ])
    func hugeNumbers(text: String) {
        let diagnostics = read("let x = \(text)\nlet y = 2").diagnostics
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.span?.line == 1)
    }

    @Test("A file of noise has a bounded number of findings")
    func noise() {
        var numbers = SeededNumbers(seed: 7)
        let bytes = (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        let diagnostics = parseRules(SourceFile(name: "noise", text: bytes)).diagnostics
        #expect(!diagnostics.isEmpty)
        #expect(diagnostics.count <= 1_000)
    }

    @Test("Every code is E001 to E019 and every finding has help")
    func codes() throws {
        var codes: Set<String> = []
        for name in SyntaxFixtures.names(in: "SyntaxErrors") {
            let bytes = try SyntaxFixtures.bytes("SyntaxErrors/\(name).rules")
            for diagnostic in parseRules(SourceFile(name: name, text: bytes)).diagnostics {
                codes.insert(diagnostic.code)
                #expect(!diagnostic.message.isEmpty)
                #expect(!diagnostic.help.isEmpty && !diagnostic.help.contains(""), "\(diagnostic.message)")
            }
        }
        // E017 (nested too deep) has tests of its own.
        let expected = (1...19).map { "E0" + ($0 < 10 ? "0" : "") + "\($0)" }.filter { $0 != "E017" }
        #expect(codes.sorted() == expected)
    }
}
