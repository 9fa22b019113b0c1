import Foundation
import Kafka
import Testing

/// The cluster that BELLWETHER_KAFKA names; topics and groups get new names, and the topics stay behind.
///
/// BELLWETHER_KAFKA_PROPERTIES adds librdkafka's properties, `name=value` with spaces between, as for SASL.
struct RealCluster: KafkaCluster {
    static let bootstrap = ProcessInfo.processInfo.environment["BELLWETHER_KAFKA"]
    private static let moreProperties: KafkaProperties =
        (ProcessInfo.processInfo.environment["BELLWETHER_KAFKA_PROPERTIES"] ?? "").split(separator: " ")
        .compactMap { word in
            word.firstIndex(of: "=").map { (String(word[..<$0]), String(word[$0...].dropFirst())) }
        }
    static let absence: Comment = "BELLWETHER_KAFKA is not set: name a cluster's bootstrap.servers in it"

    let properties: KafkaProperties
    let connection: KafkaConnection
    /// For the names of topics and groups.
    let run = UUID().uuidString.lowercased()

    init() throws {
        self.properties = [("bootstrap.servers", Self.bootstrap ?? "")] + Self.moreProperties
        self.connection = try KafkaConnection(properties: self.properties)
    }

    func newTopic(partitions: Int, settings: [(String, String)] = []) throws -> String {
        let name = "bellwether-test-\(UUID().uuidString.lowercased())"
        try self.connection.createTopic(name, partitions: partitions, settings: settings, within: patience)
        #expect(try self.connection.topic(name, within: patience).partitions.count == partitions)
        return name
    }
}

/// What the embedded broker cannot prove, and the rest once more against a broker that is not librdkafka's
/// own.
@Suite(.ownThreads, .timeLimit(.minutes(5)), .enabled(if: RealCluster.bootstrap != nil, RealCluster.absence))
struct RealClusterTests {
    @Test func messagesGoThereAndBack() throws {
        let cluster = try RealCluster()
        let topic = try cluster.newTopic(partitions: 1, settings: [("cleanup.policy", "compact")])
        let producer = try cluster.producer([("compression.type", "lz4")])
        var record = KafkaRecord(topic, key: Array("k".utf8), value: [0, 255, 10])
        record.timestamp = 1_741_617_000_123
        record.headers = [KafkaHeader("a", "1"), KafkaHeader("null", nil), KafkaHeader("empty", [])]
        let records = [
            record, KafkaRecord(topic, key: [], value: []), KafkaRecord(topic, key: [1], value: nil),
        ]
        for (tag, each) in records.enumerated() { try producer.send(each, tag: tag) }
        try producer.flush(within: patience)
        let reports = producer.takeReports()
        #expect(reports.map(\.offset) == [0, 1, 2])
        let held = try cluster.connection.watermarks(of: TopicPartition(topic, 0), within: patience)
        #expect(held == KafkaWatermarks(low: 0, high: 3))
        let reader = try TopicReader(topic: topic, properties: cluster.properties, within: patience)
        let received = try reader.readBacklog()
        #expect(received.map(\.key) == records.map(\.key))
        #expect(received.map(\.value) == records.map(\.value))
        #expect(received[0].headers == record.headers)
        #expect(received[0].timestamp == record.timestamp)
    }

    @Test func aTopicIsCreatedOnce() throws {
        let cluster = try RealCluster()
        let topic = try cluster.newTopic(partitions: 3)
        let error = try #require(throws: KafkaError.self) {
            try cluster.connection.createTopic(topic, partitions: 3, within: patience)
        }
        #expect(error.code == .topicAlreadyExists)
        #expect(error.subject == .topic(topic))
        #expect(try cluster.connection.topics(within: patience).contains(topic))
    }

    @Test func aSecondMemberGoesOnWhereTheFirstCommitted() throws {
        let cluster = try RealCluster()
        let topic = try cluster.newTopic(partitions: 1)
        try cluster.send(0..<100, to: topic)
        let place = TopicPartitionOffset(topic, 0, .at(40), metadata: "window:7")
        let first = try cluster.consumer(cluster.run)
        try first.subscribe(to: [topic])
        #expect(numbers(try first.read(100)) == Array(0..<100))
        try first.commit([place], within: patience)
        let committed = try first.committed([TopicPartition(topic, 0)], within: patience)
        #expect(committed == [place])
        try first.close(within: patience)
        let second = try cluster.consumer(cluster.run)
        try second.subscribe(to: [topic])
        #expect(numbers(try second.read(60)) == Array(40..<100))
        try second.close(within: patience)
    }

    @Test(arguments: ["range", "cooperative-sticky"])
    func twoMembersShareAndNothingIsLost(strategy: String) throws {
        let cluster = try RealCluster()
        let topic = try cluster.newTopic(partitions: 4)
        try shareWithoutLoss(cluster, topic: topic, group: cluster.run, strategy: strategy)
    }

    @Test func offsetsAreFoundByTime() throws {
        let cluster = try RealCluster()
        let topic = try cluster.newTopic(partitions: 1)
        let producer = try cluster.producer()
        for number in 0..<10 {
            var record = KafkaRecord(topic, key: nil, value: "\(number)")
            record.timestamp = 1_741_617_000_000 + Int64(number) * 1_000
            try producer.send(record)
            try producer.flush(within: patience)
        }
        let partition = TopicPartition(topic, 0)
        func found(_ time: Int64) throws -> [KafkaOffset] {
            try cluster.connection.offsets(of: [partition], notBefore: time, within: patience).map(\.offset)
        }
        let between = try found(1_741_617_004_500)
        #expect(between == [.at(5)])
        let late = try found(1_741_618_000_000)
        #expect(late == [.end])
    }
}
