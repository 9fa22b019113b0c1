import Diagnostics
import Foundation
import RuleSyntax
import Testing

@Suite("Syntax: recovery (LANGUAGE 9)")
struct SyntaxRecoveryTests {
    @Test("A file with ten different mistakes reports all ten, where they are")
    func tenMistakes() throws {
        let bytes = try SyntaxFixtures.bytes("SyntaxErrors/ten_mistakes.rules")
        let (file, diagnostics) = parseRules(SourceFile(name: "ten.rules", text: bytes))
        #expect(
            places(diagnostics) == [
                "E019 1:18", "E016 2:24", "E003 3:12", "E015 6:3", "E011 7:19", "E013 8:12", "E015 9:12",
                "E010 13:14",
                "E009 14:15", "E002 15:12",
            ])
        // What was understood in spite of its mistake is in the tree, what was not is named as missing.
        #expect(file.items.count == 4)
        #expect(file.refusedNames.map(\.text) == ["desk"])
    }

    /// Clauses in pairs: sound, and with one mistake.
    static let clauses: [(sound: String, faulty: String)] = [
        ("when price > 3", "when price >"), ("when a and b", "when a adn b"),
        ("when a and b", "when a and and b"),
        ("when f(x, 5m) > 3", "when f(x, 5m > 3"), ("when f(x, 5m) > 3", "when f(x 5m) > 3"),
        ("when f(x, 5m) > 3", "when f(x,, 5m) > 3"), ("when price > 3", "when price > 3)"),
        ("when price > 3", "when price >> 3"), ("when price > 3", "when (price > 3"),
        ("when a == 3", "when a = 3"),
        ("when a < b", "when a < b < c"), ("when a", "when message"), ("when a", "when message > 3 and b"),
        ("when a", "wehn a"), ("when a", "When a"), ("until a", "until"), ("until a", "untill a"),
        ("until a", "until a b"), ("unless a", "unless \"text\""), ("until a > 1000", "until a > 1,000"),
        ("until a > 5m", "until a > 5M"), ("until a > 1h30m", "until a > 1.5h"), ("until a", "until Foo"),
        ("until a ", "until a ;"), ("until a", "until a $ b"), ("until a in 1..2", "until a in 1"),
        ("until a in 1..2", "until a in 1 to 2"), ("until a crosses above b", "until a crosses upwards b"),
        ("until a crosses above b", "until a crosses above"), ("cooldown 5m", "cooldown 5"),
        ("cooldown 5m", "cooldown"), ("cooldown 5m", "cooldwn 5m"), ("cooldown 5m", "cooldown 5m 3s"),
        ("repeat 5m", "repeat every 5m"), ("for 3 trades", "for 3"), ("for 3 trades", "for 0 trades"),
        ("for 3 trades", "for three trades"), ("severity info", "severity inf"),
        ("severity info", "severity high"),
        ("severity info", "severity"), ("severity info", "severity \"info\""),
        ("escalate info when a", "escalate when a"),
        ("escalate info when a", "escalate info a"), ("escalate info when a", "escalate high when a"),
        ("escalate info when a", "escalate info when"), ("unknown keep", "unknown"),
        ("unknown keep", "unknown kept"),
        ("notify desk", "notify"), ("notify desk, ops", "notify desk ops"),
        ("notify desk, ops", "notify desk,, ops"),
        ("notify desk", "notify desk,"), ("notify desk", "notify \"desk\""),
        ("notify ops_desk", "notify ops-desk"),
        ("labels a = \"b\"", "labels a \"b\""), ("labels a = \"b\"", "labels a = b"),
        ("labels a = \"b\"", "labels a = 'b'"), ("labels a = \"b\"", "labels = \"b\""),
        ("during us after 5m", "during us after"), ("during us after 5m", "during after 5m"),
        ("during us", "during us 5m"), ("during us", "during XNYS regular"), ("use t(5m)", "use t"),
        ("use t(5m)", "use t(5m"), ("then within 5m a", "then a"), ("then within 5m a", "then within a > 3"),
        ("runbook \"x\"", "runbook x"), ("runbook \"x\"", "runbook \"x"),
        ("runbook \"x\"", "runbook \"{x}\""),
        ("message \"x\"", "message"), ("message \"x\"", "message x"), ("message \"x\"", "message 'x'"),
        ("message \"x\"", "message \"x"), ("message \"{a}\"", "message \"{a\""),
        ("message \"{a}\"", "message \"{}\""),
        ("message \"{a}\"", "message \"{a > }\""), ("message \"{a}\"", "message \"a}\""),
        ("message \"{a}\"", "message \"{a:}\""), ("message \"{a}\"", "message \"{a b}\""),
        ("message \"{f(a)}\"", "message \"{f(a}\""), ("message \"x\"", "message \"\\x\""),
        ("message \"x\"", "message \"x\" \"y\""), ("message \"x\"", "mesage \"x\""),
        ("cooldown 5m", "wait 5m"),
    ]

    @Test("Each clause that is wrong is reported once, and no clause that is right", arguments: 0..<40)
    func oneMistakeAClause(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var lines: [String] = []
        var faulty: [Int] = []
        for rule in 0..<6 {
            lines.append("rule r\(rule) on tech")
            for _ in 0..<6 {
                guard let pair = Self.clauses.randomElement(using: &numbers) else { continue }
                let isFaulty = Bool.random(using: &numbers)
                lines.append("  " + (isFaulty ? pair.faulty : pair.sound))
                if isFaulty { faulty.append(lines.count) }
            }
            lines.append("")
        }
        let text = lines.joined(separator: "\n")
        #expect(read(text).diagnostics.compactMap(\.span?.line) == faulty, "\(text)")
    }

    static let items: [(sound: String, faulty: String)] = [
        ("let a = 1", "let a = "), ("let a = 1", "let a 1"), ("let a = 1", "let = 1"),
        ("let a = 1", "lett a = 1"),
        ("let a(x: price) = 1", "let a(x) = 1"), ("let a(x: price) = 1", "let a(x: price = 1"),
        ("let a = 1", "let a = (1"), ("let a = 1", "let a = 1)"), ("let a = 1", "let 5a = 1"),
        ("let a = 1", "let A = 1"),
        ("let a = 1", "let a-b = 1"), ("let a = 1", "let list = 1"), ("let a = 1", "let a = 1,"),
        ("list l = A, B", "list l = A B"), ("list l = A, B", "list l = A,, B"),
        ("list l = A, B", "list l = A, B,"),
        ("list l = A", "list l A"), ("list l = A", "list l ="), ("list l = A", "lst l = A"),
        ("list l = A", "list l = Aapl"),
        ("list l = /a/", "list l = /a"), ("list l = /a/", "list l = //"), ("list l = A", "list l = all"),
        ("list l = A except B", "list l = A except"), ("list l = A except B", "list l = A exept B"),
        ("series s = A.price", "series s = A."), ("series s = A.price", "series = A.price"),
        ("session s = XNYS regular", "session s = XNYS"),
        ("session s = XNYS regular", "session s = XNYS normal"),
        ("session s = mon 09:00-10:00 \"UTC\"", "session s = mon 9:00-10:00 \"UTC\""),
        ("session s = mon 09:00-10:00 \"UTC\"", "session s = mon 09:00 - 10:00 \"UTC\""),
        ("session s = mon 09:00-10:00 \"UTC\"", "session s = mon 09:00-10:00"),
        ("session s = mon 09:00-10:00 \"UTC\"", "session s = monday 09:00-10:00 \"UTC\""),
        ("session s = mon 09:00-10:00 \"UTC\"", "session s = mon \"UTC\""),
        ("table t(a: price) X 3", "table t X 3"), ("table t(a: price) X 3", "table t(a) X 3"),
        ("table t(a: price) X 3", "table t(a: price) X"), ("table t(a: price) X 3", "table t(a: price) X y"),
        ("table t(a: price) X 3 else 4", "table t(a: price) X 3 otherwise 4"),
        ("template t(a: price) when a", "template t when a"),
        ("template t(a: price) when a", "template t(a: price when a"),
        ("rule r on A when a", "rule on A when a"), ("rule r on A when a", "rule r A when a"),
        ("rule r on A when a", "rule r on when a"), ("rule r on A when a", "rule R on A when a"),
        ("rule r on A when a", "rule r-s on A when a"), ("rule r on A when a", "rul r on A when a"),
        ("rule r on A when a", "rule r on A a"), ("rule r on A when a", "rule r on A B when a"),
    ]

    @Test("Each item that is wrong is reported once, and no item that is right", arguments: 0..<40)
    func oneMistakeAnItem(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var lines: [String] = []
        var faulty: [Int] = []
        for _ in 0..<20 {
            guard let pair = Self.items.randomElement(using: &numbers) else { continue }
            let isFaulty = Bool.random(using: &numbers)
            lines.append(isFaulty ? pair.faulty : pair.sound)
            if isFaulty { faulty.append(lines.count) }
        }
        let text = lines.joined(separator: "\n")
        #expect(read(text).diagnostics.compactMap(\.span?.line) == faulty, "\(text)")
    }

    @Test("A mistake that leaves no doubt is read as it was meant")
    func mended() {
        let (file, diagnostics) = read(
            """
            rul fast-move on AAPL MSFT,
              wehn a = 3 && b ≥ 2
              Severity warnin
              until c or d OR e
            """)
        #expect(diagnostics.count == 11)
        #expect(file.items.map(\.isComplete) == [true])
        #expect(
            formatRules(file) == """
                rule fast_move on AAPL, MSFT
                  when a == 3
                    and b >= 2
                  until c
                    or d
                    or e
                  severity warning

                """)
    }

    @Test("What could not be read is marked as missing, so that nobody reports it again")
    func marks() {
        let (file, _) = read(
            """
            let a = (
            list b = /x
            rule c on b
              when price >
              severity info
            table d(x: price)
              A y
              B 3
            rule e
              when a
            """)
        #expect(file.refusedNames.map(\.text) == ["a", "b"])
        #expect(file.items.map(\.isComplete) == [false, false, true])
    }
}

