internal import CRdKafka

/// Reads a whole topic from its beginning and then follows it, without a group: for small, compacted topics
/// of which every instance needs all.
///
///     let reader = try TopicReader(topic: "rates", properties: properties, within: .seconds(10))
///     while !reader.isBacklogRead {
///         try reader.poll(max: 1_000, timeout: .milliseconds(100)).forEach(apply)
///     }
///
/// The partitions are those that the topic has when the reader is made. Like the consumer it belongs to one
/// thread at a time, and its calls block.
public final class TopicReader {
    public let connection: KafkaConnection
    /// Ends a poll from another thread.
    public let waker: KafkaWaker
    public let topic: String
    private let handle: OpaquePointer
    private var pump: MessagePump

    private static let required = [
        RequiredProperty(
            name: "enable.auto.commit", value: "false", reason: "a reader without a group commits nothing"),
        RequiredProperty(
            name: "enable.partition.eof", value: "true",
            reason: "the end of the backlog is recognized by it"),
    ]

    /// - Parameter limit: how long to look for a broker and the topic.
    /// - Throws: about a property, an unreachable broker, a topic that does not exist.
    public init(topic: String, properties: KafkaProperties, within limit: Duration) throws(KafkaError) {
        // What is gone before it was read is skipped, not waited for.
        let withReset = [("auto.offset.reset", "earliest")] + properties.filter { $0.0 != "group.id" }
        let connection = try KafkaConnection(.consumer, withReset, required: Self.required)
        let partitions = try connection.topic(topic, within: limit).partitions.map {
            TopicPartition(topic, $0.id)
        }
        guard let handle = rd_kafka_topic_new(connection.client, topic, nil) else {
            throw KafkaError(KafkaErrorCode(rd_kafka_last_error()), .topic(topic))
        }
        guard let raw = rd_kafka_queue_new(connection.client) else {
            rd_kafka_topic_destroy(handle)
            throw KafkaError(.invalidArgument, .client, "librdkafka made no queue")
        }
        let queue = PollQueue(taking: raw, of: connection)
        connection.leadMainQueue(into: queue)
        self.connection = connection
        self.topic = topic
        self.handle = handle
        self.waker = KafkaWaker(queue)
        self.pump = MessagePump(queue: queue)
        self.pump.table.assign(partitions)
        for each in partitions {
            let started = rd_kafka_consume_start_queue(
                handle, each.partition, KafkaOffset.beginning.raw, queue.raw)
            guard started == 0 else {
                throw KafkaError(KafkaErrorCode(rd_kafka_last_error()), .partition(each))
            }
        }
    }

    deinit {
        for each in self.pump.table.assigned { rd_kafka_consume_stop(self.handle, each.partition) }
        rd_kafka_topic_destroy(self.handle)
    }

    /// As `KafkaConsumer.poll`.
    public func poll(max: Int, timeout: Duration) throws(KafkaError) -> KafkaBatch {
        try self.pump.batch(self.pump.pull(max: max, timeout: timeout))
    }

    /// Every partition of the topic, by `KafkaMessage.source`.
    public var partitions: [TopicPartition] { self.pump.table.partitions }

    /// Whether all that the topic held when reading began has been handed out.
    public var isBacklogRead: Bool { self.pump.table.isBacklogRead }
}
