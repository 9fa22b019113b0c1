import Diagnostics
import RuleSemantics
import RuleSyntax
import Testing

/// Rule texts that nobody wrote, through everything that reads rule texts: never a trap, findings inside the
/// file and each once, a sound text the same after formatting.
@Suite("Fuzzing: rule texts")
struct RuleTextFuzzTests {
    static let options = CheckOptions(notifiers: ["desk"], rateSeries: ["DFF"])

    @Test("Reading, formatting and checking mutated texts holds its promises", arguments: 0..<Fuzzing.parts)
    func mutated(part: Int) throws {
        let mutation = try TextMutation()
        for seed in Fuzzing.seeds(of: part) {
            let bytes = mutation.text(seed: seed)
            Fuzzing.keep(bytes, seed: seed, part: part)
            let source = SourceFile(name: "mutated.rules", text: bytes)
            let problems = Self.problems(of: source)
            if !problems.isEmpty {
                Issue.record("seed \(seed): \(problems)\n\(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
    }

    @Test("Formatting generated texts keeps tree, comments and findings", arguments: 0..<Fuzzing.parts)
    func generated(part: Int) {
        for seed in Fuzzing.seeds(of: part) where seed.isMultiple(of: 5) {
            var generator = SyntaxGenerator(seed: seed)
            let text = generator.file()
            Fuzzing.keep(Array(text.utf8), seed: seed, part: part + Fuzzing.parts)
            let source = SourceFile(name: "generated.rules", text: text.utf8)
            var problems = Self.problems(of: source)
            let (file, diagnostics) = parseRules(source)
            if !diagnostics.isEmpty { problems.append("not sound: \(places(diagnostics))") }
            let formatted = formatRules(file)
            let kept = Set(formatted.split { !$0.isLetter && !$0.isNumber }.map(String.init))
            if !kept.isSuperset(of: (0..<generator.commentCount).map { "c\($0 + 1)" }) {
                problems.append("a comment is lost")
            }
            let (found, again) = (Self.codes(file), Self.codes(read(formatted).file))
            if found != again { problems.append("\(found) become \(again)") }
            if !problems.isEmpty {
                Issue.record("seed \(seed): \(problems)\n\(text)\nis formatted as\n\(formatted)")
                return
            }
        }
    }

    /// `60s` becomes `1m`, and then the difference is that of minutes and millions.
    private static func codes(_ file: RuleFile) -> [String] {
        checkRules([file]).diagnostics.map { $0.code == "E024" ? "E022" : $0.code }.sorted()
    }

    @Test("Canary: a finding outside the text, one reported twice and a lost tree are noticed")
    func canary() {
        let source = SourceFile(name: "a.rules", text: "rule a on AAPL\n  when price > 1\n".utf8)
        let outside = Diagnostic(.error, code: "E001", "x", at: SourceSpan(file: source, start: 3, end: 99))
        #expect(Self.problems(of: [outside], in: source).count == 1)
        let inside = Diagnostic(.error, code: "E001", "x", at: SourceSpan(file: source, start: 3, end: 4))
        #expect(Self.problems(of: [inside, inside], in: source).count == 1)
        #expect(Self.problems(of: [inside], in: source) == [])
        let other = read("rule a on AAPL\n  when price > 2\n").file
        #expect(Self.problems(ofFormatting: other, as: formatRules(parseRules(source).file)) != [])
    }

    // MARK: Promises

    static func problems(of source: SourceFile) -> [String] {
        let (file, syntax) = parseRules(source)
        var problems = problems(of: syntax, in: source)
        let starts = syntax.compactMap { $0.span?.start }
        if Set(starts).count != syntax.count { problems.append("a place has two findings, or one has none") }
        let formatted = formatRules(file)
        if syntax.isEmpty { problems += self.problems(ofFormatting: file, as: formatted) }
        return problems + self.problems(of: checkRules([file], options: options).diagnostics, in: source)
    }

    static func problems(of diagnostics: [Diagnostic], in source: SourceFile) -> [String] {
        var problems: [String] = []
        var seen: Set<String> = []
        for diagnostic in diagnostics {
            let spans = [diagnostic.span].compactMap { $0 } + diagnostic.notes.compactMap(\.span)
            let isInside = spans.allSatisfy { span in
                span.file === source && 0 <= span.start && span.start <= span.end
                    && span.end <= source.text.count
            }
            let place = diagnostic.span.map { "\($0.start) \($0.end)" } ?? ""
            let key = "\(diagnostic.code) \(place) \(diagnostic.message)"
            if !isInside { problems.append("outside: \(key)") }
            if !seen.insert(key).inserted { problems.append("twice: \(key)") }
            if diagnostic.message.isEmpty { problems.append("no message: \(key)") }
            if isInside { _ = DiagnosticRenderer().render(diagnostic) }
        }
        return problems
    }

    static func problems(ofFormatting file: RuleFile, as formatted: String) -> [String] {
        let (again, diagnostics) = read(formatted)
        if !diagnostics.isEmpty { return ["formatted into an error: \(places(diagnostics))"] }
        if SyntaxTreeText(again).text != SyntaxTreeText(file).text { return ["formatting changes the tree"] }
        return formatRules(again) == formatted ? [] : ["formatting twice changes something"]
    }
}
