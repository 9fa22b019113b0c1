import Delivery
import Foundation
import MarketModel
import StateStore
import Testing

@testable import Pipeline

/// A state file with two queued notices and two dead letters, as a run leaves it.
private struct LeftOver {
    let place: TemporaryDirectory
    let state: String

    init() throws {
        place = try TemporaryDirectory()
        state = place.path + "/state"
        let file = try StateFile(directory: state, role: .owner)
        let outbox = try DurableOutbox(file)
        for receiver in ["desk", "risk"] { outbox.open(receiver: receiver, retryFor: .seconds(60)) }
        let start = Timestamp(year: 2025, month: 3, day: 10)
        let entries = [("A", "desk"), ("B", "desk"), ("C\u{1b}[31m", "risk"), ("D", "risk")].map {
            key, receiver in
            OutboxEntry(
                Notice(Transition(rule: "dear", key: key, kind: .firing, at: start)), for: receiver)
        }
        _ = try outbox.enqueue(OutboxBatch(entries: entries), at: start)
        for receiver in ["desk", "risk"] {
            guard case .send(let ticket) = outbox.next(for: receiver, at: start) else { continue }
            _ = outbox.record(.refused(reason: "answered 404 (no_service)"), of: ticket, at: start)
        }
    }

    var file: StateFile { get throws { try StateFile(directory: state, role: .visitor) } }

    var request: OutboxRequest {
        OutboxRequest(StatePlace(config: place.path + "/bellwether.yaml", state: nil))
    }

    func list(_ request: OutboxRequest, _ format: String = "text") throws -> (out: String, status: String) {
        let (output, status) = (MemorySink(), MemorySink())
        let console = Console(output: output, status: status)
        #expect(try OutboxListing(request, format: format, console: console).run() == .success)
        return (output.text, status.text)
    }

    func change(
        _ action: OutboxChange.Action, _ edit: (inout OutboxRequest) -> Void
    ) throws -> (CommandStatus, String) {
        let status = MemorySink()
        var request = request
        edit(&request)
        let change = OutboxChange(action, request, console: Console(output: MemorySink(), status: status))
        return (try change.run(at: Timestamp(year: 2025, month: 3, day: 11)), status.text)
    }
}

@Suite("bellwether outbox")
struct OutboxCommandTests {
    @Test("the list is a table of what is queued and what was given up")
    func list() throws {
        let left = try LeftOver()
        let listed = try left.list(left.request)
        #expect(
            listed.out == """
                number  receiver  state   queued               attempts  alert
                     1  desk      dead    2025-03-10 00:00:00         1  firing dear/A
                        refused: answered 404 (no_service)
                     2  desk      queued  2025-03-10 00:00:00         0  firing dear/B
                     3  risk      dead    2025-03-10 00:00:00         1  firing dear/C␛[31m
                        refused: answered 404 (no_service)
                     4  risk      queued  2025-03-10 00:00:00         0  firing dear/D

                """)
        #expect(listed.status == "2 queued, 2 dead letters in \(left.state)/bellwether.sqlite\n")
        var request = left.request
        request.receiver = "risk"
        request.deadOnly = true
        let lines = try left.list(request, "json").out.split(separator: "\n")
        #expect(lines.count == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(object["number"] as? Int == 3 && object["state"] as? String == "dead")
        #expect((object["transition"] as? [String: Any])?["key"] as? String == "C\u{1b}[31m")
        #expect(throws: CommandFailure.self) { try left.list(left.request, "xml") }
    }

    @Test("retry puts dead letters back, by number, by receiver or all of them")
    func retry() throws {
        let left = try LeftOver()
        let byNumber = try left.change(.retry) { $0.numbers = [1, 2, 9] }
        #expect(byNumber.0 == .findings)
        #expect(
            byNumber.1 == """
                there is no notice 9
                2 is queued: it is tried by itself
                1 dead letter queued again; a running instance sends them, or the next one

                """)
        #expect(try left.file.queued().map(\.sequence) == [1, 2, 4])
        #expect(try left.change(.retry) { $0.receiver = "desk" }.1.hasPrefix("0 dead letters queued again"))
        #expect(try left.change(.retry) { $0.all = true }.0 == .success)
        #expect(try left.file.deadLetters().isEmpty)
        #expect(throws: CommandFailure.self) { try left.change(.retry) { _ in } }
    }

    @Test("drop takes dead letters out, and what is queued only when told so")
    func drop() throws {
        let left = try LeftOver()
        #expect(try left.change(.drop) { $0.receiver = "desk" }.1 == "1 notice dropped\n")
        #expect(try left.file.queued().map(\.sequence) == [2, 4])
        #expect(try left.change(.drop) { ($0.all, $0.queued) = (true, true) }.1 == "3 notices dropped\n")
        #expect(try left.file.queued().isEmpty && left.file.deadLetters().isEmpty)
        #expect(try left.list(left.request).status.hasPrefix("nothing is queued"))
    }

    @Test("the state file is the configuration's, whose secrets need not be set")
    func place() throws {
        let left = try LeftOver()
        try left.place.write(
            "state: elsewhere\nkafka: {bootstrap: \"${NOT_SET}\"}\n", to: "bellwether.yaml")
        #expect(throws: CommandFailure.self) { try left.list(left.request) }
        try left.place.write("state: ./state\nkafka: {bootstrap: \"${NOT_SET}\"}\n", to: "bellwether.yaml")
        #expect(try left.list(left.request).status.hasPrefix("2 queued"))
        try left.place.write("state: off\n", to: "bellwether.yaml")
        #expect(throws: CommandFailure.self) { try left.list(left.request) }
        let other = OutboxRequest(StatePlace(config: "x", state: left.state + "/"))
        #expect(try left.list(other).status.hasPrefix("2 q"))
    }
}
