import Foundation
import GRDB
import MarketModel
import Testing

@testable import Delivery
@testable import StateStore

/// A directory for a state file that lasts as long as the test.
final class StateDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "outbox-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func outbox(
        limit: Int = 100, retryFor: Duration = .seconds(600), pace: ReceiverPace = .init()
    ) throws -> DurableOutbox {
        let outbox = try DurableOutbox(StateFile(directory: path, role: .owner), limit: limit, seed: 1)
        outbox.open(receiver: "desk", retryFor: retryFor, pace: pace)
        return outbox
    }

    var visitor: StateFile { get throws { try StateFile(directory: path, role: .visitor) } }
}

private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

private func entry(_ key: String, _ kind: Transition.Kind = .firing, at time: Int64 = 1) -> OutboxEntry {
    OutboxEntry(Notice(transition(kind, key: key, at: time)), for: "desk")
}

extension OutboxStep {
    fileprivate var ticket: Ticket? {
        if case .send(let ticket) = self { ticket } else { nil }
    }
}

struct DurableOutboxTests {
    @Test func `a notice is the same after its record was written and read`() throws {
        let values: [Transition.Value] = [
            .init(name: "change(price, 5m)", value: -0.1 + 0.3), .init(name: "x", value: nil),
            .init(name: "y", value: .leastNonzeroMagnitude), .init(name: "z", value: .infinity),
        ]
        for text in awkwardTexts {
            let notice = Notice(
                transition(
                    .escalated, key: text, message: text, values: values,
                    labels: [.init(name: text, value: text)]),
                context: AlertContext(runbook: text, ruleText: text),
                incident: Incident(id: "0f", severity: .info, since: at(-5)))
            #expect(Notice.stored(NoticeRecord(notice).text) == notice)
        }
        for occasion in [Occasion.catchUp(batch: "silence 3 20", note: "why"), .age(.seconds(900), note: "")]
        {
            let notice = Notice(transition(), occasion: occasion)
            #expect(Notice.stored(NoticeRecord(notice).text) == notice)
        }
        let plain = Notice(transition())
        #expect(Notice.stored(NoticeRecord(plain).text) == plain)
        #expect(Notice.stored("{}") == nil && Notice.stored("nonsense") == nil)
    }

    @Test func `what was queued is sent after the process was killed, in its order and with its attempts`()
        throws
    {
        let directory = StateDirectory()
        do {
            let outbox = try directory.outbox()
            let batch = OutboxBatch(entries: [
                entry("A"), entry("A", .resolved, at: 2), entry("B"), entry("C"),
            ])
            #expect(try outbox.enqueue(batch, at: at(0)) == [.queued, .queued, .queued, .queued])
            let first = try #require(outbox.next(for: "desk", at: at(0)).ticket)
            _ = outbox.record(.failed(reason: "500", retryAfter: nil), of: first, at: at(0))
            var time = at(0)
            if case .wait(let until) = outbox.next(for: "desk", at: time) { time = until }
            let second = try #require(outbox.next(for: "desk", at: time).ticket)
            #expect(second.notice.transition.key == "B")
            #expect(outbox.record(.accepted, of: second, at: time) == .delivered)
            // A's second ticket is out when the process ends: its answer is lost.
            #expect(outbox.next(for: "desk", at: time).ticket?.notice.transition.key == "A")
        }
        let outbox = try directory.outbox()
        #expect(outbox.pending(for: "desk") == 3)
        var sent: [String] = []
        while let ticket = outbox.next(for: "desk", at: at(10_000)).ticket {
            sent.append("\(ticket.notice.transition.key) \(ticket.notice.transition.kind) \(ticket.attempt)")
            _ = outbox.record(.accepted, of: ticket, at: at(10_000))
        }
        #expect(sent == ["A firing 2", "A resolved 1", "C firing 1"])
        let again = OutboxBatch(entries: [entry("A"), entry("B")])
        #expect(try outbox.enqueue(again, at: at(11_000)) == [.duplicate, .duplicate])
        #expect(outbox.counters(of: "desk").duplicates == 2)
    }

