import Kafka
import MarketModel
import Testing

@testable import Pipeline

/// An embedded broker with topics and what was put into them, partition by partition.
final class LiveFixture {
    static let trades = "trades"
    static let rates = "fed-rates"
    static let letters = "dead-letters"

    let broker: EmbeddedBroker
    let partitions: Int
    /// The records of each partition in the order of their offsets.
    private(set) var records: [[String]]
    private let producer: KafkaProducer

    init(partitions: Int) throws {
        broker = try EmbeddedBroker()
        self.partitions = partitions
        records = Array(repeating: [], count: partitions)
        try broker.createTopic(LiveFixture.trades, partitions: partitions)
        try broker.createTopic(LiveFixture.rates, partitions: 1)
        try broker.createTopic(LiveFixture.letters, partitions: 1)
        producer = try KafkaProducer(properties: [("bootstrap.servers", broker.bootstrap)])
    }

    var count: Int { records.reduce(0) { $0 + $1.count } }

    func publish(_ value: String, to partition: Int) throws {
        var record = KafkaRecord(LiveFixture.trades, value: value)
        record.partition = Int32(partition)
        try producer.send(record, within: .seconds(10))
        records[partition].append(value)
    }

    func publishRate(_ value: String) throws {
        try producer.send(KafkaRecord(LiveFixture.rates, value: value), within: .seconds(10))
    }

    func flush() throws {
        try producer.flush(within: .seconds(20))
        for report in producer.takeReports() { #expect(report.error == nil) }
    }

    /// - Parameter now: the wall clock; by default long after the sample data.
    func session(
        _ rules: String, status: MemorySink = MemorySink(),
        now: @escaping @Sendable () -> Int64 = { 1_800_000_000_000 }
    ) throws -> LiveSession {
        var configuration = RunConfiguration(
            bootstrap: .embedded, trades: [.init(name: LiveFixture.trades)])
        configuration.rates = LiveFixture.rates
        configuration.deadLetters = LiveFixture.letters
        configuration.idle = nil
        // After a member has left, the embedded broker gives the next one its partitions a session timeout
        // later.
        configuration.properties = [("session.timeout.ms", "6000"), ("heartbeat.interval.ms", "500")]
        var session = LiveSession(
            configuration: configuration, bootstrap: broker.bootstrap, rules: try compiled(rules),
            console: Console(output: MemorySink(), status: status), counters: LiveCounters(),
            stop: StopSignal(),
            now: now)
        session.finishesAtEnd = true
        return session
    }

    /// Runs until everything that was published has been evaluated.
    func run(_ session: LiveSession) throws -> LiveResult<RecordingOutbox> {
        let expected = count
        return try session.run(into: RecordingOutbox()) { counters, isDrained in
            counters.records >= expected && isDrained
        }
    }

    /// Everything in a topic.
    func readAll(_ topic: String) throws -> [(value: String, headers: [String: String])] {
        let reader = try TopicReader(
            topic: topic, properties: [("bootstrap.servers", broker.bootstrap)], within: .seconds(10))
        var found: [(value: String, headers: [String: String])] = []
        while !reader.isBacklogRead {
            let batch = try reader.poll(max: 1000, timeout: .milliseconds(100))
            batch.forEach { message in
                let headers = message.headers.map { header in
                    (header.name, String(decoding: header.value ?? [], as: UTF8.self))
                }
                let value = message.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
                found.append((value, Dictionary(headers, uniquingKeysWith: { $1 })))
            }
        }
        return found
    }
}
