import Diagnostics
import RuleSemantics
import RuleSyntax
import Testing

@Suite("Checker: properties")
struct CheckerPropertyTests {
    @Test(
        "Checking mutated files never traps; findings lie in the text; sound programs are whole",
        arguments: 0..<8)
    func mutations(seed: UInt64) throws {
        let mutation = try TextMutation()
        for step in 0..<100 {
            let bytes = mutation.text(seed: seed * 1_000 + UInt64(step) * 2 + 1)
            expectSound(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test("Generated files check without a trap, and as their canonical format does", arguments: 0..<4)
    func generated(seed: UInt64) {
        for step in 0..<60 {
            var generator = SyntaxGenerator(seed: seed &* 7_919 &+ UInt64(step))
            let text = generator.file()
            expectSound(text)
            let (file, _) = read(text)
            let formatted = checkRules([read(formatRules(file)).file]).diagnostics.map(\.code).sorted()
            #expect(checkRules([file]).diagnostics.map(\.code).sorted() == formatted, "\(text)")
        }
    }

    private func expectSound(_ text: String) {
        let source = SourceFile(name: "mutated.rules", text: text.utf8)
        let parsed = parseRules(source)
        let (program, diagnostics) = checkRules(
            [parsed.file], options: CheckOptions(notifiers: ["desk"], rateSeries: ["DFF"]))
        var places: Set<String> = []
        for diagnostic in diagnostics {
            #expect(!diagnostic.message.isEmpty)
            guard let span = diagnostic.span else { continue }
            #expect(span.file === source && span.start >= 0 && span.end <= source.text.count)
            let key = "\(diagnostic.code) \(span.start) \(span.end) \(diagnostic.message)"
            #expect(places.insert(key).inserted, "twice: \(key)\n\(text)")
        }
        _ = DiagnosticRenderer().render(diagnostics)
        if !parsed.diagnostics.hasErrors, !diagnostics.hasErrors { expectWhole(program, text) }
    }

    /// What the compiler relies on.
    private func expectWhole(_ program: CheckedProgram, _ text: String) {
        for (index, series) in program.series.enumerated() {
            expectWhole(series.expression, program, seriesCount: index, isKeyed: false, text)
        }
        for rule in program.rules {
            let expressions =
                [rule.when, rule.until, rule.unless].compactMap { $0 } + rule.values.map(\.expression)
            for expression in expressions {
                expectWhole(
                    expression, program, seriesCount: program.series.count, isKeyed: rule.target != nil, text)
            }
            #expect(Set(rule.values.map(\.text)).count == rule.values.count, "\(text)")
            for milliseconds in [rule.hold, rule.cooldown, rule.repeats].compactMap({ $0 }) {
                #expect(milliseconds > 0)
            }
        }
    }

    private func expectWhole(
        _ expression: CheckedExpression, _ program: CheckedProgram, seriesCount: Int, isKeyed: Bool,
        _ text: String
    ) {
        func expect(_ reference: SeriesReference) {
            switch reference {
            case .market(_, let owner): #expect(isKeyed || owner != .key, "\(text)")
            case .named(let index): #expect(0..<seriesCount ~= index, "\(text)")
            }
        }
        for node in expression.nodes {
            switch node {
            case .number(let value): #expect(value.isFinite)
            case .lookup(let column): #expect(isKeyed && column.rows.values.allSatisfy(\.isFinite), "\(text)")
            case .symbol(let owner): #expect(isKeyed || owner != .key, "\(text)")
            case .series(let reference): expect(reference)
            case .call(let call):
                #expect(BuiltinTable.row(named: call.builtin.rawValue) != nil, "\(text)")
                for argument in call.arguments {
                    switch argument {
                    case .series(let reference): expect(reference)
                    case .rate(let index): #expect(program.rateSeries.indices ~= index, "\(text)")
                    case .duration(let length, let step): #expect(length > 0 && step ?? 1 > 0, "\(text)")
                    case .window(.time(let length, let ending, let step)):
                        #expect(length > 0 && ending >= 0 && step ?? 1 > 0, "\(text)")
                    case .window(.trades(let count)): #expect(count > 0, "\(text)")
                    case .rule, .expression: break
                    }
                }
            default: break
            }
        }
    }

    @Test("Expressions as high as the parser allows are checked, or refused with a reason")
    func heights() {
        let chain = Array(repeating: "price > 5", count: 490).joined(separator: " or ")
        #expect(condition(chain).errorCodes == [])
        let nested = String(repeating: "abs(", count: 95) + "price" + String(repeating: ")", count: 95)
        #expect(condition("\(nested) > 5").errorCodes == [])
        var lets = "let a0 = price\n"
        for index in 1...1_500 { lets += "let a\(index) = abs(a\(index - 1))\n" }
        #expect(Set(Checking(lets + "rule r on AAPL\n  when a1500 > 5\n").errorCodes) == ["E038"])
        var series = "rule r\n  when s1500 > 5\nseries s0 = SPY.price\n"
        for index in (1...1_500).reversed() { series += "series s\(index) = s\(index - 1) + 1\n" }
        #expect(Set(Checking(series).errorCodes).isSubset(of: ["E038"]))
    }

    @Test("Definitions that double are refused before they fill the memory")
    func doubling() {
        var lets = "let a0(x: price) = x + x\n"
        for index in 1...60 { lets += "let a\(index)(x: price) = a\(index - 1)(x + x) + a\(index - 1)(x)\n" }
        #expect(Set(Checking(lets + "rule r on AAPL\n  when a60(price) > 5\n").errorCodes) == ["E038"])
        var plain = "let b0 = price\n"
        for index in 1...60 { plain += "let b\(index) = b\(index - 1) + b\(index - 1)\n" }
        #expect(Set(Checking(plain + "rule r on AAPL\n  when b60 > 5\n").errorCodes) == ["E038"])
    }
}
