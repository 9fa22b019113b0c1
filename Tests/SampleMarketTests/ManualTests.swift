import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

/// docs/LANGUAGE.md and README.md say what the checker says.
@Suite struct ManualTests {
    static func document(_ path: String) throws -> String {
        try String(contentsOf: ExampleRulesTests.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The texts between the fences of `document`.
    static func blocks(_ document: String) -> [String] {
        let parts = document.components(separatedBy: "```")
        return parts.indices.filter { $0 % 2 == 1 }.map { index in
            String(parts[index].drop { $0 != "\n" }.dropFirst())
        }
    }

    /// What stands behind the heading that begins with `title`, up to the next one.
    static func chapter(_ title: String) throws -> String {
        let manual = try document("docs/LANGUAGE.md")
        let start = try #require(manual.range(of: "\n## \(title)"))
        let rest = manual[start.upperBound...]
        // A rule's documentation begins with the same characters; chapters are numbered.
        let next = rest.range(of: "\n## [0-9]+\\. ", options: .regularExpression)
        return String(rest[..<(next?.lowerBound ?? rest.endIndex)])
    }

    /// The words between backquotes; `100 trades` is a form, not a name.
    static func words(in text: String) -> Set<String> {
        let spans = text.split(separator: "`", omittingEmptySubsequences: false)
        let code = spans.indices.filter { $0 % 2 == 1 && spans[$0].first?.isNumber == false }
        let words = code.map { spans[$0] }.filter { !$0.contains("3 trades") }.flatMap {
            $0.split(whereSeparator: \.isWhitespace)
        }
        return Set(words.map { String($0.prefix { $0.isLetter || $0 == "_" }) })
    }

    static func check(_ text: String, name: String = "a.rules") -> [Diagnostic] {
        let parsed = parseRules(SourceFile(name: name, text: Array(text.utf8)))
        return parsed.diagnostics + checkRules([parsed.file]).diagnostics
    }

    @Test func `The manual's first rule checks`() throws {
        let rule = try #require(Self.blocks(try Self.chapter("1. ")).first)
        #expect(Self.check(rule).isEmpty)
    }

    @Test func `README's rule is one of the example rules`() throws {
        let rule = try #require(Self.blocks(try Self.document("README.md")).first { $0.hasPrefix("## ") })
        #expect(try Self.document("rules/us-stocks.rules").contains(rule))
    }

    @Test func `The manual's error is the one that the checker writes`() throws {
        let shown = try #require(Self.blocks(try Self.chapter("9. ")).first)
        let wrong = Self.check("rule fast on AAPL\n  when change(price, 5m) > 2\n", name: "rules/tech.rules")
        let rendered = DiagnosticRenderer().render(wrong)
        #expect(rendered.trimmingCharacters(in: .newlines) == shown.trimmingCharacters(in: .newlines))
    }

    @Test func `The manual's table of functions has every function`() throws {
        let table = Self.words(in: try Self.chapter("11. "))
        let missing = BuiltinTable.rows.filter { !table.contains($0.name) }
        #expect(missing.map(\.name) == [])
    }

    /// How the manual calls a construct, and a rule that uses it.
    static let constructs = [
        ("by 1h", "when ago(price, 1d by 1h) > 1"), ("100 trades", "when avg(price, 100 trades) > 1"),
        ("`for 3 trades`", "when price > 1 for 3 trades"),
        ("`then within", "when price > 1 then within 5m price > 2"),
        ("`escalate", "when price > 1 escalate critical when price > 2"),
        ("`unknown clear`", "when price > 1 unknown clear"),
        ("`use ", "use t(3)\ntemplate t(x: price)\n  when price > x"),
        ("`table ", "when price > t.x\ntable t(x: price)\n  else 3"),
        ("XNYS regular`", "when price > 1 during s\nsession s = XNYS regular"),
    ]

    @Test(arguments: constructs)
    func `A construct that checks is in the manual`(name: String, clauses: String) throws {
        #expect(Self.check("rule r on AAPL\n  \(clauses)\n").isEmpty)
        #expect(try Self.document("docs/LANGUAGE.md").contains(name), "\(name)")
    }
}
