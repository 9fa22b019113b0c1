internal import CRdKafka

/// Sends messages and learns what became of each.
///
/// `send` only puts a message into librdkafka's queue; its own threads send it. Reports come when somebody
/// calls `takeReports`, `flush` or a waiting `send`: no thread of ours does it behind the caller's back. It
/// may be used from several threads; each report then goes to one of them.
public final class KafkaProducer: Sendable {
    public let connection: KafkaConnection

    /// - Parameter properties: librdkafka's, among them `bootstrap.servers`; `enable.idempotence=true`
    ///   makes retries neither double nor reorder.
    /// - Throws: about a property. Nothing is connected yet: ask `connection.ensureReachable`.
    public init(properties: KafkaProperties) throws(KafkaError) {
        self.connection = try KafkaConnection(.producer, properties, required: [])
    }

    /// Messages that are queued or under way, and events that wait to be served.
    public var inFlight: Int { Int(rd_kafka_outq_len(self.connection.client)) }

    /// Puts a message into the queue.
    ///
    /// - Parameter tag: comes back with its report.
    /// - Throws: `queueFull` (retriable) when librdkafka's queue holds `queue.buffering.max.messages`;
    ///   `messageTooLarge`, `unknownTopic`, …; a fatal error of an idempotent producer.
    public func send(_ record: KafkaRecord, tag: Int = 0) throws(KafkaError) {
        let code = record.enqueue(in: self.connection.client, tag: tag)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        if code == RD_KAFKA_RESP_ERR__FATAL, let fatal = self.connection.fatalError { throw fatal }
        throw KafkaError(KafkaErrorCode(code), .topic(record.topic))
    }

    /// Puts a message into the queue; while that is full, waits for room. The reports gathered meanwhile
    /// stay for `takeReports`.
    ///
    /// - Throws: `queueFull` when there was no room within `limit`; otherwise as `send`.
    public func send(_ record: KafkaRecord, tag: Int = 0, within limit: Duration) throws(KafkaError) {
        let deadline = Deadline(within: limit)
        while true {
            do {
                return try self.send(record, tag: tag)
            } catch {
                guard error.code == .queueFull, !deadline.hasPassed else { throw error }
                self.connection.serve(milliseconds: deadline.milliseconds(atMost: 100))
            }
        }
    }

    /// Reports that have come, waiting up to `timeout` for the first.
    public func takeReports(timeout: Duration = .zero) -> [DeliveryReport] {
        let ready = self.connection.inbox.takeReports()
        self.connection.serve(milliseconds: ready.isEmpty ? timeout.milliseconds : 0)
        return ready + self.connection.inbox.takeReports()
    }

    /// Waits until every message has its report; the reports stay for `takeReports`.
    ///
    /// - Throws: `timedOut` with the number that is left; they stay queued and are tried further.
    public func flush(within limit: Duration) throws(KafkaError) {
        let code = rd_kafka_flush(self.connection.client, limit.milliseconds)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        self.connection.serve(milliseconds: 0)
        if let fatal = self.connection.fatalError { throw fatal }
        let error = self.connection.explained(
            KafkaError(KafkaErrorCode(code), .brokers(self.connection.addresses)), limit)
        throw KafkaError(
            error.code, error.subject, "\(self.inFlight) messages are not delivered: \(error.explanation)")
    }

    /// Drops what is queued and under way; each gets a report with an error.
    public func purge() {
        rd_kafka_purge(self.connection.client, 0x1 | 0x2)  // RD_KAFKA_PURGE_F_QUEUE | _INFLIGHT
    }
}
