import Diagnostics
import RuleSemantics
import Testing

@Suite("Checker: several files, broken files, codes")
struct CheckerFilesTests {
    @Test("All files form one program; a second definition names the file of the first")
    func duplicates() throws {
        let checking = Checking(
            "rule a on tech\n  when price > limit\n", "let limit = 5\nlist tech = AAPL\n",
            "series limit = SPY.price\nrule a on tech\n  when price > 5\n")
        #expect(checking.errorCodes == ["E030", "E030"])
        let notes = checking.diagnostics.flatMap(\.notes).map { "\($0.text) \($0.span?.file.name ?? "")" }
        #expect(notes == ["first defined here rules/2.rules", "first defined here rules/1.rules"])
        #expect(checking.diagnostics.map { $0.span?.file.name } == ["rules/3.rules", "rules/3.rules"])
    }

    @Test(
        "What the parser refused has no second finding",
        arguments: [
            "let limit = \nrule a on AAPL\n  when price > limit\n",
            "list tech = AAPL, (\nrule a on tech\n  when price > 5\n",
            "session us = mon-fri 9 \"UTC\"\nrule a on AAPL\n  when price > 5\n  during us\n",
            "rule a on AAPL\n  when price >\n", "rule a on AAPL\n  severity info\n  when price > 5 5\n",
            "series pair = KO.price -\nrule a\n  when zscore(pair, 1h) > 3\n",
        ])
    func broken(text: String) {
        let codes = Checking(text).codes
        #expect(codes.count == 1 && codes[0] < "E020", "\(codes)\n\(text)")
    }

    @Test(
        "One mistake is one finding",
        arguments: [
            ("rule a on AAPL\n  when price above 100\n", "E009"),
            ("rule a on AAPL\n  when price under 100 and size is 5\n", "E009 E009"),
            ("let range = 5\nrule a on AAPL\n  when price > range\n", "E031"),
        ])
    func cascades(text: String, codes: String) {
        #expect(Checking(text).codes.joined(separator: " ") == codes, "\(text)")
    }

    @Test("A mistake that only a `let`'s argument makes is shown at the argument, with the use")
    func argumentOrigin() throws {
        let text = """
            let twice(d: duration) = volume(2 * d) / d
            let outer(d: duration) = twice(d)
            rule a on AAPL
              when outer(3h) > 0 and outer(1h) > 0
            """
        let checking = Checking(text)
        #expect(places(checking.diagnostics) == ["E050 1:33"])
        #expect(checking.diagnostics[0].notes.map(\.text) == ["`outer` is used here"])
        #expect(checking.diagnostics[0].notes[0].span?.line == 4)
        let direct = Checking("let f(d: duration) = volume(d)\nrule a on AAPL\n  when f(5h) > 0\n")
        #expect(places(direct.diagnostics) == ["E050 3:10"])
    }

    @Test("Every code of the checker stands in some golden file or limit test")
    func codes() throws {
        let golden = try SyntaxFixtures.names(in: "Checker").map { name in
            String(decoding: try SyntaxFixtures.bytes("Checker/\(name).golden"), as: UTF8.self)
        }.joined()
        let elsewhere: Set<FaultCode> = [.tooLarge, .noRules, .calendarEnds]
        let missing = FaultCode.allCases.filter { code in
            !elsewhere.contains(code) && !golden.contains("[\(code.rawValue)]")
        }
        #expect(missing == [])
    }
}
