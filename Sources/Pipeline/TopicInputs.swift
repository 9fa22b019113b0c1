import Feeds
import Kafka
import MarketModel

/// The trades topics: a decoder each, and a lane each partition.
///
/// A lane's number is also its trades' `OriginID`, so it ascends with (topic, partition): trades of one
/// symbol and instant are ordered by it (LANGUAGE 2.3).
///
///     bits  15 ... 10   topic, by name
///            9 ... 0    partition
final class TopicInputs {
    static let greatestTopics = 64
    static let partitionBits: Int32 = 10
    static let greatestPartitions = 1 << partitionBits

    private let names: [String]
    private let decoders: [TradeDecoder]

    /// - Throws: `.usage` for more topics than a lane's number can tell apart.
    init(_ topics: [RunConfiguration.TradeTopic], symbols: SymbolTable) throws(CommandFailure) {
        let sorted = topics.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        names = sorted.map(\.name)
        decoders = sorted.map { TradeDecoder(mapping: $0.fields, symbols: symbols) }
        if names.count > TopicInputs.greatestTopics {
            throw CommandFailure(
                .usage, "\(names.count) topics of trades; one instance reads \(TopicInputs.greatestTopics)",
                help: "divide them between instances with a configuration each")
        }
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw CommandFailure(.usage, "the topic \(twice) is named twice", help: "name it once")
        }
    }

    var topics: [String] { names }

    /// nil for a partition that is none of ours, or beyond 1,023.
    func lane(of partition: TopicPartition) -> Int32? {
        guard let topic = names.firstIndex(of: partition.topic), partition.partition >= 0,
            partition.partition < TopicInputs.greatestPartitions
        else { return nil }
        return Int32(topic) << TopicInputs.partitionBits | partition.partition
    }

    func partition(_ lane: Int32) -> TopicPartition? {
        let topic = Int(lane >> TopicInputs.partitionBits)
        return names.indices.contains(topic)
            ? TopicPartition(names[topic], lane & Int32(TopicInputs.greatestPartitions - 1)) : nil
    }

    /// Trades more than 60 s ahead of `now` are refused from here on (LANGUAGE 3.1).
    func setClock(_ now: Timestamp) {
        for decoder in decoders { decoder.setClock(now) }
    }

    /// The decoder of a lane's topic.
    func decoder(of lane: Int32) -> TradeDecoder { decoders[Int(lane >> TopicInputs.partitionBits)] }
}