    @Test func `what is refused or not delivered in time is a dead letter, and is sent again when asked for`()
        throws
    {
        let directory = StateDirectory()
        let outbox = try directory.outbox(retryFor: .seconds(30))
        _ = try outbox.enqueue(OutboxBatch(entries: [entry("A"), entry("B")]), at: at(0))
        let first = try #require(outbox.next(for: "desk", at: at(0)).ticket)
        _ = outbox.record(.refused(reason: "answered 404"), of: first, at: at(0))
        let second = try #require(outbox.next(for: "desk", at: at(40_000)).ticket)
        let end = outbox.record(.failed(reason: "503", retryAfter: nil), of: second, at: at(40_000))
        #expect(end == .dead(reason: "503"))
        let visitor = try directory.visitor
        #expect(
            try visitor.deadLetters().map(\.reason) == [
                "refused: answered 404", "not delivered in time: 503",
            ])
        _ = try outbox.enqueue(OutboxBatch(entries: [entry("A", .resolved, at: 2)]), at: at(50_000))

        #expect(try visitor.redrive([1], at: at(60_000)) == [1])
        #expect(outbox.tend(at: at(60_500)).changed == ["desk"])
        #expect(outbox.tend(at: at(61_500)).changed == [])
        // The fire stands before its resolve again, whatever came in meanwhile; its deadline is new.
        guard case .wait(let until) = outbox.next(for: "desk", at: at(60_500)) else { return }
        var sent: [Transition.Kind] = []
        while let ticket = outbox.next(for: "desk", at: max(until, at(60_500))).ticket {
            sent.append(ticket.notice.transition.kind)
            _ = outbox.record(.accepted, of: ticket, at: at(60_500))
        }
        #expect(sent == [.firing, .resolved])
        #expect(try visitor.queued().isEmpty && visitor.deadLetters().map(\.sequence) == [2])
    }

    @Test func `what is dropped by hand is not sent, and what is being sent goes with its answer`() throws {
        let directory = StateDirectory()
        let outbox = try directory.outbox()
        let batch = OutboxBatch(entries: [entry("A"), entry("B"), entry("C")])
        _ = try outbox.enqueue(batch, at: at(0))
        let out = try #require(outbox.next(for: "desk", at: at(0)).ticket)
        #expect(try directory.visitor.discard([1, 2]) == [1, 2])
        #expect(outbox.tend(at: at(1)).changed == ["desk"])
        #expect(outbox.pending(for: "desk") == 2)
        let end = outbox.record(.failed(reason: "500", retryAfter: nil), of: out, at: at(2))
        #expect(end == .dropped(reason: "taken out of the outbox by hand"))
        #expect(outbox.next(for: "desk", at: at(70_000)).ticket?.notice.transition.key == "C")
        #expect(try directory.visitor.deadLetters().isEmpty)
    }

    @Test func `with a checkpoint a batch is taken whole or not at all`() throws {
        let directory = StateDirectory()
        let outbox = try directory.outbox(limit: 2)
        let checkpoint = Checkpoint(version: 1, state: [1])
        let three = ["A", "B", "C"].map { entry($0) }
        let whole = OutboxBatch(
            transitions: three.map(\.notice.transition), entries: three, checkpoint: checkpoint)
        #expect(try outbox.enqueue(whole, at: at(0)) == [.full, .full, .full])
        #expect(try directory.visitor.checkpoint() == nil && directory.visitor.queued().isEmpty)
        let part = OutboxBatch(transitions: whole.transitions, entries: three)
        #expect(try outbox.enqueue(part, at: at(0)) == [.queued, .queued, .full])
        let rest = OutboxBatch(transitions: whole.transitions, entries: [], checkpoint: checkpoint)
        #expect(try outbox.enqueue(rest, at: at(0)) == [])
        #expect(try directory.visitor.checkpoint() == checkpoint)
        #expect(try directory.visitor.transitions(since: at(0)).count == 3)
    }

    @Test func `notices for a receiver that no notifier is called wait and are told`() throws {
        let directory = StateDirectory()
        do {
            let outbox = try directory.outbox()
            outbox.open(receiver: "old", retryFor: .seconds(600))
            let notice = Notice(transition())
            let batch = OutboxBatch(entries: [
                OutboxEntry(notice, for: "old"), OutboxEntry(notice, for: "desk"),
            ])
            #expect(try outbox.enqueue(batch, at: at(0)) == [.queued, .queued])
        }
        let outbox = try directory.outbox()
        #expect(outbox.strangers == ["old": 1])
        outbox.open(receiver: "old", retryFor: .seconds(600))
        #expect(outbox.strangers.isEmpty && outbox.pending(for: "old") == 1)
    }

    @Test func `what a full disk does not take is kept, told, and written when there is room`() throws {
        let directory = StateDirectory()
        let file = try StateFile(directory: directory.path, role: .owner)
        let outbox = try DurableOutbox(file, seed: 1)
        outbox.open(receiver: "desk", retryFor: .seconds(600))
        func limit(pages: Int?) throws {
            try file.queue.writeWithoutTransaction { db in
                let now = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages ?? now)")
            }
        }
        _ = try outbox.enqueue(OutboxBatch(entries: [entry("A"), entry("B")]), at: at(0))
        try limit(pages: nil)
        let first = try #require(outbox.next(for: "desk", at: at(0)).ticket)
        let reason = String(repeating: "no room ", count: 5000)
        #expect(outbox.record(.refused(reason: reason), of: first, at: at(1)) == .dropped(reason: reason))
        #expect(outbox.trouble == .full(file: directory.path + "/bellwether.sqlite"))
        #expect(try directory.visitor.queued().count == 2, "nothing of the change is in the file")
        let big = OutboxEntry(
            Notice(transition(key: "C", message: String(repeating: "x", count: 50_000))), for: "desk")
        #expect(throws: StateError.self) { try outbox.enqueue(OutboxBatch(entries: [big]), at: at(2)) }
        #expect(outbox.pending(for: "desk") == 1)
        // Delivery goes on meanwhile.
        let second = try #require(outbox.next(for: "desk", at: at(2)).ticket)
        #expect(outbox.record(.accepted, of: second, at: at(3)) == .delivered)
        #expect(outbox.tend(at: at(4)) == OutboxTending() && outbox.trouble != nil)

        try limit(pages: 100_000)
        #expect(outbox.tend(at: at(5)).changed == [])
        #expect(outbox.trouble == nil)
        #expect(try directory.visitor.queued().isEmpty)
        #expect(try directory.visitor.deadLetters().map(\.sequence) == [1])
        #expect(try outbox.enqueue(OutboxBatch(entries: [big]), at: at(6)) == [.queued])
    }

    @Test func `a record that cannot be read becomes a dead letter and holds nobody up`() throws {
        let directory = StateDirectory()
        do {
            let file = try StateFile(directory: directory.path, role: .owner)
            let odd = NewNotice(receiver: "desk", id: "x", text: "{\"version\":99}")
            let good = NewNotice(receiver: "desk", id: "y", text: NoticeRecord(Notice(transition())).text)
            _ = try file.commit(StateCommit(notices: [odd, good]), at: at(0))
        }
        let outbox = try directory.outbox()
        #expect(outbox.next(for: "desk", at: at(0)).ticket?.sequence == 2)
        #expect(
            try directory.visitor.deadLetters().map(\.reason) == [
                "its record in the state file cannot be read"
            ])
    }

    @Test func `a resolve finds the fire of an earlier run`() async throws {
        let directory = StateDirectory()
        let silent = RudePeer(.isSilent)
        let definition = NotifierDefinition.webhook(
            name: "desk", url: "http://127.0.0.1:\(silent.port)/")
        func submit(_ transition: Transition) throws -> @Sendable () -> Bool {
            let outbox = try DurableOutbox(StateFile(directory: directory.path, role: .owner))
            var options = Witness().options(clock: VirtualClock())
            options.outbox = outbox
            let courier = Courier(notifiers: [definition], options: options)
            #expect(courier.submit(transition, to: ["desk"]) == [.queued])
            courier.stop()
            return { [weak outbox] in outbox == nil }
        }
        // The threads let the file go at their end.
        #expect(await eventually(try submit(transition())))
        #expect(await eventually(try submit(transition(.resolved, at: 1_741_617_060_000))))
        let notices = try directory.visitor.queued().compactMap { Notice.stored($0.text) }
        #expect(notices.map(\.incident?.id) == [transition().id, transition().id])
    }
}

