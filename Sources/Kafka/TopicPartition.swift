internal import CRdKafka

/// A partition of a topic.
public struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(self.topic)[\(self.partition)]" }

    public static func < (a: Self, b: Self) -> Bool { (a.topic, a.partition) < (b.topic, b.partition) }
}

/// A place in a partition: the offset of the next message to read.
public struct TopicPartitionOffset: Hashable, Sendable, CustomStringConvertible {
    public var topicPartition: TopicPartition
    public var offset: KafkaOffset
    /// Stored with a commit; at most 4,096 bytes, Kafka's own limit.
    public var metadata: String

    public init(_ topicPartition: TopicPartition, _ offset: KafkaOffset, metadata: String = "") {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
    }

    public init(_ topic: String, _ partition: Int32, _ offset: KafkaOffset, metadata: String = "") {
        self.init(TopicPartition(topic, partition), offset, metadata: metadata)
    }

    public var description: String { "\(self.topicPartition)@\(self.offset)" }
}

public enum KafkaOffset: Hashable, Sendable, CustomStringConvertible {
    /// The next message to read.
    case at(Int64)
    /// The oldest message kept.
    case beginning
    /// Only what comes from now on.
    case end
    /// The group's committed offset; without one, what `auto.offset.reset` says.
    case committed

    /// librdkafka's number for it (`RD_KAFKA_OFFSET_…`).
    var raw: Int64 {
        switch self {
        case .at(let offset): offset
        case .beginning: -2
        case .end: -1
        case .committed: -1001
        }
    }

    init(raw: Int64) {
        switch raw {
        case -2: self = .beginning
        case -1: self = .end
        case 0...: self = .at(raw)
        default: self = .committed
        }
    }

    public var description: String {
        switch self {
        case .at(let offset): String(offset)
        case .beginning: "beginning"
        case .end: "end"
        case .committed: "committed"
        }
    }
}

/// Owner of a C partition list.
struct PartitionList: ~Copyable {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(taking raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { self.raw = raw }

    init(_ offsets: [TopicPartitionOffset]) {
        self.raw = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for each in offsets {
            guard
                let element = rd_kafka_topic_partition_list_add(
                    self.raw, each.topicPartition.topic, each.topicPartition.partition)
            else { continue }
            element.pointee.offset = each.offset.raw
            let metadata = Array(each.metadata.utf8)
            guard !metadata.isEmpty, let copy = rd_kafka_mem_malloc(nil, metadata.count) else {
                continue
            }
            UnsafeMutableRawBufferPointer(start: copy, count: metadata.count).copyBytes(from: metadata)
            element.pointee.metadata = copy
            element.pointee.metadata_size = metadata.count
        }
    }

    init(_ partitions: [TopicPartition], at offset: KafkaOffset = .committed) {
        self.init(partitions.map { TopicPartitionOffset($0, offset) })
    }

    deinit { rd_kafka_topic_partition_list_destroy(self.raw) }

    var offsets: [TopicPartitionOffset] { self.raw.pointee.offsets }
    var partitions: [TopicPartition] { self.offsets.map(\.topicPartition) }

    /// The first partition that was refused, if any.
    var firstError: KafkaError? { self.raw.pointee.firstError }
}

extension rd_kafka_topic_partition_list_t {
    private var elements: UnsafeMutableBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeMutableBufferPointer(start: self.elems, count: Int(self.cnt))
    }

    var offsets: [TopicPartitionOffset] {
        self.elements.map { element in
            var metadata = ""
            if let bytes = element.metadata {
                metadata = String(
                    decoding: UnsafeRawBufferPointer(start: bytes, count: element.metadata_size),
                    as: UTF8.self)
            }
            return TopicPartitionOffset(
                TopicPartition(String(cString: element.topic), element.partition),
                KafkaOffset(raw: element.offset), metadata: metadata)
        }
    }

    var firstError: KafkaError? {
        for element in self.elements where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            return KafkaError(
                KafkaErrorCode(element.err),
                .partition(TopicPartition(String(cString: element.topic), element.partition)))
        }
        return nil
    }
}
