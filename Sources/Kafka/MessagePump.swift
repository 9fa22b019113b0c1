internal import CRdKafka

/// Takes messages off a queue into batches; shared by the consumer and the topic reader.
///
/// librdkafka 2.0.2's own `rd_kafka_consume_batch_queue` is not used: it waits for a full batch or the
/// whole timeout; and when a pause from inside (any cooperative rebalance) meets a batch under way, it
/// throws away messages whose position it has already advanced, so they are never handed out (fixed in
/// 2.1.0, <https://github.com/confluentinc/librdkafka/pull/4208>). Message by message costs one more call
/// and loses nothing.
struct MessagePump {
    let queue: PollQueue
    var table = PartitionTable()

    private var refill: FetchRefill
    /// Of each source: whether the batch under way has a message of it.
    private var isInBatch: [Bool] = []

    init(queue: PollQueue) {
        self.queue = queue
        self.refill = FetchRefill(queue)
    }

    private var connection: KafkaConnection { self.queue.connection }

    /// Waits up to `timeout` for a first message, then takes what is there, up to `max`.
    mutating func pull(max: Int, timeout: Duration) -> ([KafkaBatch.Entry], [KafkaEvent]) {
        var entries: [KafkaBatch.Entry] = []
        var events: [KafkaEvent] = []
        var wait = timeout.milliseconds
        var bytes = 0
        // nil: nothing came in time, a callback wants to be heard, or somebody woke us.
        while entries.count < max, let message = rd_kafka_consume_queue(self.queue.raw, wait) {
            wait = 0
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                events.append(self.event(for: message.pointee))
                rd_kafka_message_destroy(message)
                continue
            }
            guard let source = self.table.admit(message.pointee, client: self.connection.client) else {
                rd_kafka_message_destroy(message)
                continue
            }
            entries.append(KafkaBatch.Entry(message: message, source: Int32(source)))
            bytes += message.pointee.len
        }
        self.refill.note(taken: entries.count, bytes: bytes, from: self.table.assigned)
        return (entries, events + self.connection.inbox.takeEvents())
    }

    /// - Throws: the handle's fatal error, but not before everything that came before it was handed out.
    mutating func batch(
        _ entries: [KafkaBatch.Entry], _ events: [KafkaEvent]
    ) throws(KafkaError) -> KafkaBatch {
        if entries.isEmpty, let fatal = self.connection.fatalError { throw fatal }
        let partitions = self.table.partitions
        while self.isInBatch.count < partitions.count { self.isInBatch.append(false) }
        var ends: [(source: Int, offset: Int64)] = []
        for entry in entries where !self.isInBatch[Int(entry.source)] {
            let source = Int(entry.source)
            self.isInBatch[source] = true
            ends.append((source, self.table.next(source)))
        }
        for end in ends { self.isInBatch[end.source] = false }
        return KafkaBatch(
            entries: entries, events: events, ends: ends, partitions: partitions,
            connection: self.connection)
    }

    /// Errors of a whole topic; librdkafka fills in partition 0.
    private static let topicErrors = [
        KafkaErrorCode.unknownTopicOrPartition, .unknownTopic, .topicAuthorizationFailed,
    ].map(\.rawValue)

    private mutating func event(for message: rd_kafka_message_t) -> KafkaEvent {
        if message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            return .endOfPartition(self.table.reachEnd(message))
        }
        var subject = KafkaError.Subject.client
        if let topic = message.rkt {
            let name = String(cString: rd_kafka_topic_name(topic))
            subject =
                Self.topicErrors.contains(message.err.rawValue)
                ? .topic(name) : .partition(TopicPartition(name, message.partition))
        }
        var text: String?
        withUnsafePointer(to: message) { text = rd_kafka_message_errstr($0).map { String(cString: $0) } }
        return .error(KafkaError(KafkaErrorCode(message.err), subject, text))
    }
}
