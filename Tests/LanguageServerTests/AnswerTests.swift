import Foundation
import RuleSemantics
import RuleSyntax
import Testing

@testable import LanguageServer

@Suite struct HoverTests {
    private func hover(_ text: String, at needle: String) throws -> String {
        let editor = try Editor.running()
        editor.open("untitled:a", text)
        let hover = try editor.ask("textDocument/hover", "untitled:a", text, at: needle)
        return hover["contents"]?["value"]?.string ?? ""
    }

    @Test(arguments: BuiltinTable.rows.map(\.name))
    func `Hover over a builtin shows its row of the table`(name: String) throws {
        let row = try #require(BuiltinTable.row(named: name))
        let text = "rule other on A\n  when price > 1\nrule a on A\n  when \(row.example)\n"
        let place = try #require(row.example.range(of: "\\b\(name)\\b", options: .regularExpression))
        let editor = try Editor.running()
        editor.open("untitled:a", text)
        let line = 3
        let character = row.example.utf16.distance(from: row.example.startIndex, to: place.lowerBound) + 7
        let hover = try editor.ask(
            "textDocument/hover",
            [
                "textDocument": ["uri": "untitled:a"],
                "position": ["line": .integer(line), "character": .integer(character)],
            ])
        let shown = (hover["contents"]?["value"]?.string ?? "").filter { $0 != "\\" }
        #expect(shown.contains(row.signature))
        #expect(shown.lowercased().contains(row.documentation.lowercased()))
        #expect(shown.contains(row.example))
        #expect(shown.contains("Here it is"))
    }

    @Test(
        arguments: [
            ("volume(5m ending 1h ago) > 1", "volume", "every point of the last 1h5m"),
            ("change(price, 5m) > 1%", "change", "every point of the last 5m"),
            ("age(price) > 5m", "age", "the time of the last point"),
            ("price / prev(price) > 2", "prev", "one value"),
            ("far(5m)", "far", "every point of the last 5m"),
        ])
    func `Hover tells what the engine keeps`(condition: String, needle: String, cost: String) throws {
        let text = "rule a on A\n  when \(condition)\nlet far(d: duration) = move(price, d) > 1\n"
        #expect(try hover(text, at: needle).contains(cost))
    }

    @Test(
        arguments: [
            ("2%", "a ratio"), ("5m)", "a duration"), ("price, 5m", "a price"), (">=", "a condition"),
            ("volume(1h)", "a size"), ("pace >", "a value in size / duration"),
        ])
    func `Hover tells the type of whatever has one`(needle: String, type: String) throws {
        let text = """
            let pace = volume(5m) / 5m
            rule a on A
              when abs(change(price, 5m)) >= 2% and pace > volume(1h) / 1h
            """
        #expect(try hover(text, at: needle).contains(type))
    }

    @Test func `Every keyword has its line of help`() {
        #expect(Vocabulary.keywords.filter { KeywordGuide[$0] == nil } == [])
    }
}

@Suite struct CompletionTests {
    private static let world = """
        list tech = AAPL, `IC 1`
        series pair = KO.price - PEP.price
        session us = mon-fri 09:30-16:00 "America/New_York"
        let wait = 90s
        table levels(upper: price, lower: price)
          else 2 1
        template moves(by_much: ratio)
          when abs(change(price, 5m)) > by_much
        rule other on tech
          when price > 1
        """

    /// What is offered at the `|` of a text.
    private func offers(_ text: String, full: Bool = false) throws -> [String] {
        let editor = try Editor.running()
        let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = Self.world + "\n" + parts.joined()
        let before = Array((Self.world + "\n" + parts[0]).utf8).count
        editor.open("untitled:a", whole)
        let position = TextLines(Array(whole.utf8), .utf16).position(of: before)
        let list = try editor.ask(
            "textDocument/completion",
            ["textDocument": ["uri": "untitled:a"], "position": position.json])
        return (list["items"]?.array ?? []).compactMap {
            full ? $0["textEdit"]?["newText"]?.string : $0["label"]?.string
        }
    }

