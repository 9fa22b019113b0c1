import Foundation
import GRDB
import MarketModel
import Testing

@testable import StateStore

/// A directory that lasts as long as the test.
final class Scratch {
    let directory: String

    init() {
        directory = FileManager.default.temporaryDirectory.appending(path: "state-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var file: String { directory + "/bellwether.sqlite" }

    /// Changes the file behind our back, by SQLite itself.
    func alter(_ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}

func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

func notice(_ id: String, to receiver: String = "desk") -> NewNotice {
    NewNotice(receiver: receiver, id: id, text: "{\"id\":\"\(id)\"}")
}

func fire(_ key: String, at time: Int64, kind: Transition.Kind = .firing) -> Transition {
    Transition(rule: "fast_move", key: key, kind: kind, at: at(time), severity: .critical, message: "m")
}

struct StateFileTests {
    @Test func `what was committed is there when the file is opened again`() throws {
        let scratch = Scratch()
        let checkpoint = Checkpoint(version: 3, state: [0, 255, 7])
        do {
            let file = try StateFile(directory: scratch.directory, role: .owner)
            let accepted = try file.commit(
                StateCommit(
                    transitions: [fire("A", at: 5)], notices: [notice("a"), notice("a", to: "risk")],
                    checkpoint: checkpoint), at: at(10))
            #expect(accepted == [.queued(sequence: 1), .queued(sequence: 2)])
        }
        let file = try StateFile(directory: scratch.directory, role: .owner)
        #expect(try file.checkpoint() == checkpoint)
        #expect(try file.queued().map(\.receiver) == ["desk", "risk"])
        #expect(try file.queued().map(\.triedFrom) == [at(10), at(10)])
        #expect(try file.transitions(since: at(0)) == [fire("A", at: 5).json])
        let wanted = LastFire(
            rule: "fast_move", key: "A", id: fire("A", at: 5).id, at: at(5), severity: .critical)
        #expect(try file.lastFires() == [wanted])
    }

    @Test func `an id is accepted once a receiver, over restarts and after its delivery`() throws {
        let scratch = Scratch()
        do {
            let file = try StateFile(directory: scratch.directory, role: .owner)
            _ = try file.commit(StateCommit(notices: [notice("a"), notice("a")]), at: at(0))
            #expect(try file.queued().count == 1)
            try file.settle([.delivered(sequence: 1)])
        }
        let file = try StateFile(directory: scratch.directory, role: .owner)
        let again = try file.commit(StateCommit(notices: [notice("a"), notice("b")]), at: at(1))
        #expect(again == [.duplicate, .queued(sequence: 2)])
        // Long after, it is a stranger again.
        #expect(try file.forget(at: at(StateLimits.keepsAccepted + 1)) == 0)
        let later = try file.commit(StateCommit(notices: [notice("a"), notice("b")]), at: at(2))
        #expect(later == [.queued(sequence: 3), .duplicate], "what is queued is known for as long as it is")
    }

    @Test func `transitions, notices and checkpoint go in together or not at all`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        _ = try file.commit(StateCommit(checkpoint: Checkpoint(version: 1, state: [1])), at: at(0))
        try file.queue.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        let big = NewNotice(receiver: "desk", id: "b", text: String(repeating: "x", count: 100_000))
        let commit = StateCommit(
            transitions: [fire("A", at: 1)], notices: [notice("a"), big],
            checkpoint: Checkpoint(version: 1, state: [2]))
        #expect(throws: StateError.full(file: scratch.file)) { try file.commit(commit, at: at(1)) }
        #expect(try file.checkpoint()?.state == [1])
        #expect(try file.queued().isEmpty && file.transitions(since: at(0)).isEmpty)
        // There is room again.
        try file.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
        #expect(try file.commit(commit, at: at(1)).count == 2)
        #expect(try file.checkpoint()?.state == [2])
    }

    @Test func `what is given up becomes a dead letter, and comes back to its old place`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        _ = try file.commit(StateCommit(notices: ["a", "b", "c"].map { notice($0) }), at: at(0))
        try file.settle([
            .failed(sequence: 1, attempts: 3), .dead(sequence: 2, at: at(9), attempts: 4, reason: "503"),
            .delivered(sequence: 3), .failed(sequence: 3, attempts: 9),
        ])
        #expect(try file.queued().map(\.attempts) == [3])
        let letter = try #require(try file.deadLetters().first)
        #expect(letter.id == "b" && letter.reason == "503" && letter.attempts == 4 && letter.diedAt == at(9))

        let visitor = try StateFile(directory: scratch.directory, role: .visitor)
        let before = try file.changeCount()
        #expect(try visitor.redrive([2, 3, 77], at: at(50)) == [2])
        #expect(try file.changeCount() != before, "the owner sees that somebody else wrote")
        #expect(try file.queued().map(\.sequence) == [1, 2])
        #expect(try file.queued().last?.triedFrom == at(50))
        #expect(try file.deadLetters().isEmpty)
        #expect(try visitor.discard([1, 2, 2, 5]) == [1, 2])
        #expect(try file.queued().isEmpty)
    }

    @Test func `dead letters and the alerts' past go after their time`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        _ = try file.commit(
            StateCommit(transitions: [fire("A", at: 1)], notices: [notice("a")]), at: at(0))
        try file.settle([.dead(sequence: 1, at: at(0), attempts: 1, reason: "x")])
        #expect(try file.forget(at: at(StateLimits.keepsDeadLetters)) == 0)
        #expect(try file.forget(at: at(StateLimits.keepsDeadLetters + 1)) == 1)
        #expect(try file.deadLetters().isEmpty && file.transitions(since: at(0)).isEmpty)
    }

