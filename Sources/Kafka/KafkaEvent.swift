/// Something that a client has to say beside messages. A consumer's come with each poll, in order.
public enum KafkaEvent: Sendable {
    /// The group gives us these partitions. They are taken at the next poll, or by `acceptRebalance`,
    /// which can also say where to start.
    case assigned([TopicPartition])
    /// The group takes these partitions away. They are given up at the next poll: commit before it. A group
    /// that already settles anew may refuse that commit (`rebalanceInProgress`; the embedded broker does);
    /// what was not committed comes again at the next owner. `isLost`: others may own them already and a
    /// commit is refused.
    case revoked([TopicPartition], isLost: Bool)
    /// Nothing more to read in the partition for now; the offset is that of the next message to come.
    case endOfPartition(TopicPartitionOffset)
    /// One broker's connection failed; librdkafka connects again by itself.
    case brokerDown(KafkaError)
    /// No broker can be reached; librdkafka goes on trying.
    case allBrokersDown(KafkaError)
    /// Any other error: of a topic, a partition, the group. Those that are retriable librdkafka tries
    /// again.
    case error(KafkaError)
    /// The outcome of `requestCommit`.
    case committed([TopicPartitionOffset], KafkaError?)
    /// The broker slows this client down.
    case throttled(broker: String, milliseconds: Int)
    /// librdkafka's statistics as JSON; wants `statistics.interval.ms`.
    case statistics(String)
    /// A line of librdkafka's log.
    case log(KafkaLogLine)
}

public struct KafkaLogLine: Hashable, Sendable {
    /// As in syslog: 0 emergency … 3 error, 4 warning, 5 notice, 6 info, 7 debug.
    public var level: Int
    /// librdkafka's short name of the place: `FAIL`, `CONFWARN`.
    public var facility: String
    public var text: String
}