    @Test(
        arguments: [
            ("ru|", ["rule", "let", "table"], ["when", "price"]),
            ("rule r on |", ["tech", "all", "AAPL", "`IC 1`"], ["us", "price", "other"]),
            ("rule r on tech except |", ["tech", "AAPL"], ["all", "us"]),
            ("rule r on tech, |", ["tech", "AAPL"], ["all"]),
            ("list l = A|", ["AAPL", "tech"], ["price"]),
            ("rule r |", ["on"], ["price"]),
            ("rule r on A\n  |", ["when", "message", "rule"], ["price", "and"]),
            ("rule r on A\n  when price > 1\n  |", ["until", "and", "list"], ["when", "price"]),
            (
                "rule r on A\n  when |", ["price", "change", "pair", "wait", "levels", "AAPL"],
                ["tech", "us"]
            ),
            ("rule r on A\n  when pri|", ["price"], ["when"]),
            ("rule r on A\n  when price > 1 |", ["and", "or", "crosses"], ["price"]),
            ("rule r on A\n  when price > 1 and |", ["price", "not"], ["and"]),
            ("rule r on A\n  when (price > |", ["price"], ["and"]),
            ("rule r on A\n  when price crosses |", ["above", "below"], ["and"]),
            ("rule r on A\n  when avg(|", ["price", "pair"], ["avg", "tech", "5m"]),
            ("rule r on A\n  when avg(price, |", ["5m", "wait"], ["price"]),
            ("rule r on A\n  when avg(price, 1h |", ["by", "ending"], ["price"]),
            ("rule r on A\n  when avg(price, 1h ending 5m |", ["ago"], ["by", "price"]),
            ("rule r on A\n  when volume(100 |", ["trades"], ["price"]),
            ("rule r on A\n  when change(price, |", ["5m"], ["price"]),
            ("rule r on A\n  when abs(|", ["price", "change"], ["5m"]),
            ("rule r on A\n  when least(price, |", ["price", "vwap"], ["5m"]),
            ("rule r on A\n  when rate(|", ["DFF"], ["price"]),
            ("rule r on A\n  when rate(DFF, |", ["within"], ["price"]),
            ("rule r on A\n  when firing(|", ["other", "r"], ["price"]),
            ("rule r on A\n  when levels.|", ["upper", "lower"], ["price"]),
            ("rule r on A\n  when SPY.|", ["price", "vwap", "avg"], ["abs", "rate", "upper"]),
            ("rule r on A\n  when price > 1\n  during |", ["us"], ["tech"]),
            ("rule r on A\n  when price > 1\n  during us |", ["after"], ["us"]),
            ("rule r on A\n  when price > 1\n  during us after |", ["5m"], ["us"]),
            ("rule r on A\n  when price > 1\n  for |", ["30s", "wait"], ["price"]),
            ("rule r on A\n  when price > 1\n  for 3 |", ["trades"], ["price"]),
            ("rule r on A\n  when price > 1\n  then |", ["within"], ["price"]),
            ("rule r on A\n  when price > 1\n  then within |", ["5m"], ["price"]),
            ("rule r on A\n  when price > 1\n  then within 5m |", ["price"], ["5m", "within"]),
            ("rule r on A\n  when price > 1\n  severity |", ["info", "critical"], ["price"]),
            ("rule r on A\n  when price > 1\n  escalate critical |", ["when"], ["price"]),
            ("rule r on A\n  when price > 1\n  escalate critical when |", ["price"], ["when"]),
            ("rule r on A\n  when price > 1\n  unknown |", ["keep", "clear"], ["price"]),
            ("rule r on A\n  when price > 1\n  message \"{|\"", ["price", "symbol"], ["when"]),
            ("rule r on A\n  when price > 1\n  message \"{avg(price, |)}\"", ["5m"], ["price"]),
            ("rule r on A\n  use |", ["moves"], ["price"]),
            ("let f(d: |", ["duration", "price", "symbol"], ["change"]),
            ("let f(d: duration, p: price) = |", ["d", "p", "price"], ["tech"]),
            ("let f(d: duration, p: price) = avg(price, |", ["d", "5m"], ["p"]),
            (
                "session s = |", ["mon", "XNYS regular", "XNAS extended", "XEUR regular"],
                ["price", "XEUR extended"]
            ),
            ("session s = XN|", ["XNYS regular", "XNYS extended"], ["price"]),
            ("session s = mon-|", ["fri"], ["price"]),
            ("session s = XNYS |", ["regular", "extended"], ["mon"]),
            ("session s = mon-fri 09:00-17:00 \"Europe/|", ["Europe/London"], ["price"]),
            ("series s = |", ["price", "pair"], ["tech"]),
        ])
    func `What is offered fits its place`(text: String, offered: [String], not: [String]) throws {
        let labels = Set(try offers(text))
        #expect(offered.filter { !labels.contains($0) } == [], "missing")
        #expect(not.filter(labels.contains) == [], "out of place")
    }

    @Test(
        arguments: [
            "# pri|", "## pri|", "rule |", "let |", "rule r on A\n  when price > 1\n  message \"pri|\"",
            "rule r on A\n  when price > 1\n  message \"{price:|}\"",
            "rule r on A\n  when price > 1\n  labels |", "let f(|",
        ])
    func `Where the author decides nothing is offered`(text: String) throws {
        #expect(try offers(text) == [])
    }

    @Test func `A function is offered with the places of its arguments, a template too`() throws {
        let texts = try offers("rule r on A\n  when |", full: true)
        #expect(texts.contains("change(${1:x}, ${2:d})"))
        #expect(texts.contains("levels.$0"))
        #expect(try offers("rule r on A\n  use |", full: true) == ["moves(${1:by_much})"])
    }

    @Test func `Every builtin is offered where a value may stand`() throws {
        let labels = Set(try offers("rule r on A\n  when |"))
        #expect(BuiltinTable.rows.map(\.name).filter { !labels.contains($0) } == [])
    }
}

@Suite struct OutlineTests {
    @Test func `The outline has the clauses of rules below them`() throws {
        let editor = try Editor.running()
        editor.open("untitled:a", "## Doc.\nrule a on A\n  when price > 1\n    and size > 2\n  notify desk\n")
        let outline = try editor.ask(
            "textDocument/documentSymbol", ["textDocument": ["uri": "untitled:a"]])
        let rule = try #require(outline.array?.first)
        #expect(rule["detail"] == "Doc.")
        #expect(rule["children"]?.array?.compactMap { $0["name"]?.string } == ["when", "notify"])
        #expect(rule["children"]?.array?.compactMap { $0["detail"]?.string } == ["price > 1", "desk"])
    }

    @Test func `The example rules are in the canonical layout already, so that nothing is edited`() throws {
        for (name, text) in try Repository.exampleRules() {
            let editor = try Editor.running()
            editor.open("untitled:a", text)
            let edits = try editor.ask(
                "textDocument/formatting",
                ["textDocument": ["uri": "untitled:a"], "options": ["tabSize": 4, "insertSpaces": true]])
            #expect(edits == [], "\(name)")
        }
    }
}
