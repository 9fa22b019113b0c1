import Foundation
import MarketModel
import Testing

@testable import StateStore

private func silence(_ start: Int64, _ end: Int64, created: Int64 = 0) -> StoredSilence {
    StoredSilence(
        matcher: "{\"rule\":\"a\"}", startsAt: at(start), endsAt: at(end), author: "eve", comment: "known",
        createdAt: at(created))
}

struct StandingTests {
    @Test func `silences have numbers that are never used twice, and end when somebody says so`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        let visitor = try StateFile(directory: scratch.directory, role: .visitor)
        let before = try file.changeCount()
        #expect(try visitor.add(silence(10, 20)) == 1 && visitor.add(silence(30, 40)) == 2)
        #expect(try file.changeCount() != before, "the owner sees that somebody else wrote")
        #expect(try file.silences().map(\.number) == [1, 2])
        #expect(try visitor.endSilence(1, at: at(15)) == .ended)
        #expect(try visitor.endSilence(1, at: at(16)) == .wasOver(at: at(15)))
        #expect(try visitor.endSilence(2, at: at(15)) == .calledOff)
        #expect(try visitor.endSilence(3, at: at(15)) == .unknown)
        #expect(try file.silences().map(\.startsAt) == [at(10), at(15)])
        #expect(try file.silences().map(\.endsAt) == [at(15), at(15)])
    }

    @Test func `an incident is acknowledged once; the first word counts`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        func word(_ incident: String, _ author: String) -> Acknowledgement {
            Acknowledgement(
                incident: incident, rule: "a", key: "A", at: at(1), author: author, comment: "")
        }
        #expect(try file.acknowledge([word("1", "eve")]) == ["1"])
        #expect(try file.acknowledge([word("1", "bob"), word("2", "bob")]) == ["2"])
        #expect(try file.acknowledgements().map(\.author) == ["eve", "bob"])
    }

    @Test func `alerts that fire change with their transitions, all or nothing`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        func row(_ key: String, _ state: String) -> FiringRow {
            FiringRow(rule: "a", key: key, incident: "i\(key)", since: at(5), state: state)
        }
        _ = try file.commit(StateCommit(firing: [.fires(row("B", "1")), .fires(row("A", "1"))]), at: at(0))
        _ = try file.commit(
            StateCommit(firing: [.fires(row("B", "2")), .isOver(rule: "a", key: "A")]), at: at(0))
        #expect(try file.firing() == [row("B", "2")])
        try scratch.alter("CREATE TRIGGER no BEFORE INSERT ON firing BEGIN SELECT RAISE(ABORT, 'no'); END")
        let fire = Transition(rule: "a", key: "C", kind: .firing, at: at(6))
        #expect(throws: StateError.self) {
            try file.commit(StateCommit(transitions: [fire], firing: [.fires(row("C", "1"))]), at: at(0))
        }
        #expect(try file.lastTransitionIDs() == [])
    }

    @Test func `what is long over is forgotten, but not what still fires or was said of a past day`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        let now = StateLimits.keepsTransitions + 1000
        for (end, created) in [(999, 0), (1000, 0), (20, now), (now + 5, 0)] {
            _ = try file.add(silence(10, Int64(end), created: Int64(created)))
        }
        _ = try file.acknowledge(
            ["old", "firing"].map {
                Acknowledgement(incident: $0, rule: "a", key: $0, at: at(1), author: "", comment: "")
            })
        let fires = FiringRow(rule: "a", key: "A", incident: "firing", since: at(1), state: "")
        _ = try file.commit(StateCommit(firing: [.fires(fires)]), at: at(0))
        _ = try file.forget(at: at(now))
        #expect(try file.silences().map(\.number) == [2, 3, 4])
        #expect(try file.acknowledgements().map(\.incident) == ["firing"])
    }
}
