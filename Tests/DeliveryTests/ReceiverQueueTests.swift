import MarketModel
import Testing

@testable import Delivery

private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

private func queue(
    limit: Int = 100, retryFor: Duration = .seconds(600), seed: UInt64 = 1, pace: ReceiverPace = .init()
) -> ReceiverQueue {
    ReceiverQueue(
        name: "desk", settings: .init(limit: limit, retryFor: retryFor, seed: seed, pace: pace))
}

private func note(_ kind: Transition.Kind, _ key: String, _ time: Int64) -> Notice {
    Notice(transition(kind, key: key, at: time))
}

extension OutboxStep {
    fileprivate var ticket: Ticket? {
        if case .send(let ticket) = self { ticket } else { nil }
    }
}

struct ReceiverQueueTests {
    @Test func `what bears one batch goes as one message, whatever the pace; other notices go by themselves`()
        throws
    {
        func caughtUp(_ key: String, _ batch: String) -> Notice {
            Notice(
                transition(.firing, key: key, at: 1), occasion: .catchUp(batch: batch, note: "silence 3"))
        }
        var queue = queue(pace: .init(grouping: .init(by: .all, wait: .seconds(10))))
        for key in ["A", "B"] { _ = queue.enqueue(caughtUp(key, "x"), at: at(0)) }
        _ = queue.enqueue(note(.resolved, "A", 2), at: at(0))
        _ = queue.enqueue(caughtUp("C", "y"), at: at(0))
        _ = queue.enqueue(caughtUp("D", "x"), at: at(0))
        let first = try #require(queue.next(at: at(0)).ticket)
        #expect(first.notices.map(\.transition.key) == ["A", "B", "D"])
        _ = queue.record(.accepted, of: first, at: at(0))
        let second = try #require(queue.next(at: at(0)).ticket)
        #expect(second.notices.map(\.transition.key) == ["C"])
        _ = queue.record(.accepted, of: second, at: at(0))
        #expect(queue.next(at: at(0)) == .wait(until: at(10_000)))

        var pager = ReceiverPace()
        pager.takesDigests = false
        var single = ReceiverQueue(name: "pager", settings: .init(pace: pager))
        for key in ["A", "B"] { _ = single.enqueue(caughtUp(key, "x"), at: at(0)) }
        #expect(single.next(at: at(0)).ticket?.notices.count == 1)
    }

    @Test func `an id is taken once, even after it was delivered`() throws {
        var queue = queue()
        #expect(queue.enqueue(note(.firing, "A", 1), at: at(0)) == .queued)
        #expect(queue.enqueue(note(.firing, "A", 1), at: at(0)) == .duplicate)
        let ticket = try #require(queue.next(at: at(0)).ticket)
        #expect(queue.record(.accepted, of: ticket, at: at(1)) == .delivered)
        #expect(queue.enqueue(note(.firing, "A", 1), at: at(2)) == .duplicate)
        #expect(queue.next(at: at(2)) == .idle)
        #expect(queue.counters.duplicates == 2)
    }

    @Test func `a full queue refuses, and takes again when there is room`() throws {
        var queue = queue(limit: 2)
        #expect(queue.enqueue(note(.firing, "A", 1), at: at(0)) == .queued)
        #expect(queue.enqueue(note(.firing, "B", 1), at: at(0)) == .queued)
        #expect(queue.enqueue(note(.firing, "C", 1), at: at(0)) == .full)
        let ticket = try #require(queue.next(at: at(0)).ticket)
        _ = queue.record(.accepted, of: ticket, at: at(0))
        #expect(queue.enqueue(note(.firing, "C", 1), at: at(0)) == .queued)
        #expect(queue.counters.refusedFull == 1)
    }

    @Test func `a resolve waits for its fire while another alert passes`() throws {
        var queue = queue()
        _ = queue.enqueue(note(.firing, "A", 1), at: at(0))
        _ = queue.enqueue(note(.resolved, "A", 2), at: at(0))
        _ = queue.enqueue(note(.firing, "B", 1), at: at(0))
        var time = at(0)
        let first = try #require(queue.next(at: time).ticket)
        #expect(first.notice.transition.key == "A")
        _ = queue.record(.failed(reason: "500", retryAfter: .seconds(5)), of: first, at: time)
        #expect(queue.next(at: time) == .wait(until: at(5000)))
        time = at(5000)
        let second = try #require(queue.next(at: time).ticket)
        #expect(second.notice.transition.key == "B")
        _ = queue.record(.accepted, of: second, at: time)
        let third = try #require(queue.next(at: time).ticket)
        #expect(third.notice.transition.kind == .firing)
        #expect(third.attempt == 2)
        _ = queue.record(.accepted, of: third, at: time)
        #expect(queue.next(at: time).ticket?.notice.transition.kind == .resolved)
    }

