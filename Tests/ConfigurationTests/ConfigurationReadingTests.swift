import Configuration
import Diagnostics
import Testing

private enum Level: String, CaseIterable {
    case low, high
}

private func reader(_ text: String, environment: [String: String] = [:]) -> ConfigurationReader {
    ConfigurationReader(SourceFile(name: "some.yaml", text: text.utf8), environment: environment)
}

/// `line:column code message`, which is all that most tests want of a diagnostic.
private func lines(_ reader: ConfigurationReader) -> [String] {
    reader.diagnostics.map { diagnostic in
        let place = diagnostic.span.map { "\($0.line):\($0.column) " } ?? ""
        return "\(place)\(diagnostic.code) \(diagnostic.message)"
    }
}

struct ConfigurationReadingTests {
    @Test func `each type is read, quoted or plain, and whatever is absent is nil`() {
        let reader = reader(
            """
            text: plain words # a remark
            quoted: "a: b"
            number: 1.5e3
            count: "17"
            switch: true
            wait: 1m30s
            level: high
            yes: no
            items: [a, "b"]
            one: alone
            """)
        let root = reader.root
        #expect(root.string("text") == "plain words")
        #expect(root.string("quoted") == "a: b")
        #expect(root.number("number") == 1500)
        #expect(root.integer("count") == 17)
        #expect(root.boolean("switch") == true)
        #expect(root.duration("wait") == .seconds(90))
        #expect(root.choice("level") == Level.high)
        #expect(root.string("yes") == "no")
        #expect(root.strings("items") == ["a", "b"])
        #expect(root.strings("one") == ["alone"])
        #expect(root.string("absent") == nil)
        root.finish()
        #expect(lines(reader).isEmpty)
    }

    @Test func `maps, lists of maps and named maps are read in the order of the text`() {
        let reader = reader(
            """
            kafka:
              bootstrap: embedded
              properties:
                zeta: 1
                alpha: 2
            topics:
              trades: {kind: trade}
              rates: {kind: rate}
            steps:
              - name: first
              - name: second
            """)
        let kafka = reader.root.requiredMap("kafka")
        #expect(kafka?.requiredString("bootstrap") == "embedded")
        #expect(kafka?.map("properties")?.entries.map(\.key) == ["zeta", "alpha"])
        let topics = reader.root.namedMaps("topics")
        #expect(topics.map(\.name) == ["trades", "rates"])
        #expect(topics.map { $0.map.string("kind") } == ["trade", "rate"])
        #expect(reader.root.maps("steps").map { $0.string("name") } == ["first", "second"])
        reader.root.finish()
        #expect(lines(reader).isEmpty)
    }

