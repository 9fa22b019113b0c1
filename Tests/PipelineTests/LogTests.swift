import Configuration
import Foundation
import HTTPTransport
import Logging
import Synchronization
import Testing

@testable import Pipeline

@Suite("What a run says")
struct LogTests {
    /// A log whose clock stands until it is moved.
    private final class Log: Sendable {
        let sink = MemorySink()
        let time = Clock()
        let secrets = SecretFilter()
        let notices: LiveNotices

        init(_ format: String, level: String = "info") throws {
            let style = try LogStyle(format: format, level: level)
            let console = style.console(Console(output: MemorySink(), status: sink), secrets)
            let time = time
            notices = LiveNotices(style.logger(console, now: { time.read() }), now: { time.read() })
        }

        var lines: [String] { sink.text.split(separator: "\n").map(String.init) }
    }

    private final class Clock: Sendable {
        private let milliseconds = Atomic<Int64>(1_741_600_000_123)
        func read() -> Int64 { milliseconds.load(ordering: .relaxed) }
        func pass(_ time: Int64) { milliseconds.add(time, ordering: .relaxed) }
    }

    @Test("text is a line with its time, and its level where that is more than news")
    func text() throws {
        let log = try Log("text")
        log.notices.say("reading 4 partitions", event: "partitions_assigned")
        log.notices.say("desk: not taken", .warning, event: "notification_retry", ["receiver": "desk"])
        log.notices.say("of no interest", .debug)
        #expect(
            log.lines == [
                "2025-03-10T09:46:40.123Z reading 4 partitions",
                "2025-03-10T09:46:40.123Z warning: desk: not taken",
            ])
    }

    @Test("JSON is one object a line, with its fields; whatever else is written is one, too")
    func json() throws {
        let log = try Log("json", level: "debug")
        log.notices.say(
            "a \"b\"\n\u{1b}[31m", .warning, event: "notification_retry",
            ["receiver": "desk", "attempts": .stringConvertible(2), "help": .array(["x", "y"])])
        #expect(
            log.lines == [
                "{\"time\":\"2025-03-10T09:46:40.123Z\",\"level\":\"warning\","
                    + "\"event\":\"notification_retry\","
                    + "\"message\":\"a \\\"b\\\"\\n\\u001b[31m\",\"attempts\":2,\"help\":[\"x\",\"y\"],"
                    + "\"receiver\":\"desk\"}"
            ])
        let sink = MemorySink()
        let style = try LogStyle(format: "json", level: "info")
        let console = style.console(
            Console(output: MemorySink(), status: sink, statusColours: true, statusIsTerminal: true),
            SecretFilter())
        console.say("error[E104]: unknown key\n  --> a.yaml:1:1\n")
        struct Line: Decodable { var time, level, event, message: String }
        let lines = try sink.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Foundation.Data($0.utf8))
        }
        #expect(lines.map(\.message) == ["error[E104]: unknown key", "  --> a.yaml:1:1"])
        #expect(lines.allSatisfy { $0.event == "console" && $0.level == "info" })
        #expect(!console.statusColours && !console.statusIsTerminal)
    }

    @Test("the same text comes once in ten seconds, and what was left out is counted")
    func repeated() throws {
        let log = try Log("text")
        for _ in 0..<4 { log.notices.say("the broker is down", .warning, event: "kafka_broker_down") }
        #expect(log.lines.count == 1 && log.notices.suppressedLines == 3)
        log.time.pass(10_000)
        log.notices.say("the broker is down", .warning, event: "kafka_broker_down")
        #expect(log.lines.last?.hasSuffix("the broker is down (3 times more meanwhile)") == true)
        #expect(log.notices.lines.first { $0.level == "warning" }?.count == 2)
    }

    @Test("a flood of different texts of one event is held back, and holds nothing else back")
    func flood() throws {
        let log = try Log("json")
        for offset in 0..<100_000 {
            log.notices.say("refused: trades[0]@\(offset)", .warning, event: "record_refused")
        }
        #expect(log.lines.count == LiveNotices.burst)
        log.notices.say("left the group", event: "left_group")
        #expect(log.lines.count == LiveNotices.burst + 1)
        log.time.pass(10_000)
        log.notices.say("refused: trades[0]@100000", .warning, event: "record_refused")
        #expect(log.lines.last?.contains("\"suppressed\":99990") == true)
    }

    @Test("a format or a level that does not exist is a usage error")
    func styles() {
        for (format, level) in [("jsn", "info"), ("text", "loud")] {
            let failure = #expect(throws: CommandFailure.self) { try LogStyle(format: format, level: level) }
            #expect(failure?.status == .usage)
        }
    }

    @Test("secrets are taken out of texts, also in pieces; hosts and words stay")
    func secrets() throws {
        let log = try Log("json")
        log.secrets.add([
            Secret("https://user:pa55@hooks.example.com/services/T00000000/B0/XyZxYzAbCd?key=wordsword"),
            Secret("hunter2"),
        ])
        log.notices.say(
            "POST https://user:pa55@hooks.example.com/services/T00000000/B0/XyZxYzAbCd?key=wordsword")
        log.notices.say(
            "no route to /services/T00000000/B0/XyZxYzAbCd", event: "note", ["why": "XyZxYzAbCd? hunter2!"])
        log.notices.say("user of hooks.example.com: the services are down", event: "note", ["why": "pa55"])
        let messages = log.lines.map { $0.split(separator: "\"message\":").last.map(String.init) ?? "" }
        #expect(
            messages == [
                "\"POST [withheld]\"}",
                "\"no route to /services/[withheld]/B0/[withheld]\",\"why\":\"[withheld]? [withheld]!\"}",
                "\"[withheld] of hooks.example.com: the services are down\",\"why\":\"[withheld]\"}",
            ])
    }

    @Test("the secret properties of Kafka are known as such")
    func kafka() {
        var configuration = RunConfiguration(bootstrap: .embedded, trades: [.init(name: "trades")])
        configuration.properties = [("sasl.username", "desk"), ("sasl.password", "hunter2")]
        #expect(configuration.secrets == [Secret("hunter2")])
    }
}
