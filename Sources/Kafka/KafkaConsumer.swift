internal import CRdKafka

/// A member of a consumer group.
///
///     let consumer = try KafkaConsumer(
///         properties: [("bootstrap.servers", "localhost:9092"), ("group.id", "alerts")])
///     try consumer.subscribe(to: ["trades"])
///     while running {
///         let batch = try consumer.poll(max: 4_096, timeout: .milliseconds(100))
///         batch.forEach { decode($0.value, $0.key) }
///         if !batch.isEmpty { consumer.requestCommit(batch.positions) }
///         for event in batch.events { note(event) }
///     }
///     try consumer.close(within: .seconds(10))
///
/// It belongs to one thread at a time, hence no `Sendable`: librdkafka 2.0.2 loses track when partitions
/// are paused or sought while another thread polls. All its calls may block, so that thread is not one of
/// Swift's cooperative pool. Only `waker` and `connection` may be used from elsewhere. There is no thread
/// behind it that runs our code: callbacks run inside `poll`.
///
/// Nothing is committed by itself. Delivery is at least once: after a rebalance, messages that were not
/// committed come again.
public final class KafkaConsumer {
    public let connection: KafkaConnection
    /// Ends a poll from another thread.
    public let waker: KafkaWaker
    public let group: String
    var pump: MessagePump
    private var pending: Rebalance?
    /// Closed: every call but `close` is refused.
    public private(set) var isClosed = false

    private static let required = [
        RequiredProperty(
            name: "enable.auto.commit", value: "false",
            reason: "offsets are committed once what they stand for is safe"),
        RequiredProperty(
            name: "enable.partition.eof", value: "true",
            reason: "the end of the backlog is recognized by it"),
    ]

    /// Why a consumer refuses a value that librdkafka would take; nil when it does not. A configuration can
    /// say so beside its line.
    public static func refusal(of property: String, _ value: String) -> String? {
        required.first { $0.name == property && $0.value != value }?.refusal
    }

    /// - Parameter properties: librdkafka's, among them `bootstrap.servers` and `group.id`.
    /// - Throws: about a property. Nothing is connected yet: ask `connection.ensureReachable`.
    public init(properties: KafkaProperties) throws(KafkaError) {
        guard let group = properties.last(where: { $0.0 == "group.id" })?.1, !group.isEmpty else {
            throw KafkaError(
                .invalidArgument, .property("group.id"),
                "it is missing; members of a group share its messages")
        }
        let connection = try KafkaConnection(.consumer, properties, required: Self.required)
        guard let raw = rd_kafka_queue_get_consumer(connection.client) else {
            throw KafkaError(.invalidArgument, .property("group.id"), "librdkafka made no group of it")
        }
        let queue = PollQueue(taking: raw, of: connection)
        self.connection = connection
        self.group = group
        self.pump = MessagePump(queue: queue)
        self.waker = KafkaWaker(queue)
    }

    /// Joins the group for these topics; partitions come later, as an event of a poll.
    ///
    /// A name that begins with `^` is a regular expression.
    public func subscribe(to topics: [String]) throws(KafkaError) {
        try self.ensureOpen()
        self.connection.leadMainQueueIntoConsumer()
        let list = PartitionList(topics.map { TopicPartition($0, -1) })
        try KafkaError.check(rd_kafka_subscribe(self.connection.client, list.raw), .group(self.group))
    }

    /// Waits up to `timeout` for a first message, then takes what is there, up to `max` messages.
    ///
    /// A rebalance that the previous poll reported takes effect first, as if by `acceptRebalance()`.
    /// Call it at least every `max.poll.interval.ms` (5 minutes), even when all partitions are paused.
    /// - Throws: only a fatal error. What librdkafka tries again by itself comes as an event.
    public func poll(max: Int, timeout: Duration) throws(KafkaError) -> KafkaBatch {
        try self.ensureOpen()
        self.acceptRebalance()
        if let waiting = self.connection.inbox.takeRebalance() {
            self.pending = waiting
            return try self.pump.batch(
                MessagePump.Pulled(events: self.connection.inbox.takeEvents() + [waiting.event]))
        }
        var pulled = self.pump.pull(max: max, timeout: timeout)
        if let rebalance = self.connection.inbox.takeRebalance() {
            self.pending = rebalance
            pulled.events.append(rebalance.event)
        }
        return try self.pump.batch(pulled)
    }

    /// Takes, or gives up, the partitions of the rebalance that the last poll reported.
    ///
    /// - Parameter offsets: where to start in newly assigned partitions; the others start at the committed
    ///   offset.
    public func acceptRebalance(startingAt offsets: [TopicPartitionOffset] = []) {
        guard let rebalance = self.pending else { return }
        self.pending = nil
        if rebalance.isAssignment {
            self.pump.table.assign(rebalance.partitions)
        } else {
            self.pump.table.revoke(rebalance.partitions)
        }
        if let refusal = rebalance.perform(on: self.connection.client, startingAt: offsets) {
            self.connection.inbox.post(.error(refusal))
        }
    }

    /// Leaves the group, so that others take over at once. Commit before it: nothing is committed here.
    ///
    /// - Throws: `timedOut` when the group did not answer in time. The consumer is closed all the same; the
    ///   group then notices after `session.timeout.ms`, and freeing the consumer may take some seconds
    ///   more.
    public func close(within limit: Duration) throws(KafkaError) {
        guard !self.isClosed else { return }
        self.isClosed = true
        let client = self.connection.client
        self.connection.inbox.beginClosing()
        self.acceptRebalance()
        while let waiting = self.connection.inbox.takeRebalance() {
            waiting.perform(on: client, startingAt: [])
        }
        guard let queue = rd_kafka_queue_new(client) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        if let error = KafkaError(consuming: rd_kafka_consumer_close_queue(client, queue), .group(self.group))
        {
            throw error
        }
        let deadline = Deadline(within: limit)
        while rd_kafka_consumer_closed(client) == 0 {
            guard !deadline.hasPassed else {
                throw KafkaError(
                    .timedOut, .group(self.group), "leaving took more than \(limit.milliseconds) ms")
            }
            // As events, not callbacks: unread messages come here too, and for them callbacks would trap.
            guard let event = rd_kafka_queue_poll(queue, deadline.milliseconds(atMost: 50)) else { continue }
            defer { rd_kafka_event_destroy(event) }
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE {
                Rebalance(
                    client: client, code: rd_kafka_event_error(event),
                    partitions: rd_kafka_event_topic_partition_list(event)
                ).perform(on: client, startingAt: [])
            }
        }
    }

    func ensureOpen() throws(KafkaError) {
        guard !self.isClosed else {
            throw KafkaError(.wrongState, .group(self.group), "the consumer is closed")
        }
    }
}
