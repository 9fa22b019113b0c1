internal import CRdKafka

/// A refusal of Kafka's: what was attempted, on what, why it failed and what to do.
///
/// The text is made in `KafkaErrorText.swift`; code decides on `code`, `isRetriable` and `isFatal`.
public struct KafkaError: Error, Hashable, Sendable {
    /// What the call was about.
    public enum Subject: Hashable, Sendable {
        /// A librdkafka property.
        case property(String)
        /// The bootstrap addresses as configured.
        case brokers(String)
        case topic(String)
        case partition(TopicPartition)
        case group(String)
        /// The client handle as a whole.
        case client
    }

    public let code: KafkaErrorCode
    public let subject: Subject
    /// librdkafka's explanation, or ours where it has none.
    public let explanation: String
    /// The handle is of no more use: close it and start anew.
    public let isFatal: Bool

    init(
        _ code: KafkaErrorCode, _ subject: Subject, _ explanation: String? = nil, isFatal: Bool = false
    ) {
        self.code = code
        self.subject = subject
        self.explanation = explanation ?? code.text
        self.isFatal = isFatal
    }

    /// The same call may succeed later without anybody changing anything.
    public var isRetriable: Bool { !self.isFatal && self.code.isRetriable }

    /// librdkafka's name of the code: `_TRANSPORT`.
    public var name: String { self.code.name }
}

extension KafkaError {
    /// Takes over a librdkafka error object, or nil for success.
    init?(consuming error: OpaquePointer?, _ subject: Subject) {
        guard let error = error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        self.init(
            KafkaErrorCode(rd_kafka_error_code(error)), subject,
            String(cString: rd_kafka_error_string(error)), isFatal: rd_kafka_error_is_fatal(error) != 0)
    }

    /// Throws unless `code` is success.
    static func check(_ code: rd_kafka_resp_err_t, _ subject: Subject) throws(KafkaError) {
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(KafkaErrorCode(code), subject) }
    }
}
