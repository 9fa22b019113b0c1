public import Kafka

/// librdkafka's properties of a run's clients; what the configuration says comes last and wins.
extension RunConfiguration {
    /// Milliseconds.
    private static let embeddedWait = 10

    /// - Parameter bootstrap: the configured servers, or the embedded broker's.
    func commonProperties(_ bootstrap: String) -> KafkaProperties {
        [("bootstrap.servers", bootstrap), ("client.id", "bellwether")]
            + properties.map { ($0.name, $0.value) }
    }

    /// Of the consumer that reads the trades.
    public func consumerProperties(_ bootstrap: String) -> KafkaProperties {
        // A group without commits starts at the oldest record: what was produced before the first start
        // counts too.
        let defaults: KafkaProperties = [("group.id", group), ("auto.offset.reset", "earliest")]
        // The embedded broker answers a fetch that finds nothing only after its whole wait, by default half a
        // second; a real one as soon as a record comes.
        let short: KafkaProperties =
            self.bootstrap == .embedded ? [("fetch.wait.max.ms", String(RunConfiguration.embeddedWait))] : []
        return defaults + short + commonProperties(bootstrap)
    }
}
