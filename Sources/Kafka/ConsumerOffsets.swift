internal import CRdKafka

extension KafkaConsumer {
    /// Every partition ever seen, by `KafkaMessage.source`.
    public var partitions: [TopicPartition] { self.pump.table.partitions }

    /// The partitions that this consumer reads now.
    public var assignment: [TopicPartition] { self.pump.table.assigned }

    /// Whether all that the assigned partitions held when reading began has been handed out.
    ///
    /// False until the group has assigned; true at once for a member that gets no partition.
    public var isBacklogRead: Bool { self.pump.table.isBacklogRead }

    /// The assigned partitions whose backlog is not read yet.
    public var unreadBacklog: [TopicPartition] { self.pump.table.unreadBacklog }

    /// Messages that librdkafka handed out again after a pause of its own and that were left out.
    public var repeatedMessages: Int { self.pump.table.repeatedMessages }

    /// Kafka's own limit on what is stored with an offset (`offset.metadata.max.bytes`). librdkafka 2.0.2
    /// reports success beyond 32 KiB and stores nothing, so it is checked here.
    public static var greatestCommitMetadata: Int { 4_096 }

    /// Commits offsets of the next messages to read and waits for the group's answer.
    ///
    /// - Throws: `illegalGeneration` or `unknownMember` when a partition belongs to another by now;
    ///   `timedOut`.
    public func commit(
        _ offsets: [TopicPartitionOffset], within limit: Duration
    ) throws(KafkaError) {
        try self.ensureOpen()
        guard !offsets.isEmpty else { return }
        let list = try self.list(toCommit: offsets)
        let client = self.connection.client
        guard let queue = rd_kafka_queue_new(client) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        try KafkaError.check(
            rd_kafka_commit_queue(client, list.raw, queue, nil, nil), .group(self.group))
        guard let event = rd_kafka_queue_poll(queue, limit.milliseconds) else {
            throw KafkaError(
                .timedOut, .group(self.group), "the commit got no answer within \(limit.milliseconds) ms")
        }
        defer { rd_kafka_event_destroy(event) }
        let answer = rd_kafka_event_topic_partition_list(event)?.pointee
        try KafkaError.check(rd_kafka_event_error(event), .group(self.group))
        if let refusal = answer?.firstError { throw refusal }
    }

    /// Commits without waiting; the outcome is a later poll's event `committed`.
    public func requestCommit(_ offsets: [TopicPartitionOffset]) throws(KafkaError) {
        try self.ensureOpen()
        guard !offsets.isEmpty else { return }
        let list = try self.list(toCommit: offsets)
        try KafkaError.check(rd_kafka_commit(self.connection.client, list.raw, 1), .group(self.group))
    }

    /// What the group has committed; `.committed` for a partition without.
    public func committed(
        _ partitions: [TopicPartition], within limit: Duration
    ) throws(KafkaError) -> [TopicPartitionOffset] {
        try self.ensureOpen()
        let list = PartitionList(partitions)
        let code = rd_kafka_committed(self.connection.client, list.raw, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw self.connection.explained(KafkaError(KafkaErrorCode(code), .group(self.group)), limit)
        }
        if let refusal = list.firstError { throw refusal }
        return list.offsets
    }

    /// Stops reading these partitions without leaving the group; what was fetched of them is dropped and
    /// fetched again.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.ensureOpen()
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_pause_partitions(self.connection.client, list.raw), .client)
        if let refusal = list.firstError { throw refusal }
    }

    /// Goes on reading after the last message that was handed out.
    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.ensureOpen()
        let list = PartitionList(partitions)
        try KafkaError.check(rd_kafka_resume_partitions(self.connection.client, list.raw), .client)
        if let refusal = list.firstError { throw refusal }
    }

    /// Reads on from other places in partitions that are assigned.
    public func seek(_ offsets: [TopicPartitionOffset], within limit: Duration) throws(KafkaError) {
        try self.ensureOpen()
        let list = PartitionList(offsets)
        // Before 2.1.0 librdkafka waited a thousandth of what it was told.
        let scale: Int64 = rd_kafka_version() < 0x0201_0000 ? 1_000 : 1
        let wait = Int32(clamping: Int64(limit.milliseconds) * scale)
        self.pump.table.seek(offsets.map(\.topicPartition))
        if let error = KafkaError(
            consuming: rd_kafka_seek_partitions(self.connection.client, list.raw, wait), .client)
        {
            throw error
        }
        if let refusal = list.firstError { throw refusal }
    }

    private func list(toCommit offsets: [TopicPartitionOffset]) throws(KafkaError) -> PartitionList {
        for each in offsets where each.metadata.utf8.count > Self.greatestCommitMetadata {
            throw KafkaError(
                .invalidArgument, .partition(each.topicPartition),
                "\(each.metadata.utf8.count) bytes of metadata with an offset; Kafka keeps 4,096")
        }
        return PartitionList(offsets)
    }
}

extension KafkaConnection {
    /// For each partition the first offset whose message is not older than `time`; `.end` when there is
    /// none.
    ///
    /// - Parameter time: ms since 1970 UTC.
    /// - Note: the embedded broker does not answer this request.
    public func offsets(
        of partitions: [TopicPartition], notBefore time: Int64, within limit: Duration
    ) throws(KafkaError) -> [TopicPartitionOffset] {
        let list = PartitionList(partitions, at: .at(time))
        let code = rd_kafka_offsets_for_times(self.client, list.raw, limit.milliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw self.explained(KafkaError(KafkaErrorCode(code), .client), limit)
        }
        if let refusal = list.firstError { throw refusal }
        return list.offsets
    }
}
