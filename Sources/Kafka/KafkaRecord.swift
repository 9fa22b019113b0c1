internal import CRdKafka

/// A message to send.
public struct KafkaRecord: Sendable {
    public var topic: String
    /// nil: the partitioner chooses, by key (`partitioner`).
    public var partition: Int32?
    /// nil is Kafka's null, which is not the same as empty.
    public var key: [UInt8]?
    public var value: [UInt8]?
    /// In ms since 1970 UTC; nil: now.
    public var timestamp: Int64?
    public var headers: [KafkaHeader] = []

    public init(_ topic: String, key: [UInt8]? = nil, value: [UInt8]?) {
        self.topic = topic
        self.key = key
        self.value = value
    }

    public init(_ topic: String, key: String? = nil, value: String) {
        self.init(topic, key: key.map { Array($0.utf8) }, value: Array(value.utf8))
    }
}

/// What became of a message.
public struct DeliveryReport: Hashable, Sendable {
    /// The number given when it was sent.
    public var tag: Int
    public var partition: Int32
    /// -1 when it was not stored, or the acknowledgement does not tell (`acks=0`).
    public var offset: Int64
    /// nil: the broker has it.
    public var error: KafkaError?
}

extension DeliveryReport {
    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        self.tag = Int(bitPattern: message.pointee._private)
        self.partition = message.pointee.partition
        self.offset = message.pointee.offset
        if message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            self.error = KafkaError(
                KafkaErrorCode(message.pointee.err),
                .topic(message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""))
        }
    }
}

extension KafkaRecord {
    /// Puts the record into the client's queue, which copies it.
    func enqueue(in client: OpaquePointer, tag: Int) -> rd_kafka_resp_err_t {
        let headers = self.makeHeaders()
        let code = self.topic.withCString { topic in
            withBytes(of: self.key) { key in
                withBytes(of: self.value) { value in
                    var record = bw_kafka_record()
                    record.topic = topic
                    record.partition = self.partition ?? -1
                    record.timestamp = self.timestamp ?? 0
                    record.key = key?.baseAddress
                    record.key_length = key?.count ?? 0
                    record.value = value?.baseAddress
                    record.value_length = value?.count ?? 0
                    record.headers = headers
                    record.tag = UnsafeMutableRawPointer(bitPattern: tag)
                    return bw_kafka_produce(client, &record)
                }
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, let headers { rd_kafka_headers_destroy(headers) }
        return code
    }

    private func makeHeaders() -> OpaquePointer? {
        guard !self.headers.isEmpty, let list = rd_kafka_headers_new(self.headers.count) else { return nil }
        for header in self.headers {
            withBytes(of: header.value) {
                _ = rd_kafka_header_add(list, header.name, -1, $0?.baseAddress, $0?.count ?? 0)
            }
        }
        return list
    }
}

/// Lends bytes so that empty is not null: an empty array may have no address.
private func withBytes<R>(of bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> R) -> R {
    guard let bytes else { return body(nil) }
    guard bytes.isEmpty else { return bytes.withUnsafeBytes(body) }
    return withUnsafeBytes(of: UInt8(0)) { body(UnsafeRawBufferPointer(start: $0.baseAddress, count: 0)) }
}
