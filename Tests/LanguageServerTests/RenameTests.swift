import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

@testable import LanguageServer

@Suite struct RenameTests {
    private static let uri = "untitled:a"

    private func rename(_ text: String, at needle: String, to name: String) throws -> String {
        let editor = try Editor.running()
        editor.open(Self.uri, text)
        let edit = try editor.ask(
            "textDocument/rename", Self.uri, text, at: needle, ["newName": .string(name)])
        return Editor.edited([Self.uri: text], edit)[Self.uri] ?? ""
    }

    @Test func `A let and a parameter of the same name are two things`() throws {
        let text = """
            let limit = 2%
            let far(limit: ratio) = change(price, 5m) > limit
            rule a on A
              when far(limit) and change(price, 1m) > limit
            """
        #expect(
            try rename(text, at: "limit = ", to: "bound") == """
                let bound = 2%
                let far(limit: ratio) = change(price, 5m) > limit
                rule a on A
                  when far(bound) and change(price, 1m) > bound
                """)
        #expect(
            try rename(text, at: "limit: ", to: "bound") == """
                let limit = 2%
                let far(bound: ratio) = change(price, 5m) > bound
                rule a on A
                  when far(limit) and change(price, 1m) > limit
                """)
    }

    @Test func `One name in five spaces is renamed in one`() throws {
        let text = """
            list a = A
            series a = KO.price
            session a = mon-fri 09:00-17:00 "Europe/London"
            rule a on a
              when a > 1 and not firing(b)
              during a
              labels a = "a"
              notify a
              message "a {a} {rule}"
            rule b on B
              when firing(a)
            """
        #expect(try rename(text, at: "a = A", to: "x").contains("rule a on x\n"))
        #expect(try rename(text, at: "a = KO", to: "x").contains("when x > 1"))
        #expect(try rename(text, at: "a = KO", to: "x").contains("\"a {x} {rule}\""))
        #expect(try rename(text, at: "a = mon", to: "x").contains("during x\n"))
        let rule = try rename(text, at: "a on a", to: "x")
        #expect(rule.contains("rule x on a\n") && rule.contains("firing(x)"))
        for renamed in [rule, try rename(text, at: "a = KO", to: "x")] {
            #expect(renamed.contains("labels a = \"a\"\n  notify a\n"))
        }
    }

    @Test func `Durations, tables and their columns, templates and slots are places of names too`() throws {
        let text = """
            let w = 5m
            table t(w: price)
              else 5
            template m(w: duration)
              when volume(w ending w ago) > 1k and price > t.w
              cooldown w
            rule a on A
              use m(w)
              then within w price > t.w
              for w
              message "{volume(w)} {t.w}"
            """
        let places = ["let w", "m(w)", "within w price", "for w", "{volume(w)}"]
        let renamed = places.reduce(text) { text, place in
            text.replacing(place, with: place.replacing(/\bw\b/, with: "span"))
        }
        #expect(try rename(text, at: "w = 5m", to: "span") == renamed)
        let parameter = try rename(text, at: "w: duration", to: "span")
        #expect(parameter.contains("volume(span ending span ago) > 1k and price > t.w\n  cooldown span\n"))
        #expect(parameter.contains("use m(w)"))
        let column = try rename(text, at: "w: price", to: "level")
        #expect(column.contains("table t(level: price)") && column.contains("{volume(w)} {t.level}"))
        let table = try rename(text, at: "t(w: price)", to: "levels")
        #expect(table.contains("price > levels.w\n  cooldown") && table.contains("{levels.w}"))
    }

    @Test(
        arguments: [
            // A parameter of that name would hide the let.
            ("let a = 2%\nlet f(b: ratio) = b > a\nrule r on X\n  when f(a)", "a = ", "b"),
            // The parameter would hide the let of that name.
            ("let a = 2%\nlet f(b: ratio) = b > a\nrule r on X\n  when f(a)", "b: ", "a"),
            // A name that nothing defines would suddenly be defined.
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > c and a > 1%", "a = ", "c"),
            ("let f(a: ratio, b: ratio) = a > b\nrule r on X\n  when f(1%, 2%)", "a: ", "b"),
            ("let a = 2%\nlet b = 3%\nrule r on X\n  when a > b", "a = ", "b"),
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > a", "a = ", "volume"),
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > a", "a = ", "symbol"),
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > a", "a = ", "until"),
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > a", "a = ", "A"),
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > a\nrule s on\n", "a = ", "b"),
            // In a slot `{rule}` is a word.
            ("let a = 2%\nrule r on X\n  when change(price, 5m) > a\n  message \"{a}\"", "a = ", "rule"),
        ])
    func `A rename after which a name would mean something else is refused`(
        text: String, needle: String, name: String
    ) throws {
        #expect(throws: Editor.Refusal.self) { try rename(text, at: needle, to: name) }
    }

    @Test(arguments: ["price", "X", "desk", "when", "5m", "1"])
    func `What the rules do not name is not renamed`(needle: String) throws {
        let text = "rule r on X\n  when volume(5m) > 1 and price > 1\n  notify desk\n"
        #expect(throws: Editor.Refusal.self) { try rename(text, at: needle, to: "other") }
    }

    @Test func `Every name of the example rules can be renamed, and nothing else changes`() throws {
        let files = try Repository.exampleRules()
        let texts = Dictionary(uniqueKeysWithValues: files.map { ("untitled:" + $0, $1) })
        let editor = try Editor.running()
        for (uri, text) in texts { editor.open(uri, text) }
        var renamed = 0
        for (uri, text) in texts {
            let file = parseRules(SourceFile(name: uri, text: text.utf8)).file
            for item in file.items {
                let lines = TextLines(Array(text.utf8), .utf16)
                let place: JSONValue = [
                    "textDocument": ["uri": .string(uri)],
                    "position": lines.position(of: item.name.span.start).json, "newName": "renamed_thing",
                ]
                let after = Editor.edited(texts, try editor.ask("textDocument/rename", place))
                #expect(after != texts)
                try expectSameMeaning(texts, after, item.name.text, "renamed_thing")
                renamed += 1
            }
        }
        #expect(renamed > 15)
    }

    /// Renaming back gives the text, and the checker finds in the new text what it found in the old.
    private func expectSameMeaning(
        _ before: [String: String], _ after: [String: String], _ old: String, _ new: String
    ) throws {
        func findings(_ texts: [String: String]) -> [String] {
            let files = texts.sorted { $0.key < $1.key }
                .map { parseRules(SourceFile(name: $0.key, text: $0.value.utf8)).file }
            let (program, diagnostics) = checkRules(files)
            return diagnostics.map { "\($0.code) \($0.span?.line ?? 0)" }
                + program.rules.map { "\($0.severity) \($0.values.count) \($0.message.count)" }
        }
        #expect(findings(before) == findings(after), "\(old)")
        for (uri, text) in after {
            #expect(text.replacing(new, with: old) == before[uri])
        }
    }
}
