internal import Foundation
internal import HTTPTransport
internal import MarketModel
internal import Synchronization

/// One receiver's thread: it takes what the outbox says and tells the outbox how it went. A receiver that is
/// slow or down keeps its own thread waiting and nobody else's.
final class Lane: Sendable {
    let definition: NotifierDefinition
    private let surroundings: Surroundings
    private let work = WakeSignal()
    private let cancellation = Cancellation()
    private let thread = WorkThread()
    private let plainBodyCount = Mutex(0)

    /// What all lanes of a courier share.
    struct Surroundings: Sendable {
        let outbox: any Outbox
        let clock: any DeliveryClock
        /// Woken whenever a notice left a queue, and when a lane ended.
        let progress: WakeSignal
        let report: @Sendable (DeliveryReport) -> Void
        let circuit: @Sendable (String, Circuit) -> Void
    }

    init(_ definition: NotifierDefinition, in surroundings: Surroundings) {
        self.definition = definition
        self.surroundings = surroundings
    }

    var name: String { definition.name }
    private var outbox: any Outbox { surroundings.outbox }
    private var clock: any DeliveryClock { surroundings.clock }
    var isFinished: Bool { thread.isOver }
    var plainBodies: Int { plainBodyCount.withLock { $0 } }

    func start() {
        let progress = surroundings.progress
        thread.start("notify \(name)", of: self, { $0.run() }, ended: { progress.wake() })
    }

    func wake() { work.wake() }

    /// Ends the thread soon, the transfer under way included.
    func stop() {
        cancellation.cancel()
        work.wake()
    }

    private func run() {
        var sender = definition.makeSender(cancellation: cancellation)
        while true {
            // First: whoever cancels behind the look at it has woken this generation.
            let generation = work.generation
            if cancellation.isCancelled { break }
            switch outbox.next(for: name, at: clock.now()) {
            case .send(let ticket): attempt(ticket, &sender)
            case .expired(let ticket, let reason):
                sender.forget(ticket.message.id)
                tell(ticket, .dead(reason: reason), attempts: ticket.attempt - 1)
            case .wait(let time): work.wait(since: generation, timeout: clock.pause(until: time))
            case .idle: work.wait(since: generation)
            }
        }
    }

    private func attempt(_ ticket: Ticket, _ sender: inout any NoticeSender) {
        let attempt = sender.send(ticket, at: clock.now())
        if attempt.wasPlain { plainBodyCount.withLock { $0 += 1 } }
        // A transfer that was cancelled says nothing of the receiver; the notice stays queued.
        if cancellation.isCancelled, case .failed = attempt.result { return }
        let before = outbox.circuit(of: name)
        defer { tellCircuit(before) }
        let outcome: DeliveryReport.Outcome
        switch outbox.record(attempt.result, of: ticket, at: clock.now()) {
        case .delivered: outcome = .delivered
        case .retrying(let time, let reason): outcome = .retrying(at: time, reason: reason)
        case .dropped(let reason): outcome = .dropped(reason: reason)
        case .dead(let reason): outcome = .dead(reason: reason)
        }
        if case .retrying = outcome {} else { sender.forget(ticket.message.id) }
        tell(ticket, outcome, attempts: ticket.attempt)
    }

    /// Says when the circuit opens and when it closes again; not each attempt between.
    private func tellCircuit(_ before: Circuit) {
        let after = outbox.circuit(of: name)
        switch (before, after) {
        case (.closed, .open), (.open, .closed), (.halfOpen, .closed): surroundings.circuit(name, after)
        default: break
        }
    }

    private func tell(_ ticket: Ticket, _ outcome: DeliveryReport.Outcome, attempts: Int) {
        let elapsed = clock.now().milliseconds - ticket.enqueuedAt.milliseconds
        for notice in ticket.notices {
            surroundings.report(
                DeliveryReport(
                    receiver: name, transition: notice.transition, outcome: outcome, attempts: attempts,
                    elapsed: elapsed))
        }
        surroundings.progress.wake()
    }
}
