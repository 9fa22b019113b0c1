public import MarketModel
public import StateStore
internal import Synchronization

/// The outbox of a run that may forget: queues in memory, bounded.
public final class MemoryOutbox: Outbox {
    private let queues = Mutex<[String: ReceiverQueue]>([:])
    private let limit: Int
    private let policy: RetryPolicy
    private let seed: UInt64

    /// - Parameters:
    ///   - limit: notices of a receiver that may wait.
    ///   - seed: of the back-off's jitter.
    public init(limit: Int = 10_000, policy: RetryPolicy = .init(), seed: UInt64 = 0) {
        self.limit = limit
        self.policy = policy
        self.seed = seed
    }

    public func open(receiver: String, retryFor: Duration, pace: ReceiverPace) {
        queues.withLock {
            let number = UInt64($0.count)
            if $0[receiver] != nil {
                $0[receiver]?.adopt(retryFor: retryFor, pace: pace)
            } else {
                $0[receiver] = ReceiverQueue(
                    name: receiver,
                    settings: .init(
                        limit: limit, policy: policy, retryFor: retryFor, seed: seed &+ number, pace: pace))
            }
        }
    }

    private func withQueue<Value: Sendable>(
        _ receiver: String, _ body: (inout ReceiverQueue) -> sending Value
    ) -> Value {
        queues.withLock { queues in
            guard let _ = queues[receiver] else { preconditionFailure("open a receiver before its use") }
            return body(&queues[receiver]!)
        }
    }

    public func enqueue(_ batch: OutboxBatch, at now: Timestamp) throws(StateError) -> [Enqueued] {
        queues.withLock { queues in
            batch.entries.map { entry in
                guard let _ = queues[entry.receiver] else {
                    preconditionFailure("open a receiver before its use")
                }
                return queues[entry.receiver]!.enqueue(entry.notice, at: now)
            }
        }
    }

    public func next(for receiver: String, at now: Timestamp) -> OutboxStep {
        withQueue(receiver) { $0.next(at: now) }
    }

    public func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition {
        withQueue(ticket.receiver) { $0.record(result, of: ticket, at: now) }
    }

    public func pending(for receiver: String) -> Int { withQueue(receiver) { $0.pending } }

    public func circuit(of receiver: String) -> Circuit { withQueue(receiver) { $0.circuit } }

    public func counters(of receiver: String) -> DeliveryCounters { withQueue(receiver) { $0.counters } }
}
