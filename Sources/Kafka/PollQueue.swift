internal import CRdKafka
internal import Synchronization

/// Owner of the librdkafka queue that a consumer polls.
final class PollQueue: Sendable {
    nonisolated(unsafe) let raw: OpaquePointer
    let connection: KafkaConnection

    init(taking raw: OpaquePointer, of connection: KafkaConnection) {
        self.raw = raw
        self.connection = connection
    }

    /// - Invariant: the queue goes before the handle, which `connection` keeps until then.
    deinit { rd_kafka_queue_destroy(self.raw) }
}

/// Ends a poll under way, from any thread: for an orderly stop.
///
/// It does not keep the consumer alive; once that is gone `wake` does nothing.
public final class KafkaWaker: Sendable {
    private struct Target {
        weak var queue: PollQueue?
    }

    private let target: Mutex<Target>

    init(_ queue: PollQueue) { self.target = Mutex(Target(queue: queue)) }

    /// Makes the poll under way, or the next one, return at once.
    public func wake() {
        let queue = self.target.withLock { $0.queue }
        if let queue { rd_kafka_queue_yield(queue.raw) }
    }
}