/// Whatever the receiver does and whenever the process ends, every notice is taken by it or given up, once
/// and in its alert's order; what is sent twice bears the same id and content.
struct DurableOutboxSimulation {
    @Test(arguments: 0..<40)
    func `a process that is killed at any step loses nothing and breaks no order`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let directory = StateDirectory()
        let pace = ReceiverPace(
            limit: seed % 2 == 0 ? .init(messages: 4, per: .seconds(2)) : nil,
            digestAbove: seed % 3 == 0 ? 2 : nil)
        var outbox: DurableOutbox? = try directory.outbox(
            limit: 1000, retryFor: .seconds(100_000), pace: pace)
        var time: Int64 = 0
        var submitted: [String: [String]] = [:]
        var received: [String: [String]] = [:]
        var contents: [String: [Notice]] = [:]
        var known: Set<String> = []
        var number: Int64 = 0
        let failureShare = Double.random(in: 0...0.7, using: &random)
        while number < 60 || outbox?.pending(for: "desk") != 0 {
            let dice = Int.random(in: 0..<10, using: &random)
            if try step(dice, #require(outbox)) {
                // The end without a word: what is in memory is gone.
                outbox = nil
                outbox = try directory.outbox(limit: 1000, retryFor: .seconds(100_000), pace: pace)
            }
        }
        #expect(received == submitted)
        #expect(try directory.visitor.queued().isEmpty && directory.visitor.deadLetters().isEmpty)