    @Test func `one notice that is answered with 500 for ever holds nobody else up`() throws {
        var queue = queue()
        for number in 0..<20 { _ = queue.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        var time = at(0)
        var delivered: [String] = []
        while delivered.count < 19 {
            switch queue.next(at: time) {
            case .send(let ticket):
                let key = ticket.notice.transition.key
                if key == "S0" {
                    _ = queue.record(.failed(reason: "500", retryAfter: nil), of: ticket, at: time)
                } else {
                    _ = queue.record(.accepted, of: ticket, at: time)
                    delivered.append(key)
                }
            case .wait(let until): time = until
            default:
                Issue.record("nothing to do before all are sent")
                return
            }
        }
        #expect(delivered == (1..<20).map { "S\($0)" })
        #expect(time < at(5000))
    }

    @Test func `when an outage is over all that failed is due at once, the oldest first`() throws {
        var queue = queue()
        for number in 0..<8 { _ = queue.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        var time = at(0)
        var order: [Int64] = []
        while time < at(60_000) {
            switch queue.next(at: time) {
            case .send(let ticket):
                _ = queue.record(.failed(reason: "500", retryAfter: nil), of: ticket, at: time)
            case .wait(let until): time = until
            default:
                Issue.record("something left the queue during the outage")
                return
            }
        }
        while let ticket = queue.next(at: time).ticket {
            order.append(ticket.sequence)
            _ = queue.record(.accepted, of: ticket, at: time)
        }
        #expect(queue.pending == 0)
        #expect(Set(order) == Set(0..<8))
        #expect(order.dropFirst().elementsEqual(order.dropFirst().sorted()))
    }

    @Test func `a permanent refusal leaves at once and lets the next pass`() throws {
        var queue = queue()
        _ = queue.enqueue(note(.firing, "A", 1), at: at(0))
        _ = queue.enqueue(note(.resolved, "A", 2), at: at(0))
        let ticket = try #require(queue.next(at: at(0)).ticket)
        #expect(queue.record(.refused(reason: "404"), of: ticket, at: at(0)) == .dropped(reason: "404"))
        #expect(queue.next(at: at(0)).ticket?.notice.transition.kind == .resolved)
    }

    @Test func `the last try is at the deadline, and then it is dead`() throws {
        var queue = queue(retryFor: .seconds(30))
        _ = queue.enqueue(note(.firing, "A", 1), at: at(0))
        var time = at(0)
        var attempts = 0
        var end: Disposition?
        while end == nil {
            switch queue.next(at: time) {
            case .send(let ticket):
                attempts += 1
                let disposition = queue.record(.failed(reason: "503", retryAfter: nil), of: ticket, at: time)
                if case .dead = disposition { end = disposition }
            case .wait(let until):
                #expect(until > time)
                time = until
            default:
                Issue.record("it left without an end")
                return
            }
        }
        #expect(end == .dead(reason: "503"))
        #expect(time == at(30_000))
        #expect(attempts > 3)
        #expect(queue.counters.dead == 1 && queue.pending == 0)
    }

    @Test func `what waited behind a dead receiver past its deadline goes without an attempt`() throws {
        var queue = queue(retryFor: .seconds(30))
        _ = queue.enqueue(note(.firing, "A", 1), at: at(0))
        _ = queue.enqueue(note(.firing, "B", 1), at: at(0))
        _ = queue.enqueue(note(.firing, "C", 1), at: at(20_000))
        let first = try #require(queue.next(at: at(20_000)).ticket)
        #expect(
            queue.record(.failed(reason: "429", retryAfter: .seconds(60)), of: first, at: at(20_000))
                == .dead(reason: "429"))
        guard case .expired(let expired, let reason) = queue.next(at: at(31_000)) else {
            Issue.record("B is past its deadline")
            return
        }
        #expect(expired.notice.transition.key == "B" && reason == "429")
        #expect(queue.next(at: at(31_000)) == .wait(until: at(80_000)))
    }

    @Test func `the circuit opens at the fifth failure in a row, lets one try, and closes with an answer`()
        throws
    {
        var queue = queue(retryFor: .seconds(6000))
        for number in 0..<3 { _ = queue.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        var time = at(0)
        var failures = 0
        while failures < 7 {
            switch queue.next(at: time) {
            case .send(let ticket):
                if failures >= 5 {
                    guard case .halfOpen = queue.circuit else {
                        Issue.record("one message tries: \(queue.circuit)")
                        return
                    }
                }
                _ = queue.record(.failed(reason: "503", retryAfter: nil), of: ticket, at: time)
                failures += 1
                #expect(queue.circuit.isClosed == (failures < 5))
                guard failures >= 5 else { continue }
                // Half of the back-off is certain: 8 s after the fifth failure.
                guard case .open(_, let until, let reason) = queue.circuit else { return }
                #expect(until.milliseconds - time.milliseconds >= 8000 && reason == "503")
                #expect(queue.next(at: time) == .wait(until: until))
            case .wait(let until): time = until
            default: return
            }
        }
        #expect(queue.counters.circuitOpenings == 1)
        while case .wait(let until) = queue.next(at: time) { time = until }
        // `next` above has taken a ticket; its answer closes the circuit.
        guard case .halfOpen = queue.circuit else { return }
        #expect(queue.counters.circuitOpenings == 1)
    }

    @Test func `a rate limit lets a burst through and then one at a time`() throws {
        var queue = queue(pace: ReceiverPace(limit: .init(messages: 3, per: .seconds(3))))
        for number in 0..<6 { _ = queue.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        var times: [Int64] = []
        var time = at(0)
        while queue.pending > 0 {
            switch queue.next(at: time) {
            case .send(let ticket):
                times.append(time.milliseconds)
                _ = queue.record(.accepted, of: ticket, at: time)
            case .wait(let until): time = until
            default: return
            }
        }
        #expect(times == [0, 0, 0, 1000, 2000, 3000])
    }

    @Test func `what waits beyond a bound goes as one digest, each alert in its order`() throws {
        var few = queue(pace: ReceiverPace(digestAbove: 3))
        for number in 0..<3 { _ = few.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        #expect(few.next(at: at(0)).ticket?.notices.count == 1)
        var other = queue(pace: ReceiverPace(digestAbove: 3))
        for number in 0..<3 { _ = other.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        _ = other.enqueue(note(.resolved, "S0", 2), at: at(0))
        let digest = try #require(other.next(at: at(0)).ticket)
        #expect(digest.sequences == [0, 1, 2, 3])
        // A digest that failed is the same one when it is tried again, whatever came in meanwhile.
        _ = other.record(.failed(reason: "500", retryAfter: nil), of: digest, at: at(0))
        _ = other.enqueue(note(.firing, "S3", 1), at: at(1))
        var time = at(1)
        var sent: [[Int64]] = []
        while other.pending > 0 {
            switch other.next(at: time) {
            case .send(let ticket):
                sent.append(ticket.sequences)
                _ = other.record(.accepted, of: ticket, at: time)
            case .wait(let until): time = until
            default: return
            }
        }
        #expect(sent.contains([0, 1, 2, 3]) && sent.contains([4]) && sent.count == 2)
        #expect(other.counters.delivered == 5 && other.counters.digests == 1)
    }

    @Test func `a digest that is refused is sent one by one, and nothing is lost`() throws {
        var queue = queue(pace: ReceiverPace(digestAbove: 1))
        for number in 0..<4 { _ = queue.enqueue(note(.firing, "S\(number)", 1), at: at(0)) }
        let digest = try #require(queue.next(at: at(0)).ticket)
        guard case .retrying = queue.record(.refused(reason: "400"), of: digest, at: at(0)) else {
            Issue.record("it was given up")
            return
        }
        var sent: [[Int64]] = []
        while let ticket = queue.next(at: at(0)).ticket {
            sent.append(ticket.sequences)
            _ = queue.record(.accepted, of: ticket, at: at(0))
        }
        #expect(sent == [[0], [1], [2], [3]])
    }

    @Test func `what is alike waits for its group's time and goes as one message`() throws {
        var queue = queue(pace: ReceiverPace(grouping: .init(by: .rule, wait: .seconds(10))))
        func notice(_ rule: String, _ key: String, _ kind: Transition.Kind = .firing) -> Notice {
            Notice(transition(kind, rule: rule, key: key, at: 1))
        }
        _ = queue.enqueue(notice("a", "X"), at: at(0))
        _ = queue.enqueue(notice("b", "X"), at: at(4000))
        _ = queue.enqueue(notice("a", "Y"), at: at(9000))
        _ = queue.enqueue(notice("a", "X", .resolved), at: at(9500))
        #expect(queue.next(at: at(9999)) == .wait(until: at(10_000)))
        let first = try #require(queue.next(at: at(10_000)).ticket)
        #expect(first.notices.map(\.transition.key) == ["X", "Y", "X"])
        _ = queue.record(.accepted, of: first, at: at(10_000))
        #expect(queue.next(at: at(10_000)) == .wait(until: at(14_000)))
        #expect(queue.next(at: at(14_000)).ticket?.notices.map(\.transition.rule) == ["b"])
    }

    @Test func `a slow receiver that does not fail gets even old alerts`() throws {
        var queue = queue(retryFor: .seconds(1))
        _ = queue.enqueue(note(.firing, "A", 1), at: at(0))
        #expect(queue.next(at: at(60_000)).ticket != nil)
    }
}

/// A receiver that fails at random, against what must hold whatever it does.
struct ReceiverQueueSimulation {
    @Test(arguments: 0..<60)
    func `whatever the receiver does, every notice ends once and in its alert's order`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pace = ReceiverPace(
            limit: seed % 2 == 0 ? .init(messages: 4, per: .seconds(2)) : nil,
            grouping: seed % 3 == 0 ? .init(by: .rule, wait: .seconds(3)) : nil,
            digestAbove: seed % 5 < 2 ? 3 : nil)
        var queue = queue(limit: 1000, retryFor: .seconds(120), seed: seed, pace: pace)
        var digests: [Int64: [Int64]] = [:]
        var time: Int64 = 0
        var submitted: [String: [String]] = [:]
        var ended: [String: [String]] = [:]
        var deliveries = 0
        var counts = (queued: 0, delivered: 0, dropped: 0, dead: 0)
        let failureShare = Double.random(in: 0...0.95, using: &random)

        func submit() {
            let key = "S\(Int.random(in: 0..<4, using: &random))"
            let kind: Transition.Kind =
                submitted[key, default: []].count.isMultiple(of: 2) ? .firing : .resolved
            let notice = note(kind, key, Int64(counts.queued))
            #expect(queue.enqueue(notice, at: at(time)) == .queued)
            counts.queued += 1
            submitted[key, default: []].append(notice.id)
        }
        func end(_ ticket: Ticket) {
            for notice in ticket.notices { ended[notice.transition.key, default: []].append(notice.id) }
        }

        while counts.queued < 80 || queue.pending > 0 {
            if counts.queued < 80, Bool.random(using: &random) { submit() }
            switch queue.next(at: at(time)) {
            case .send(let ticket):
                time += Int64.random(in: 1...500, using: &random)
                deliveries += 1
                let size = ticket.notices.count
                if size > 1 {
                    // Never with other members under the same first one, unless it was taken apart.
                    #expect(digests[ticket.sequence] == nil || digests[ticket.sequence] == ticket.sequences)
                    digests[ticket.sequence] = ticket.sequences
                }
                let roll = random.fraction()
                let result: AttemptResult =
                    if roll < failureShare {
                        .failed(
                            reason: "503",
                            retryAfter: roll < failureShare / 4
                                ? .milliseconds(Int64.random(in: 0...200_000, using: &random)) : nil)
                    } else if roll < failureShare + 0.02 { .refused(reason: "400") } else { .accepted }
                switch queue.record(result, of: ticket, at: at(time)) {
                case .delivered: (counts.delivered, _) = (counts.delivered + size, end(ticket))
                case .dropped: (counts.dropped, _) = (counts.dropped + size, end(ticket))
                case .dead: (counts.dead, _) = (counts.dead + size, end(ticket))
                case .retrying(let next, let reason):
                    #expect(next > at(time) || reason.hasSuffix("one by one"))
                }
            case .expired(let ticket, _): (counts.dead, _) = (counts.dead + 1, end(ticket))
            case .wait(let until):
                #expect(until > at(time))
                time = until.milliseconds
            case .idle: #expect(queue.pending == 0)
            }
        }
        #expect(ended == submitted)
        let counters = queue.counters
        #expect(counters.queued == counts.queued && counters.delivered == counts.delivered)
        #expect(counters.dropped == counts.dropped && counters.dead == counts.dead)
        #expect(counters.queued == counters.delivered + counters.dropped + counters.dead)
    }
}
