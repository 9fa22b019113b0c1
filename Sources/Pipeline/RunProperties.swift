public import Kafka

/// librdkafka's properties of a run's clients; what the configuration says comes last and wins.
extension RunConfiguration {
    /// - Parameter bootstrap: the configured servers, or the embedded broker's.
    func commonProperties(_ bootstrap: String) -> KafkaProperties {
        [("bootstrap.servers", bootstrap), ("client.id", "bellwether")]
            + properties.map { ($0.name, $0.value) }
    }

    /// Of the consumer that reads the trades.
    public func consumerProperties(_ bootstrap: String) -> KafkaProperties {
        // A group without commits starts at the oldest record: what was produced before the first start
        // counts too.
        [("group.id", group), ("auto.offset.reset", "earliest")] + commonProperties(bootstrap)
    }
}