        /// - Returns: whether the process is killed now.
        func step(_ dice: Int, _ outbox: DurableOutbox) throws -> Bool {
            if number < 60, dice < 4 { try submit(outbox, count: dice == 3 ? 2 : 1) }
            switch outbox.next(for: "desk", at: at(time)) {
            case .send(let ticket):
                time += Int64.random(in: 1...500, using: &random)
                let roll = random.fraction()
                if roll < failureShare {
                    // Half of them took it, and their answer was lost.
                    if roll < failureShare / 2 { take(ticket) }
                    _ = outbox.record(.failed(reason: "x", retryAfter: nil), of: ticket, at: at(time))
                } else {
                    take(ticket)
                    if dice == 9 { return true }
                    #expect(outbox.record(.accepted, of: ticket, at: at(time)) == .delivered)
                }
            case .wait(let until): time = until.milliseconds
            case .idle: break
            case .expired: Issue.record("the deadline is far away")
            }
            return dice == 0
        }

        func submit(_ outbox: DurableOutbox, count: Int) throws {
            let key = "S\(Int.random(in: 0..<4, using: &random))"
            let entry = entry(key, number.isMultiple(of: 2) ? .firing : .resolved, at: number)
            number += 1
            let taken = try outbox.enqueue(
                OutboxBatch(entries: Array(repeating: entry, count: count)), at: at(time))
            #expect(taken == Array([.queued, .duplicate][..<count]))
            submitted[key, default: []].append(entry.notice.id)
        }

        func take(_ ticket: Ticket) {
            let id = ticket.message.id
            #expect(contents[id] == nil || contents[id] == ticket.notices)
            contents[id] = ticket.notices
            for notice in ticket.notices where known.insert(notice.id).inserted {
                received[notice.transition.key, default: []].append(notice.id)
            }
        }
    }
}
