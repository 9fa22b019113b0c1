internal import CRdKafka
internal import Synchronization

/// The one owner of a librdkafka handle, and the questions that any client can ask the cluster.
///
/// A consumer, a producer and a topic reader each have theirs; one of its own serves to ask about topics
/// before anything else starts. Its calls block and may be made on any thread, never on Swift's cooperative
/// pool.
///
/// - Invariant: whoever holds anything that lives in the handle (messages, queues) also holds the
///   connection.
public final class KafkaConnection: Sendable {
    enum Role { case consumer, producer }

    nonisolated(unsafe) let client: OpaquePointer
    let inbox: ClientInbox
    /// `bootstrap.servers` as configured.
    public let addresses: String
    /// How much may wait to be taken before a consumer fetches no more.
    let queuedMessages: Int
    let queuedBytes: Int
    /// Set when the main queue leads into a consumer's: then only its poll may serve callbacks.
    private let isServedByPoll = Atomic(false)

    /// A connection for questions alone.
    ///
    /// - Throws: `KafkaError` about the property that librdkafka refuses. Nothing is connected yet.
    public convenience init(properties: KafkaProperties) throws(KafkaError) {
        try self.init(.producer, properties, required: [])
    }

    init(
        _ role: Role, _ properties: KafkaProperties, required: [RequiredProperty]
    ) throws(KafkaError) {
        let configuration = ClientConfiguration()
        let inbox = ClientInbox()
        try configuration.set("log.queue", "true")
        if role == .consumer, rd_kafka_version() >= 0x0202_0000 {
            // Before that version `FetchRefill` does it.
            try configuration.set("fetch.queue.backoff.ms", "10")
        }
        try configuration.apply(properties, required: required)
        configuration.install(inbox)
        switch role {
        case .consumer: configuration.installRebalance()
        case .producer: configuration.installDeliveryReports()
        }
        self.addresses = configuration.value(of: "bootstrap.servers") ?? ""
        self.queuedMessages = configuration.value(of: "queued.min.messages").flatMap { Int($0) } ?? 100_000
        self.queuedBytes =
            (configuration.value(of: "queued.max.messages.kbytes").flatMap { Int($0) } ?? 65_536) << 10
        self.inbox = inbox
        self.client = try configuration.makeClient(
            role == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER)
        rd_kafka_set_log_queue(self.client, nil)
    }

    deinit {
        // A consumer that was not closed is dropped as by a crash: a deinit must not wait for a group.
        rd_kafka_destroy_flags(self.client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// Events since the last call; those of a consumer or reader come with its polls instead.
    public func takeEvents() -> [KafkaEvent] { self.inbox.takeEvents() }

    /// Events that were dropped because nobody took them.
    public var droppedEvents: Int { self.inbox.droppedEvents }

    func leadMainQueueIntoConsumer() {
        rd_kafka_poll_set_consumer(self.client)
        self.isServedByPoll.store(true, ordering: .releasing)
    }

    func leadMainQueue(into queue: PollQueue) {
        guard let main = rd_kafka_queue_get_main(self.client) else { return }
        rd_kafka_queue_forward(main, queue.raw)
        rd_kafka_queue_destroy(main)
        self.isServedByPoll.store(true, ordering: .releasing)
    }

    /// Runs callbacks that are due; up to `milliseconds` waits for the first.
    func serve(milliseconds: Int32) {
        guard !self.isServedByPoll.load(ordering: .acquiring) else { return }
        rd_kafka_poll(self.client, milliseconds)
    }

    /// The fatal error that librdkafka recorded for this handle.
    var fatalError: KafkaError? {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(self.client, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return KafkaError(
            KafkaErrorCode(code), .client, String(decoding: bytes, as: UTF8.self), isFatal: true)
    }
}
