import Delivery
import Foundation
import HTTPTransport
import MarketModel
import RuleCompiler
import StateStore
import Testing

@testable import Pipeline

@Suite("bellwether silence")
struct SilenceCommandTests {
    private static let now = Timestamp(year: 2025, month: 3, day: 10).milliseconds

    private func list(_ run: MutedRun, all: Bool = false, _ format: String = "text", at now: Int64) throws
        -> (out: String, status: String)
    {
        let (output, status) = (MemorySink(), MemorySink())
        let listing = SilenceListing(run.state, console: Console(output: output, status: status))
        #expect(
            try listing.list(all: all, format: format, at: Timestamp(milliseconds: now)) == .success)
        return (output.text, status.text)
    }

    @Test("add says what it does and what it matches; list shows it; end ends it")
    func commands() throws {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: Self.now)
        let said = try run.silence(at: Self.now) {
            $0.rule = "dear"; $0.key = "A*"; $0.lasts = "2h"
        }
        #expect(
            said.text == """
                silence 1, 2025-03-10 00:00:00 to 2025-03-10 02:00:00 UTC (2h): rule=dear key=A*
                it matches 1 alert that fires now; whoever was told of it will hear of the end

                """)
        try run.silence(at: Self.now) {
            $0.labels = ["team=risk"]
            $0.from = "2025-03-11"
            $0.until = "2025-03-12T01:00+01:00"
            $0.comment = "move\u{1b}[31m"
        }
        let shown = try list(run, at: Self.now).out.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(
            shown == [
                "number state from until firing alerts by comment",
                "1 active 2025-03-10 00:00:00 2025-03-10 02:00:00 1 rule=dear key=A* eve known",
                "2 pending 2025-03-11 00:00:00 2025-03-12 00:00:00 0 label team=risk eve move␛[31m",
            ])
        let objects = try list(run, "json", at: Self.now).out.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(objects.compactMap { $0?["state"] as? String } == ["active", "pending"])
        #expect((objects[0]?["matcher"] as? [String: String]) == ["rule": "dear", "key": "A*"])

        let status = MemorySink()
        let listing = SilenceListing(run.state, console: Console(output: MemorySink(), status: status))
        let later = Timestamp(milliseconds: Self.now + 60_000)
        #expect(try listing.end([1, 2], at: later) == .success)
        #expect(try listing.end([1, 9], at: later) == .findings)
        #expect(
            status.text == """
                silence 1 is over; what fired during it and still fires is told in one message
                silence 2 had not begun, and will not
                silence 1 was over at 2025-03-10 00:01:00 UTC
                there is no silence 9: `bellwether silence list` shows them

                """)
        #expect(try list(run, at: later.milliseconds).out == "")
        #expect(try list(run, all: true, at: later.milliseconds).out.contains("1  over "))
    }

    @Test(
        "what cannot be meant is refused, with the way out",
        arguments: [
            ("", "nothing is to be silenced"), ("rule=/(/ for=1h", "`/(/` is no pattern"),
            ("rule=a", "a silence has an end"), ("rule=a for=1h until=2025-03-11", "both say when it ends"),
            ("rule=a for=2", "`2` is no duration"), ("rule=a for=0s", "`0s` is no duration"),
            ("rule=a for=367d", "more than a year"), ("rule=a until=2025-03-09", "over before it begins"),
            ("rule=a until=soon", "--until cannot be read: `soon`"),
            ("rule=a from=2025-03-12 until=2025-03-11", "over before it begins"),
            ("severity=urgent for=1h", "no alert has the severity `urgent`"),
            ("label=team for=1h", "`team` is no label with its value"),
            ("rule=a for=1h comment=", "a silence without a reason"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let run = try MutedRun()
        try run.start()
        let failure = #expect(throws: CommandFailure.self) {
            try run.silence(at: Self.now) { addition in
                for word in text.split(separator: " ") {
                    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    let value = String(parts[1])
                    switch parts[0] {
                    case "rule": addition.rule = value
                    case "severity": addition.severity = value
                    case "label": addition.labels.append(value)
                    case "for": addition.lasts = value
                    case "from": addition.from = value
                    case "until": addition.until = value
                    default: addition.comment = value
                    }
                }
            }
        }
        #expect(failure?.message.contains(message) == true && failure?.status == .usage)
        #expect(failure?.help.isEmpty == false)
        #expect(try StateFile(directory: run.place.path + "/state", role: .visitor).silences().isEmpty)
    }
}

@Suite("bellwether alerts and ack")
struct AlertCommandTests {
    private static let start = Timestamp(year: 2025, month: 3, day: 10).milliseconds
    private static let now = Timestamp(milliseconds: start + 3_723_000)

    private func alerts(
        _ run: MutedRun, _ edit: (inout AlertListing) -> Void = { _ in }
    ) throws -> (out: String, status: String) {
        let (output, status) = (MemorySink(), MemorySink())
        var listing = AlertListing(run.state, console: Console(output: output, status: status))
        edit(&listing)
        #expect(try listing.run(at: Self.now) == .success)
        return (output.text, status.text)
    }

    private func acknowledge(
        _ run: MutedRun, _ edit: (inout AlertAcknowledging) -> Void
    ) throws -> (CommandStatus, String) {
        let status = MemorySink()
        var acknowledging = AlertAcknowledging()
        acknowledging.author = "eve"
        edit(&acknowledging)
        let code = try acknowledging.run(
            in: run.state, at: Self.now, console: Console(output: MemorySink(), status: status))
        return (code, status.text)
    }

