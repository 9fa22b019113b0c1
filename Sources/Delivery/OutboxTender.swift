internal import Foundation
internal import Logging
internal import Synchronization

/// The thread that looks after an outbox: what another process changed in it, what it could not write, what
/// has become too old.
final class OutboxTender: Sendable {
    /// How soon `bellwether outbox retry` reaches a running instance.
    private static let interval = Duration.seconds(1)

    private let outbox: any Outbox
    private let clock: any DeliveryClock
    private let lanes: [String: Lane]
    private let log: Logger
    private let signal = WakeSignal()
    private let isStopped = Atomic<Bool>(false)
    private let thread = WorkThread()
    private let ended = DispatchSemaphore(value: 0)

    init(_ outbox: any Outbox, clock: any DeliveryClock, lanes: [String: Lane], log: Logger) {
        self.outbox = outbox
        self.clock = clock
        self.lanes = lanes
        self.log = log
    }

    func start() {
        let ended = ended
        thread.start("outbox", of: self, { $0.run() }, ended: { ended.signal() })
    }

    private func run() {
        while !isStopped.load(ordering: .acquiring) {
            let generation = signal.generation
            tend()
            signal.wait(since: generation, timeout: Self.interval)
        }
    }

    private func tend() {
        let found = outbox.tend(at: clock.now())
        for receiver in found.changed { lanes[receiver]?.wake() }
        if found.forgottenLetters > 0 {
            log.warning("\(found.forgottenLetters) dead letters were too old to keep")
        }
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        signal.wake()
    }

    /// After `stop`: waits for the thread's end, after which it touches the outbox no more.
    func join() {
        ended.wait()
        ended.signal()
    }
}
