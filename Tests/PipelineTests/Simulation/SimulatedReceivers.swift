import MarketModel
import StateStore

@testable import Delivery
@testable import Pipeline

/// Who is told: each receiver answers as it likes, until the day on which all are well.
final class SimulatedReceivers {
    private struct Receiver {
        var isUnwell = false
        /// The answer to what is under way, and when it comes.
        var underWay: (ticket: Ticket, result: AttemptResult, at: Int64)?
    }

    private let world: SimulatedWorld
    private let isHostile: Bool
    private let settlesFirst: Bool
    private var receivers: [Receiver]
    /// What reached a receiver, in order; one entry a notice.
    private(set) var arrivals: [[Notice]]
    var areWell = false

    init(_ world: SimulatedWorld, isHostile: Bool, settlesFirst: Bool) {
        self.world = world
        self.isHostile = isHostile
        self.settlesFirst = settlesFirst
        receivers = SimulatedCase.receivers.map { _ in Receiver() }
        arrivals = SimulatedCase.receivers.map { _ in [] }
    }

    /// The process is another: what was under way to a receiver has reached it, and its answer nobody.
    func begin() { for index in receivers.indices { receivers[index].underWay = nil } }

    /// What the threads of the courier do meanwhile.
    func move(_ outbox: DurableOutbox) {
        for (index, name) in SimulatedCase.receivers.enumerated() {
            if isHostile, world.chance(3) { receivers[index].isUnwell.toggle() }
            for _ in 0..<(areWell ? 50 : 3) where !world.isDead {
                if receivers[index].underWay == nil { send(index, name, outbox) }
                guard let sent = receivers[index].underWay, sent.at <= world.milliseconds || areWell,
                    world.mayAct()
                else { break }
                receivers[index].underWay = nil
                if !settlesFirst { _ = outbox.record(sent.result, of: sent.ticket, at: world.timestamp) }
                _ = world.mayAct()
            }
        }
    }

    private func send(_ index: Int, _ name: String, _ outbox: DurableOutbox) {
        guard world.mayAct(), case .send(let ticket) = outbox.next(for: name, at: world.timestamp) else {
            return
        }
        let (result, isTaken, delay) = answer(of: receivers[index])
        if settlesFirst { _ = outbox.record(result, of: ticket, at: world.timestamp) }
        guard world.mayAct() else { return }
        if isTaken { arrivals[index] += ticket.notices }
        receivers[index].underWay = (ticket, result, world.milliseconds + delay)
    }

    private func answer(of receiver: Receiver) -> (AttemptResult, isTaken: Bool, delay: Int64) {
        if areWell || !receiver.isUnwell { return (.accepted, true, Int64(world.below(30))) }
        switch world.below(7) {
        case 0: return (.accepted, true, Int64(world.below(5000)))
        case 1: return (.failed(reason: "answered 429", retryAfter: .seconds(2)), false, 10)
        case 2, 3: return (.failed(reason: "answered 500", retryAfter: nil), false, 10)
        // It has it, and its answer is lost.
        case 4: return (.failed(reason: "connection reset", retryAfter: nil), true, 1000)
        case 5: return (.failed(reason: "timed out", retryAfter: nil), world.chance(50), 3000)
        default:
            return world.chance(20) ? (.refused(reason: "answered 400"), false, 10) : (.accepted, true, 10)
        }
    }
}
