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
    /// Keeps the handle, in which the messages live; nil: they were made here.
    private let connection: KafkaConnection?

    init(
        _ pulled: MessagePump.Pulled, partitions: [TopicPartition], connection: KafkaConnection
    ) {
        self.messages = pulled.messages
        self.stretches = pulled.stretches
        self.events = pulled.events
        self.partitions = partitions
        self.connection = connection
    }

    /// A batch that no broker has sent, for tests: each record stands at its offset in a source.
    init(
        made records: [(source: Int, offset: Int64, value: [UInt8])], events: [KafkaEvent],
        partitions: [TopicPartition]
    ) {
        var stretches: [Stretch] = []
        self.messages = records.map { record in
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: record.value.count, alignment: 1)
            bytes.copyBytes(from: record.value)
            let message = UnsafeMutablePointer<rd_kafka_message_t>.allocate(capacity: 1)
            message.initialize(to: rd_kafka_message_t())
            message.pointee.payload = bytes.baseAddress
            message.pointee.len = record.value.count
            message.pointee.partition = partitions[record.source].partition
            message.pointee.offset = record.offset
            return message
        }
        for (index, record) in records.enumerated() {
            let last = stretches.last.flatMap { $0.source == record.source ? $0 : nil }
            if last != nil { stretches.removeLast() }
            stretches.append(
                Stretch(
                    source: record.source, range: (last?.range.lowerBound ?? index)..<index + 1,
                    begin: last?.begin ?? record.offset, end: record.offset + 1))
        }
        self.stretches = stretches
        self.events = events
        self.partitions = partitions
        self.connection = nil
    }

    deinit {
        for message in self.messages {
            if self.connection != nil {
                rd_kafka_message_destroy(message)
            } else {
                message.pointee.payload?.deallocate()
                message.deallocate()
            }
        }
    }

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
