import Foundation
import Kafka
import SampleMarket

/// Where the live stages read: the embedded broker in a process of its own, or the one that
/// `BELLWETHER_KAFKA` names.
struct LiveCluster {
    let name: String
    let bootstrap: String
    /// The embedded one.
    let broker: BrokerProcess?
    /// What librdkafka needs besides: `BELLWETHER_KAFKA_PROPERTIES`, `name=value` with spaces between.
    var properties: KafkaProperties = []
    /// For topics and groups that no run before has used.
    private let run = UUID().uuidString.lowercased()

    /// - Parameter topics: with new names, of so many partitions.
    static func embedded(_ topics: [(name: String, partitions: Int)]) throws -> LiveCluster {
        let broker = try BrokerProcess(topics: topics)
        return LiveCluster(
            name: "embedded broker, in a process of its own", bootstrap: broker.bootstrap, broker: broker)
    }

    /// nil without `BELLWETHER_KAFKA`.
    static var named: LiveCluster? {
        let environment = ProcessInfo.processInfo.environment
        guard let bootstrap = environment["BELLWETHER_KAFKA"] else { return nil }
        let words = (environment["BELLWETHER_KAFKA_PROPERTIES"] ?? "").split(separator: " ")
        let properties = words.compactMap { word -> (String, String)? in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return LiveCluster(
            name: "broker at \(bootstrap)", bootstrap: bootstrap, broker: nil, properties: properties)
    }

    /// On the embedded broker the topic is there already; on another it gets a new name and stays behind.
    func topic(_ name: String, partitions: Int) throws -> String {
        if broker != nil { return name }
        let topic = "bellwether-bench-\(name)-\(run)"
        let connection = try KafkaConnection(properties: [("bootstrap.servers", bootstrap)] + properties)
        try connection.createTopic(topic, partitions: partitions, within: .seconds(30))
        return topic
    }

    func group(_ number: Int) -> String { "bellwether-bench-\(run)-\(number)" }

    /// Writes the first `count` trades of the market, keyed by symbol, to the partitions in turn: by key one
    /// of them would get a sixth of all, more than the embedded broker keeps.
    func fill(_ topic: String, partitions: Int, _ market: MarketGenerator, count: Int) throws {
        let producer = try KafkaProducer(
            properties: [("bootstrap.servers", bootstrap), ("linger.ms", "50")] + properties)
        for (number, trade) in market.prefix(count).enumerated() {
            var json: [UInt8] = []
            json.reserveCapacity(96)
            TradeText.appendRawJSON(trade, to: &json)
            var record = KafkaRecord(topic, key: Array(trade.symbol.utf8), value: json)
            record.partition = Int32(number % partitions)
            try producer.send(record, within: .seconds(30))
        }
        try producer.flush(within: .seconds(60))
        for report in producer.takeReports() {
            if let error = report.error { throw error }
        }
    }
}
