import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct TopicReaderTests {
    @Test func itReadsAllPartitionsFromTheBeginningAndThenFollows() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("rates", partitions: 3)
        try cluster.send(0..<60, to: "rates")
        let reader = try TopicReader(topic: "rates", properties: cluster.properties, within: patience)
        #expect(!reader.isBacklogRead)
        var messages = try reader.readBacklog()
        #expect(numbers(messages).sorted() == Array(0..<60))
        try cluster.send(60..<70, to: "rates")
        try repeatUntil({ messages.count >= 70 }) {
            try reader.poll(max: 100, timeout: .milliseconds(50)).forEach { messages.append(Received($0)) }
        }
        #expect(numbers(messages).sorted() == Array(0..<70))
        #expect(reader.isBacklogRead)
    }

    @Test func eachReaderReadsAll() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("rates", partitions: 1)
        try cluster.send(0..<10, to: "rates")
        // A group in the shared properties does not make readers share.
        let properties = cluster.properties + [("group.id", "g")]
        let readers = [
            try TopicReader(topic: "rates", properties: properties, within: patience),
            try TopicReader(topic: "rates", properties: properties, within: patience),
        ]
        for reader in readers { #expect(numbers(try reader.readBacklog()) == Array(0..<10)) }
    }

    @Test func anEmptyTopicHasNoBacklog() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("rates", partitions: 2)
        let reader = try TopicReader(topic: "rates", properties: cluster.properties, within: patience)
        #expect(try reader.readBacklog().isEmpty)
        #expect(reader.partitions == [TopicPartition("rates", 0), TopicPartition("rates", 1)])
    }

    /// The end of the partition may never come while others write faster than we read.
    @Test func theBacklogIsReadAlthoughMoreKeepsComing() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<1_000, to: "t")
        let reader = try TopicReader(
            topic: "t", properties: cluster.properties + [("fetch.message.max.bytes", "2000")],
            within: patience)
        let producer = try cluster.producer([("linger.ms", "0")])
        var messages: [Received] = []
        var sent = 1_000
        try repeatUntil({ reader.isBacklogRead }) {
            for _ in 0..<20 {
                try producer.send(KafkaRecord("t", key: nil, value: "\(sent)"))
                sent += 1
            }
            try producer.flush(within: patience)
            try reader.poll(max: 10, timeout: .milliseconds(50)).forEach { messages.append(Received($0)) }
        }
        #expect(messages.count >= 1_000)
        #expect(numbers(messages) == Array(0..<messages.count))
    }

    @Test func aDeadBrokerIsAnEventAndReadingGoesOnLater() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("rates", partitions: 1)
        try cluster.send(0..<10, to: "rates")
        let reader = try TopicReader(topic: "rates", properties: cluster.properties, within: patience)
        #expect(try reader.readBacklog().count == 10)
        cluster.broker.takeDown()
        var events: [KafkaEvent] = []
        try repeatUntil({ events.contains { $0.brokerDown != nil } }) {
            events += try reader.poll(max: 100, timeout: .milliseconds(50)).events
        }
        cluster.broker.bringUp()
        try cluster.send(10..<12, to: "rates")
        var messages: [Received] = []
        try repeatUntil({ messages.count >= 2 }) {
            try reader.poll(max: 100, timeout: .milliseconds(50)).forEach { messages.append(Received($0)) }
        }
        #expect(numbers(messages) == [10, 11])
    }
}
