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

    /// The seeds of mutation are every fixture and some generated files.
    static func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for folder in ["SyntaxErrors", "SyntaxFormat"] {
            for name in SyntaxFixtures.names(in: folder) {
                seeds.append(try SyntaxFixtures.bytes("\(folder)/\(name).rules"))
            }
        }
        for seed in 0..<8 {
            var generator = SyntaxGenerator(seed: UInt64(seed))
            seeds.append(Array(generator.file().utf8))
        }
        return seeds
    }

    @Test("Reading a mutated file never traps, and each finding lies in it, once", arguments: 0..<6)
    func mutations(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let seeds = try Self.seeds()
        for _ in 0..<1_000 {
            var bytes = seeds.randomElement(using: &numbers) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &numbers) { mutate(&bytes, seeds, &numbers) }
            let source = SourceFile(name: "mutated.rules", text: bytes)
            let (file, diagnostics) = parseRules(source)
            expectSound(diagnostics, in: source)
            // A file without findings is a sound one: all that holds for sound ones holds for it.
            if diagnostics.isEmpty {
                expectRoundTrip(of: file, formatRules(file))
            } else {
                _ = formatRules(file)
            }
        }
    }

    private func expectSound(_ diagnostics: [Diagnostic], in source: SourceFile) {
        var starts: Set<Int> = []
        for diagnostic in diagnostics {
            guard let span = diagnostic.span else {
                Issue.record("no place: \(diagnostic.message)")
                continue
            }
            let isInside = span.start >= 0 && span.end <= source.text.count && span.start <= span.end
            if !isInside || !starts.insert(span.start).inserted || diagnostic.message.isEmpty {
                Issue.record("\(diagnostic.message) at \(span.start)..<\(span.end) of \(source.text)")
            }
            _ = DiagnosticRenderer().render(diagnostic)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ numbers: inout SeededNumbers) {
        func place() -> Int { Int.random(in: 0...bytes.count, using: &numbers) }
        let (first, second) = (place(), place())
        let range = min(first, second)..<max(first, second)
        let short = range.lowerBound..<min(range.upperBound, range.lowerBound + 12)
        switch Int.random(in: 0..<7, using: &numbers) {
        case 0: if !short.isEmpty { bytes[short.lowerBound] = UInt8.random(in: 0...255, using: &numbers) }
        case 1: bytes.removeSubrange(short)
        case 2: bytes.insert(contentsOf: bytes[short], at: place())
        case 3:
            let marks = Array(#"(){}"`/#:.,\-+<>=% 0mkA_"#.utf8) + [0, 0xff, 0xc3, 0x0a]
            bytes.insert(marks.randomElement(using: &numbers) ?? 0, at: place())
        case 4: bytes.removeSubrange(place()..<bytes.count)
        case 5:
            let words = [
                "when ", " and ", "rule r ", " not ", "message \"{", " within ", " trades ", "list x = /",
            ]
            bytes.insert(contentsOf: Array((words.randomElement(using: &numbers) ?? "").utf8), at: place())
        default:
            let other = seeds.randomElement(using: &numbers) ?? []
            bytes.insert(contentsOf: other.prefix(80), at: place())
        }
        if bytes.count > 20_000 { bytes.removeSubrange(20_000...) }
    }
}
