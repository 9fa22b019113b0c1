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

    /// What one pull brought.
    struct Pulled {
        var messages: [UnsafeMutablePointer<rd_kafka_message_t>] = []
        var stretches: [KafkaBatch.Stretch] = []
        var events: [KafkaEvent] = []
    }

    private var refill: FetchRefill

    init(queue: PollQueue) {
        self.queue = queue
        self.refill = FetchRefill(queue)
    }

    private var connection: KafkaConnection { self.queue.connection }

    /// Waits up to `timeout` for a first message, then takes what is there, up to `max`.
    mutating func pull(max: Int, timeout: Duration) -> Pulled {
        var pulled = Pulled()
        var wait = timeout.milliseconds
        var bytes = 0
        // The stretch under way.
        var source = -1
        var begin = 0
        // nil: nothing came in time, a callback wants to be heard, or somebody woke us.
        while pulled.messages.count < max, let message = rd_kafka_consume_queue(self.queue.raw, wait) {
            wait = 0
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                pulled.events.append(self.event(for: message.pointee))
                rd_kafka_message_destroy(message)
                continue
            }
            guard let its = self.table.admit(message.pointee, client: self.connection.client) else {
                rd_kafka_message_destroy(message)
                continue
            }
            if its != source {
                self.endStretch(of: source, from: begin, in: &pulled)
                source = its
                begin = pulled.messages.count
            }
            pulled.messages.append(message)
            bytes += message.pointee.len
        }
        self.endStretch(of: source, from: begin, in: &pulled)
        self.refill.note(taken: pulled.messages.count, bytes: bytes, from: self.table.assigned)
        pulled.events += self.connection.inbox.takeEvents()
        return pulled
    }

    private func endStretch(of source: Int, from begin: Int, in pulled: inout Pulled) {
        if begin == pulled.messages.count { return }
        pulled.stretches.append(
            KafkaBatch.Stretch(
                source: source, range: begin..<pulled.messages.count,
                begin: pulled.messages[begin].pointee.offset, end: self.table.next(source)))
    }

    /// - Throws: the handle's fatal error, but not before everything that came before it was handed out.
    func batch(_ pulled: Pulled) throws(KafkaError) -> KafkaBatch {
        if pulled.messages.isEmpty, let fatal = self.connection.fatalError { throw fatal }
        return KafkaBatch(pulled, partitions: self.table.partitions, connection: self.connection)
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
