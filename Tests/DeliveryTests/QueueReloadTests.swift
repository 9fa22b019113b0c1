import MarketModel
import Testing

@testable import Delivery

/// A receiver whose notifier changes while notices wait for it.
struct QueueReloadTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func ticket(_ step: OutboxStep) -> Ticket? {
        if case .send(let ticket) = step { ticket } else { nil }
    }

    @Test func `A message that was on its way is sent again, and what follows goes by the new pace`() throws {
        var queue = ReceiverQueue(name: "desk", settings: .init())
        _ = queue.enqueue(Notice(transition(.firing, key: "A", at: 1)), at: at(0))
        _ = queue.enqueue(Notice(transition(.resolved, key: "A", at: 2)), at: at(0))
        let cutOff = try #require(ticket(queue.next(at: at(0))))
        #expect(queue.next(at: at(0)) == .idle)
        queue.adopt(
            retryFor: .seconds(60), pace: .init(limit: .init(messages: 1, per: .seconds(10))))
        let again = try #require(ticket(queue.next(at: at(1))))
        #expect(again.notices == cutOff.notices)
        _ = queue.record(.accepted, of: again, at: at(1))
        #expect(queue.next(at: at(2)) == .wait(until: at(10_001)))
    }
}
