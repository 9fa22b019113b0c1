import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct RoundTripTests {
    @Test func everyPartOfAMessageArrivesAsItWasSent() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        let producer = try cluster.producer()
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
        try producer.flush(within: patience)
        let reports = producer.takeReports()
        #expect(reports.map(\.tag) == [1, 2, 3, 4])
        #expect(reports.map(\.offset) == [0, 1, 2, 3])
        #expect(reports.allSatisfy { $0.error == nil })

        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        let received = try reader.readBacklog()
        #expect(received.map(\.key) == records.map(\.key))
        #expect(received.map(\.value) == records.map(\.value))
        #expect(received[0].timestamp == 1_741_617_000_123)
        #expect(received[0].headers == records[0].headers)
        #expect(received[1].headers == [])
        #expect(received.map(\.offset) == [0, 1, 2, 3])
    }

    @Test func sameKeyMeansSamePartitionAndAPartitionGivenIsObeyed() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 3)
        let producer = try cluster.producer()
        for _ in 0..<3 { try producer.send(KafkaRecord("t", key: "BTC", value: "x")) }
        for partition in Int32(0)..<3 {
            var record = KafkaRecord("t", key: "ETH", value: "y")
            record.partition = partition
            try producer.send(record, tag: Int(partition))
        }
        try producer.flush(within: patience)
        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        let received = try reader.readBacklog()
        #expect(Set(received.filter { $0.text == "x" }.map(\.topicPartition)).count == 1)
        #expect(Set(received.filter { $0.text == "y" }.map(\.topicPartition.partition)) == [0, 1, 2])
    }

    @Test func anIdempotentCompressingProducerDelivers() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        let producer = try cluster.producer([("enable.idempotence", "true"), ("compression.type", "lz4")])
        cluster.broker.inject([.none, .brokerTransportFailure], into: .produce)
        for number in 0..<200 {
            try producer.send(KafkaRecord("t", key: nil, value: "\(number)"))
            if number == 50 { try producer.flush(within: patience) }
        }
        try producer.flush(within: patience)
        #expect(producer.takeReports().allSatisfy { $0.error == nil })
        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        #expect(numbers(try reader.readBacklog()) == Array(0..<200))
    }

    @Test func stretchesDivideABatchByPartitionInItsOrder() throws {
        let cluster = try TestCluster()
        for topic in ["a", "b"] {
            try cluster.broker.createTopic(topic, partitions: 2)
            try cluster.send(0..<20, to: topic)
        }
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["a", "b"])
        try repeatUntil({ consumer.isBacklogRead }) {
            let batch = try consumer.poll(max: 7, timeout: .milliseconds(50))
            var inOrder: [[Int64]] = []
            batch.forEach { inOrder.append([Int64($0.source), $0.offset]) }
            var byStretch: [[Int64]] = []
            var ends: [TopicPartition: Int64] = [:]
            for stretch in batch.stretches {
                let before = byStretch.count
                batch.forEach(in: stretch) { byStretch.append([Int64(stretch.source), $0.offset]) }
                #expect(byStretch.count - before == stretch.count && stretch.count > 0)
                #expect(byStretch.last?[1] == stretch.end - 1)
                ends[consumer.partitions[stretch.source]] = stretch.end
            }
            #expect(byStretch == inOrder)
            #expect(zip(batch.stretches, batch.stretches.dropFirst()).allSatisfy { $0.source != $1.source })
            #expect(
                Set(batch.positions) == Set(ends.map { TopicPartitionOffset($0.key, .at($0.value)) }))
        }
        try consumer.close(within: patience)
    }

    @Test func theSourceNumberNamesThePartition() throws {
        let cluster = try TestCluster()
        for topic in ["a", "b"] {
            try cluster.broker.createTopic(topic, partitions: 2)
            try cluster.send(0..<20, to: topic)
        }
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["a", "b"])
        var seen = 0
        try repeatUntil({ consumer.isBacklogRead }) {
            try consumer.poll(max: 7, timeout: .milliseconds(50)).forEach { message in
                #expect(
                    consumer.partitions[message.source] == TopicPartition(message.topic, message.partition))
                seen += 1
            }
        }
        #expect(seen == 40)
        try consumer.close(within: patience)
    }
}