    @Test func `one run reports every mistake at its place, in the order of the text`() {
        let reader = reader(
            """
            bootstrp: x
            idle: 10
            count: many
            level: hihg
            switch: on
            kafka: [1]
            empty:
            secret: "é ${NOT_SET}"
            broken: ${A B}
            topics:
              trades:
                knd: trade
            many: 11
            """)
        let root = reader.root
        _ = root.requiredString("bootstrap")
        _ = root.duration("idle")
        _ = root.integer("count")
        _ = root.choice("level", Level.self)
        _ = root.boolean("switch")
        _ = root.map("kafka")
        _ = root.string("empty")
        _ = root.string("secret")
        _ = root.string("broken")
        for topic in root.namedMaps("topics") { _ = topic.map.requiredString("kind") }
        _ = root.integer("many", in: 1...10)
        root.finish()
        #expect(
            lines(reader) == [
                "1:1 E105 the key `bootstrap` is missing",
                "1:1 E104 unknown key `bootstrp`",
                "2:7 E108 expected a duration such as `10s` or `1m30s`, found `10`",
                "3:8 E108 expected a whole number, found `many`",
                "4:8 E109 `hihg` is not one of the values that this key takes",
                "5:9 E108 expected `true` or `false`, found `on`",
                "6:8 E108 expected a map of keys and values, found a list",
                "7:7 E107 `empty` has no value",
                "8:12 E111 the environment variable `NOT_SET` is not set",
                "9:9 E112 `${A B}` does not name an environment variable",
                "12:5 E105 the key `kind` is missing in `trades`",
                "12:5 E104 unknown key `knd` in `trades`",
                "13:7 E110 expected a whole number from 1 to 10",
            ])
        #expect(reader.diagnostics[1].help == ["did you mean `bootstrap`?"])
        #expect(reader.diagnostics[4].help == ["did you mean `high`?", "one of `low`, `high`"])
    }

    @Test func `a diagnostic is shown with its line and a caret below the wrong part`() {
        let reader = reader("name: desk\nurl: 'https://${HOST}/x'\n")
        _ = reader.root.string("name")
        _ = reader.root.string("url")
        reader.root.finish()
        #expect(
            DiagnosticRenderer().render(reader.diagnostics) == """
                error[E111]: the environment variable `HOST` is not set
                  --> some.yaml:2:15
                  2 | url: 'https://${HOST}/x'
                    |               ^^^^^^^
                  = help: set it before the start: `export HOST=...`
                  = help: a literal `${` is written `$${`

                """)
    }

    @Test func `an expanded value is never in a message`() {
        let reader = reader("count: ${SECRET}\nlevel: ${SECRET}\n", environment: ["SECRET": "hunter2"])
        _ = reader.root.integer("count")
        _ = reader.root.choice("level", Level.self)
        let text = DiagnosticRenderer().render(reader.diagnostics)
        #expect(reader.diagnostics.count == 2)
        #expect(!text.contains("hunter2"))
    }

    @Test(
        arguments: [
            ("a: [1\nb: 2\n", "E101"), ("a: 1\na: 2\n", "E102"), ("- a\n", "E103"), ("just text", "E103"),
            ("a: \"open\n", "E101"), ("a:\n\t- b\n", "E101"), ("a: 1\n---\nb: 2\n", "E101"),
        ])
    func `a text that is no map of keys is one fault, and its missing keys are none`(
        text: String, code: String
    ) {
        let reader = reader(text)
        _ = reader.root.requiredString("name")
        reader.root.finish()
        #expect(reader.diagnostics.map(\.code) == [code])
        #expect(reader.diagnostics.allSatisfy { $0.span != nil })
    }

    @Test(arguments: ["", "# a remark only\n", "---\n", "~\n"])
    func `an empty file lacks its keys and is no other fault`(text: String) {
        let reader = reader(text)
        _ = reader.root.requiredString("name")
        reader.root.finish()
        #expect(lines(reader) == ["1:1 E105 the key `name` is missing"])
    }

    @Test func `a file that does not exist is a fault that names it`() {
        let reader = ConfigurationReader.open(path: "/nowhere/bellwether.yaml", environment: [:])
        _ = reader.root.requiredString("name")
        reader.root.finish()
        #expect(lines(reader) == ["E100 cannot read `/nowhere/bellwether.yaml`: no such file"])
    }

    @Test(
        arguments: [
            ("10s", 10_000), ("250ms", 250), ("1m30s", 90_000), ("2d", 172_800_000), ("1h1ms", 3_600_001),
            ("0s", 0),
        ])
    func `a duration is whole numbers with units`(text: String, milliseconds: Int64) {
        #expect(parseDuration(text) == .milliseconds(milliseconds))
        #expect(parseDuration(text)?.wholeMilliseconds == milliseconds)
        #expect(parseDuration(text)?.shortText == text)
    }

    @Test(arguments: [
        "", "10", "s", "10 s", "-1s", "1.5s", "1s1m", "1s1s", "1w", "99999999999999999999d",
        "9223372036854775807d", "10S",
    ])
    func `what is no duration is refused`(text: String) { #expect(parseDuration(text) == nil) }

    @Test func `an alias is reported where its anchor stands`() {
        let reader = reader("first: &x many\nsecond: *x\n")
        _ = reader.root.string("first")
        _ = reader.root.integer("second")
        #expect(lines(reader) == ["1:8 E108 expected a whole number, found `many`"])
    }
}