@Suite("Syntax: one slip, one finding")
struct SyntaxSlipTests {
    /// Words, numbers and marks of a text; strings and comments are no places for a slip here, nor are
    /// lines with patterns, in which a slash too many changes what all the rest is.
    static func words(of text: String) -> [Range<String.Index>] {
        let expression = /#[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`|[^\n]*\/\S+\/.*|[A-Za-z0-9_%.:]+|[<>=!]=|\.\.|\S/
        return text.matches(of: expression).map(\.range).filter { range in
            !["#", "\"", "`"].contains(text[range].prefix(1)) && text[range].utf8.count < 30
        }
    }

    @Test("A word left out or written twice is at most one finding", arguments: ["manual", "every_clause"])
    func slips(name: String) throws {
        let bytes = try SyntaxFixtures.bytes("SyntaxFormat/\(name).golden")
        let text = String(decoding: bytes, as: UTF8.self)
        for range in Self.words(of: text) {
            let blank = text[range.upperBound...].first == " " ? text.index(after: range.upperBound) : nil
            let without = text.replacingCharacters(
                in: range.lowerBound..<(blank ?? range.upperBound), with: "")
            let twice = text.replacingCharacters(in: range, with: "\(text[range]) \(text[range])")
            for slipped in [without, twice] {
                let found = read(slipped).diagnostics
                let line = text[..<range.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
                    .count
                #expect(found.count <= 1, "`\(text[range])` in line \(line): \(places(found))")
            }
        }
    }
}
