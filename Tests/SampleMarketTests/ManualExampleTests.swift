import Diagnostics
import Foundation
import Testing

/// Every piece of the language between backquotes in docs/LANGUAGE.md, in a place where it may stand.
@Suite struct ManualExampleTests {
    /// What is no rule text: commands, and words about values.
    static let prose: Set<String> = [
        "bellwether check --explain", "bellwether fmt", "false and unknown", "true or unknown",
        "unless it is idle",
    ]

    /// What examples use, and do not define themselves.
    static let world = [
        "list tech = AAPL, MSFT", "session us = XNYS regular", "session s = XNYS regular",
        "series pg_cl = PG.price - CL.price", "let over = price > 1", "let limit(x: price) = x * 2",
        "table limits(upper: price, quiet: duration)\n  else 100 5m",
        "template falls(limit: ratio, d: duration)\n  when change(price, d) < limit",
        "rule other on AAPL\n  when price > 1",
    ]

    /// Letters that stand for something: of values, and where a condition is meant.
    static let letters: [[String: String]] = [
        [:],
        [
            "w by s": "1h by 1m", "w": "5m", "d": "5m", "h": "5m", "x": "price", "y": "mid", "a": "price",
            "b": "mid", "lo": "1", "hi": "2", "p": "95", "SERIES": "DFF", "RULE": "other", "k": "price > 2",
            "u": "price > 2", "e": "price > 2",
        ], ["a": "price > 2", "b": "price > 3"],
    ]

    /// Where an example may stand; `@` is its place.
    static let places = [
        "@", "@\n  when price > 1", "@\n  when change(price, d) < limit", "@\n  else 100 5m",
        "table t(upper: price, quiet: duration)\n  @\n  MSFT 1 1m", "session t = @",
        "rule q @\n  when price > 1",
        "rule q on AAPL\n  @", "rule q on AAPL\n  when price > 1\n  @", "rule q on AAPL\n  when @",
        "rule q on AAPL\n  when @ > 0", "rule q on AAPL\n  when price > @",
        "rule q on AAPL\n  when volume(@) > 0", "rule q on AAPL\n  when volume(5m @) > 0",
        "rule q on AAPL\n  when price > 1\n  message @",
        "rule q on AAPL\n  when price > 1\n  message \"{@}\"",
    ]

    static func examples() throws -> [String] {
        let manual = try ManualTests.document("docs/LANGUAGE.md")
            .replacing(/(?s)```.*?```/, with: "").replacing(/``.+?``/, with: "")
        let spans = manual.matches(of: /`([^`]+)`/).map { $0.output.1 }
        let texts = spans.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        return Array(Set(texts.filter { $0.contains(" ") || $0.contains("(") }).subtracting(prose)).sorted()
    }

    static func codes(_ text: String) -> [String] {
        let defined = world.filter { item in
            !text.contains(item.prefix { $0 != "=" && $0 != "(" && $0 != "\n" })
        }
        let rules = (defined + [text]).joined(separator: "\n") + "\n"
        return ManualTests.check(rules).filter { $0.level == .error }.map(\.code)
    }

    static func stands(_ example: String) -> Bool {
        letters.contains { letters in
            let filled = letters.sorted { $0.key.count > $1.key.count }.reduce(example) { text, letter in
                text.replacingOccurrences(
                    of: "\\b\(letter.key)\\b", with: letter.value, options: .regularExpression)
            }
            return places.contains { codes($0.replacing("@", with: filled)).isEmpty }
        }
    }

    @Test func `Every example of the manual checks where it may stand, but the one that shows an error`()
        throws
    {
        let examples = try Self.examples()
        #expect(examples.count > 70)
        #expect(examples.filter { !Self.stands($0) } == ["change(price, 5m) > 2"])
        #expect(Self.codes("rule q on AAPL\n  when change(price, 5m) > 2") == ["E021"])
        #expect(!Self.stands("mean(price, 5m)"))
    }
}
