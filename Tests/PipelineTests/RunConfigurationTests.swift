import Configuration
import Diagnostics
import Feeds
import Testing

@testable import Pipeline

@Suite("bellwether.yaml")
struct RunConfigurationTests {
    private func read(
        _ text: String, environment: [String: String] = [:]
    ) -> (configuration: RunConfiguration?, diagnostics: [Diagnostic]) {
        let reader = ConfigurationReader(
            SourceFile(name: "bellwether.yaml", text: Array(text.utf8)), environment: environment)
        let configuration = RunConfiguration(reader, directory: "conf")
        return (configuration, reader.diagnostics)
    }

    @Test("an instance answers on the loopback interface, unless it is told where else, or that it must not")
    func console() throws {
        let start = "kafka: {bootstrap: embedded}\ntopics: {trades: [{name: trades}]}\n"
        let standard = try #require(read(start).configuration).console
        #expect(standard.listen?.description == "127.0.0.1:8690")
        #expect(standard.history == RecentHistory.Limits(span: 3_600_000, bytes: 64 << 20))
        let off = read(start + "console: {listen: off}\n")
        #expect(off.diagnostics.isEmpty)
        #expect(off.configuration?.console.listen == nil)
        for wrong in ["8690", "host:1", "127.0.0.1:99999", "[::1]:1"] {
            #expect(read(start + "console: {listen: \"\(wrong)\"}\n").diagnostics.map(\.code) == ["E151"])
        }
    }

    @Test("everything that can be said is read")
    func everything() throws {
        let result = read(
            """
            rules: [rules, /etc/more.rules]
            notifiers: notifiers
            kafka:
              bootstrap: ${KAFKA}
              group: desk
              properties:
                security.protocol: SASL_SSL
                sasl.password: ${SECRET}
            topics:
              trades:
                - name: trades
                - name: binance
                  mapping: binance
                - name: odd
                  fields: {price: [px], time: when}
              rates: fed-rates
              dead-letters: letters
            lateness: 2s
            idle: off
            grace: 50ms
            outbox:
              capacity: 500
            points-per-symbol: 50000
            engine-alerts: {notify: [ops]}
            console:
              listen: 0.0.0.0:9000
              history: {keep: 10m, megabytes: 8}
            """, environment: ["KAFKA": "a:9092,b:9092", "SECRET": "$x"])
        #expect(result.diagnostics.map(\.message) == [])
        let configuration = try #require(result.configuration)
        #expect(configuration.rules == ["conf/rules", "/etc/more.rules"])
        #expect(configuration.notifiers == "conf/notifiers")
        #expect(configuration.bootstrap == .servers("a:9092,b:9092"))
        #expect(configuration.group == "desk")
        #expect(configuration.properties.map(\.value) == ["SASL_SSL", "$x"])
        #expect(configuration.trades.map(\.name) == ["trades", "binance", "odd"])
        #expect(configuration.trades[1].fields == .binance)
        #expect(configuration.trades[2].fields[.price] == ["px"])
        #expect(configuration.rates == "fed-rates")
        #expect(configuration.deadLetters == "letters")
        #expect(configuration.lateness == 2000)
        #expect(configuration.idle == nil)
        #expect(configuration.grace == 50)
        #expect(configuration.console.listen?.description == "0.0.0.0:9000")
        #expect(configuration.console.history == RecentHistory.Limits(span: 600_000, bytes: 8 << 20))
        #expect(configuration.outboxCapacity == 500)
        #expect(configuration.pointsPerSymbol == 50_000)
        #expect(configuration.engineNotify == ["ops"])
    }

