internal import CRdKafka

/// A Kafka cluster inside this process, on loopback ports that the system chooses: librdkafka's mock
/// cluster.
///
/// Other processes may connect to it. It keeps everything in memory and at most 5 MiB or 100,000 messages a
/// partition, after which the oldest go silently. It knows groups and idempotent producers, but no
/// compaction, no retention, no isolation of transactions, no offsets by time, no TLS, no SASL. A group's
/// first assignment takes about three seconds. A topic that is used before it is created gets four
/// partitions.
///
/// - SeeAlso: `rdkafka_mock.h`.
public final class EmbeddedBroker: Sendable {
    nonisolated(unsafe) private let cluster: OpaquePointer
    /// librdkafka books the cluster on a client; this one does nothing else.
    private let connection: KafkaConnection
    /// For `bootstrap.servers`.
    public let bootstrap: String
    public let brokerCount: Int

    public init(brokers: Int = 1) throws(KafkaError) {
        let connection = try KafkaConnection(
            .producer, [("client.id", "embedded-broker")], required: [])
        guard let cluster = rd_kafka_mock_cluster_new(connection.client, Int32(brokers)) else {
            throw KafkaError(.invalidArgument, .client, "no cluster of \(brokers) brokers on loopback")
        }
        self.connection = connection
        self.cluster = cluster
        self.brokerCount = brokers
        self.bootstrap = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit { rd_kafka_mock_cluster_destroy(self.cluster) }

    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        try KafkaError.check(
            rd_kafka_mock_topic_create(
                self.cluster, name, Int32(partitions), Int32(min(3, self.brokerCount))),
            .topic(name))
    }

    /// Kinds of request that errors can be injected into, with their API key.
    ///
    /// Metadata is not among them: the cluster answers it always; see `setError(_:ofTopic:)`.
    public enum Request: Int16, CaseIterable, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerID = 22
    }

    /// The next requests of this kind fail with these codes, one each; `brokerTransportFailure` cuts the
    /// connection.
    public func inject(_ errors: [KafkaErrorCode], into request: Request) {
        let codes = errors.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        rd_kafka_mock_push_request_errors_array(self.cluster, request.rawValue, codes.count, codes)
    }

    public func clearErrors(of request: Request) {
        rd_kafka_mock_clear_request_errors(self.cluster, request.rawValue)
    }

    /// Metadata of the topic carries this error from now on; `none` heals it.
    public func setError(_ code: KafkaErrorCode, ofTopic topic: String) {
        rd_kafka_mock_topic_set_error(self.cluster, topic, rd_kafka_resp_err_t(rawValue: code.rawValue))
    }

    /// From now on each request costs its connection, new connections included, until `bringUp`.
    ///
    /// librdkafka's own way (`rd_kafka_mock_broker_set_down`) is not used: it closes its listening socket
    /// and binds the port anew, and aborts the process when that fails, as it does while a child process
    /// that is just being started still holds the socket. An idle connection that only asks for metadata is
    /// not cut.
    public func takeDown() {
        for key in Self.requestKeys {
            let cut = [rd_kafka_resp_err_t](
                repeating: RD_KAFKA_RESP_ERR__TRANSPORT, count: Self.connectionsCutWhileDown)
            rd_kafka_mock_push_request_errors_array(self.cluster, key, cut.count, cut)
        }
    }

    /// Ends `takeDown`, and whatever errors were injected and have not come up.
    public func bringUp() {
        for key in Self.requestKeys { rd_kafka_mock_clear_request_errors(self.cluster, key) }
    }

    /// More than clients open in hours: librdkafka waits up to 10 s between attempts.
    private static let connectionsCutWhileDown = 10_000

    /// What clients send at the start of each connection (`ApiVersions`), and all into which errors can be
    /// injected.
    private static let requestKeys: [Int16] = [18] + Request.allCases.map(\.rawValue)

    /// Every answer takes this long, in whole milliseconds.
    public func setRoundTrip(_ time: Duration, broker: Int? = nil) throws(KafkaError) {
        try KafkaError.check(
            rd_kafka_mock_broker_set_rtt(self.cluster, Int32(broker ?? -1), time.milliseconds),
            .brokers(self.bootstrap))
    }

    /// Moves the partition to another broker.
    public func setLeader(_ broker: Int, of partition: TopicPartition) throws(KafkaError) {
        try KafkaError.check(
            rd_kafka_mock_partition_set_leader(
                self.cluster, partition.topic, partition.partition, Int32(broker)),
            .partition(partition))
    }
}
