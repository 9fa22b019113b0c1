import Kafka

/// What a run asks of the member of a group that reads its records: `KafkaConsumer` or, in tests, one that
/// no broker stands behind.
///
/// One call a poll, never one a record: those lie in the batch.
protocol RecordConsumer: AnyObject {
    /// Every partition ever seen, by `KafkaMessage.source`.
    var partitions: [TopicPartition] { get }
    var assignment: [TopicPartition] { get }
    /// Asks the brokers where partitions end.
    var endProbe: EndProbe { get }

    func subscribe(to topics: [String]) throws(KafkaError)
    func poll(max: Int, timeout: Duration) throws(KafkaError) -> KafkaBatch
    func acceptRebalance(startingAt offsets: [TopicPartitionOffset])
    func lastKnownEnd(of partition: TopicPartition) -> Int64?
    /// The first offset that is kept, and the next to come.
    func range(of partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64)
    func pause(_ partitions: [TopicPartition]) throws(KafkaError)
    func resume(_ partitions: [TopicPartition]) throws(KafkaError)
    func seek(_ offsets: [TopicPartitionOffset], within limit: Duration) throws(KafkaError)
    /// What the group has committed; nil for a partition of which it has nothing.
    func committedOffset(of partition: TopicPartition) throws(KafkaError) -> Int64?
    func commit(_ offsets: [TopicPartitionOffset], within limit: Duration) throws(KafkaError)
    func requestCommit(_ offsets: [TopicPartitionOffset]) throws(KafkaError)
    func close(within limit: Duration) throws(KafkaError)
}

extension KafkaConsumer: RecordConsumer {
    var endProbe: EndProbe {
        EndProbe { [connection] partition throws(KafkaError) in
            try connection.watermarks(of: partition, within: .seconds(1)).high
        }
    }

    func committedOffset(of partition: TopicPartition) throws(KafkaError) -> Int64? {
        guard case .at(let offset)? = try committed([partition], within: .seconds(5)).first?.offset else {
            return nil
        }
        return offset
    }

    func range(of partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64) {
        let range = try connection.watermarks(of: partition, within: .seconds(10))
        return (range.low, range.high)
    }
}
