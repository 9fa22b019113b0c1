import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct MetadataTests {
    @Test func theClusterTellsItsTopicsBrokersAndPartitions() throws {
        let cluster = try TestCluster(brokers: 3)
        try cluster.broker.createTopic("trades", partitions: 6)
        try cluster.broker.createTopic("rates", partitions: 1)
        let connection = try KafkaConnection(properties: cluster.properties)
        let brokers = try connection.ensureReachable(within: patience)
        #expect(brokers.map(\.id).sorted() == [1, 2, 3])
        #expect(brokers.map { "\($0.host):\($0.port)" }.joined(separator: ",") == cluster.broker.bootstrap)
        #expect(try connection.topics(within: patience) == ["rates", "trades"])
        let topic = try connection.topic("trades", within: patience)
        #expect(topic.partitions.map(\.id) == [0, 1, 2, 3, 4, 5])
        #expect(topic.partitions.allSatisfy { $0.leader != nil && $0.replicas.count == 3 })
    }

    @Test func watermarksTellWhatAPartitionHolds() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 2)
        try cluster.send(0..<30, to: "t", partition: 1)
        let connection = try KafkaConnection(properties: cluster.properties)
        #expect(
            try connection.watermarks(of: TopicPartition("t", 0), within: patience)
                == KafkaWatermarks(low: 0, high: 0))
        #expect(
            try connection.watermarks(of: TopicPartition("t", 1), within: patience)
                == KafkaWatermarks(low: 0, high: 30))
        #expect(throws: KafkaError.self) {
            _ = try connection.watermarks(of: TopicPartition("t", 7), within: .milliseconds(500))
        }
    }

    @Test func statisticsComeAsEvents() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        let consumer = try cluster.consumer("g", [("statistics.interval.ms", "50")])
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ events.contains { $0.statistics != nil } }) {
            try consumer.poll(into: &messages, &events)
        }
        let json = try #require(events.compactMap(\.statistics).first)
        #expect(json.hasPrefix("{") && json.contains("\"msg_cnt\""))
        try consumer.close(within: patience)
    }

    @Test func eventsThatNobodyTakesAreBounded() throws {
        let cluster = try TestCluster()
        let producer = try cluster.producer([("statistics.interval.ms", "1")])
        try repeatUntil({ producer.connection.droppedEvents > 0 }) {
            _ = producer.takeReports(timeout: .milliseconds(10))
        }
        #expect(producer.connection.takeEvents().count <= 1_024)
    }
}
