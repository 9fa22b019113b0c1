internal import CRdKafka

extension KafkaConnection {
    /// Creates a topic with the cluster's own number of replicas.
    ///
    /// - Parameter settings: of the topic, as `("cleanup.policy", "compact")`.
    /// - Throws: `topicAlreadyExists`, which a caller that only wants it to be there ignores; a refused
    ///   setting; `topicAuthorizationFailed`; `timedOut`.
    /// - Note: the embedded broker does not know this request: use `EmbeddedBroker.createTopic`.
    public func createTopic(
        _ name: String, partitions: Int, settings: [(String, String)] = [], within limit: Duration
    ) throws(KafkaError) {
        // The request waits for a broker only as long as an idle one would take; look for it first.
        try self.ensureReachable(within: limit)
        var explanation = [CChar](repeating: 0, count: 512)
        guard
            let topic = rd_kafka_NewTopic_new(name, Int32(partitions), -1, &explanation, explanation.count)
        else {
            let bytes = explanation.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw KafkaError(.invalidArgument, .topic(name), String(decoding: bytes, as: UTF8.self))
        }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for (setting, value) in settings {
            try KafkaError.check(rd_kafka_NewTopic_set_config(topic, setting, value), .topic(name))
        }
        let options = rd_kafka_AdminOptions_new(self.client, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_operation_timeout(options, limit.milliseconds, nil, 0)
        rd_kafka_AdminOptions_set_request_timeout(options, limit.milliseconds, nil, 0)
        guard let queue = rd_kafka_queue_new(self.client) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        var topics: [OpaquePointer?] = [topic]
        rd_kafka_CreateTopics(self.client, &topics, 1, options, queue)
        // The request ends by its own time-out; the margin is for its way here.
        guard let event = rd_kafka_queue_poll(queue, (limit + .seconds(1)).milliseconds) else {
            throw self.explained(KafkaError(.timedOut, .topic(name)), limit)
        }
        defer { rd_kafka_event_destroy(event) }
        try KafkaError.check(rd_kafka_event_error(event), .topic(name))
        var count = 0
        guard
            let results = rd_kafka_CreateTopics_result_topics(
                rd_kafka_event_CreateTopics_result(event), &count)
        else { return }
        for result in UnsafeBufferPointer(start: results, count: count) {
            let code = rd_kafka_topic_result_error(result)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
            throw KafkaError(KafkaErrorCode(code), .topic(name), text)
        }
    }
}