    private func run() throws -> MutedRun {
        let run = try MutedRun()
        try run.start()
        run.accept("dear", "A", .firing, at: Self.start)
        run.accept("dear", "B\u{1b}[31m", .firing, at: Self.start + 3_600_000)
        run.accept("dear", "C", .firing, at: Self.start + 3_700_000)
        run.accept("dear", "C", .resolved, at: Self.start + 3_710_000)
        return run
    }

    @Test("alerts shows what fires, with age, acknowledgement and silence, and the past")
    func list() throws {
        let run = try run()
        _ = try acknowledge(run) {
            $0.rule = "dear"; $0.key = "A"; $0.comment = "looking"
        }
        try run.silence(at: Self.now.milliseconds - 1) {
            $0.key = "B*"; $0.lasts = "1h"
        }
        let shown = try alerts(run) { $0.since = "30s" }
        let lines = shown.out.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        let incident = Transition(rule: "dear", key: "A", kind: .firing, at: .init(milliseconds: Self.start))
            .id
        #expect(lines.count == 7)
        #expect(lines[0] == "age severity alert firing since incident acknowledged muted by message")
        #expect(
            lines[1]
                == "1h2m warning dear A 2025-03-10 00:00:00 \(incident.prefix(8)) by eve - A firing")
        #expect(lines[2].hasPrefix("2m3s warning dear B␛[31m 2025-03-10 01:00:00 "))
        #expect(lines[2].hasSuffix(" - silence 1 B␛[31m firing"))
        #expect(lines[3] == "" && lines[4].hasSuffix("FIRING WARNING dear C C firing"))
        #expect(lines[5].hasSuffix("RESOLVED WARNING dear C C resolved"))
        #expect(shown.status.hasPrefix("2 alerts fire, 2 transitions since 2025-03-10T01:01:33.000Z in "))

        let objects = try alerts(run) {
            $0.firingOnly = true; $0.format = "json"
        }.out
            .split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        #expect(objects.count == 2)
        #expect(objects[0]?["incident"] as? String == incident)
        #expect(objects[0]?["told"] as? [String] == ["desk", "ops"])
        #expect((objects[0]?["acknowledged"] as? [String: Any])?["comment"] as? String == "looking")
        #expect(objects[1]?["muted_by"] as? String == "silence 1")
        #expect(objects[1]?["acknowledged"] is NSNull)
        #expect(throws: CommandFailure.self) { try alerts(run) { $0.since = "yesterday" } }
        #expect(throws: CommandFailure.self) { try alerts(run) { $0.format = "xml" } }
    }

    @Test("ack takes an incident's first digits or a rule and a symbol, once, and says what it did")
    func acknowledging() throws {
        let run = try run()
        let incident = Transition(rule: "dear", key: "A", kind: .firing, at: .init(milliseconds: Self.start))
            .id
        let first = try acknowledge(run) { $0.incident = String(incident.prefix(6).uppercased()) }
        #expect(first.0 == .success)
        #expect(
            first.1 == "dear/A is acknowledged, firing since 2025-03-10T00:00:00.000Z (\(incident))\n")
        let again = try acknowledge(run) { $0.rule = "dear" }
        #expect(again.1.contains("dear/A was acknowledged by eve at 2025-03-10T01:02:03.000Z"))
        #expect(again.1.contains("dear/B␛[31m is acknowledged"))
        let missing = try acknowledge(run) {
            $0.rule = "dear"; $0.key = "C"
        }
        #expect(missing.0 == .findings && missing.1.contains("`bellwether alerts --firing`"))
        for wrong in ["", "12", "xyzw12"] {
            #expect(throws: CommandFailure.self) {
                try acknowledge(run) { if !wrong.isEmpty { $0.incident = wrong } }
            }
        }
        #expect(throws: CommandFailure.self) {
            try acknowledge(run) {
                $0.incident = incident; $0.key = "A"
            }
        }
    }

    @Test("a running instance takes up an acknowledgement: nobody more is told, until the next fire")
    func escalation() throws {
        let run = try MutedRun()
        run.policy.escalations = [
            AgeEscalation(after: .seconds(60), to: ["pager"], unlessAcknowledged: true)
        ]
        try run.start()
        for key in ["A", "B"] { run.accept("dear", key, .firing, at: Self.start) }
        _ = try acknowledge(run) {
            $0.rule = "dear"; $0.key = "B"
        }
        run.tend()
        run.outbox?.settle(closedBefore: Self.start + 60_001)
        #expect(try run.queued.suffix(1) == ["pager escalated A"])
        #expect(run.counters.snapshot.escalatedByAge == 1)
        let file = try StateFile(directory: run.place.path + "/state", role: .visitor)
        let notice = try #require(Notice.stored(try file.queued().last?.text ?? ""))
        #expect(notice.occasion.note == "firing for 1m, and nobody has acknowledged it")
        #expect(notice.incident?.since.milliseconds == Self.start)
        // It is no step of the alert's life: the past has none of it, nor has a restart another.
        #expect(try file.transitions(since: .init(milliseconds: 0)).count == 2)
        run.kill()
        try run.start()
        run.outbox?.settle(closedBefore: Self.start + 999_999)
        #expect(try run.queued.filter { $0.hasPrefix("pager") } == ["pager escalated A"])
        run.accept("dear", "A", .resolved, at: Self.start + 1_000_000)
        #expect(try run.queued.suffix(3) == ["desk resolved A", "ops resolved A", "pager resolved A"])
        run.accept("dear", "B", .resolved, at: Self.start + 1_000_000)
        run.accept("dear", "B", .firing, at: Self.start + 1_000_001)
        run.outbox?.settle(closedBefore: Self.start + 2_000_000)
        #expect(try run.queued.suffix(1) == ["pager escalated B"])
    }
}
