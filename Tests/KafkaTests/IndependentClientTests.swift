import Kafka
import Testing

@Suite(
    .ownThreads, .timeLimit(.minutes(5)),
    .enabled(if: !IndependentClient.installed.isEmpty, IndependentClient.absence))
struct IndependentClientTests {
    private static let messages: [PeerMessage] = [
        PeerMessage(
            key: Array("AAPL".utf8), value: Array(#"{"p":213.49,"s":"AAPL"}"#.utf8),
            headers: [KafkaHeader("source", "ws"), KafkaHeader("source", [0, 255])],
            timestamp: 1_741_617_000_123),
        PeerMessage(key: nil, value: [0, 10, 13, 255, 195, 40], timestamp: 1_741_617_000_124),
        PeerMessage(key: [], value: [], timestamp: 1_741_617_000_125),
        PeerMessage(key: Array("deleted".utf8), value: nil, timestamp: 1_741_617_000_126),
        PeerMessage(key: Array("ключ".utf8), value: Array("ünïcode 💹".utf8), timestamp: 1_741_617_000_127),
    ]

    @Test(arguments: IndependentClient.installed, ["none", "gzip", "snappy", "lz4", "zstd"])
    func weReadWhatTheyProduce(client: IndependentClient, compression: String) throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        let input = Self.messages.map(\.line).joined(separator: "\n")
        do {
            _ = try client.run(["produce", cluster.broker.bootstrap, "t", compression], input: input)
        } catch let failure as IndependentClient.Failure
            where failure.output.contains("compression codec not found")
        {
            try Test.cancel("\(client.rawValue) is installed without \(compression)")
        }
        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        #expect(try reader.readBacklog().map(PeerMessage.init) == Self.messages)
    }

    @Test(arguments: IndependentClient.installed)
    func theyReadWhatWeProduce(client: IndependentClient) throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        let producer = try cluster.producer([("compression.type", "gzip"), ("enable.idempotence", "true")])
        var expected: [PeerMessage] = []
        for number in 0..<200 {
            var record = KafkaRecord("t", key: number % 3 == 0 ? nil : "k\(number)", value: "v\(number)")
            record.timestamp = 1_741_617_000_000 + Int64(number)
            if number % 5 == 0 { record.headers = [KafkaHeader("n", "\(number)"), KafkaHeader("e", [])] }
            if number == 7 { record.value = nil }
            try producer.send(record)
            expected.append(
                PeerMessage(
                    key: record.key, value: record.value, headers: record.headers,
                    timestamp: record.timestamp ?? -1))
        }
        try producer.flush(within: patience)
        let output = try client.run(["consume", cluster.broker.bootstrap, "t", "200"])
        #expect(try PeerMessage.lines(of: output) == expected)
    }
}