    @Test("the example file of the repository is sound")
    func example() {
        let path = #filePath.replacing(
            "Tests/PipelineTests/RunConfigurationTests.swift", with: "docs/bellwether.yaml")
        let reader = ConfigurationReader.open(path: path, environment: [:])
        let configuration = RunConfiguration(reader, directory: "")
        #expect(reader.diagnostics.map(\.message) == [])
        #expect(configuration?.trades.map(\.name) == ["trades"])
    }

    @Test("the least that must be said has defaults for the rest")
    func defaults() throws {
        let result = read("kafka: {bootstrap: embedded}\ntopics: {trades: [{name: trades}]}\n")
        #expect(result.diagnostics.map(\.message) == [])
        let configuration = try #require(result.configuration)
        #expect(configuration.bootstrap == .embedded)
        #expect(configuration.rules == ["conf/rules"])
        #expect(configuration.lateness == 250)
        #expect(configuration.idle == 1000)
        #expect(configuration.group == "bellwether")
    }

    @Test("misspelt keys and properties are named with file, line and the nearest name")
    func misspelt() {
        let result = read(
            """
            kafka:
              bootstrap: localhost:9092
              properties: {sasl.pasword: x}
            topics:
              trades: [{name: trades, mapping: binanse}]
            latenes: 2s
            """)
        let renderer = DiagnosticRenderer()
        let text = renderer.render(result.diagnostics)
        #expect(result.diagnostics.count == 3, "\(text)")
        #expect(text.contains("bellwether.yaml:3:16"))
        #expect(text.contains("did you mean `sasl.password`?"))
        #expect(text.contains("bellwether.yaml:5:36"))
        #expect(text.contains("did you mean `binance`?"))
        #expect(text.contains("bellwether.yaml:6:1"))
        #expect(text.contains("did you mean `lateness`?"))
    }

    @Test("properties that the engine itself sets are refused beside their line")
    func ownProperties() {
        let result = read(
            """
            kafka:
              bootstrap: localhost:9092
              properties:
                enable.auto.commit: true
                group.id: other
                enable.partition.eof: true
            topics: {trades: [{name: trades}]}
            """)
        let places = result.diagnostics.map { "\($0.code) \($0.span?.line ?? 0)" }
        #expect(places == ["E145 4", "E149 5"])
        #expect(result.diagnostics.first?.message.contains("it must be 'false' because") == true)
        #expect(result.diagnostics.last?.help == ["write it as `group` under `kafka`"])
    }

    @Test(
        "trade topics that are no list are one mistake",
        arguments: ["trades", "", "[]", "{name: trades}"])
    func topicsAreNoList(text: String) {
        let result = read("kafka: {bootstrap: embedded}\ntopics:\n  trades: \(text)\n")
        #expect(result.configuration == nil)
        #expect(result.diagnostics.count == 1, "\(result.diagnostics.map(\.message))")
    }

    @Test("a topic has one use: dead letters that are read as trades would come back for ever")
    func topicsApart() {
        let result = read(
            """
            kafka: {bootstrap: embedded}
            topics:
              trades: [{name: trades}, {name: more}, {name: more}]
              rates: more
              dead-letters: trades
            """)
        #expect(
            result.diagnostics.map { "\($0.code) \($0.span?.line ?? 0) \($0.message)" } == [
                "E150 3 the topic `more` is named twice",
                "E150 4 the topic `more` already has another use",
                "E150 5 the topic `trades` already has another use",
            ])
    }

    @Test("what is missing is named; an unset variable too")
    func missing() {
        let result = read("kafka: {bootstrap: \"${KAFKA}\"}\n")
        #expect(result.configuration == nil)
        let messages = result.diagnostics.map(\.message).joined(separator: "\n")
        #expect(messages.contains("`KAFKA` is not set"))
        #expect(messages.contains("`topics` is missing"))
    }

    @Test("a secret that stands in the file as it is does not come into the diagnostic about its line")
    func literalSecrets() throws {
        let place = try TemporaryDirectory()
        try place.write(
            """
            kafka:
              bootstrap: localhost:9092
              properties: {sasl.pasword: hunter2hunter2, client.id: [x]}
            topics: {trades: [{name: trades}]}
            console: {token: short-token}
            """, to: "bellwether.yaml")
        let sink = MemorySink()
        #expect(throws: CommandFailure.self) {
            try RunConfiguration.read(
                path: place.path + "/bellwether.yaml", environment: [:],
                console: Console(output: MemorySink(), status: sink))
        }
        for part in ["did you mean `sasl.password`?", "E153", "**************", "***********}"] {
            #expect(sink.text.contains(part), "\(sink.text)")
        }
        #expect(!sink.text.contains("hunter2") && !sink.text.contains("short-token"))
    }

    @Test("a file that is not there is a usage error")
    func noFile() {
        let sink = MemorySink()
        let failure = #expect(throws: CommandFailure.self) {
            try RunConfiguration.read(
                path: "/nonexistent/bellwether.yaml", environment: [:],
                console: Console(output: MemorySink(), status: sink))
        }
        #expect(failure?.status == .usage)
        #expect(sink.text.contains("no such file"))
    }
}
