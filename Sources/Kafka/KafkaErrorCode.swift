internal import CRdKafka

/// A number of Kafka's protocol (positive) or of librdkafka itself (negative).
///
/// - SeeAlso: <https://kafka.apache.org/protocol#protocol_error_codes>, `rd_kafka_resp_err_t` in
///   `rdkafka.h`.
public struct KafkaErrorCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    init(_ code: rd_kafka_resp_err_t) { self.rawValue = code.rawValue }

    /// As librdkafka spells it: `_TRANSPORT`, `UNKNOWN_TOPIC_OR_PART`.
    public var name: String {
        String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: self.rawValue)))
    }

    /// librdkafka's own short text.
    public var text: String {
        String(cString: rd_kafka_err2str(rd_kafka_resp_err_t(rawValue: self.rawValue)))
    }
}

/// The codes that this module or its callers tell apart.
extension KafkaErrorCode {
    // librdkafka's own.
    public static let brokerTransportFailure = KafkaErrorCode(rawValue: -195)
    public static let hostNotResolved = KafkaErrorCode(rawValue: -193)
    public static let messageTimedOut = KafkaErrorCode(rawValue: -192)
    public static let partitionEnd = KafkaErrorCode(rawValue: -191)
    public static let unknownPartition = KafkaErrorCode(rawValue: -190)
    public static let unknownTopic = KafkaErrorCode(rawValue: -188)
    public static let allBrokersDown = KafkaErrorCode(rawValue: -187)
    public static let invalidArgument = KafkaErrorCode(rawValue: -186)
    public static let timedOut = KafkaErrorCode(rawValue: -185)
    public static let queueFull = KafkaErrorCode(rawValue: -184)
    public static let tlsFailure = KafkaErrorCode(rawValue: -181)
    public static let assignPartitions = KafkaErrorCode(rawValue: -175)
    public static let revokePartitions = KafkaErrorCode(rawValue: -174)
    public static let wrongState = KafkaErrorCode(rawValue: -172)
    public static let authenticationFailure = KafkaErrorCode(rawValue: -169)
    public static let noOffset = KafkaErrorCode(rawValue: -168)
    public static let fatal = KafkaErrorCode(rawValue: -150)
    public static let pollTooLate = KafkaErrorCode(rawValue: -147)
    public static let fenced = KafkaErrorCode(rawValue: -144)
    // The protocol's.
    public static let none = KafkaErrorCode(rawValue: 0)
    public static let unknownTopicOrPartition = KafkaErrorCode(rawValue: 3)
    public static let leaderNotAvailable = KafkaErrorCode(rawValue: 5)
    public static let notLeader = KafkaErrorCode(rawValue: 6)
    public static let requestTimedOut = KafkaErrorCode(rawValue: 7)
    public static let messageTooLarge = KafkaErrorCode(rawValue: 10)
    public static let coordinatorLoading = KafkaErrorCode(rawValue: 14)
    public static let coordinatorNotAvailable = KafkaErrorCode(rawValue: 15)
    public static let notCoordinator = KafkaErrorCode(rawValue: 16)
    public static let illegalGeneration = KafkaErrorCode(rawValue: 22)
    public static let unknownMember = KafkaErrorCode(rawValue: 25)
    public static let rebalanceInProgress = KafkaErrorCode(rawValue: 27)
    public static let topicAuthorizationFailed = KafkaErrorCode(rawValue: 29)
    public static let groupAuthorizationFailed = KafkaErrorCode(rawValue: 30)
    public static let clusterAuthorizationFailed = KafkaErrorCode(rawValue: 31)
    public static let topicAlreadyExists = KafkaErrorCode(rawValue: 36)
    public static let saslAuthenticationFailed = KafkaErrorCode(rawValue: 58)
}

extension KafkaErrorCode {
    /// Whether the same call may succeed later without anybody changing anything.
    ///
    /// For the protocol's codes this is the "retriable" column of Kafka's own table, and
    /// REBALANCE_IN_PROGRESS, after which a commit succeeds once the group has settled. librdkafka tells it
    /// only for a few calls, so the table is kept here.
    public var isRetriable: Bool { Self.retriable.contains(self.rawValue) }

    /// Somebody must change credentials or grants.
    var isDenied: Bool {
        switch self {
        case .authenticationFailure, .saslAuthenticationFailed, .topicAuthorizationFailed,
            .groupAuthorizationFailed, .clusterAuthorizationFailed, .tlsFailure:
            true
        default: false
        }
    }

    private static let retriable: Set<Int32> = [
        // Transport, resolution, queues and time of librdkafka.
        -195, -193, -192, -187, -185, -184, -180, -178, -177, -167, -166, -164, -153, -147,
        // Kafka's table.
        2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 27, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 88, 89,
    ]
}
