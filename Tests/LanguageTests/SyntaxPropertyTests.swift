import Diagnostics
import RuleSyntax
import Testing

@Suite("Syntax: properties")
struct SyntaxPropertyTests {
    @Test("Formatting keeps tree and comments and does nothing twice, for generated files", arguments: 0..<8)
    func roundTrip(seed: UInt64) {
        for step in 0..<150 {
            var generator = SyntaxGenerator(seed: seed &* 1_000_003 &+ UInt64(step))
            let text = generator.file()
            let (file, diagnostics) = read(text)
            #expect(places(diagnostics) == [], "\(text)")
            if !diagnostics.isEmpty { return }
            let formatted = formatRules(file)
            expectRoundTrip(of: file, formatted)
            let kept = formatted.split { !$0.isLetter && !$0.isNumber }.filter { $0.hasPrefix("c") }
            let comments = (0..<generator.commentCount).map { "c\($0 + 1)" }
            #expect(Set(comments).isSubset(of: Set(kept.map(String.init))), "\(text)\nin\n\(formatted)")
            let twice = Dictionary(kept.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }
            #expect(comments.allSatisfy { twice[$0[...]] == nil }, "\(text)\nin\n\(formatted)")
        }
    }
}
