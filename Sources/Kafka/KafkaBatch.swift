internal import CRdKafka

/// What one poll brought: messages, and events that came with or after them.
///
/// It owns the messages' memory and gives it back at its end, so use it up before the next poll.
public struct KafkaBatch: ~Copyable {
    /// Messages of one partition that came one after the other.
    public struct Stretch: Sendable {
        /// As `KafkaMessage.source`.
        public let source: Int
        /// Among the batch's messages.
        let range: Range<Int>
        /// The offset of its first message.
        public let begin: Int64
        /// The offset after its last message.
        public let end: Int64

        public var count: Int { self.range.count }
    }

    private let messages: [UnsafeMutablePointer<rd_kafka_message_t>]
    /// All messages, in their order.
    public let stretches: [Stretch]
    /// In the order in which they came. A rebalance is always the last.
    public let events: [KafkaEvent]
    private let partitions: [TopicPartition]
    /// Keeps the handle, in which the messages live.
    private let connection: KafkaConnection

    init(
        _ pulled: MessagePump.Pulled, partitions: [TopicPartition], connection: KafkaConnection
    ) {
        self.messages = pulled.messages
        self.stretches = pulled.stretches
        self.events = pulled.events
        self.partitions = partitions
        self.connection = connection
    }

    deinit { for message in self.messages { rd_kafka_message_destroy(message) } }

    public var count: Int { self.messages.count }
    public var isEmpty: Bool { self.messages.isEmpty }

    /// For each partition of this batch the offset after its last message: what to commit once all is dealt
    /// with.
    public var positions: [TopicPartitionOffset] {
        var ends: [Int: Int64] = [:]
        for stretch in self.stretches { ends[stretch.source] = stretch.end }
        return ends.sorted { $0.key < $1.key }
            .map { TopicPartitionOffset(self.partitions[$0.key], .at($0.value)) }
    }

    /// Lends each message of a stretch, in order of its offset.
    public func forEach<E>(
        in stretch: Stretch, _ body: (borrowing KafkaMessage) throws(E) -> Void
    ) throws(E) {
        for index in stretch.range {
            try body(KafkaMessage(raw: UnsafePointer(self.messages[index]), source: stretch.source))
        }
    }

    /// Lends each message, in order of its offset within a partition.
    public func forEach<E>(_ body: (borrowing KafkaMessage) throws(E) -> Void) throws(E) {
        for stretch in self.stretches { try self.forEach(in: stretch, body) }
    }
}
