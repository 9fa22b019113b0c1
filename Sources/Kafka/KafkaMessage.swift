internal import CRdKafka

/// A message as it lies in librdkafka's memory. It is lent to a closure and cannot be kept; copy what you
/// need.
public struct KafkaMessage: ~Copyable {
    let raw: UnsafePointer<rd_kafka_message_t>
    /// A small dense number of the topic and partition, for tables by index; the client's
    /// `partitions[source]` names it. It stays the same for the client's life.
    public let source: Int

    public var partition: Int32 { self.raw.pointee.partition }
    public var offset: Int64 { self.raw.pointee.offset }

    /// nil: a null key. The bytes are valid while the closure runs.
    public var key: UnsafeRawBufferPointer? {
        self.raw.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: self.raw.pointee.key_len) }
    }

    /// nil: a null value, in a compacted topic the deletion of its key. The bytes are valid while the
    /// closure runs.
    public var value: UnsafeRawBufferPointer? {
        self.raw.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: self.raw.pointee.len) }
    }

    /// In ms since 1970 UTC; nil when the broker keeps none.
    public var timestamp: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(self.raw, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
    }

    public var topic: String { String(cString: rd_kafka_topic_name(self.raw.pointee.rkt)) }

    /// A copy of the headers, in their order; a name may occur more than once.
    public var headers: [KafkaHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(self.raw, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
            return []
        }
        var headers: [KafkaHeader] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size)
            == RD_KAFKA_RESP_ERR_NO_ERROR,
            let found = name
        {
            headers.append(
                KafkaHeader(
                    String(cString: found),
                    value.map { Array(UnsafeRawBufferPointer(start: $0, count: size)) }))
        }
        return headers
    }
}

/// A name with bytes beside a message; nil is Kafka's null.
public struct KafkaHeader: Hashable, Sendable {
    public var name: String
    public var value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
}
