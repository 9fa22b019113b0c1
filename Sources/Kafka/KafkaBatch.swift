internal import CRdKafka

/// What one poll brought: messages, and events that came with or after them.
///
/// It owns the messages' memory and gives it back at its end, so use it up before the next poll.
public struct KafkaBatch: ~Copyable {
    struct Entry {
        let message: UnsafeMutablePointer<rd_kafka_message_t>
        let source: Int32
    }

    private let entries: [Entry]
    /// In the order in which they came. A rebalance is always the last.
    public let events: [KafkaEvent]
    /// The sources of this batch, each with the offset after its last message.
    private let ends: [(source: Int, offset: Int64)]
    private let partitions: [TopicPartition]
    /// Keeps the handle, in which the messages live.
    private let connection: KafkaConnection

    init(
        entries: [Entry], events: [KafkaEvent], ends: [(source: Int, offset: Int64)],
        partitions: [TopicPartition], connection: KafkaConnection
    ) {
        self.entries = entries
        self.events = events
        self.ends = ends
        self.partitions = partitions
        self.connection = connection
    }

    deinit { for entry in self.entries { rd_kafka_message_destroy(entry.message) } }

    public var count: Int { self.entries.count }
    public var isEmpty: Bool { self.entries.isEmpty }

    /// For each partition of this batch the offset after its last message: what to commit once all is dealt
    /// with.
    public var positions: [TopicPartitionOffset] {
        self.ends.sorted { $0.source < $1.source }
            .map { TopicPartitionOffset(self.partitions[$0.source], .at($0.offset)) }
    }

    /// Lends each message, in order of its offset within a partition.
    public func forEach<E>(_ body: (borrowing KafkaMessage) throws(E) -> Void) throws(E) {
        for entry in self.entries {
            let message = KafkaMessage(raw: UnsafePointer(entry.message), source: Int(entry.source))
            try body(message)
        }
    }
}
