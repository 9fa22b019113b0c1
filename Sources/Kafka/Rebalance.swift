internal import CRdKafka

/// What the group decided and the client has not yet answered.
struct Rebalance: Sendable {
    let isAssignment: Bool
    let partitions: [TopicPartition]
    let isLost: Bool

    init(
        client: OpaquePointer, code: rd_kafka_resp_err_t,
        partitions: UnsafePointer<rd_kafka_topic_partition_list_t>?
    ) {
        self.isAssignment = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
        self.partitions = partitions?.pointee.offsets.map(\.topicPartition).sorted() ?? []
        self.isLost = rd_kafka_assignment_lost(client) != 0
    }

    var event: KafkaEvent {
        self.isAssignment ? .assigned(self.partitions) : .revoked(self.partitions, isLost: self.isLost)
    }

    /// Answers the group: the eager protocol replaces the whole assignment, the cooperative changes a part.
    ///
    /// - Returns: why librdkafka refused, as when the group moved on meanwhile; another rebalance then
    ///   follows.
    @discardableResult
    func perform(on client: OpaquePointer, startingAt offsets: [TopicPartitionOffset]) -> KafkaError? {
        let starts = Dictionary(offsets.map { ($0.topicPartition, $0) }, uniquingKeysWith: { $1 })
        let list = PartitionList(self.partitions.map { starts[$0] ?? TopicPartitionOffset($0, .committed) })
        let isCooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
        switch (isCooperative, self.isAssignment) {
        case (true, true):
            return KafkaError(consuming: rd_kafka_incremental_assign(client, list.raw), .client)
        case (true, false):
            return KafkaError(consuming: rd_kafka_incremental_unassign(client, list.raw), .client)
        case (false, let isAssignment):
            let code = rd_kafka_assign(client, isAssignment ? list.raw : nil)
            return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(KafkaErrorCode(code), .client)
        }
    }
}
