import Kafka
import Testing

/// What arrived, copied out of the batch.
struct Received: Equatable {
    var key: [UInt8]?
    var value: [UInt8]?
    var timestamp: Int64?
    var headers: [KafkaHeader]
    var partition: Int32
    var offset: Int64

    init(_ message: borrowing KafkaMessage) {
        self.key = message.key.map(Array.init)
        self.value = message.value.map(Array.init)
        self.timestamp = message.timestamp
        self.headers = message.headers
        self.partition = message.partition
        self.offset = message.offset
    }

    var text: String { String(decoding: self.value ?? [], as: UTF8.self) }
}

/// Polls until `isDone` or a deadline that is only there so that a defect does not hang the run.
func poll(
    _ consumer: KafkaConsumer, until isDone: ([Received], [KafkaEvent]) throws -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> (messages: [Received], events: [KafkaEvent]) {
    let end = ContinuousClock.now + .seconds(60)
    var messages: [Received] = []
    var events: [KafkaEvent] = []
    while try !isDone(messages, events) {
        let batch = try consumer.poll(max: 1_000, timeout: .milliseconds(100))
        batch.forEach { messages.append(Received($0)) }
        events += batch.events
        guard ContinuousClock.now < end else {
            Issue.record(
                "nothing more within a minute: \(messages.count) messages, \(events)",
                sourceLocation: sourceLocation)
            break
        }
    }
    return (messages, events)
}

@Suite struct RoundTripTests {
    @Test func everyPartOfAMessageArrivesAsItWasSent() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(properties: [("bootstrap.servers", broker.bootstrap)])
        var records = [
            KafkaRecord("t", key: "k", value: "v"),
            KafkaRecord("t", key: nil, value: [0, 255, 10, 0, 13, 195]),
            KafkaRecord("t", key: [], value: []),
            KafkaRecord("t", key: [1], value: nil),
        ]
        records[0].timestamp = 1_741_617_000_123
        records[0].headers = [
            KafkaHeader("a", "1"), KafkaHeader("a", [0, 1]), KafkaHeader("null", nil),
            KafkaHeader("empty", []),
        ]
        for (tag, record) in records.enumerated() { try producer.send(record, tag: tag + 1) }
        try producer.flush(within: .seconds(30))
        let reports = producer.takeReports()
        #expect(reports.map(\.tag) == [1, 2, 3, 4])
        #expect(reports.map(\.offset) == [0, 1, 2, 3])
        #expect(reports.allSatisfy { $0.error == nil })

        let reader = try TopicReader(
            topic: "t", properties: [("bootstrap.servers", broker.bootstrap)], within: .seconds(30))
        var received: [Received] = []
        while !reader.isBacklogRead {
            try reader.poll(max: 100, timeout: .milliseconds(100)).forEach { received.append(Received($0)) }
        }
        #expect(received.map(\.key) == records.map(\.key))
        #expect(received.map(\.value) == records.map(\.value))
        #expect(received[0].timestamp == 1_741_617_000_123)
        #expect(received[0].headers == records[0].headers)
        #expect(received.map(\.offset) == [0, 1, 2, 3])
    }

    @Test func aGroupReadsWhatWasSentAndLeaves() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 2)
        let producer = try KafkaProducer(properties: [("bootstrap.servers", broker.bootstrap)])
        for i in 0..<100 { try producer.send(KafkaRecord("t", key: "\(i)", value: "\(i)")) }
        try producer.flush(within: .seconds(30))
        let consumer = try KafkaConsumer(properties: [
            ("bootstrap.servers", broker.bootstrap), ("group.id", "g"), ("auto.offset.reset", "earliest"),
        ])
        try consumer.subscribe(to: ["t"])
        let (messages, events) = try poll(consumer) { _, _ in consumer.isBacklogRead }
        #expect(messages.compactMap { Int($0.text) }.sorted() == Array(0..<100))
        guard
            case .assigned(let partitions)? = events.first(where: {
                if case .assigned = $0 { true } else { false }
            })
        else {
            Issue.record("no assignment among \(events)")
            return
        }
        #expect(partitions == [TopicPartition("t", 0), TopicPartition("t", 1)])
        try consumer.close(within: .seconds(30))
    }
}
