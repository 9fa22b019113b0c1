internal import CRdKafka

/// What the cluster says about a topic.
public struct KafkaTopicMetadata: Hashable, Sendable {
    public struct Partition: Hashable, Sendable {
        public var id: Int32
        /// The broker that serves it; nil while it has none.
        public var leader: Int32?
        public var replicas: [Int32]
        public var inSyncReplicas: [Int32]
    }

    public var name: String
    /// In order of their id.
    public var partitions: [Partition]
}

public struct KafkaBrokerAddress: Hashable, Sendable {
    public var id: Int32
    public var host: String
    public var port: Int
}

/// The offsets that a partition holds: `low` is the oldest message's, `high` the next message's to come.
public struct KafkaWatermarks: Hashable, Sendable {
    public var low: Int64
    public var high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}

extension KafkaConnection {
    /// Makes sure that a broker answers.
    ///
    /// - Throws: within `limit` an error that names the addresses and what each connection said; at once
    ///   when the broker is there and refuses our credentials.
    @discardableResult
    public func ensureReachable(within limit: Duration) throws(KafkaError) -> [KafkaBrokerAddress] {
        try self.metadata(of: nil, within: limit) { metadata in
            UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt)).map {
                KafkaBrokerAddress(id: $0.id, host: String(cString: $0.host), port: Int($0.port))
            }
        }
    }

    /// The partitions of `topic`.
    ///
    /// A cluster may create the topic because it was asked about (`auto.create.topics.enable`).
    /// - Throws: `unknownTopicOrPartition` when there is none; as `ensureReachable` otherwise.
    public func topic(_ topic: String, within limit: Duration) throws(KafkaError) -> KafkaTopicMetadata {
        let deadline = Deadline(within: limit)
        guard let handle = rd_kafka_topic_new(self.client, topic, nil) else {
            throw KafkaError(KafkaErrorCode(rd_kafka_last_error()), .topic(topic))
        }
        defer { rd_kafka_topic_destroy(handle) }
        while true {
            let remaining = Duration.milliseconds(Int(max(1, deadline.milliseconds())))
            let answer = try self.metadata(of: handle, within: remaining) { $0.topic(named: topic) }
            switch answer {
            case .success(let found): return found
            case .failure(let error):
                // A topic that has just been created has no leader for a moment.
                guard error.code == .leaderNotAvailable, !deadline.hasPassed else { throw error }
                self.serve(milliseconds: deadline.milliseconds(atMost: 50))
            }
        }
    }

    /// The names of all topics that this user may see, sorted.
    public func topics(within limit: Duration) throws(KafkaError) -> [String] {
        try self.metadata(of: nil, all: true, within: limit) { metadata in
            UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
                .map { String(cString: $0.topic) }.sorted()
        }
    }

    /// The offsets that `partition` holds, asked from its leader.
    public func watermarks(
        of partition: TopicPartition, within limit: Duration
    ) throws(KafkaError) -> KafkaWatermarks {
        let deadline = Deadline(within: limit)
        while true {
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_query_watermark_offsets(
                self.client, partition.topic, partition.partition, &low, &high,
                max(1, deadline.milliseconds()))
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return KafkaWatermarks(low: low, high: high) }
            let error = KafkaError(KafkaErrorCode(code), .partition(partition))
            guard error.isRetriable, !deadline.hasPassed else { throw self.explained(error, limit) }
            self.serve(milliseconds: deadline.milliseconds(atMost: 50))
        }
    }

    /// Asks for metadata in growing slices of the time, because one long call would not see a refusal of
    /// our credentials, which comes by a callback.
    private func metadata<R>(
        of topic: OpaquePointer?, all: Bool = false, within limit: Duration,
        _ read: (rd_kafka_metadata) -> R
    ) throws(KafkaError) -> R {
        let deadline = Deadline(within: limit)
        var slice: Int32 = 200
        while true {
            var found: UnsafePointer<rd_kafka_metadata>?
            let code = rd_kafka_metadata(
                self.client, all ? 1 : 0, topic, &found, max(1, deadline.milliseconds(atMost: slice)))
            self.serve(milliseconds: 0)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, let found {
                defer { rd_kafka_metadata_destroy(found) }
                return read(found.pointee)
            }
            if let denial = self.inbox.denial {
                throw KafkaError(denial.code, .brokers(self.addresses), denial.explanation)
            }
            let error = KafkaError(KafkaErrorCode(code), .brokers(self.addresses))
            guard error.isRetriable, !deadline.hasPassed else { throw self.explained(error, limit) }
            slice = slice < 10_000 ? slice * 2 : slice
        }
    }

    /// An error of transport with the addresses and what the connections said.
    func explained(_ error: KafkaError, _ limit: Duration) -> KafkaError {
        switch error.code {
        case .brokerTransportFailure, .allBrokersDown, .timedOut, .hostNotResolved:
            let failures = self.inbox.transportFailures
            let said = failures.isEmpty ? "no broker answered" : failures.joined(separator: "; ")
            return KafkaError(
                error.code, .brokers(self.addresses), "no answer within \(limit.milliseconds) ms: \(said)")
        default: return error
        }
    }
}

extension rd_kafka_metadata {
    fileprivate func topic(named name: String) -> Result<KafkaTopicMetadata, KafkaError> {
        let topics = UnsafeBufferPointer(start: self.topics, count: Int(self.topic_cnt))
        guard let topic = topics.first(where: { String(cString: $0.topic) == name }) else {
            return .failure(KafkaError(.unknownTopicOrPartition, .topic(name)))
        }
        guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failure(KafkaError(KafkaErrorCode(topic.err), .topic(name)))
        }
        let partitions = UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt))
            .map { partition in
                KafkaTopicMetadata.Partition(
                    id: partition.id, leader: partition.leader < 0 ? nil : partition.leader,
                    replicas: Array(
                        UnsafeBufferPointer(start: partition.replicas, count: Int(partition.replica_cnt))),
                    inSyncReplicas: Array(
                        UnsafeBufferPointer(start: partition.isrs, count: Int(partition.isr_cnt))))
            }
        guard !partitions.isEmpty else {
            return .failure(KafkaError(.leaderNotAvailable, .topic(name)))
        }
        return .success(KafkaTopicMetadata(name: name, partitions: partitions.sorted { $0.id < $1.id }))
    }
}