    @Test func `the log is moved into the tables, and does not grow for ever`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        let visitor = try StateFile(directory: scratch.directory, role: .visitor)
        let before = try file.changeCount()
        func size() throws -> Int {
            let found = try FileManager.default.attributesOfItem(atPath: scratch.file + "-wal")[.size]
            return (found as? Int) ?? 0
        }
        var sizes: [Int] = []
        for round in 0..<4 {
            let notices = (0..<200).map { notice("\(round) \($0)") }
            for notice in notices { _ = try file.commit(StateCommit(notices: [notice]), at: at(0)) }
            try file.moveLog()
            sizes.append(try size())
        }
        #expect(sizes[3] < 2 * sizes[0], "\(sizes)")
        #expect(try file.changeCount() == before, "it is nobody else's change")
        #expect(try visitor.queued().count == 800)
    }

    @Test func `of an alert's fires the last one is given back`() throws {
        let scratch = Scratch()
        let file = try StateFile(directory: scratch.directory, role: .owner)
        let past = [
            fire("A", at: 1), fire("A", at: 2, kind: .resolved), fire("B", at: 3), fire("A", at: 4),
            fire("A", at: 5, kind: .escalated),
        ]
        _ = try file.commit(StateCommit(transitions: past), at: at(9))
        #expect(try file.lastFires().map(\.id) == [fire("A", at: 4).id, fire("B", at: 3).id])
    }
}

struct StateFileRefusalTests {
    @Test func `two owners of one directory: the second is refused, and told who the first is`() throws {
        let scratch = Scratch()
        let first = try StateFile(directory: scratch.directory, role: .owner)
        let wanted = StateError.inUse(
            directory: scratch.directory, pid: ProcessInfo.processInfo.processIdentifier)
        #expect(throws: wanted) { try StateFile(directory: scratch.directory, role: .owner) }
        #expect(try StateFile(directory: scratch.directory, role: .visitor).queued().isEmpty)
        withExtendedLifetime(first) {}
    }

    @Test func `a file of a newer version is refused, and left as it is`() throws {
        let scratch = Scratch()
        do { _ = try StateFile(directory: scratch.directory, role: .owner) }
        try scratch.alter("INSERT INTO grdb_migrations VALUES ('99 of the future')")
        for role in [StateFile.Role.owner, .visitor] {
            #expect(throws: StateError.newer(file: scratch.file)) {
                try StateFile(directory: scratch.directory, role: role)
            }
        }
        #expect(StateError.newer(file: "f").description.contains("newer version of Bellwether"))
    }

    @Test func `a file of an older version is brought up to date by its owner alone`() throws {
        let scratch = Scratch()
        do { _ = try StateFile(directory: scratch.directory, role: .owner) }
        try scratch.alter(
            "DELETE FROM grdb_migrations; DROP TABLE outbox; DROP TABLE dead_letters; DROP TABLE accepted;"
                + "DROP TABLE transitions; DROP TABLE checkpoint; DROP TABLE progress; DROP TABLE silences;"
                + "DROP TABLE acknowledgements; DROP TABLE firing")
        #expect(throws: StateError.older(file: scratch.file)) {
            try StateFile(directory: scratch.directory, role: .visitor)
        }
        let owner = try StateFile(directory: scratch.directory, role: .owner)
        #expect(try owner.queued().isEmpty)
    }

    @Test func `a damaged file is refused with the way out`() throws {
        let scratch = Scratch()
        do {
            let file = try StateFile(directory: scratch.directory, role: .owner)
            _ = try file.commit(StateCommit(notices: (0..<500).map { notice("\($0)") }), at: at(0))
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.file))
        for index in stride(from: 4096, to: bytes.count, by: 4096) {
            bytes.replaceSubrange(index..<(index + 2000), with: [UInt8](repeating: 0xa5, count: 2000))
        }
        try bytes.write(to: URL(fileURLWithPath: scratch.file))
        do {
            _ = try StateFile(directory: scratch.directory, role: .owner)
            Issue.record("it was opened")
        } catch {
            guard case .damaged(let file, _) = error else {
                Issue.record("not told as damaged: \(error)")
                return
            }
            #expect(file == scratch.file)
            #expect(error.help.contains { $0.contains("mv \(scratch.file)") })
        }
        try Data("this is no database at all, whatever it says".utf8)
            .write(to: URL(fileURLWithPath: scratch.file))
        #expect(throws: StateError.damaged(file: scratch.file, detail: "file is not a database")) {
            try StateFile(directory: scratch.directory, role: .owner)
        }
    }

    @Test func `somebody else's SQLite file is refused, and a missing one is not made by a visitor`() throws {
        let scratch = Scratch()
        #expect(throws: StateError.missing(file: scratch.file)) {
            try StateFile(directory: scratch.directory, role: .visitor)
        }
        try FileManager.default.createDirectory(
            atPath: scratch.directory, withIntermediateDirectories: true)
        try scratch.alter("CREATE TABLE outbox (x)")
        #expect(throws: StateError.foreign(file: scratch.file)) {
            try StateFile(directory: scratch.directory, role: .owner)
        }
    }

    @Test func `a directory that cannot be made is told`() throws {
        let scratch = Scratch()
        try Data("a file".utf8).write(to: URL(fileURLWithPath: scratch.directory))
        #expect(throws: StateError.self) { try StateFile(directory: scratch.directory, role: .owner) }
    }
}
