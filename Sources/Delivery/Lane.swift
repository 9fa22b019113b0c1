internal import Foundation
internal import HTTPTransport
internal import MarketModel
internal import Synchronization

/// One receiver's thread: it takes what the outbox says and tells the outbox how it went. A receiver that is
/// slow or down keeps its own thread waiting and nobody else's.
final class Lane: Sendable {
    let definition: NotifierDefinition
    private let outbox: any Outbox
    private let clock: any DeliveryClock
    private let report: @Sendable (DeliveryReport) -> Void
    private let work = WakeSignal()
    private let cancellation = Cancellation()
    private let progress: WakeSignal
    private let state = Mutex(State())

    private struct State {
        var isStarted = false
        var isFinished = false
        var plainBodies = 0
    }

    /// - Parameter progress: woken whenever a notice left the queue, and at the end.
    init(
        _ definition: NotifierDefinition, outbox: any Outbox, clock: any DeliveryClock, progress: WakeSignal,
        report: @escaping @Sendable (DeliveryReport) -> Void
    ) {
        self.definition = definition
        self.outbox = outbox
        self.clock = clock
        self.progress = progress
        self.report = report
    }

    var name: String { definition.name }
    var isIdle: Bool { outbox.pending(for: name) == 0 }
    var isFinished: Bool { state.withLock { !$0.isStarted || $0.isFinished } }
    var plainBodies: Int { state.withLock { $0.plainBodies } }

    func start() {
        state.withLock { $0.isStarted = true }
        let thread = Thread { self.run() }
        thread.name = "notify \(name)"
        thread.start()
    }

    func wake() { work.wake() }

    /// Ends the thread soon, the transfer under way included.
    func stop() {
        cancellation.cancel()
        work.wake()
    }

    private func run() {
        var sender = definition.makeSender(cancellation: cancellation)
        while !cancellation.isCancelled {
            let generation = work.generation
            switch outbox.next(for: name, at: clock.now()) {
            case .send(let ticket): attempt(ticket, &sender)
            case .expired(let ticket, let reason):
                tell(ticket, .dead(reason: reason), attempts: ticket.attempt - 1)
            case .wait(let time): work.wait(since: generation, timeout: clock.pause(until: time))
            case .idle: work.wait(since: generation)
            }
        }
        state.withLock { $0.isFinished = true }
        progress.wake()
    }

    private func attempt(_ ticket: Ticket, _ sender: inout any NoticeSender) {
        let attempt = sender.send(ticket, at: clock.now())
        if attempt.wasPlain { state.withLock { $0.plainBodies += 1 } }
        let outcome: DeliveryReport.Outcome
        switch outbox.record(attempt.result, of: ticket, at: clock.now()) {
        case .delivered: outcome = .delivered
        case .retrying(let time, let reason): outcome = .retrying(at: time, reason: reason)
        case .dropped(let reason): outcome = .dropped(reason: reason)
        case .dead(let reason): outcome = .dead(reason: reason)
        }
        tell(ticket, outcome, attempts: ticket.attempt)
    }

    private func tell(_ ticket: Ticket, _ outcome: DeliveryReport.Outcome, attempts: Int) {
        report(
            DeliveryReport(
                receiver: name, transition: ticket.notice.transition, outcome: outcome,
                attempts: attempts,
                elapsed: clock.now().milliseconds - ticket.enqueuedAt.milliseconds))
        progress.wake()
    }
}
