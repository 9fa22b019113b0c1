import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct BackPressureTests {
    @Test func aPausedPartitionWaitsAndThenGoesOnWithoutGap() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 2)
        try cluster.send(0..<100, to: "t", partition: 0)
        let paused = TopicPartition("t", 0)
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        // Small batches, so that fetched messages lie ready when the pause comes.
        try repeatUntil({ !messages.isEmpty }) {
            let batch = try consumer.poll(max: 10, timeout: .milliseconds(50))
            batch.forEach { messages.append(Received($0)) }
        }
        try consumer.pause([paused])
        let before = messages.count
        try cluster.send(100..<120, to: "t", partition: 1)
        try repeatUntil({ numbers(messages).contains(119) }) { try consumer.poll(into: &messages, &events) }
        #expect(messages.filter { $0.topicPartition == paused }.count == before)
        #expect(!consumer.isBacklogRead)
        #expect(consumer.unreadBacklog == [paused])
        try consumer.resume([paused])
        try repeatUntil({ consumer.isBacklogRead }) { try consumer.poll(into: &messages, &events) }
        let offsets = messages.filter { $0.topicPartition == paused }.map(\.offset)
        #expect(offsets == Array(0..<100))
        try consumer.close(within: patience)
    }

    @Test func pausingAndResumingAgainAndAgainLosesNothing() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<2_000, to: "t")
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        try repeatUntil({ messages.count >= 2_000 }) {
            let batch = try consumer.poll(max: 97, timeout: .milliseconds(50))
            batch.forEach { messages.append(Received($0)) }
            try consumer.pause(consumer.assignment)
            try consumer.resume(consumer.assignment)
        }
        #expect(numbers(messages) == Array(0..<2_000))
        try consumer.close(within: patience)
    }

    @Test func whatWaitsToBeTakenMayBeFullAgainAndAgain() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 3)
        for partition in 0..<3 {
            try cluster.send(0..<3_000, to: "t", partition: Int32(partition))
        }
        let consumer = try cluster.consumer("g", [("queued.min.messages", "500")])
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        try repeatUntil({ messages.count >= 9_000 }) {
            try consumer.poll(max: 40, timeout: .milliseconds(50)).forEach { messages.append(Received($0)) }
        }
        for partition in 0..<3 {
            let own = messages.filter { $0.topicPartition.partition == Int32(partition) }
            #expect(own.map(\.offset) == Array(0..<3_000))
        }
        try consumer.close(within: patience)
    }

    @Test func pausingAPartitionThatIsNotThereIsRefused() throws {
        let consumer = try KafkaConsumer(properties: [("group.id", "g")])
        let error = try #require(throws: KafkaError.self) { try consumer.pause([TopicPartition("t", 9)]) }
        #expect(error.subject == .partition(TopicPartition("t", 9)))
    }

    @Test func aFullQueueIsReportedAndWaitingForRoomDeliversAll() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        cluster.broker.takeDown()
        let producer = try cluster.producer([("queue.buffering.max.messages", "10"), ("linger.ms", "0")])
        for number in 0..<10 {
            try producer.send(KafkaRecord("t", key: nil, value: "\(number)"), tag: number)
        }
        let full = try #require(throws: KafkaError.self) {
            try producer.send(KafkaRecord("t", key: nil, value: "10"))
        }
        #expect(full.code == .queueFull)
        #expect(full.isRetriable)
        #expect(producer.inFlight >= 10)
        #expect(throws: KafkaError.self) {
            try producer.send(KafkaRecord("t", key: nil, value: "10"), within: .milliseconds(1))
        }
        cluster.broker.bringUp()
        for number in 10..<500 {
            try producer.send(KafkaRecord("t", key: nil, value: "\(number)"), tag: number, within: patience)
        }
        try producer.flush(within: patience)
        let reports = producer.takeReports()
        #expect(reports.count == 500)
        #expect(reports.allSatisfy { $0.error == nil })
        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        #expect(numbers(try reader.readBacklog()) == Array(0..<500))
    }

    @Test func purgingReportsEachMessage() throws {
        let producer = try KafkaProducer(properties: [("bootstrap.servers", "127.0.0.1:1")])
        for number in 0..<5 { try producer.send(KafkaRecord("t", key: nil, value: "x"), tag: number) }
        producer.purge()
        try producer.flush(within: patience)
        let reports = producer.takeReports()
        #expect(reports.map(\.tag).sorted() == [0, 1, 2, 3, 4])
        #expect(reports.allSatisfy { $0.error?.name == "_PURGE_QUEUE" })
    }
}
