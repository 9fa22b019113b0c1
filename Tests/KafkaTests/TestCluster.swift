import Kafka
import Testing

/// What arrived, copied out of the batch.
struct Received: Equatable, Sendable {
    var topicPartition: TopicPartition
    var offset: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var timestamp: Int64?
    var headers: [KafkaHeader]

    init(_ message: borrowing KafkaMessage) {
        self.topicPartition = TopicPartition(message.topic, message.partition)
        self.offset = message.offset
        self.key = message.key.map(Array.init)
        self.value = message.value.map(Array.init)
        self.timestamp = message.timestamp
        self.headers = message.headers
    }

    var text: String { String(decoding: self.value ?? [], as: UTF8.self) }
}

/// There only so that a defect does not hang the run; no test measures time.
let patience = Duration.seconds(90)

/// Calls `step` until `isDone`; a suite's time limit ends it by cancelling the test.
func repeatUntil(_ isDone: () throws -> Bool, _ step: () throws -> Void) throws {
    while try !isDone() {
        try step()
        try Task.checkCancellation()
    }
}

extension KafkaConsumer {
    /// Polls once and adds what came.
    func poll(into messages: inout [Received], _ events: inout [KafkaEvent]) throws {
        let batch = try self.poll(max: 1_000, timeout: .milliseconds(50))
        batch.forEach { messages.append(Received($0)) }
        events += batch.events
    }

    /// Polls until `count` messages have come.
    func read(_ count: Int) throws -> [Received] {
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ messages.count >= count }) {
            try self.poll(into: &messages, &events)
        }
        return messages
    }
}

extension TopicReader {
    func readBacklog() throws -> [Received] {
        var messages: [Received] = []
        try repeatUntil({ self.isBacklogRead }) {
            try self.poll(max: 1_000, timeout: .milliseconds(50)).forEach { messages.append(Received($0)) }
        }
        return messages
    }
}

/// A cluster and how its clients are made.
protocol KafkaCluster {
    var properties: KafkaProperties { get }
}

/// An embedded broker.
struct TestCluster: KafkaCluster {
    let broker: EmbeddedBroker

    init(brokers: Int = 1) throws { self.broker = try EmbeddedBroker(brokers: brokers) }

    var properties: KafkaProperties { [("bootstrap.servers", self.broker.bootstrap)] }
}

extension KafkaCluster {
    /// A member whose group settles soon: the embedded broker takes a second less than the session's
    /// time-out for a rebalance.
    func consumer(_ group: String = "g", _ more: KafkaProperties = []) throws -> KafkaConsumer {
        try KafkaConsumer(
            properties: self.properties + [
                ("group.id", group), ("auto.offset.reset", "earliest"), ("session.timeout.ms", "3000"),
                ("heartbeat.interval.ms", "200"), ("fetch.wait.max.ms", "20"),
            ] + more)
    }

    func producer(_ more: KafkaProperties = []) throws -> KafkaProducer {
        try KafkaProducer(properties: self.properties + more)
    }

    /// Sends numbers as text, with themselves as keys, and waits until the broker has them.
    func send(_ numbers: Range<Int>, to topic: String, partition: Int32? = nil) throws {
        let producer = try self.producer()
        for number in numbers {
            var record = KafkaRecord(topic, key: "\(number)", value: "\(number)")
            record.partition = partition
            try producer.send(record)
        }
        try producer.flush(within: patience)
        #expect(producer.takeReports().allSatisfy { $0.error == nil })
    }
}

extension KafkaEvent {
    var assignment: [TopicPartition]? { if case .assigned(let partitions) = self { partitions } else { nil } }
    var revocation: [TopicPartition]? {
        if case .revoked(let partitions, _) = self { partitions } else { nil }
    }
    var brokerDown: KafkaError? { if case .brokerDown(let error) = self { error } else { nil } }
    var allBrokersDown: KafkaError? { if case .allBrokersDown(let error) = self { error } else { nil } }
    var error: KafkaError? { if case .error(let error) = self { error } else { nil } }
    var statistics: String? { if case .statistics(let json) = self { json } else { nil } }
    var end: TopicPartitionOffset? { if case .endOfPartition(let place) = self { place } else { nil } }
    var commit: ([TopicPartitionOffset], KafkaError?)? {
        if case .committed(let offsets, let error) = self { (offsets, error) } else { nil }
    }
}

/// The numbers of messages that `send` sent.
func numbers(_ messages: [Received]) -> [Int] { messages.compactMap { Int($0.text) } }
