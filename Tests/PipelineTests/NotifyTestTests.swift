import Delivery
import Foundation
import Testing

@testable import Pipeline

@Suite("bellwether notify test")
struct NotifyTestTests {
    /// Runs the command against the notifiers of `place`; returns how it ended and what it said.
    private func test(_ name: String, in place: TemporaryDirectory) async -> (CommandStatus, String) {
        let sink = MemorySink()
        let command = NotifyTest(
            name: name, directory: "\(place.path)/notifiers", environment: [:],
            console: Console(output: MemorySink(), status: sink))
        do throws(CommandFailure) {
            return (try await command.run(), sink.text)
        } catch {
            return (error.status, sink.text + error.message + "\n" + error.help.joined(separator: "\n"))
        }
    }

    @Test("a notifier whose file is faulty is not called unknown; faults of other files are not shown")
    func faulty() async throws {
        let place = try TemporaryDirectory()
        try place.write("kind: webhook\nurl: ${DESK_URL}\n", to: "notifiers/desk.yaml")
        try place.write("kind: webhook\nurl: ${OPS_URL}\n", to: "notifiers/ops.yaml")
        let (status, text) = await test("desk", in: place)
        #expect(status == .usage)
        #expect(text.contains("`DESK_URL` is not set"))
        #expect(text.contains("the notifier `desk` cannot be used\nmend what is named above"))
        #expect(!text.contains("OPS_URL") && !text.contains("no notifier is called"))
    }

    @Test("a name that no file has is compared with all files' names, faulty ones too")
    func unknown() async throws {
        let place = try TemporaryDirectory()
        try place.write("kind: webhook\nurl: ${DESK_URL}\n", to: "notifiers/desk.yaml")
        let (status, text) = await test("dsek", in: place)
        #expect(status == .usage)
        #expect(text.contains("no notifier is called `dsek`; did you mean `desk`?"))
        #expect(!text.contains("DESK_URL"))
    }

    private let sample = "firing notify_test/TEST:EUR_USD"

    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test("what became of the sample is said once, and decides the status")
    func outcome() async throws {
        let receiver = AlertReceiver { _ in }
        let url = try await receiver.start()
        let place = try TemporaryDirectory()
        try place.write(
            "kind: webhook\nurl: \(url)\nformat: generic\ntimeout: 2m\n", to: "notifiers/desk.yaml")
        // The receiver does not read Slack's form: it answers 400.
        try place.write("kind: webhook\nurl: \(url)\nformat: slack\ntimeout: 2m\n", to: "notifiers/chat.yaml")
        let taken = await test("desk", in: place)
        let refused = await test("chat", in: place)
        await receiver.stop()
        #expect(taken.0 == .success)
        #expect(lines(taken.1) == ["sending a sample to desk", "desk: \(sample) delivered"])
        #expect(refused.0 == .failure)
        #expect(lines(refused.1) == ["sending a sample to chat", "chat: \(sample) refused: answered 400"])
    }
}
